/*
 * series: the scores of a window step by step, and how they go: trend, windows before.
 *
 * A series has the groups that the window as a whole has, so that every row of a question about
 * the window is a row of the series, and none else.
 */
#ifndef SLAD_DAEMON_SERIES_H
#define SLAD_DAEMON_SERIES_H

#include <jansson.h>

#include "domain/trend.h"
#include "domain/window_step.h"
#include "scores.h"

#define SERIES_STEPS 1000 /* of an answer: a question is answered anew for each */
#define SERIES_POINTS SCORES_ROWS /* steps times rows: as many as scores may be */

/* The window's neighbour, of the same groups. */
struct series_other {
	bool there;
	struct window window;
	struct scores scores;
};

struct series {
	const struct scores_query *query;
	enum step unit;
	size_t steps;
	const struct window *step;
	struct scores whole; /* of the window */
	size_t indicators; /* wanted */
	struct score *point; /* by group, then wanted indicator, then step */
};

/* Cuts the question's window: a series without scores. -1 with a sentence if there are too many
 * steps. The question outlives the series; the rest lives in the arena. */
int series_cut(const struct scores_query *q, enum step unit, struct arena *a, struct series *series,
    struct err *err);

/* Whether an answer of so many groups would have more than SERIES_POINTS; err has the sentence. */
bool series_crowded(const struct series *series, size_t groups, struct err *err);

/* Asks for each step's scores, of the groups of `whole`, which must be there and not be too many.
 */
int series_ask(struct store *s, const struct config *c, struct series *series, struct arena *a,
    struct err *err);

/* The score of an indicator that was asked for. */
const struct score *series_point(
    const struct series *series, size_t group, enum indicator i, size_t step);

/* Whether a step is over; only those make trends. */
bool series_is_over(const struct series *series, size_t step);

/* Of the steps that are over and have a value; x is the step's place in the window, from 0. */
struct trend series_trend(const struct series *series, size_t group, enum indicator i);

/* Asks for a window beside the question's, such as window_before() gives. */
int series_beside(struct store *s, const struct config *c, const struct series *series,
    bool (*find)(const struct window *w, struct window *other), struct arena *a,
    struct series_other *other, struct err *err);

/* {"n", "slope", "stderr", "from", "to", "direction"}, null where there is none. */
json_t *trend_json(const struct trend *t);

#endif
