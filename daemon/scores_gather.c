#include "base/stamp.h"
#include "domain/quota.h"
#include "domain/tally_sum.h"
#include "downs.h"
#include "papers.h"
#include "scores_inside.h"

/* A tally being added to a group's part. */
struct adding {
	struct part *part;
	enum cohort cohort;
	int times;
};

static void
sum_add(void *context, unsigned measure, int64_t n)
{
	struct adding *add = context;

	if (measure_cohort(measure) == add->cohort)
		sums_add(&add->part->sums[measure_indicator(measure)], measure, add->times * n);
}

static int
tally_read(struct gather *g, void *part, struct blob counts, int times)
{
	struct adding add = {part, g->query->cohort, times};

	return tally_walk_packed(
	    counts.bytes, counts.len, 0, STATISTIC_FIRST, sum_add, &add, g->err);
}

int
tallies_ask(struct gather *k)
{
	const struct window *w = &k->query->window;

	return gather_tallies(
	    k, TALLY_COUNTS, w->from / STAMP_MINUTE, w->to / STAMP_MINUTE, tally_read);
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

static int
agreement_ask(struct gather *k, const struct agreement *a)
{
	const struct scope scope = {{a->id, "", "", ""}};
	const struct window *w = &k->query->window;
	const struct papers papers = {k->store, k->query, k->arena, NULL, NULL, k->err};
	struct part *p = gather_part(k, &scope);

	if (p == NULL)
		return 0;
	if (k->query->wanted[INCIDENT_CONTROL_RATE])
		p->quota += quota_incidents(a, w->from, w->to);
	if ((scores_want(k->query, INPUT_REPORTS) && papers_reports(&papers, a, p->sums) != 0) ||
	    (scores_want(k->query, INPUT_MEASUREMENT) &&
		papers_measurements(&papers, a, p->amounts) != 0) ||
	    (scores_want(k->query, INPUT_ASSESSMENT) &&
		papers_assessments(&papers, a, p->levels) != 0))
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
