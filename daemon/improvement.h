/*
 * improvement: an improvement record as it is shown, and what people order of it.
 *
 * slad fills in the numbers: the baseline when the record is made, the present value whenever it
 * is asked for, the result when it is closed.
 */
#ifndef SLAD_DAEMON_IMPROVEMENT_H
#define SLAD_DAEMON_IMPROVEMENT_H

#include "order.h"
#include "scores.h"
#include "store/store_improvement.h"

#define IMPROVEMENT_AIM INT64_C(1000000000) /* the aim 1, as it is stored */

struct improvement_asked;

/* Where a record is looked at from. */
struct improvement_view {
	struct store *store;
	const struct config *config;
	int64_t now;
	struct arena *arena;
	struct improvement_asked **asked; /* what was asked before, for a list; NULL: not kept */
};

/* A record with its history, present and latest values; NULL on failure. */
json_t *improvement_json(
    const struct improvement_view *v, const struct stored_improvement *i, struct err *err);

/* The score of its indicator and scope in a window, as JSON, and as such; NULL on failure. */
json_t *improvement_reading(const struct improvement_view *v, const struct stored_improvement *i,
    const struct window *w, struct score *score, struct err *err);

/* Orders. */
int improvement_create(struct order *o, const struct act *act, struct err *err);
int improvement_move(struct order *o, const struct act *act, struct err *err);

#endif
