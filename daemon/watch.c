#include <string.h>

#include "base/stamp.h"
#include "watch_inside.h"

const struct zone *
watch_zone(const struct config *c, const char *agreement, int64_t now)
{
	const struct agreement *a =
	    agreement == NULL ? NULL : agreement_find(&c->agreements, agreement);
	const struct terms *terms = a == NULL ? NULL : agreement_at(a, now);

	if (a != NULL && terms == NULL)
		terms = &a->version[0];
	return terms == NULL ? c->zone : terms->zone;
}

/* Alerts whose rule is gone, or watches something else, end; those who heard of them hear that. */
static int
orphan_end(struct watch *w, struct stored_alert *row, struct err *err)
{
	const struct rule rule = watch_rule(w, row);
	const char *reason = "rule removed";

	for (size_t i = 0; i < w->config->rules; i++) {
		if (strcmp(w->config->rule[i].name, row->rule) == 0)
			reason = "rule changed";
	}
	return watch_end(w, &rule, row, reason, err);
}

static int
rule_watch(struct watch *w, const struct rule *rule, struct err *err)
{
	static int (*const watchers[RULE_KINDS])(
	    struct watch * w, const struct rule *rule, struct err *err) = {
	    [RULE_SCORE] = watch_scores,
	    [RULE_BUDGET] = watch_budget,
	    [RULE_EXCLUDED] = watch_excluded,
	    [RULE_QUIET] = watch_quiet,
	    [RULE_EXPIRY] = watch_expiry,
	    [RULE_REPORT] = watch_report,
	    [RULE_DELIVERY] = watch_delivery,
	    [RULE_TICKET] = watch_waiting,
	    [RULE_INSTANT] = watch_waiting,
	};

	return watchers[rule->kind](w, rule, err);
}

static int
all_watch(struct watch *w, struct err *err)
{
	w->live_count = store_alerts_live(w->store, &w->arena, &w->live, err);
	if (w->live_count < 0)
		return -1;
	w->seen = arena_alloc(&w->arena, (size_t)w->live_count, sizeof(bool));
	for (size_t i = 0; i < w->config->rules; i++) {
		if (rule_watch(w, &w->config->rule[i], err) != 0)
			return -1;
	}
	for (int i = 0; i < w->live_count; i++) {
		if (!w->seen[i] && orphan_end(w, &w->live[i], err) != 0)
			return -1;
	}
	return 0;
}

int
watch_step(
    struct store *s, const struct config *c, int64_t now, struct watched *watched, struct err *err)
{
	struct watch w = {.store = s, .config = c, .now = now, .result.next = STAMP_NEVER};
	int rc;

	if (c->rules > 0)
		w.result.next = stamp_floor(now, STAMP_MINUTE) + STAMP_MINUTE;
	rc = all_watch(&w, err) != 0 ? -1 : watch_tell_all(&w, err);
	arena_free(&w.arena);
	if (rc == 0)
		*watched = w.result;
	return rc;
}
