#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/stamp.h"
#include "codec/alert_event.h"
#include "delivery.h"
#include "domain/score.h"
#include "watch_inside.h"

/* What the pure alert knows of a stored one. */
struct alert
watch_alert(const struct stored_alert *row)
{
	return (struct alert){.state = (enum alert_state)row->state,
	    .level = (enum level)row->level,
	    .candidate = (enum level)row->candidate,
	    .candidate_since = row->candidate_since,
	    .since = row->since,
	    .fired_at = row->fired,
	    .resolved_at = row->resolved,
	    .no_data = row->no_data,
	    .good = row->good,
	    .total = row->total,
	    .a = row->a,
	    .b = row->b};
}

void
watch_alert_set(struct stored_alert *row, const struct alert *a)
{
	row->state = (int)a->state;
	row->level = (int)a->level;
	row->candidate = (int)a->candidate;
	row->candidate_since = a->candidate_since;
	row->since = a->since;
	row->fired = a->fired_at;
	row->resolved = a->resolved_at;
	row->no_data = a->no_data;
	row->good = a->good;
	row->total = a->total;
	row->a = a->a;
	row->b = a->b;
}

/* Writes the message for the receiver at a place of the rule's list. */
static int
tell(struct watch *w, const struct rule *rule, const struct stored_alert *row, enum alert_move move,
    size_t place, struct err *err)
{
	struct buf body = BUF_INIT(ALERT_EVENT_MAX);
	struct alert state = watch_alert(row);
	struct alert_event e = {
	    .move = move, .time = w->now, .rule = rule, .state = &state, .reason = row->reason};
	struct window window;
	char id[32], message[96];
	int rc = -1;

	snprintf(id, sizeof(id), "%" PRId64, row->id);
	snprintf(message, sizeof(message), "slad_%s_%" PRId64 "_%s_%zu", id, w->now,
	    move_names[move], place);
	memcpy(e.scope, row->scope, sizeof(e.scope));
	e.id = message;
	e.alert = id;
	e.about = row->about;
	e.window = rule_has_value(rule) ? &window : NULL;
	if ((e.window == NULL ||
		window_named(rule->window, watch_zone(w->config, row->scope[DIM_AGREEMENT], w->now),
		    w->now, &window, err) == 0) &&
	    alert_event_text(&e, &body, err) == 0)
		rc = store_outbox_add(
		    w->store, message, rule->notify[place], row->id, w->now, buf_text(&body), err);
	w->result.told = true;
	buf_free(&body);
	return rc;
}

/* Nobody is told that what they are told does not reach them. */
static bool
hears(const struct rule *rule, const struct stored_alert *row, const char *receiver)
{
	return rule->kind != RULE_DELIVERY || strcmp(row->subject, receiver) != 0;
}

static bool
is_among(const struct rule *rule, const char *receiver)
{
	for (size_t i = 0; i < rule->receivers; i++) {
		if (strcmp(rule->notify[i], receiver) == 0)
			return true;
	}
	return false;
}

/* The rule with those who heard of the alert while it told them, too: they hear how it ends. */
static int
heard_add(struct watch *w, const struct stored_alert *row, struct rule *rule, struct err *err)
{
	const char *heard[WATCH_RECEIVERS], **all;
	int n = store_outbox_receivers(w->store, row->id, &w->arena, heard, WATCH_RECEIVERS, err);

	if (n <= 0)
		return n;
	all = arena_alloc(&w->arena, rule->receivers + (size_t)n, sizeof(*all));
	if (rule->receivers > 0)
		memcpy(all, rule->notify, rule->receivers * sizeof(*all));
	rule->notify = all;
	for (int i = 0; i < n; i++) {
		if (!is_among(rule, heard[i]) && receiver_find(w->config, heard[i]) != NULL)
			all[rule->receivers++] = heard[i];
	}
	return 0;
}

static int
tell_all(struct watch *w, const struct rule *rule, const struct stored_alert *row,
    enum alert_move move, struct err *err)
{
	struct rule all = *rule;

	if (move == MOVE_RESOLVED && heard_add(w, row, &all, err) < 0)
		return -1;
	for (size_t i = 0; move != MOVE_NONE && i < all.receivers; i++) {
		if (hears(&all, row, all.notify[i]) && tell(w, &all, row, move, i, err) != 0)
			return -1;
	}
	return 0;
}

/* Stores what became of an alert; one that never fired leaves no trace. */
static int
keep(struct watch *w, struct stored_alert *row, const struct alert *after, struct err *err)
{
	watch_alert_set(row, after);
	if (after->state == ALERT_INACTIVE)
		return row->id == 0 ? 0 : store_alert_delete(w->store, row->id, err);
	return store_alert_save(w->store, row, err);
}

/* A move, as the history has it. */
static int
remember(struct watch *w, const struct stored_alert *row, enum alert_move move, struct err *err)
{
	const struct alert_line line = {.at = w->now,
	    .what = move_names[move],
	    .note = move == MOVE_RESOLVED ? row->reason : level_names[row->level]};

	return move == MOVE_NONE ? 0 : store_alert_history_add(w->store, row->id, &line, err);
}

void
watch_at(struct watch *w, int64_t t)
{
	if (t > w->now && t < w->result.next)
		w->result.next = t;
}

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Whether a look has left an alert as it was. */
static bool
is_same(const struct alert *a, const struct alert *b)
{
	return a->state == b->state && a->level == b->level && a->candidate == b->candidate &&
	    a->candidate_since == b->candidate_since && a->since == b->since &&
	    a->fired_at == b->fired_at && a->resolved_at == b->resolved_at &&
	    a->no_data == b->no_data && a->good == b->good && a->total == b->total &&
	    a->a == b->a && a->b == b->b;
}

/* `otherwise`: what it is about is not what is stored. */
static int
give(struct watch *w, const struct rule *rule, struct stored_alert *row, bool otherwise,
    const struct alert_reading *reading, const char *reason, struct err *err)
{
	const struct alert before = watch_alert(row);
	struct alert after = before;
	struct rule scaled = *rule; /* `min` as A and B are counted */
	enum alert_move move;
	int64_t next;

	if (rule->kind == RULE_SCORE)
		scaled.min *= rule_has_least(rule) ? score_unit_b(rule->indicator) : 0;
	move = alert_step(&scaled, &after, reading, w->now);
	next = alert_next(rule, &after);

	if (move == MOVE_RESOLVED)
		row->reason = reason;
	watch_at(w, next);
	if (row->id != 0 && move == MOVE_NONE && !otherwise && is_same(&before, &after))
		return 0;
	row->told = row->told || move == MOVE_FIRED;
	if (keep(w, row, &after, err) != 0 || remember(w, row, move, err) != 0)
		return -1;
	return tell_all(w, rule, row, move, err);
}

int
watch_give(struct watch *w, const struct rule *rule, struct stored_alert *row,
    const struct alert_reading *reading, const char *reason, struct err *err)
{
	return give(w, rule, row, false, reading, reason, err);
}

/* Whether its agreement is no longer configured. */
static bool
is_abandoned(const struct watch *w, const struct stored_alert *row)
{
	const char *agreement = row->scope[DIM_AGREEMENT];

	return agreement != NULL && agreement[0] != '\0' &&
	    agreement_find(&w->config->agreements, agreement) == NULL;
}

int
watch_reading(struct watch *w, const struct rule *rule, struct stored_alert *fresh,
    const struct alert_reading *reading, const char *reason, struct err *err)
{
	struct stored_alert *live;
	bool otherwise;

	if (is_abandoned(w, fresh))
		return 0;
	live = watch_live(w, fresh);
	if (live == NULL)
		return watch_give(w, rule, fresh, reading, reason, err);
	otherwise = !same_text(live->about, fresh->about);
	live->about = fresh->about;
	return give(w, rule, live, otherwise, reading, reason, err);
}

int
watch_end(struct watch *w, const struct rule *rule, struct stored_alert *row, const char *reason,
    struct err *err)
{
	struct alert after = watch_alert(row);
	enum alert_move move = alert_end(&after, w->now);

	row->reason = reason;
	if (keep(w, row, &after, err) != 0 || remember(w, row, move, err) != 0)
		return -1;
	return tell_all(w, rule, row, move, err);
}

struct stored_alert
watch_fresh(const struct rule *rule)
{
	static const struct alert fresh = ALERT_INIT;
	bool indicated = rule->kind == RULE_SCORE || rule->kind == RULE_BUDGET;
	struct stored_alert row = {.rule = rule->name,
	    .indicator = indicated ? indicator_table[rule->indicator].id : "",
	    .window = rule_has_value(rule) ? rule->window : "",
	    .cohort = (int)rule->cohort,
	    .kind = (int)rule->kind,
	    .subject = "",
	    .acked = STAMP_NEVER,
	    .escalated = STAMP_NEVER};

	memcpy(row.scope, rule->where, sizeof(row.scope));
	watch_alert_set(&row, &fresh);
	return row;
}

struct stored_alert *
watch_live(struct watch *w, const struct stored_alert *like)
{
	bool same;

	for (int k = 0, i = w->hint; k < w->live_count; k++, i++) {
		i = i < w->live_count ? i : 0;
		same = strcmp(w->live[i].rule, like->rule) == 0 && w->live[i].kind == like->kind &&
		    strcmp(w->live[i].indicator, like->indicator) == 0 &&
		    strcmp(w->live[i].subject, like->subject) == 0;
		for (int d = 0; d < DIMENSIONS && same; d++)
			same = same_text(w->live[i].scope[d], like->scope[d]);
		if (same) {
			w->seen[i] = true;
			w->hint = i + 1;
			return &w->live[i];
		}
	}
	return NULL;
}

bool
watch_is_of(const struct rule *rule, const struct stored_alert *row)
{
	const struct stored_alert fresh = watch_fresh(rule);
	bool of = strcmp(row->rule, rule->name) == 0 && row->kind == fresh.kind &&
	    strcmp(row->indicator, fresh.indicator) == 0;
	bool by;

	for (int d = 0; d < DIMENSIONS && of; d++) {
		by = false;
		for (size_t b = 0; b < rule->bys; b++)
			by = by || rule->by[b] == (enum dimension)d;
		if (rule_has_value(rule))
			of = by ? row->scope[d] != NULL : same_text(row->scope[d], rule->where[d]);
		else
			of = rule->where[d] == NULL || same_text(row->scope[d], rule->where[d]);
	}
	return of;
}

int
watch_unseen(struct watch *w, const struct rule *rule, const struct alert_reading *reading,
    const char *reason, struct err *err)
{
	for (int i = 0; i < w->live_count; i++) {
		if (w->seen[i] || !watch_is_of(rule, &w->live[i]) || is_abandoned(w, &w->live[i]))
			continue;
		w->seen[i] = true;
		if (watch_give(w, rule, &w->live[i], reading, reason, err) != 0)
			return -1;
	}
	return 0;
}
