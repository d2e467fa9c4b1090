#include <string.h>

#include "base/stamp.h"
#include "domain/score.h"
#include "order.h"
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

/* And back. */
static void
alert_set(struct stored_alert *row, const struct alert *a)
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

/* Stores what became of an alert; one that never fired leaves no trace. */
static int
keep(struct watch *w, struct stored_alert *row, const struct alert *after, struct err *err)
{
	alert_set(row, after);
	if (after->state == ALERT_INACTIVE)
		return row->id == 0 ? 0 : store_alert_delete(w->store, row->id, err);
	return store_alert_save(w->store, row, err);
}

/* What became of it, as the history has it: one that was closed resolves untold. */
static int
remember(struct watch *w, const struct stored_alert *row, enum alert_state before,
    enum alert_move move, const char *reason, struct err *err)
{
	struct alert_line line = {.at = w->now, .what = move_names[move]};

	if (before == ALERT_CLOSED && row->state == ALERT_RESOLVED)
		line.what = move_names[MOVE_RESOLVED];
	else if (move == MOVE_NONE)
		return 0;
	line.note = row->state == ALERT_RESOLVED ? reason : level_names[row->level];
	return store_alert_history_add(w->store, row->id, &line, err);
}

/* What a move entails: it is stored, remembered, told. */
static int
moved(struct watch *w, const struct rule *rule, struct stored_alert *row, const struct alert *after,
    enum alert_move move, const char *reason, struct err *err)
{
	enum alert_state before = (enum alert_state)row->state;

	if (move == MOVE_RESOLVED)
		row->reason = reason;
	if (move == MOVE_FIRED || move == MOVE_CHANGED)
		row->leveled = w->now;
	if (after->state != ALERT_FIRING)
		row->silence = 0;
	if (keep(w, row, after, err) != 0 || remember(w, row, before, move, reason, err) != 0)
		return -1;
	if (move == MOVE_RESOLVED)
		return watch_tell_end(w, rule, row, err);
	return watch_tell(w, rule, row, err);
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

	if (rule->kind == RULE_SCORE)
		scaled.min *= rule_has_least(rule) ? score_unit_b(rule->indicator) : 0;
	move = alert_step(&scaled, &after, reading, w->now);
	watch_at(w, alert_next(rule, &after));
	if (row->id != 0 && move == MOVE_NONE && !otherwise && is_same(&before, &after))
		return 0;
	return moved(w, rule, row, &after, move, reason, err);
}

int
watch_give(struct watch *w, const struct rule *rule, struct stored_alert *row,
    const struct alert_reading *reading, const char *reason, struct err *err)
{
	return give(w, rule, row, true, reading, reason, err);
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

	return moved(w, rule, row, &after, move, reason, err);
}

int
watch_close(const struct act *act, struct stored_alert *row, const struct alert_line *line,
    const char *reason, struct err *err)
{
	struct watch w = {.store = act->store,
	    .config = act->config,
	    .now = act->now,
	    .result.next = STAMP_NEVER};
	struct alert after = watch_alert(row);
	struct rule rule = watch_rule(&w, row);
	int rc = -1;

	alert_close(&after, w.now);
	row->reason = reason;
	row->silence = 0;
	if (keep(&w, row, &after, err) == 0 &&
	    store_alert_history_add(w.store, row->id, line, err) == 0)
		rc = watch_tell_end(&w, &rule, row, err);
	arena_free(&w.arena);
	return rc;
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
	    .escalated = STAMP_NEVER,
	    .leveled = STAMP_NEVER};

	memcpy(row.scope, rule->where, sizeof(row.scope));
	alert_set(&row, &fresh);
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

/* Whether the subject of a ticket's or an event's alert names what the rule looks at. */
static bool
subject_fits(const struct rule *rule, const char *subject)
{
	const char *name = rule->kind == RULE_TICKET ? clock_kind_names[rule->clock]
						     : instant_names[rule->instant];
	size_t len = strlen(subject), n = strlen(name);

	if (rule->kind == RULE_TICKET) {
		while (len > 0 && subject[len - 1] != '/')
			len--;
		len -= len > 0;
	}
	return len > n && subject[len - n - 1] == '/' && memcmp(subject + len - n, name, n) == 0;
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
	if (rule->kind == RULE_TICKET || rule->kind == RULE_INSTANT)
		of = of && subject_fits(rule, row->subject);
	return of;
}

struct rule
watch_rule(const struct watch *w, const struct stored_alert *row)
{
	int indicator = indicator_find(row->indicator);

	for (size_t i = 0; i < w->config->rules; i++) {
		if (watch_is_of(&w->config->rule[i], row))
			return w->config->rule[i];
	}
	return (struct rule){.name = row->rule,
	    .kind = (enum rule_kind)row->kind,
	    .indicator = indicator < 0 ? 0 : (enum indicator)indicator,
	    .window = row->window,
	    .cohort = (enum cohort)row->cohort};
}

int
watch_unseen(struct watch *w, const struct rule *rule, const struct alert_reading *reading,
    const char *reason, struct err *err)
{
	for (int i = 0; i < w->live_count; i++) {
		if (w->seen[i] || !watch_is_of(rule, &w->live[i]) || is_abandoned(w, &w->live[i]))
			continue;
		w->seen[i] = true;
		if (give(w, rule, &w->live[i], false, reading, reason, err) != 0)
			return -1;
	}
	return 0;
}
