#include "domain/obligation.h"

#include <stdlib.h>
#include <string.h>

#include "domain/period.h"

static const enum unit units[] = {[EVERY_WEEK] = UNIT_WEEK,
    [EVERY_MONTH] = UNIT_MONTH,
    [EVERY_QUARTER] = UNIT_QUARTER,
    [EVERY_YEAR] = UNIT_YEAR};

/* One walk over an agreement's obligations. */
struct walk {
	struct sums *on_time, *submitted;
	const struct filing *filing;
	size_t filings;
	int64_t from, to, now;
	enum cohort cohort;
};

static int
by_name(const void *x, const void *y)
{
	const struct filing *a = x, *b = y;
	int order = strcmp(a->report, b->report);

	return order != 0 ? order : strcmp(a->period, b->period);
}

static void
outcome_add(const struct walk *w, struct sums *sums, bool good, int64_t due)
{
	if (good)
		sums->good++;
	else if (due <= w->now)
		sums->bad++;
	else if (w->cohort == COHORT_OPENED)
		sums->pending++;
}

static void
period_count(const struct walk *w, const struct report *r, struct period p, int64_t due)
{
	char name[PERIOD_NAME];
	const struct filing wanted = {r->id, period_name(p, name), 0}, *found = NULL;

	if (w->filings > 0)
		found = bsearch(&wanted, w->filing, w->filings, sizeof(w->filing[0]), by_name);
	outcome_add(w, w->on_time, found != NULL && found->time <= due, due);
	outcome_add(w, w->submitted, found != NULL, due);
}

/* The periods that end while the version is in force and fall due in the window. */
static void
report_walk(const struct walk *w, const struct terms *v, const struct report *r)
{
	int64_t first = w->from - r->due, end;
	struct period p;

	if (first < v->from)
		first = v->from;
	p = period_of(units[r->every], zone_day(v->zone, first - 1));
	for (;; p = period_next(p)) {
		end = period_to(p, v->zone);
		if (end + r->due >= w->to || end - 1 >= v->until)
			return;
		if (end + r->due >= w->from && end - 1 >= v->from)
			period_count(w, r, p, end + r->due);
	}
}

void
obligations_add(struct sums *on_time, struct sums *submitted, const struct agreement *a,
    const struct filing *filings, size_t count, int64_t from, int64_t to, int64_t now,
    enum cohort cohort)
{
	const struct walk w = {on_time, submitted, filings, count, from, to, now, cohort};

	for (size_t v = 0; v < a->versions; v++) {
		for (size_t r = 0; r < a->version[v].reports; r++)
			report_walk(&w, &a->version[v], &a->version[v].report[r]);
	}
}
