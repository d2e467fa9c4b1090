/*
 * statistics: counts of tickets, times, satisfaction and failures of a window and a scope, from the
 * same tallies as the scores.
 *
 * All numbers are whole: tickets, surveys and outages by number, times in ms. Shares, means and
 * seconds are made where they are shown.
 */
#ifndef SLAD_DAEMON_STATISTICS_H
#define SLAD_DAEMON_STATISTICS_H

#include "domain/statistic.h"
#include "scores.h"

/* Kinds, and after the last all of them together. */
#define STATISTICS_KINDS (KINDS + 1)
#define STATISTICS_ALL KINDS

/* Cycles of tickets; none of this has a cohort. */
struct flow {
	int64_t opened; /* started in the window */
	int64_t resolved; /* resolved in it, whenever they started */
	int64_t backlog_before; /* started before it, and not resolved before it */
	int64_t backlog_after; /* the same at its end; now, while it runs */
	int64_t reopened; /* of those opened, what a reopening took back */
	int64_t excluded[EXCLUSIONS]; /* started in the window, and count nowhere */
};

#define PERCENTILES 4
extern const int percentiles[PERCENTILES]; /* 50, 90, 95, 99 */

/* Clocks that have stopped: of cycles that started in the window (cohort opened), or that stopped
 * in it (settled). */
struct times {
	int64_t count;
	int64_t sum; /* ms, exact */
	int64_t percentile[PERCENTILES]; /* ms, nearest rank, within 1/128; without any -1 */
};

struct satisfaction {
	int64_t answered;
	int64_t ratios; /* sum of score/scale, in parts of SATISFACTION_UNIT */
};

struct statistics_group {
	const char *by[DIMENSIONS]; /* the values of `by`, in its order */
	struct flow flow[STATISTICS_KINDS];
	struct times times[STATISTICS_KINDS][CLOCKS][SPANS]; /* recovery: of incidents only */
	struct satisfaction satisfaction[SURVEY_LEVELS];
	struct availability availability; /* with its failures */
};

/* What one answer may hold: as many groups as /v1/scores has of all indicators, and so many
 * different numbers while it is gathered, 64 MB. */
#define STATISTICS_GROUPS (SCORES_ROWS / INDICATORS)
#define STATISTICS_SUMS 4000000

struct statistics {
	bool crowded; /* there is more than that; it is left out */
	bool surveys_in_scope, failures_in_scope; /* else these are all 0 */
	size_t count;
	struct statistics_group *group; /* without `by` exactly one; else sorted, those that have
					   something to say */
};

/* As scores_ask(); the query's `wanted` is not looked at. */
int statistics_ask(struct store *s, const struct config *c, const struct scores_query *q,
    struct arena *a, struct statistics *statistics, struct err *err);

/* The same, but of each group only its flow in the window, without backlogs: what the past before
 * the window says is not read. */
int statistics_flows(struct store *s, const struct config *c, const struct scores_query *q,
    struct arena *a, struct statistics *statistics, struct err *err);

/* All that excluded cycles come to. */
int64_t flow_excluded(const struct flow *f);

#endif
