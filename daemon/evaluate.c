#include "evaluate.h"

#include "row.h"

int
evaluate(struct store *s, const struct config *c, const struct scores_query *q,
    const struct profile *p, struct arena *a, struct evaluated *out, struct err *err)
{
	struct evaluated e = {.profile = p, .agreement = scores_only(q, DIM_AGREEMENT)};
	struct scores scores;

	e.query = (struct scores_query){.window = q->window, .cohort = q->cohort, .now = q->now};
	e.query.filter[DIM_AGREEMENT] = q->filter[DIM_AGREEMENT];
	for (int i = 0; i < INDICATORS; i++)
		e.query.wanted[i] = true;
	if (scores_ask(s, c, &e.query, a, &scores, err) != 0)
		return -1;
	e.terms = row_terms(c, q, e.agreement);
	e.score = scores.group[0].score;
	e.evaluation = evaluation_of(p, e.score);
	*out = e;
	return 0;
}
