#include "watch.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/stamp.h"
#include "codec/alert_event.h"
#include "scores.h"

#define RECEIVERS_MAX 64 /* receivers told of one alert */

struct watch {
	struct store *store;
	const struct config *config;
	int64_t now;
	struct arena arena;
	struct stored_alert *live;
	int live_count;
	bool *seen; /* beside live: its group gave a reading */
	struct watched result;
};

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

/* What the pure alert knows of a stored one. */
static struct alert
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

static void
row_set(struct stored_alert *row, const struct alert *a)
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
	e.window = &window;
	if (window_named(rule->window, watch_zone(w->config, row->scope[DIM_AGREEMENT], w->now),
		w->now, &window, err) == 0 &&
	    alert_event_text(&e, &body, err) == 0)
		rc = store_outbox_add(
		    w->store, message, rule->notify[place], row->id, w->now, buf_text(&body), err);
	w->result.told = true;
	buf_free(&body);
	return rc;
}

static int
tell_all(struct watch *w, const struct rule *rule, const struct stored_alert *row,
    enum alert_move move, struct err *err)
{
	for (size_t i = 0; move != MOVE_NONE && i < rule->receivers; i++) {
		if (tell(w, rule, row, move, i, err) != 0)
			return -1;
	}
	return 0;
}

/* Stores what became of an alert; one that never fired leaves no trace. */
static int
keep(struct watch *w, struct stored_alert *row, const struct alert *after, struct err *err)
{
	row_set(row, after);
	if (after->state == ALERT_INACTIVE)
		return row->id == 0 ? 0 : store_alert_delete(w->store, row->id, err);
	return store_alert_save(w->store, row, err);
}

static int
step(struct watch *w, const struct rule *rule, struct stored_alert *row,
    const struct alert_reading *reading, struct err *err)
{
	struct alert after = watch_alert(row);
	struct rule scaled = *rule; /* `min` as A and B are counted */
	enum alert_move move;
	int64_t next;

	scaled.min *= rule_has_least(rule) ? score_unit_b(rule->indicator) : 0;
	move = alert_step(&scaled, &after, reading, w->now);
	next = alert_next(rule, &after);

	if (move == MOVE_RESOLVED)
		row->reason = "cleared";
	if (next > w->now && next < w->result.next)
		w->result.next = next;
	if (keep(w, row, &after, err) != 0)
		return -1;
	return tell_all(w, rule, row, move, err);
}

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* The live alert of a rule's group, or NULL. */
static struct stored_alert *
live_find(struct watch *w, const struct stored_alert *like)
{
	bool same;

	for (int i = 0; i < w->live_count; i++) {
		same = strcmp(w->live[i].rule, like->rule) == 0 &&
		    strcmp(w->live[i].indicator, like->indicator) == 0;
		for (int d = 0; d < DIMENSIONS && same; d++)
			same = same_text(w->live[i].scope[d], like->scope[d]);
		if (same) {
			w->seen[i] = true;
			return &w->live[i];
		}
	}
	return NULL;
}

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
	struct alert fresh = ALERT_INIT;
	struct stored_alert row = {.rule = rule->name,
				.indicator = indicator_table[rule->indicator].id,
				.window = rule->window,
				.cohort = (int)rule->cohort},
			    *live;
	struct alert_reading reading = reading_of(&g->score[rule->indicator]);

	memcpy(row.scope, rule->where, sizeof(row.scope));
	for (size_t b = 0; b < rule->bys; b++)
		row.scope[rule->by[b]] = g->by[b];
	row_set(&row, &fresh);
	live = live_find(w, &row);
	return step(w, rule, live != NULL ? live : &row, &reading, err);
}

/* Whether the rule, as it is now, could have made this alert. */
static bool
is_of(const struct rule *rule, const struct stored_alert *row)
{
	bool of = strcmp(row->rule, rule->name) == 0 &&
	    strcmp(row->indicator, indicator_table[rule->indicator].id) == 0;
	bool by;

	for (int d = 0; d < DIMENSIONS && of; d++) {
		by = false;
		for (size_t b = 0; b < rule->bys; b++)
			by = by || rule->by[b] == (enum dimension)d;
		of = by ? row->scope[d] != NULL : same_text(row->scope[d], rule->where[d]);
	}
	return of;
}

static int
rule_watch(struct watch *w, const struct rule *rule, struct err *err)
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
	for (int i = 0; i < w->live_count; i++) {
		if (!w->seen[i] && is_of(rule, &w->live[i])) {
			w->seen[i] = true;
			if (step(w, rule, &w->live[i], &nothing, err) != 0)
				return -1;
		}
	}
	return 0;
}

/* Alerts whose rule is gone, or watches something else, end; those who heard of them hear that. */
static int
orphan_end(struct watch *w, struct stored_alert *row, struct err *err)
{
	struct rule rule = {
	    .name = row->rule, .window = row->window, .cohort = (enum cohort)row->cohort};
	const char *receivers[RECEIVERS_MAX];
	struct alert after = watch_alert(row);
	enum alert_move move = alert_end(&after, w->now);
	int n, indicator = indicator_find(row->indicator);

	if (indicator < 0)
		return err_set(
		    err, "a stored alert is of an unknown indicator, %s", row->indicator);
	rule.indicator = (enum indicator)indicator;
	row->reason = "rule removed";
	for (size_t i = 0; i < w->config->rules; i++) {
		if (strcmp(w->config->rule[i].name, row->rule) == 0)
			row->reason = "rule changed";
	}
	if (keep(w, row, &after, err) != 0)
		return -1;
	n = store_outbox_receivers(w->store, row->id, &w->arena, receivers, RECEIVERS_MAX, err);
	rule.receivers = n < 0 ? 0 : (size_t)n;
	rule.notify = receivers;
	return n < 0 ? -1 : tell_all(w, &rule, row, move, err);
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
	rc = all_watch(&w, err);
	arena_free(&w.arena);
	if (rc == 0)
		*watched = w.result;
	return rc;
}
