#include "domain/sight.h"

#include <string.h>

#include "base/stamp.h"

bool
rule_looks_at(const struct rule *rule, const char *const scope[static DIMENSIONS])
{
	for (int d = 0; d < DIMENSIONS; d++) {
		if (rule->where[d] != NULL &&
		    (scope[d] == NULL || strcmp(rule->where[d], scope[d]) != 0))
			return false;
	}
	return true;
}

static bool
is_about(const struct rule *rule, const struct ticket *t)
{
	if (rule->kind == RULE_TICKET)
		return rule->clock != CLOCK_RECOVERY || t->kind == KIND_INCIDENT;
	if (rule->kind != RULE_INSTANT)
		return false;
	switch (rule->instant) {
	case INSTANT_MAJOR_INCIDENT:
		return t->kind == KIND_INCIDENT && t->major;
	case INSTANT_OUTAGE:
		return t->cycle[0].downs > 0;
	case INSTANT_COMPLAINT:
		return t->kind == KIND_COMPLAINT;
	case INSTANT_LEAKED:
	case INSTANT_TAMPERED:
		break;
	}
	return false;
}

size_t
ticket_sights(const struct rule *rule, const struct ticket *t)
{
	if (!t->opened || t->excluded || !rule_looks_at(rule, t->scope.dim) || !is_about(rule, t))
		return 0;
	return rule->kind == RULE_TICKET ? t->cycles : 1;
}

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Since when the rule has looked at the ticket. */
static int64_t
looked_since(const struct rule *rule, const struct ticket *t)
{
	int64_t since = t->included_at;

	for (int d = 0; d < DIMENSIONS; d++) {
		if (rule->where[d] != NULL)
			since = later(since, t->scope_at[d]);
	}
	if (rule->kind == RULE_TICKET)
		return rule->clock == CLOCK_RECOVERY ? later(since, t->kind_at) : since;
	since = later(since, t->kind_at);
	if (rule->instant == INSTANT_MAJOR_INCIDENT)
		return later(since, t->major_at);
	return rule->instant == INSTANT_OUTAGE ? later(since, t->outage_at) : since;
}

static struct sight
clock_sight(const struct rule *rule, const struct ticket *t, size_t cycle)
{
	const struct cycle *c = &t->cycle[cycle];
	const struct ticket_clock *clock = &c->clock[rule->clock];
	struct sight s = {LEVEL_NONE, STAMP_NEVER, STAMP_NEVER, STAMP_NEVER};
	int64_t looked = looked_since(rule, t), at;
	struct clock_mark marks[LEVELS];
	struct clock_reached reached[LEVELS];

	for (int l = 0; l < LEVELS; l++)
		marks[l] = (struct clock_mark){rule->used[l], rule->before[l]};
	ticket_clock_reach(rule->clock, c->phase, clock, marks, LEVELS, reached);
	for (enum level l = LEVEL_GENERAL; l >= LEVEL_URGENT; l--) {
		if (rule->used[l] == RULE_NONE && rule->before[l] == RULE_NONE)
			continue;
		at = later(reached[l].first, looked);
		if (at < clock->stop && at < s.first)
			s.first = at;
		at = later(reached[l].since, looked);
		if (at <= clock->now) {
			s.held = l;
			s.since = at;
			s.next = STAMP_NEVER;
		} else if (at < s.next) {
			s.next = at;
		}
	}
	return s;
}

/* Since when the last cycle has been in work: its start, or its last reopening. */
static int64_t
in_work_since(const struct cycle *c)
{
	int64_t since = c->start;

	for (size_t i = 1; i < c->phases; i++) {
		if (c->phase[i - 1].resolved && !c->phase[i].resolved)
			since = c->phase[i].at;
	}
	return since;
}

static bool
goes_on(const struct rule *rule, const struct cycle *c)
{
	switch (rule->instant) {
	case INSTANT_MAJOR_INCIDENT:
		return c->clock[CLOCK_RECOVERY].state != CLOCK_STOPPED;
	case INSTANT_OUTAGE:
		return c->down[c->downs - 1].to == STAMP_NEVER;
	default:
		return !c->resolved;
	}
}

static struct sight
instant_sight(const struct rule *rule, const struct ticket *t)
{
	const struct cycle *c = &t->cycle[t->cycles - 1];
	struct sight s = {LEVEL_NONE, STAMP_NEVER, STAMP_NEVER, STAMP_NEVER};
	int64_t looked = looked_since(rule, t);

	s.first = later(t->cycle[0].start, looked);
	if (goes_on(rule, c)) {
		s.held = rule->level;
		s.since = later(in_work_since(c), looked);
	}
	return s;
}

struct sight
ticket_sight(const struct rule *rule, const struct ticket *t, size_t cycle)
{
	return rule->kind == RULE_TICKET ? clock_sight(rule, t, cycle) : instant_sight(rule, t);
}

int64_t
ticket_sight_next(const struct rule *rules, size_t count, const struct ticket *t)
{
	int64_t next = STAMP_NEVER, at;

	for (size_t i = 0; i < count; i++) {
		if (rules[i].kind != RULE_TICKET || ticket_sights(&rules[i], t) == 0)
			continue;
		at = clock_sight(&rules[i], t, t->cycles - 1).next;
		if (at < next)
			next = at;
	}
	return next;
}
