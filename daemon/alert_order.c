#include "alert_order.h"

#include <inttypes.h>
#include <string.h>

#include "alert_json.h"
#include "api.h"
#include "base/stamp.h"
#include "domain/alert.h"
#include "watch.h"

enum deed { DEED_ACK, DEED_NOTE, DEED_CLOSE };
#define DEEDS 3

static const struct {
	const char *name; /* of the path */
	const char *what; /* of the history */
} deeds[DEEDS] = {
    [DEED_ACK] = {"ack", "acknowledged"},
    [DEED_NOTE] = {"note", "noted"},
    [DEED_CLOSE] = {"close", "closed"},
};

static enum deed
deed_wanted(const char *name)
{
	int d = 0;

	while (d + 1 < DEEDS && strcmp(deeds[d].name, name) != 0)
		d++;
	return (enum deed)d;
}

static bool
is_possible(const struct stored_alert *row, enum deed d)
{
	if (d == DEED_NOTE)
		return true;
	return row->state == ALERT_FIRING && (d == DEED_CLOSE || row->acked == STAMP_NEVER);
}

static void
answer_conflict(struct order *o, const struct stored_alert *row)
{
	struct buf possible = BUF_INIT(200);

	for (int d = 0; d < DEEDS; d++) {
		if (is_possible(row, (enum deed)d))
			buf_putf(&possible, "%s%s", possible.len > 0 ? ", " : "", deeds[d].name);
	}
	answer_problem(&o->answer, 409, "alert %" PRId64 " is %s%s%.200s: possible is %s", row->id,
	    alert_state_names[row->state], row->acked_by == NULL ? "" : ", acknowledged by ",
	    row->acked_by == NULL ? "" : row->acked_by, buf_text(&possible));
	buf_free(&possible);
}

static const char *
said(const char *text)
{
	return text == NULL || text[0] == '\0' ? NULL : text;
}

/* What is to stand in the history. */
static int
line_read(struct order *o, enum deed d, struct alert_line *l, struct err *err)
{
	static const char *const members[] = {
	    "by", "note", "cause", "measure", "verification", NULL};
	static const char *const names[] = {NULL};

	l->what = deeds[d].what;
	l->by = o->by;
	l->note = said(o->note);
	if (params_check(&o->request, names, err) != 0 || order_members(o, members, err) != 0 ||
	    order_text(o, "cause", ORDER_NOTE, &l->cause, err) != 0 ||
	    order_text(o, "measure", ORDER_NOTE, &l->measure, err) != 0 ||
	    order_text(o, "verification", ORDER_NOTE, &l->verification, err) != 0)
		return -1;
	l->cause = said(l->cause);
	l->measure = said(l->measure);
	l->verification = said(l->verification);
	if (d != DEED_ACK && l->note == NULL && l->cause == NULL && l->measure == NULL &&
	    l->verification == NULL)
		return err_set(
		    err, "one of note, cause, measure, verification is wanted: a few words");
	return 0;
}

static int
carry_out(const struct order *o, const struct act *act, struct stored_alert *row, enum deed d,
    const struct alert_line *line, struct err *err)
{
	struct buf reason = BUF_INIT(ORDER_NAME + 20);
	int rc;

	if (d == DEED_CLOSE) {
		buf_putf(&reason, "closed by %s", o->by);
		rc = watch_close(act, row, line, buf_text(&reason), err);
		buf_free(&reason);
		*act->moved = true;
		return rc;
	}
	if (d == DEED_ACK) {
		row->acked = act->now;
		row->acked_by = o->by;
		if (store_alert_save(act->store, row, err) != 0)
			return -1;
	}
	return store_alert_history_add(act->store, row->id, line, err);
}

int
alert_order(struct order *o, const struct act *act, struct err *err)
{
	const char *id = o->request.segment[2];
	enum deed d = deed_wanted(o->request.segment[3]);
	struct alert_line line = {.at = act->now};
	struct stored_alert row;
	json_t *shown;
	int found;

	if (line_read(o, d, &line, err) != 0) {
		answer_problem(&o->answer, 400, "%s", err->msg);
		return 0;
	}
	found = alert_named(act->store, id, o->arena, &row, err);
	if (found < 0)
		return -1;
	if (found == 0) {
		answer_problem(
		    &o->answer, 404, "there is no alert '%.40s'; GET /v1/alerts lists them", id);
		return 0;
	}
	if (!is_possible(&row, d)) {
		answer_conflict(o, &row);
		return 0;
	}
	if (carry_out(o, act, &row, d, &line, err) != 0 ||
	    alert_show(act->store, id, o->arena, &shown, err) <= 0)
		return -1;
	answer_json(&o->answer, 200, shown);
	return 0;
}
