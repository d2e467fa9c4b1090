#include <string.h>

#include "statistics.h"
#include "watch_inside.h"

/* The rule with its thresholds as values: of those that are not excluded. */
static struct rule
rule_of_values(const struct rule *rule)
{
	struct rule values = *rule;

	for (int l = LEVEL_URGENT; l < LEVELS; l++) {
		values.has_below[l] = rule->above[l].scale > 0;
		if (!values.has_below[l])
			continue;
		values.below[l] = (struct decimal){
		    rule->above[l].scale - rule->above[l].units, rule->above[l].scale};
		values.clear = values.below[l];
	}
	return values;
}

static int
group_watch(
    struct watch *w, const struct rule *rule, const struct statistics_group *g, struct err *err)
{
	const struct flow *flow = &g->flow[STATISTICS_ALL];
	int64_t excluded = flow_excluded(flow), all = flow->opened + excluded;
	const struct alert_reading reading = {
	    .data = all > 0, .good = flow->opened, .total = all, .a = excluded, .b = all};
	struct stored_alert fresh = watch_fresh(rule);

	for (size_t b = 0; b < rule->bys; b++)
		fresh.scope[rule->by[b]] = g->by[b];
	return watch_reading(w, rule, &fresh, &reading, "cleared", err);
}

int
watch_excluded(struct watch *w, const struct rule *rule, struct err *err)
{
	struct scores_query *q = arena_alloc(&w->arena, 1, sizeof(*q));
	const struct alert_reading nothing = {.data = false};
	const struct rule values = rule_of_values(rule);
	struct statistics all;

	*q = (struct scores_query){.bys = rule->bys, .now = w->now};
	memcpy(q->by, rule->by, sizeof(q->by));
	for (int d = 0; d < DIMENSIONS; d++)
		q->filter[d] = (struct scores_filter){rule->where[d] != NULL, &rule->where[d]};
	if (window_named(rule->window, watch_zone(w->config, rule->where[DIM_AGREEMENT], w->now),
		w->now, &q->window, err) != 0 ||
	    statistics_flows(w->store, w->config, q, &w->arena, &all, err) != 0)
		return -1;
	if (all.crowded)
		w->result.crowded = rule;
	for (size_t g = 0; g < all.count; g++) {
		if (group_watch(w, &values, &all.group[g], err) != 0)
			return -1;
	}
	return watch_unseen(w, &values, &nothing, "cleared", err);
}
