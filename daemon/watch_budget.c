#include <stdlib.h>
#include <string.h>

#include "domain/budget.h"
#include "scores.h"
#include "watch_inside.h"

/* What both windows say of a group. */
struct pace {
	struct decimal objective;
	const struct score *far, *near; /* of the long window and of the short one */
};

/* The objective of a group: the rule's, else that of the one agreement that it is about. NULL:
 * there is none. */
static const struct decimal *
objective_of(const struct watch *w, const struct rule *rule, const char *agreement)
{
	const struct agreement *a;
	const struct terms *terms;
	const struct objective *objective;

	if (rule->objective.scale > 0)
		return &rule->objective;
	a = agreement == NULL ? NULL : agreement_find(&w->config->agreements, agreement);
	terms = a == NULL ? NULL : agreement_at(a, w->now);
	objective = terms == NULL ? NULL : terms_objective(terms, (int)rule->indicator);
	return objective == NULL ? NULL : &objective->at_least;
}

/* The rule with its thresholds as values. */
static struct rule
rule_of_values(const struct rule *rule, struct decimal objective)
{
	struct rule values = *rule;

	for (int l = LEVEL_URGENT; l < LEVELS; l++) {
		values.has_below[l] = rule->above[l].scale > 0;
		if (!values.has_below[l])
			continue;
		values.below[l] = budget_pace(objective, rule->above[l]);
		values.clear = values.below[l];
	}
	values.min = 0;
	return values;
}

static json_t *
window_json(const char *name, const struct score *s)
{
	return json_pack("{ss sI sI}", "window", name, "good", (json_int_t)s->decided.num,
	    "decided", (json_int_t)s->decided.den);
}

static const char *
about_of(struct watch *w, const struct rule *rule, const struct pace *p)
{
	json_t *about = json_pack("{sf so so}", "objective",
	    (double)p->objective.units / (double)p->objective.scale, "long",
	    window_json(rule->long_window, p->far), "short",
	    window_json(rule->short_window, p->near));
	char *text = json_dumps(about, JSON_COMPACT);
	const char *kept = arena_strdup(&w->arena, text);

	free(text);
	json_decref(about);
	return kept;
}

/* A level holds while it holds in both windows: the better one decides. */
static int
pace_watch(struct watch *w, const struct rule *rule, struct stored_alert *fresh,
    const struct pace *p, struct err *err)
{
	struct rule values = rule_of_values(rule, p->objective);
	struct fraction far = p->far->decided, close = p->near->decided;
	bool near = close.den > 0 && budget_better(close.num, close.den, far.num, far.den);
	const struct score *s = near ? p->near : p->far;
	const struct alert_reading reading = {.data = close.den > 0 && far.den >= rule->min,
	    .good = s->decided.num,
	    .total = s->decided.den,
	    .a = s->a,
	    .b = s->b};

	values.window = near ? rule->short_window : rule->long_window;
	fresh->about = about_of(w, rule, p);
	return watch_reading(w, &values, fresh, &reading, "cleared", err);
}

static int
group_watch(struct watch *w, const struct rule *rule, const struct scores_group *far,
    const struct scores_group *near, struct err *err)
{
	const struct alert_reading nothing = {.data = false};
	struct pace pace = {
	    .far = &far->score[rule->indicator], .near = &near->score[rule->indicator]};
	struct stored_alert fresh = watch_fresh(rule);
	const struct decimal *objective;

	for (size_t b = 0; b < rule->bys; b++)
		fresh.scope[rule->by[b]] = far->by[b];
	objective = objective_of(w, rule, fresh.scope[DIM_AGREEMENT]);
	if (objective == NULL) {
		w->result.aimless = rule;
		return watch_reading(w, rule, &fresh, &nothing, "cleared", err);
	}
	pace.objective = *objective;
	return pace_watch(w, rule, &fresh, &pace, err);
}

static int
ask(struct watch *w, const struct rule *rule, const char *window, struct scores_query *q,
    struct scores *scores, struct err *err)
{
	if (window_named(window, watch_zone(w->config, rule->where[DIM_AGREEMENT], w->now), w->now,
		&q->window, err) != 0)
		return -1;
	return scores_ask(w->store, w->config, q, &w->arena, scores, err);
}

int
watch_budget(struct watch *w, const struct rule *rule, struct err *err)
{
	struct scores_query *q = arena_alloc(&w->arena, 1, sizeof(*q));
	const struct alert_reading nothing = {.data = false};
	struct scores far, near;

	*q = (struct scores_query){.cohort = COHORT_SETTLED, .bys = rule->bys, .now = w->now};
	q->wanted[rule->indicator] = true;
	memcpy(q->by, rule->by, sizeof(q->by));
	for (int d = 0; d < DIMENSIONS; d++)
		q->filter[d] = (struct scores_filter){rule->where[d] != NULL, &rule->where[d]};
	if (ask(w, rule, rule->long_window, q, &far, err) != 0)
		return -1;
	q->groups = &far;
	if (ask(w, rule, rule->short_window, q, &near, err) != 0)
		return -1;
	if (far.crowded)
		w->result.crowded = rule;
	for (size_t g = 0; g < far.count; g++) {
		if (group_watch(w, rule, &far.group[g], &near.group[g], err) != 0)
			return -1;
	}
	return watch_unseen(w, rule, &nothing, "cleared", err);
}
