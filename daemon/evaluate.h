/*
 * evaluate: the standard's evaluation of an agreement, or of all of them, from the tallies.
 */
#ifndef SLAD_DAEMON_EVALUATE_H
#define SLAD_DAEMON_EVALUATE_H

#include "base/err.h"
#include "base/mem.h"
#include "codec/config.h"
#include "domain/evaluation.h"
#include "scores.h"
#include "store/store.h"

struct evaluated {
	struct scores_query query; /* what was asked of the scores: all 32, of one group */
	const struct profile *profile;
	const char *agreement; /* NULL: over all */
	const struct terms *terms; /* of the agreement, at the window's end; NULL if none hold */
	const struct score *score; /* INDICATORS of them */
	struct evaluation evaluation;
};

/* Of `q` the window, the cohort, the agreement and now count. Everything lives in the arena, or in
 * q or the configuration. Called within a transaction where numbers must agree. */
int evaluate(struct store *s, const struct config *c, const struct scores_query *q,
    const struct profile *p, struct arena *a, struct evaluated *out, struct err *err);

#endif
