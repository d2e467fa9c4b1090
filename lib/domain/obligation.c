#include "domain/obligation.h"

#include <stdlib.h>
#include <string.h>

static const enum unit units[] = {[EVERY_WEEK] = UNIT_WEEK,
    [EVERY_MONTH] = UNIT_MONTH,
    [EVERY_QUARTER] = UNIT_QUARTER,
    [EVERY_YEAR] = UNIT_YEAR};

/* One walk over an agreement's obligations. */
struct walk {
	const struct filing *filing;
	size_t filings;
	int64_t from, to;
	void (*each)(void *context, const struct obligation *o);
	void *context;
};

static int
by_name(const void *x, const void *y)
{
	const struct filing *a = x, *b = y;
	int order = strcmp(a->report, b->report);

	return order != 0 ? order : strcmp(a->period, b->period);
}

bool
obligation_counts(const struct obligation *o, enum indicator i, int64_t now, enum cohort cohort,
    enum outcome *outcome)
{
	bool timely = i != REPORT_ON_TIME_RATE || (o->filing != NULL && o->filing->time <= o->due);

	if (o->filing != NULL && timely)
		*outcome = OUTCOME_GOOD;
	else
		*outcome = o->due <= now ? OUTCOME_BAD : OUTCOME_PENDING;
	return *outcome != OUTCOME_PENDING || cohort == COHORT_OPENED;
}

static void
period_tell(const struct walk *w, const struct report *r, struct period p, int64_t due)
{
	char name[PERIOD_NAME];
	const struct filing wanted = {.report = r->id, .period = period_name(p, name)};
	struct obligation o = {r, p, due, NULL};

	if (w->filings > 0)
		o.filing = bsearch(&wanted, w->filing, w->filings, sizeof(w->filing[0]), by_name);
	w->each(w->context, &o);
}

/* Whether a version holds by the last instant of a period in its zone. */
static bool
holds(const struct terms *v, struct period p)
{
	return period_to(p, v->zone) - 1 >= v->from;
}

/* The periods that are the version's, not yet those of the `next` one (NULL: there is none), and
 * that fall due in the window. */
static void
report_walk(
    const struct walk *w, const struct terms *v, const struct terms *next, const struct report *r)
{
	int64_t first = w->from - r->due, end;
	struct period p;

	if (first < v->from)
		first = v->from;
	p = period_of(units[r->every], zone_day(v->zone, first - 1));
	for (;; p = period_next(p)) {
		end = period_to(p, v->zone);
		if (end + r->due >= w->to || (next != NULL && holds(next, p)))
			return;
		if (end + r->due >= w->from && holds(v, p))
			period_tell(w, r, p, end + r->due);
	}
}

void
obligations_walk(const struct agreement *a, const struct filing *filings, size_t count,
    int64_t from, int64_t to, void (*each)(void *context, const struct obligation *o),
    void *context)
{
	const struct walk w = {filings, count, from, to, each, context};
	const struct terms *next;

	for (size_t v = 0; v < a->versions; v++) {
		next = v + 1 < a->versions ? &a->version[v + 1] : NULL;
		for (size_t r = 0; r < a->version[v].reports; r++)
			report_walk(&w, &a->version[v], next, &a->version[v].report[r]);
	}
}
