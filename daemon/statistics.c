#include "statistics.h"

#include <string.h>

#include "base/stamp.h"
#include "domain/histogram.h"
#include "domain/tally_sum.h"
#include "gather.h"

const int percentiles[PERCENTILES] = {50, 90, 95, 99};

int64_t
flow_excluded(const struct flow *f)
{
	int64_t sum = 0;

	for (int x = 0; x < EXCLUSIONS; x++)
		sum += f->excluded[x];
	return sum;
}

/* A survey tells of an agreement and a service. */
static bool
surveys_asked(const struct scores_query *q)
{
	return scores_asked_within(q, 1u << DIM_AGREEMENT | 1u << DIM_SERVICE);
}

/* What is gathered for a group: sums by measure, in the window and before it. */
struct part {
	struct tally during, before;
	struct availability availability;
};

struct asking {
	struct gather gather; /* the first, so that what it calls finds the rest */
	size_t sums; /* of all parts */
};

/* A packed tally being added to one of a part. */
struct adding {
	struct tally *to;
	enum cohort cohort;
	int times;
};

static bool
has_cohort(const struct statistic *s)
{
	return s->what == STATISTIC_MS || s->what == STATISTIC_BUCKET;
}

static void
sum_add(void *context, unsigned measure, int64_t n)
{
	struct adding *add = context;
	struct statistic s;

	if (statistic_of(measure, &s) && (!has_cohort(&s) || s.cohort == add->cohort))
		tally_add(add->to, measure, add->times * n);
}

/* Adds what stands under the measures [from, to). */
static int
read_into(
    struct gather *g, struct tally *t, struct blob counts, unsigned from, unsigned to, int times)
{
	struct asking *k = (struct asking *)g;
	struct adding add = {t, g->query->cohort, times};
	size_t before = t->count;

	if (k->sums > STATISTICS_SUMS) {
		g->crowded = true;
		return 0;
	}
	if (tally_walk_packed(counts.bytes, counts.len, from, to, sum_add, &add, g->err) != 0)
		return -1;
	k->sums += t->count - before;
	return 0;
}

static int
read_counts(struct gather *g, void *part, struct blob counts, int times)
{
	return read_into(
	    g, &((struct part *)part)->during, counts, STATISTIC_FIRST, TIMES_FIRST, times);
}

static int
read_times(struct gather *g, void *part, struct blob counts, int times)
{
	return read_into(
	    g, &((struct part *)part)->during, counts, TIMES_FIRST, MEASURES_END, times);
}

/* Flows stand first among the statistics: what comes behind them need not be looked at. */
static unsigned
behind_flows(void)
{
	const struct statistic behind = {.what = STATISTIC_ANSWERED};

	return statistic_measure(&behind);
}

static int
read_flows(struct gather *g, void *part, struct blob counts, int times)
{
	return read_into(
	    g, &((struct part *)part)->during, counts, STATISTIC_FIRST, behind_flows(), times);
}

static int
read_before(struct gather *g, void *part, struct blob counts, int times)
{
	return read_into(
	    g, &((struct part *)part)->before, counts, STATISTIC_FIRST, behind_flows(), times);
}

static struct availability *
availability_of(void *part, int64_t late_maintenance)
{
	(void)late_maintenance;
	return &((struct part *)part)->availability;
}

/* Clocks by bucket, of each kind and of all. */
struct bars {
	struct tally of[STATISTICS_KINDS][CLOCKS][SPANS];
};

static void
flow_add(struct flow *f, const struct statistic *s, int64_t n)
{
	if (s->what == STATISTIC_OPENED)
		f->opened += n;
	else if (s->what == STATISTIC_RESOLVED)
		f->resolved += n;
	else if (s->what == STATISTIC_REOPENED)
		f->reopened += n;
	else
		f->excluded[s->exclusion] += n;
}

/* What a measure's sum in the window says of a kind, or of all. */
static void
kind_add(struct statistics_group *group, struct bars *bars, int kind, const struct statistic *s,
    int64_t n)
{
	if (s->what == STATISTIC_MS)
		group->times[kind][s->clock][s->span].sum += n;
	else if (s->what == STATISTIC_BUCKET)
		tally_add(&bars->of[kind][s->clock][s->span], s->bucket, n);
	else
		flow_add(&group->flow[kind], s, n);
}

static void
during_add(struct statistics_group *group, struct bars *bars, const struct tally *t)
{
	struct satisfaction *level;
	struct statistic s;

	for (size_t i = 0; i < t->count; i++) {
		statistic_of(t->sum[i].measure, &s);
		level = &group->satisfaction[s.level];
		if (s.what == STATISTIC_ANSWERED) {
			level->answered += t->sum[i].n;
		} else if (s.what == STATISTIC_RATIO) {
			level->ratios += t->sum[i].n;
		} else {
			kind_add(group, bars, (int)s.kind, &s, t->sum[i].n);
			kind_add(group, bars, STATISTICS_ALL, &s, t->sum[i].n);
		}
	}
}

static void
backlog_add(struct flow *f, const struct tally *before, enum kind kind)
{
	struct statistic s;

	for (size_t i = 0; i < before->count; i++) {
		statistic_of(before->sum[i].measure, &s);
		if (s.kind != kind)
			continue;
		if (s.what == STATISTIC_OPENED)
			f->backlog_before += before->sum[i].n;
		else if (s.what == STATISTIC_RESOLVED)
			f->backlog_before -= before->sum[i].n;
	}
}

static void
times_set(struct times *times, const struct tally *bars, struct arena *a)
{
	struct histogram_bar *list = arena_alloc(a, bars->count, sizeof(*list));

	for (size_t i = 0; i < bars->count; i++) {
		list[i] = (struct histogram_bar){bars->sum[i].measure, bars->sum[i].n};
		times->count += bars->sum[i].n;
	}
	for (int p = 0; p < PERCENTILES; p++)
		times->percentile[p] = histogram_percentile(list, bars->count, percentiles[p]);
}

static void
group_fill(const struct gather *g, const struct gather_group *from, struct statistics_group *group)
{
	const struct part *p = from->part;
	struct bars bars = {0};
	struct arena scratch = {0};
	struct flow *all = &group->flow[STATISTICS_ALL];

	*group = (struct statistics_group){.availability = p->availability};
	memcpy(group->by, from->by, sizeof(group->by));
	during_add(group, &bars, &p->during);
	for (enum kind k = 0; k < KINDS; k++) {
		backlog_add(&group->flow[k], &p->before, k);
		all->backlog_before += group->flow[k].backlog_before;
	}
	for (int k = 0; k < STATISTICS_KINDS; k++) {
		group->flow[k].backlog_after =
		    group->flow[k].backlog_before + group->flow[k].opened - group->flow[k].resolved;
		for (int i = 0; i < CLOCKS * SPANS; i++) {
			times_set(&group->times[k][i / SPANS][i % SPANS],
			    &bars.of[k][i / SPANS][i % SPANS], &scratch);
			tally_free(&bars.of[k][i / SPANS][i % SPANS]);
		}
	}
	if (!surveys_asked(g->query))
		memset(group->satisfaction, 0, sizeof(group->satisfaction));
	arena_free(&scratch);
}

static bool
says_something(const struct statistics_group *group)
{
	const struct flow *f = &group->flow[STATISTICS_ALL];
	int64_t sum = f->opened + f->resolved + f->backlog_before + flow_excluded(f) +
	    group->availability.failures;

	for (int c = 0; c < CLOCKS; c++)
		sum += group->times[STATISTICS_ALL][c][SPAN_ELAPSED].count;
	for (int level = 0; level < SURVEY_LEVELS; level++)
		sum += group->satisfaction[level].answered;
	return sum > 0;
}

static void
groups_fill(const struct gather *g, struct statistics *statistics)
{
	struct gather_group *group, *next;
	struct statistics_group *to;

	*statistics = (struct statistics){.crowded = g->crowded,
	    .surveys_in_scope = surveys_asked(g->query),
	    .failures_in_scope = scores_in_scope(g->query, SERVICE_AVAILABILITY)};
	statistics->group =
	    arena_alloc(g->arena, HASH_COUNT(g->groups), sizeof(*statistics->group));
	HASH_ITER (hh, g->groups, group, next) {
		to = &statistics->group[statistics->count];
		group_fill(g, group, to);
		statistics->count += g->query->bys == 0 || says_something(to);
	}
}

static int
ask(struct gather *g)
{
	const struct window *w = &g->query->window;
	int64_t from = w->from / STAMP_MINUTE, to = w->to / STAMP_MINUTE;

	if (gather_tallies(g, TALLY_COUNTS, 0, from, read_before) != 0 ||
	    gather_tallies(g, TALLY_COUNTS, from, to, read_counts) != 0 ||
	    gather_tallies(g, TALLY_TIMES, from, to, read_times) != 0)
		return -1;
	return scores_in_scope(g->query, SERVICE_AVAILABILITY) ? gather_outages(g, availability_of)
							       : 0;
}

static int
ask_flows(struct gather *g)
{
	const struct window *w = &g->query->window;

	return gather_tallies(
	    g, TALLY_COUNTS, w->from / STAMP_MINUTE, w->to / STAMP_MINUTE, read_flows);
}

static int
answer(struct store *s, const struct config *c, const struct scores_query *q, struct arena *a,
    int (*read)(struct gather *g), struct statistics *statistics, struct err *err)
{
	struct asking k = {.gather = {.store = s, .config = c, .query = q, .arena = a, .err = err}};
	struct gather *g = &k.gather;
	struct gather_group *group, *next;
	int rc;

	g->part_size = sizeof(struct part);
	g->most = STATISTICS_GROUPS;
	gather_begin(g);
	rc = read(g);
	gather_end(g);
	if (rc == 0)
		groups_fill(g, statistics);
	HASH_ITER (hh, g->groups, group, next) {
		tally_free(&((struct part *)group->part)->during);
		tally_free(&((struct part *)group->part)->before);
	}
	gather_free(g);
	return rc;
}

int
statistics_ask(struct store *s, const struct config *c, const struct scores_query *q,
    struct arena *a, struct statistics *statistics, struct err *err)
{
	return answer(s, c, q, a, ask, statistics, err);
}

int
statistics_flows(struct store *s, const struct config *c, const struct scores_query *q,
    struct arena *a, struct statistics *statistics, struct err *err)
{
	return answer(s, c, q, a, ask_flows, statistics, err);
}
