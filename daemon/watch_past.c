#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/stamp.h"
#include "codec/alert_event.h"
#include "codec/backfill_event.h"
#include "watch_inside.h"

#define PAST_PAUSE (10 * STAMP_MINUTE) /* without anything of the past, until it is told of */

struct summary {
	const struct config *config;
	struct arena *arena;
	struct backfill_rule *rule; /* beside the configuration's; a count of 0: nothing */
};

static void
rule_take(void *context, const char *rule, int64_t count, int64_t earliest, int64_t latest)
{
	struct summary *s = context;

	for (size_t i = 0; i < s->config->rules; i++) {
		if (strcmp(s->config->rule[i].name, rule) == 0)
			s->rule[i] = (struct backfill_rule){
			    s->config->rule[i].name, count, earliest, latest};
	}
}

static bool
notifies(const struct rule *rule, const char *receiver)
{
	for (size_t i = 0; i < rule->receivers; i++) {
		if (strcmp(rule->notify[i], receiver) == 0)
			return true;
	}
	return false;
}

/* One message for a receiver, if any of its rules has something. */
static int
receiver_tell(struct watch_events *v, const struct summary *s, size_t place, struct err *err)
{
	const char *receiver = v->config->receiver[place].name;
	struct backfill_rule *rules = arena_alloc(s->arena, v->config->rules + 1, sizeof(*rules));
	struct buf body = BUF_INIT(ALERT_EVENT_MAX);
	char message[64];
	size_t n = 0;
	int rc = -1;

	for (size_t i = 0; i < v->config->rules; i++) {
		if (s->rule[i].count > 0 && notifies(&v->config->rule[i], receiver))
			rules[n++] = s->rule[i];
	}
	if (n == 0)
		return 0;
	snprintf(message, sizeof(message), "slad_%" PRId64 "_backfill_%zu", v->now, place);
	if (backfill_event_text(message, v->now, rules, n, &body, err) == 0)
		rc = store_outbox_add(v->store, message, receiver, 0, v->now, buf_text(&body), err);
	v->told = true;
	buf_free(&body);
	return rc;
}

int64_t
watch_events_next(const struct watch_events *v)
{
	return v->past_last == STAMP_NEVER ? STAMP_NEVER : v->past_last + PAST_PAUSE;
}

int
watch_past_tell(struct watch_events *v, struct err *err)
{
	struct arena arena = {0};
	struct summary s = {.config = v->config, .arena = &arena};
	int rc;

	s.rule = arena_alloc(&arena, v->config->rules + 1, sizeof(*s.rule));
	rc = store_past_rules(v->store, rule_take, &s, err);
	for (size_t i = 0; i < v->config->receivers && rc == 0; i++)
		rc = receiver_tell(v, &s, i, err);
	if (rc == 0)
		rc = store_past_clear(v->store, err);
	v->past_last = STAMP_NEVER;
	arena_free(&arena);
	return rc;
}
