#include "report_gather_inside.h"
#include "statistics.h"

static struct figure
seconds(int64_t ms)
{
	return figure_of(ms >= 0, (double)ms / STAMP_SECOND);
}

static struct report_time
time_of(const struct times *t, enum clock_kind clock, enum span_kind span)
{
	return (struct report_time){.clock = clock_kind_names[clock],
	    .measured = span_names[span],
	    .count = t->count,
	    .mean = figure_ratio((struct fraction){t->sum, t->count * STAMP_SECOND}),
	    .p50 = seconds(t->percentile[0]),
	    .p90 = seconds(t->percentile[1]),
	    .p95 = seconds(t->percentile[2]),
	    .p99 = seconds(t->percentile[3])};
}

static void
times_put(struct gathering *g, const struct statistics_group *group)
{
	struct report_time *list = arena_alloc(g->arena, CLOCKS * SPANS, sizeof(*list));

	for (enum clock_kind clock = 0; clock < CLOCKS; clock++) {
		for (enum span_kind span = 0; span < SPANS; span++)
			list[g->report->times++] =
			    time_of(&group->times[STATISTICS_ALL][clock][span], clock, span);
	}
	g->report->time = list;
}

static struct report_flow
flow_of(struct gathering *g, const struct flow *f, const char *kind)
{
	struct report_cause *cause = arena_alloc(g->arena, EXCLUSIONS, sizeof(*cause));
	int64_t excluded = flow_excluded(f);
	struct report_flow made = {.kind = kind,
	    .opened = f->opened,
	    .resolved = f->resolved,
	    .backlog_before = f->backlog_before,
	    .backlog_after = f->backlog_after,
	    .reopened = f->reopened,
	    .excluded = excluded,
	    .reopened_share = figure_ratio((struct fraction){f->reopened, f->opened}),
	    .excluded_share = figure_ratio((struct fraction){excluded, f->opened + excluded}),
	    .cause = cause};

	for (int x = 0; x < EXCLUSIONS; x++) {
		if (f->excluded[x] != 0)
			cause[made.causes++] =
			    (struct report_cause){exclusion_names[x], f->excluded[x]};
	}
	return made;
}

static void
flows_put(struct gathering *g, const struct statistics_group *group)
{
	struct report_flow *list = arena_alloc(g->arena, STATISTICS_KINDS, sizeof(*list));

	for (int k = 0; k < STATISTICS_KINDS; k++)
		list[k] = flow_of(g, &group->flow[k], k == STATISTICS_ALL ? "all" : kind_names[k]);
	g->report->flows = STATISTICS_KINDS;
	g->report->flow = list;
}

static void
surveys_put(struct gathering *g, const struct statistics_group *group)
{
	struct report_survey *list = arena_alloc(g->arena, SURVEY_LEVELS, sizeof(*list));

	for (int l = 0; l < SURVEY_LEVELS; l++)
		list[l] =
		    (struct report_survey){survey_level_names[l], group->satisfaction[l].answered,
			figure_ratio((struct fraction){group->satisfaction[l].ratios,
			    group->satisfaction[l].answered * SATISFACTION_UNIT})};
	g->report->surveys = SURVEY_LEVELS;
	g->report->survey = list;
}

int
gather_statistics(struct gathering *g)
{
	struct statistics statistics;
	const struct availability *a;

	if (statistics_ask(g->store, g->config, g->query, g->arena, &statistics, g->err) != 0)
		return -1;
	if (statistics.crowded || statistics.count == 0)
		return 0;
	times_put(g, &statistics.group[0]);
	flows_put(g, &statistics.group[0]);
	surveys_put(g, &statistics.group[0]);
	a = &statistics.group[0].availability;
	g->report->failures = (struct report_failures){true, a->failures,
	    figure_ratio((struct fraction){a->agreed - a->down, a->failures * STAMP_SECOND}),
	    figure_ratio((struct fraction){a->down, a->failures * STAMP_SECOND})};
	return 0;
}
