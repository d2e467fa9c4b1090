/*
 * row: a score with what surrounds it, as the formats show it: its scope, its objective.
 */
#ifndef SLAD_DAEMON_ROW_H
#define SLAD_DAEMON_ROW_H

#include <stdbool.h>

#include <jansson.h>

#include "base/stamp.h"
#include "codec/table.h"
#include "scores.h"

struct row {
	const struct scores_query *query;
	enum indicator indicator;
	const struct score *score;
	const char *scope[DIMENSIONS]; /* NULL: not part of it */
	const struct objective *objective; /* NULL: none */
};

enum met { MET_UNKNOWN, MET_YES, MET_NO };

/* Calls each() for every score of an answer, in its order. */
void rows_each(const struct config *c, const struct scores_query *q, const struct scores *scores,
    void (*each)(void *context, const struct row *row), void *context);

/* One of them: the score of an indicator in a group. */
struct row row_of(const struct config *c, const struct scores_query *q,
    const struct scores_group *group, enum indicator i);

/* The version of an agreement (NULL: none) at the window's end, or now if that is earlier; NULL if
 * none is in force then. */
const struct terms *row_terms(
    const struct config *c, const struct scores_query *q, const char *agreement);

/* The objective of the one agreement that the scope names, in that version. */
const struct objective *row_objective(
    const struct config *c, const struct scores_query *q, const char *agreement, enum indicator i);

enum met row_met(const struct row *row);
double objective_value(const struct objective *o);
double fraction_value(struct fraction f); /* which must have one */
double fraction_difference(struct fraction f, struct fraction less); /* both must */

/* A score that is not counted at all has no A and B; some never have a B, few a C. */
bool row_has_a(const struct row *row);
bool row_has_b(const struct row *row);
bool row_has_c(const struct row *row);

/* A score as /v1/scores shows it; what a list of rows about the same thing repeats (indicator and
 * scope) and what is a row's own (a, b, value, met, …) are added apart. */
json_t *row_json(const struct row *row);
json_t *row_scope_json(const struct row *row);
json_t *row_a_json(const struct row *row);
json_t *row_b_json(const struct row *row);
void row_head_put(json_t *o, const struct row *row);
void row_numbers_put(json_t *o, const struct row *row);
void row_amounts_put(json_t *o, const struct row *row); /* a, b and c alone */
json_t *fraction_json(struct fraction f); /* null without a value */

/* The same as a row of CSV, below its head in English [0] or Chinese [1]. */
extern const char *const *const row_csv_head[];
void row_csv(struct table *t, const struct row *row, bool zh);

/* Its A, B or C as a cell, empty where there is none. */
void row_csv_amount(struct table *t, bool has, int64_t n, int64_t unit);

/* {"name", "from", "to", "cohort"}, edges on the window's own wall. */
json_t *window_json(const struct window *w, enum cohort cohort);

/* An edge on the window's wall. */
const char *window_edge(const struct window *w, int64_t t, char text[static STAMP_TEXT]);

#endif
