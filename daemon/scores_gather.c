#include <string.h>

#include "base/stamp.h"
#include "codec/packed.h"
#include "domain/obligation.h"
#include "domain/period.h"
#include "domain/quota.h"
#include "scores_inside.h"

/* A tally being added to a group's part. */
struct adding {
	struct part *part;
	enum cohort cohort;
};

static void
sum_add(void *context, unsigned measure, int64_t n)
{
	struct adding *add = context;

	if (measure_cohort(measure) == add->cohort)
		sums_add(&add->part->sums[measure_indicator(measure)], measure, n);
}

static int
tally_read(struct gather *g, void *part, struct blob counts)
{
	struct adding add = {part, g->query->cohort};

	return tally_walk_packed(
	    counts.bytes, counts.len, 0, STATISTIC_FIRST, sum_add, &add, g->err);
}

int
tallies_ask(struct gather *k)
{
	const struct window *w = &k->query->window;

	return gather_tallies(k, w->from / STAMP_MINUTE, w->to / STAMP_MINUTE, tally_read);
}

static struct availability *
availability_of(void *part, int64_t late_maintenance)
{
	struct part *p = part;

	p->late += late_maintenance;
	return &p->availability;
}

int
outages_ask(struct gather *k)
{
	if (!k->query->wanted[SERVICE_AVAILABILITY] ||
	    !scores_in_scope(k->query, SERVICE_AVAILABILITY))
		return 0;
	return gather_outages(k, availability_of);
}

static bool
wants(const struct gather *k, enum input input)
{
	for (enum indicator i = 0; i < INDICATORS; i++) {
		if (k->query->wanted[i] && indicator_table[i].input == input &&
		    scores_in_scope(k->query, i))
			return true;
	}
	return false;
}

static bool
same_period(const struct entry *a, const struct entry *b)
{
	return strcmp(a->topic, b->topic) == 0 && strcmp(a->period, b->period) == 0;
}

static int
reports_ask(struct gather *k, const struct agreement *a, struct part *p)
{
	const struct window *w = &k->query->window;
	struct filing *filings;
	struct entry *list;
	size_t count = 0;
	int n = store_entries(k->store, ENTRY_REPORT, a->id, k->arena, &list, k->err);

	if (n < 0)
		return -1;
	filings = arena_alloc(k->arena, (size_t)n, sizeof(*filings));
	for (int i = 0, last = -1; i < n; i++) {
		if (list[i].a == 0 || (last >= 0 && same_period(&list[last], &list[i])))
			continue;
		filings[count++] = (struct filing){list[i].topic, list[i].period, list[i].time};
		last = i;
	}
	obligations_add(&p->sums[REPORT_ON_TIME_RATE], &p->sums[REPORT_SUBMISSION_RATE], a, filings,
	    count, w->from, w->to, k->query->now, k->query->cohort);
	return 0;
}

static const struct zone *
zone_of(const struct agreement *a, int64_t now)
{
	const struct terms *terms = agreement_at(a, now);

	return (terms == NULL ? &a->version[0] : terms)->zone;
}

static int
measurements_ask(struct gather *k, const struct agreement *a, struct part *p)
{
	const struct zone *zone = zone_of(a, k->query->now);
	struct measurement *list;
	struct entry *e;
	const char *right;
	struct period period;
	size_t count = 0;
	int n = store_entries(k->store, ENTRY_MEASUREMENT, a->id, k->arena, &e, k->err);

	if (n < 0)
		return -1;
	list = arena_alloc(k->arena, (size_t)n, sizeof(*list));
	for (int i = 0; i < n; i++) {
		if ((i + 1 == n || !same_period(&e[i], &e[i + 1])) &&
		    period_parse(e[i].period, &period, &right) > 0)
			list[count++] = (struct measurement){period_from(period, zone),
			    period_to(period, zone), {e[i].a, e[i].b, e[i].c}};
		if (i + 1 < n && strcmp(e[i].topic, e[i + 1].topic) == 0)
			continue;
		measurements_add(&p->amounts[indicator_find(e[i].topic)], list, count,
		    k->query->window.from, k->query->window.to);
		count = 0;
	}
	return 0;
}

static int
assessments_ask(struct gather *k, const struct agreement *a, struct part *p)
{
	const struct scores_query *q = k->query;
	int64_t end = q->window.to < q->now ? q->window.to : q->now;
	struct assessment *list;
	struct entry *e;
	size_t count = 0;
	int n = store_entries(k->store, ENTRY_ASSESSMENT, a->id, k->arena, &e, k->err);

	if (n < 0)
		return -1;
	list = arena_alloc(k->arena, (size_t)n, sizeof(*list));
	for (int i = 0; i < n; i++) {
		list[count++] = (struct assessment){e[i].time, e[i].a, e[i].b};
		if (i + 1 < n && strcmp(e[i].topic, e[i + 1].topic) == 0)
			continue;
		levels_add(&p->levels[indicator_find(e[i].topic)], list, count, end);
		count = 0;
	}
	return 0;
}

static int
agreement_ask(struct gather *k, const struct agreement *a)
{
	const struct scope scope = {{a->id, "", "", ""}};
	const struct window *w = &k->query->window;
	struct part *p = gather_part(k, &scope);

	if (p == NULL)
		return 0;
	if (k->query->wanted[INCIDENT_CONTROL_RATE])
		p->quota += quota_incidents(a, w->from, w->to);
	if ((wants(k, INPUT_REPORTS) && reports_ask(k, a, p) != 0) ||
	    (wants(k, INPUT_MEASUREMENT) && measurements_ask(k, a, p) != 0) ||
	    (wants(k, INPUT_ASSESSMENT) && assessments_ask(k, a, p) != 0))
		return -1;
	return 0;
}

int
agreements_ask(struct gather *k)
{
	const struct agreements *all = &k->config->agreements;

	if (!scores_by_agreement(k->query))
		return 0;
	for (size_t i = 0; i < all->count; i++) {
		if (scores_lets(k->query, DIM_AGREEMENT, all->items[i].id) &&
		    agreement_ask(k, &all->items[i]) != 0)
			return -1;
	}
	return 0;
}
