#include <string.h>

#include "domain/score.h"
#include "scores.h"
#include "watch_inside.h"

static struct alert_reading
reading_of(const struct score *s)
{
	return (struct alert_reading){.data = s->value.den > 0,
	    .good = s->value.num,
	    .total = s->value.den,
	    .a = s->a,
	    .b = s->b};
}

/* What a group says of which nothing is counted: where that is all that matters, all is well. */
static struct alert_reading
reading_of_nothing(const struct rule *rule)
{
	bool well = indicator_table[rule->indicator].formula == FORMULA_ABSENCE;

	return (struct alert_reading){.data = well, .good = well, .total = well};
}

static int
group_watch(struct watch *w, const struct rule *rule, const struct scores_group *g, struct err *err)
{
	struct stored_alert fresh = watch_fresh(rule);
	struct alert_reading reading = reading_of(&g->score[rule->indicator]);

	for (size_t b = 0; b < rule->bys; b++)
		fresh.scope[rule->by[b]] = g->by[b];
	return watch_reading(w, rule, &fresh, &reading, "cleared", err);
}

int
watch_scores(struct watch *w, const struct rule *rule, struct err *err)
{
	struct scores_query *q = arena_alloc(&w->arena, 1, sizeof(*q));
	const struct alert_reading nothing = reading_of_nothing(rule);
	struct scores scores;

	*q = (struct scores_query){.cohort = rule->cohort, .bys = rule->bys, .now = w->now};
	q->wanted[rule->indicator] = true;
	memcpy(q->by, rule->by, sizeof(q->by));
	for (int d = 0; d < DIMENSIONS; d++)
		q->filter[d] = (struct scores_filter){rule->where[d] != NULL, &rule->where[d]};
	if (window_named(rule->window, watch_zone(w->config, rule->where[DIM_AGREEMENT], w->now),
		w->now, &q->window, err) != 0 ||
	    scores_ask(w->store, w->config, q, &w->arena, &scores, err) != 0)
		return -1;
	if (scores.crowded)
		w->result.crowded = rule;
	for (size_t g = 0; g < scores.count; g++) {
		if (group_watch(w, rule, &scores.group[g], err) != 0)
			return -1;
	}
	return watch_unseen(w, rule, &nothing, "cleared", err);
}
