#include "domain/alert.h"

#include <assert.h>

const char *const alert_state_names[ALERT_STATES] = {
    [ALERT_INACTIVE] = "inactive",
    [ALERT_PENDING] = "pending",
    [ALERT_FIRING] = "firing",
    [ALERT_RESOLVED] = "resolved",
    [ALERT_CLOSED] = "closed",
};

const char *const move_names[MOVES] = {
    [MOVE_NONE] = "none",
    [MOVE_FIRED] = "fired",
    [MOVE_CHANGED] = "changed",
    [MOVE_RESOLVED] = "resolved",
    [MOVE_ESCALATED] = "escalated",
};

static const bool successors[ALERT_STATES][ALERT_STATES] = {
    [ALERT_INACTIVE] = {[ALERT_PENDING] = true},
    [ALERT_PENDING] = {[ALERT_INACTIVE] = true, [ALERT_FIRING] = true},
    [ALERT_FIRING] = {[ALERT_RESOLVED] = true, [ALERT_CLOSED] = true},
    [ALERT_CLOSED] = {[ALERT_RESOLVED] = true},
};

bool
alert_allowed(enum alert_state from, enum alert_state to)
{
	return successors[from][to];
}

static void
become(struct alert *a, enum alert_state to)
{
	assert(alert_allowed(a->state, to));
	a->state = to;
}

static bool
is_below(const struct alert *a, struct decimal d)
{
	return (__int128)a->good * d.scale < (__int128)d.units * a->total;
}

static enum level
level_held(const struct rule *rule, const struct alert *a)
{
	for (enum level l = LEVEL_URGENT; l < LEVELS; l++) {
		if (rule->has_below[l] && is_below(a, rule->below[l]))
			return l;
	}
	return LEVEL_NONE;
}

static bool
is_clear(const struct rule *rule, const struct alert *a)
{
	return !rule_has_value(rule) ||
	    (level_held(rule, a) == LEVEL_NONE && !is_below(a, rule->clear));
}

static bool
has_data(const struct rule *rule, const struct alert_reading *r)
{
	return r->data && (r->leveled || (r->total > 0 && r->b >= rule->min));
}

static void
candidate_drop(struct alert *a)
{
	a->candidate = LEVEL_NONE;
	a->candidate_since = STAMP_NEVER;
}

static bool
candidate_held(const struct rule *rule, const struct alert *a, int64_t now)
{
	return now - a->candidate_since >= rule->hold;
}

static void
level_take(struct alert *a)
{
	a->level = a->candidate;
	candidate_drop(a);
}

static enum alert_move
quiet_step(const struct rule *rule, struct alert *a, enum level held, int64_t began, int64_t now)
{
	if (held == LEVEL_NONE) {
		alert_end(a, now);
		return MOVE_NONE;
	}
	a->candidate = held;
	if (a->state == ALERT_INACTIVE) {
		become(a, ALERT_PENDING);
		a->since = a->candidate_since = began > 0 && began < now ? began : now;
	}
	if (!candidate_held(rule, a, now))
		return MOVE_NONE;
	become(a, ALERT_FIRING);
	a->fired_at = now;
	level_take(a);
	return MOVE_FIRED;
}

static enum alert_move
firing_step(const struct rule *rule, struct alert *a, enum level held, int64_t now)
{
	bool same_side;

	if (held == LEVEL_NONE || held == a->level) {
		candidate_drop(a);
		if (held == LEVEL_NONE && is_clear(rule, a) && now - a->fired_at >= rule->keep)
			return alert_end(a, now);
		return MOVE_NONE;
	}
	same_side = a->candidate != LEVEL_NONE && (a->candidate < a->level) == (held < a->level);
	a->candidate = held;
	if (!same_side)
		a->candidate_since = now;
	if (!candidate_held(rule, a, now))
		return MOVE_NONE;
	level_take(a);
	return MOVE_CHANGED;
}

enum alert_move
alert_step(const struct rule *rule, struct alert *a, const struct alert_reading *r, int64_t now)
{
	enum level held;

	assert(r->total >= 0);
	assert(r->leveled == !rule_has_value(rule));
	if (a->state == ALERT_RESOLVED)
		return MOVE_NONE;
	a->no_data = !has_data(rule, r);
	if (a->no_data)
		return MOVE_NONE;
	a->good = r->good;
	a->total = r->total;
	a->a = r->a;
	a->b = r->b;
	held = r->leveled ? r->held : level_held(rule, a);
	switch (a->state) {
	case ALERT_FIRING:
		return firing_step(rule, a, held, now);
	case ALERT_CLOSED:
		return held == LEVEL_NONE && is_clear(rule, a) ? alert_end(a, now) : MOVE_NONE;
	default:
		return quiet_step(rule, a, held, r->began, now);
	}
}

enum alert_move
alert_end(struct alert *a, int64_t now)
{
	if (a->state == ALERT_PENDING) {
		become(a, ALERT_INACTIVE);
		a->since = STAMP_NEVER;
		candidate_drop(a);
	}
	if (a->state == ALERT_CLOSED)
		become(a, ALERT_RESOLVED);
	if (a->state != ALERT_FIRING)
		return MOVE_NONE;
	become(a, ALERT_RESOLVED);
	a->resolved_at = now;
	candidate_drop(a);
	return MOVE_RESOLVED;
}

enum alert_move
alert_close(struct alert *a, int64_t now)
{
	if (a->state != ALERT_FIRING)
		return MOVE_NONE;
	become(a, ALERT_CLOSED);
	a->resolved_at = now;
	candidate_drop(a);
	return MOVE_RESOLVED;
}

int64_t
alert_next(const struct rule *rule, const struct alert *a)
{
	if (a->no_data)
		return STAMP_NEVER;
	if (a->candidate != LEVEL_NONE)
		return a->candidate_since + rule->hold;
	if (a->state == ALERT_FIRING && rule_has_value(rule) && is_clear(rule, a))
		return a->fired_at + rule->keep;
	return STAMP_NEVER;
}
