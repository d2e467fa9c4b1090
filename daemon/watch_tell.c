#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/stamp.h"
#include "codec/alert_event.h"
#include "watch_inside.h"

#define RECEIVERS_MAX 1000 /* receivers told of one alert */
#define MESSAGE_NAME 96
#define NOTE_MAX 4096 /* bytes of a line of the history */

/* The name of a message. An alert may move twice in one millisecond: the later move's name says the
 * next one that is free. 0 or -1. */
static int
message_name(struct watch *w, const struct stored_alert *row, enum alert_move move, size_t place,
    char name[static MESSAGE_NAME], struct err *err)
{
	int64_t at = w->now;
	int taken;

	do {
		snprintf(name, MESSAGE_NAME, "slad_%" PRId64 "_%" PRId64 "_%s_%zu", row->id, at++,
		    move_names[move], place);
		taken = store_outbox_has(w->store, name, err);
	} while (taken > 0);
	return taken;
}

/* Writes the message for the receiver at a place of a list. */
static int
message_write(struct watch *w, const struct rule *rule, const struct stored_alert *row,
    enum alert_move move, const char *receiver, size_t place, struct err *err)
{
	struct buf body = BUF_INIT(ALERT_EVENT_MAX);
	struct alert state = watch_alert(row);
	struct alert_event e = {
	    .move = move, .time = w->now, .rule = rule, .state = &state, .reason = row->reason};
	struct window window;
	char id[32], message[MESSAGE_NAME];
	int rc = -1;

	snprintf(id, sizeof(id), "%" PRId64, row->id);
	if (message_name(w, row, move, place, message, err) != 0)
		return -1;
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
		    w->store, message, receiver, row->id, w->now, buf_text(&body), err);
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

static int
tell(struct watch *w, const struct rule *rule, const struct stored_alert *row, enum alert_move move,
    const char *const *receivers, size_t count, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		if (hears(rule, row, receivers[i]) &&
		    message_write(w, rule, row, move, receivers[i], i, err) != 0)
			return -1;
	}
	return 0;
}

/* Tells those who heard of the alert before, and nobody else. */
static int
tell_hearers(struct watch *w, const struct rule *rule, const struct stored_alert *row,
    enum alert_move move, struct err *err)
{
	const char *receivers[RECEIVERS_MAX];
	int n = store_outbox_receivers(w->store, row->id, &w->arena, receivers, RECEIVERS_MAX, err);

	return n < 0 ? -1 : tell(w, rule, row, move, receivers, (size_t)n, err);
}

int
watch_tell_end(
    struct watch *w, const struct rule *rule, const struct stored_alert *row, struct err *err)
{
	return tell_hearers(w, rule, row, MOVE_RESOLVED, err);
}

static int
silences_read(struct watch *w, struct err *err)
{
	if (w->silences_read)
		return 0;
	w->silences = store_silences_live(w->store, w->now, &w->arena, &w->silence, err);
	if (w->silences < 0)
		return -1;
	for (int i = 0; i < w->silences; i++) {
		watch_at(w, w->silence[i].what.from);
		watch_at(w, silence_end(&w->silence[i].what));
	}
	w->silences_read = true;
	return 0;
}

/* Of those that name it now the one that ends last, so that few of them make history. */
static const struct stored_silence *
silence_of(const struct watch *w, const struct stored_alert *row)
{
	const struct stored_silence *found = NULL, *s;

	for (int i = 0; i < w->silences; i++) {
		s = &w->silence[i];
		if (silence_state(&s->what, w->now) == SILENCE_ACTIVE &&
		    silence_names(&s->what, row->rule, (enum level)row->level, row->scope) &&
		    (found == NULL || silence_end(&s->what) > silence_end(&found->what)))
			found = s;
	}
	return found;
}

/* Another silence than before, or none any more. */
static int
silence_take(
    struct watch *w, struct stored_alert *row, const struct stored_silence *s, struct err *err)
{
	struct alert_line line = {.at = w->now, .what = s == NULL ? "unsilenced" : "silenced"};
	struct buf note = BUF_INIT(NOTE_MAX);
	char until[STAMP_TEXT];
	int rc;

	if (row->silence == (s == NULL ? 0 : s->id))
		return 0;
	row->silence = s == NULL ? 0 : s->id;
	if (s != NULL) {
		buf_putf(&note, "silence %" PRId64 " until %s: %s", s->id,
		    stamp_format(silence_end(&s->what), until), s->reason);
		line.by = s->by;
		line.note = buf_text(&note);
	}
	rc = store_alert_history_add(w->store, row->id, &line, err);
	buf_free(&note);
	return rc;
}

static int
level_tell(struct watch *w, const struct rule *rule, struct stored_alert *row, struct err *err)
{
	int before = row->told;

	if (before == row->level)
		return 0;
	row->told = row->level;
	row->leveled = w->now;
	if (before == LEVEL_NONE)
		return tell(w, rule, row, MOVE_FIRED, rule->notify, rule->receivers, err);
	return tell_hearers(w, rule, row, MOVE_CHANGED, err);
}

static int
escalate(struct watch *w, const struct rule *rule, struct stored_alert *row, struct err *err)
{
	struct alert_line line = {.at = w->now, .what = move_names[MOVE_ESCALATED]};
	struct buf note = BUF_INIT(NOTE_MAX);
	int rc;

	if (rule->escalations == 0 || row->level != LEVEL_URGENT || row->acked != STAMP_NEVER ||
	    row->escalated != STAMP_NEVER)
		return 0;
	if (w->now - row->leveled < rule->escalate_after) {
		watch_at(w, row->leveled + rule->escalate_after);
		return 0;
	}
	row->escalated = w->now;
	for (size_t i = 0; i < rule->escalations; i++)
		buf_putf(&note, "%s%s", i > 0 ? ", " : "", rule->escalate[i]);
	line.note = buf_text(&note);
	rc = store_alert_history_add(w->store, row->id, &line, err);
	buf_free(&note);
	return rc != 0 ? -1
		       : tell(w, rule, row, MOVE_ESCALATED, rule->escalate, rule->escalations, err);
}

int
watch_tell(struct watch *w, const struct rule *rule, struct stored_alert *row, struct err *err)
{
	const struct stored_alert before = *row;
	const struct stored_silence *s;

	if (row->state != ALERT_FIRING)
		return 0;
	if (silences_read(w, err) != 0)
		return -1;
	s = silence_of(w, row);
	if (silence_take(w, row, s, err) != 0)
		return -1;
	if (s == NULL && (level_tell(w, rule, row, err) != 0 || escalate(w, rule, row, err) != 0))
		return -1;
	if (row->silence == before.silence && row->told == before.told &&
	    row->escalated == before.escalated)
		return 0;
	return store_alert_save(w->store, row, err);
}

int
watch_tell_all(struct watch *w, struct err *err)
{
	struct rule rule;

	if (silences_read(w, err) != 0)
		return -1;
	for (int i = 0; i < w->live_count; i++) {
		if (w->live[i].state != ALERT_FIRING)
			continue;
		rule = watch_rule(w, &w->live[i]);
		if (watch_tell(w, &rule, &w->live[i], err) != 0)
			return -1;
	}
	return 0;
}
