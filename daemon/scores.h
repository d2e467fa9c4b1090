/*
 * scores: answers a question about a window and a scope from the tallies.
 *
 * Its cost grows with the scopes that match and with the buckets of the window, not with the
 * number of tickets. The interface, the alerts and /metrics all ask here.
 */
#ifndef SLAD_DAEMON_SCORES_H
#define SLAD_DAEMON_SCORES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/mem.h"
#include "codec/config.h"
#include "domain/score.h"
#include "domain/scope.h"
#include "domain/window.h"
#include "store/store.h"

struct scores_filter {
	size_t count; /* 0: any */
	const char *const *values;
};

struct papers_kept;

struct scores_query {
	struct window window;
	enum cohort cohort;
	struct scores_filter filter[DIMENSIONS];
	size_t bys;
	enum dimension by[DIMENSIONS];
	bool wanted[INDICATORS];
	int64_t now; /* outages are counted until then */
	/* The groups of the answer, in its order, with or without anything to count; NULL: those
	 * that have something. */
	const struct scores *groups;
	/* Beside groups: what the store's tallies give, by group, then indicator wanted; NULL: the
	 * store is asked. */
	const struct sums *sums;
	/* Reports, measurements and assessments that were read before, for many windows; NULL: they
	 * are not kept. */
	struct papers_kept *kept;
};

struct scores_group {
	const char *by[DIMENSIONS]; /* the values of `by`, in its order */
	bool any; /* a wanted indicator has something to count */
	struct score score[INDICATORS];
};

/* What one answer may hold: groups, and rows of them, each an indicator's; about 40 MB while it is
 * made. */
#define SCORES_GROUPS 4000
#define SCORES_ROWS 32000

struct scores {
	bool crowded; /* there are more than that; the others are left out */
	size_t count;
	struct scores_group *group; /* without `by` exactly one; else sorted, those with any */
};

/* Everything lives in the arena, but what `groups` is made of. Called within a transaction where
 * numbers must agree. */
int scores_ask(struct store *s, const struct config *c, const struct scores_query *q,
    struct arena *a, struct scores *scores, struct err *err);

/* What the tallies give for each of many windows, as fast as for all of it at once: `sums` of a
 * query, one after the other. The groups, given by the query, are sorted; the windows ascend and
 * do not overlap. */
int scores_sums(struct store *s, const struct scores_query *q, const struct window *windows,
    size_t count, struct arena *a, struct sums **sums, struct err *err);

/* The one value that a dimension is restricted to, or NULL. */
const char *scores_only(const struct scores_query *q, enum dimension d);

/* Whether the question filters and groups by these dimensions only: bits 1 << enum dimension. */
bool scores_asked_within(const struct scores_query *q, unsigned dimensions);

/* Whether all dimensions that are asked for touch the indicator. */
bool scores_in_scope(const struct scores_query *q, enum indicator i);

/* Whether it wants an indicator that is made of this, and is in scope. */
bool scores_want(const struct scores_query *q, enum input input);

/* Whether the question's filter of one dimension, or of all, lets a thing through. */
bool scores_lets(const struct scores_query *q, enum dimension d, const char *value);
bool scores_match(const struct scores_query *q, const struct scope *scope);

#endif
