#include "store/statement.h"
#include "store/store_alert.h"

int
store_alert_save(struct store *s, struct stored_alert *a, struct err *err)
{
	enum query q = a->id == 0 ? QUERY_ALERT_ADD : QUERY_ALERT_SET;

	if (a->id == 0)
		statement(s, q, "ttttttiiiiiiiiiiiittiittiitiii", a->rule, a->indicator,
		    a->scope[0], a->scope[1], a->scope[2], a->scope[3], (int64_t)a->state,
		    (int64_t)a->level, (int64_t)a->candidate, a->candidate_since, a->since,
		    a->fired, a->resolved, (int64_t)a->no_data, a->good, a->total, a->a, a->b,
		    a->reason, a->window, (int64_t)a->cohort, (int64_t)a->kind, a->subject,
		    a->about, (int64_t)a->told, a->acked, a->acked_by, a->escalated, a->leveled,
		    a->silence);
	else
		statement(s, q, "iiiiiiiiiiiiittiitiiitttt", a->id, (int64_t)a->state,
		    (int64_t)a->level, (int64_t)a->candidate, a->candidate_since, a->since,
		    a->fired, a->resolved, (int64_t)a->no_data, a->good, a->total, a->a, a->b,
		    a->reason, a->about, (int64_t)a->told, a->acked, a->acked_by, a->escalated,
		    a->leveled, a->silence, a->scope[0], a->scope[1], a->scope[2], a->scope[3]);
	if (statement_run(s, q, err) != 0)
		return -1;
	if (a->id == 0)
		a->id = sqlite3_last_insert_rowid(s->db);
	return 0;
}

int
store_alert_delete(struct store *s, int64_t id, struct err *err)
{
	statement(s, QUERY_ALERT_HISTORY_DELETE, "i", id);
	if (statement_run(s, QUERY_ALERT_HISTORY_DELETE, err) != 0)
		return -1;
	statement(s, QUERY_ALERT_DELETE, "i", id);
	return statement_run(s, QUERY_ALERT_DELETE, err);
}

static struct stored_alert
alert_read(sqlite3_stmt *st, struct arena *a)
{
	struct stored_alert r = {.id = sqlite3_column_int64(st, 0),
	    .rule = column_text(st, 1, a),
	    .indicator = column_text(st, 2, a),
	    .state = sqlite3_column_int(st, 7),
	    .level = sqlite3_column_int(st, 8),
	    .candidate = sqlite3_column_int(st, 9),
	    .candidate_since = sqlite3_column_int64(st, 10),
	    .since = sqlite3_column_int64(st, 11),
	    .fired = sqlite3_column_int64(st, 12),
	    .resolved = sqlite3_column_int64(st, 13),
	    .no_data = sqlite3_column_int(st, 14) != 0,
	    .good = sqlite3_column_int64(st, 15),
	    .total = sqlite3_column_int64(st, 16),
	    .a = sqlite3_column_int64(st, 17),
	    .b = sqlite3_column_int64(st, 18),
	    .reason = column_text(st, 19, a),
	    .window = column_text(st, 20, a),
	    .cohort = sqlite3_column_int(st, 21),
	    .kind = sqlite3_column_int(st, 22),
	    .subject = column_text(st, 23, a),
	    .about = column_text(st, 24, a),
	    .told = sqlite3_column_int(st, 25),
	    .acked = sqlite3_column_int64(st, 26),
	    .acked_by = column_text(st, 27, a),
	    .escalated = sqlite3_column_int64(st, 28),
	    .leveled = sqlite3_column_int64(st, 29),
	    .silence = sqlite3_column_int64(st, 30)};

	for (int d = 0; d < DIMENSIONS; d++)
		r.scope[d] = column_text(st, 3 + d, a);
	return r;
}

/* Rows of a bound statement, in the arena. */
static int
alerts_read(
    struct store *s, enum query q, struct arena *a, struct stored_alert **list, struct err *err)
{
	struct stored_alert *rows = NULL, *grown;
	int n = 0, room = 0, more;

	while ((more = statement_step(s, q, err)) > 0) {
		if (n == room) {
			room = room == 0 ? 16 : 2 * room;
			grown = arena_alloc(a, (size_t)room, sizeof(*grown));
			for (int i = 0; i < n; i++)
				grown[i] = rows[i];
			rows = grown;
		}
		rows[n++] = alert_read(s->stmt[q], a);
	}
	statement_end(s, q);
	*list = rows;
	return more < 0 ? -1 : n;
}

int
store_alert(
    struct store *s, int64_t id, struct arena *a, struct stored_alert *alert, struct err *err)
{
	struct stored_alert *list;
	int n;

	statement(s, QUERY_ALERT_GET, "i", id);
	n = alerts_read(s, QUERY_ALERT_GET, a, &list, err);
	if (n > 0)
		*alert = list[0];
	return n;
}

int
store_alerts_live(struct store *s, struct arena *a, struct stored_alert **list, struct err *err)
{
	statement(s, QUERY_ALERT_LIVE, "");
	return alerts_read(s, QUERY_ALERT_LIVE, a, list, err);
}

int
store_alerts_under(struct store *s, const char *prefix, struct arena *a, struct stored_alert **list,
    struct err *err)
{
	statement_under(s, QUERY_ALERT_UNDER, prefix, a);
	return alerts_read(s, QUERY_ALERT_UNDER, a, list, err);
}

int
store_alert_subjects(struct store *s, void (*each)(void *context, const char *subject),
    void *context, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_ALERT_SUBJECTS, "");
	int more;

	while ((more = statement_step(s, QUERY_ALERT_SUBJECTS, err)) > 0)
		each(context, (const char *)sqlite3_column_text(st, 0));
	statement_end(s, QUERY_ALERT_SUBJECTS);
	return more;
}

int
store_alerts_page(struct store *s, const struct alerts_wanted *w, struct arena *a,
    struct stored_alert **list, struct err *err)
{
	bool whenever = w->from == INT64_MIN && w->to == INT64_MAX;

	statement(s, QUERY_ALERT_PAGE, "iitittiiii", w->below, (int64_t)w->state, w->rule,
	    (int64_t)w->level, w->agreement, w->service, w->from, w->to, (int64_t)whenever,
	    (int64_t)w->limit);
	return alerts_read(s, QUERY_ALERT_PAGE, a, list, err);
}

int
store_alert_history_add(
    struct store *s, int64_t alert, const struct alert_line *line, struct err *err)
{
	statement(s, QUERY_ALERT_HISTORY_ADD, "iitttttt", alert, line->at, line->what, line->by,
	    line->note, line->cause, line->measure, line->verification);
	return statement_run(s, QUERY_ALERT_HISTORY_ADD, err);
}

int
store_alert_history(
    struct store *s, int64_t alert, struct arena *a, struct alert_line **list, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_ALERT_HISTORY, "i", alert);
	struct alert_line *lines = NULL, *grown;
	int n = 0, room = 0, more;

	while ((more = statement_step(s, QUERY_ALERT_HISTORY, err)) > 0) {
		if (n == room) {
			room = room == 0 ? 8 : 2 * room;
			grown = arena_alloc(a, (size_t)room, sizeof(*grown));
			for (int i = 0; i < n; i++)
				grown[i] = lines[i];
			lines = grown;
		}
		lines[n++] = (struct alert_line){sqlite3_column_int64(st, 0), column_text(st, 1, a),
		    column_text(st, 2, a), column_text(st, 3, a), column_text(st, 4, a),
		    column_text(st, 5, a), column_text(st, 6, a)};
	}
	statement_end(s, QUERY_ALERT_HISTORY);
	*list = lines;
	return more < 0 ? -1 : n;
}

int
store_alerts_fired(struct store *s, const char *agreement, int64_t from, int64_t to, int limit,
    struct arena *a, struct stored_alert **list, struct err *err)
{
	statement(s, QUERY_ALERT_FIRED, "tiii", agreement, from, to, (int64_t)limit);
	return alerts_read(s, QUERY_ALERT_FIRED, a, list, err);
}

int
store_alert_counts(struct store *s,
    void (*each)(void *context, int state, int level, int kind, int64_t count), void *context,
    struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_ALERT_COUNTS, "");
	int more;

	while ((more = statement_step(s, QUERY_ALERT_COUNTS, err)) > 0)
		each(context, sqlite3_column_int(st, 0), sqlite3_column_int(st, 1),
		    sqlite3_column_int(st, 2), sqlite3_column_int64(st, 3));
	statement_end(s, QUERY_ALERT_COUNTS);
	return more;
}

int
store_outbox_add(struct store *s, const char *message, const char *receiver, int64_t alert,
    int64_t created, const char *body, struct err *err)
{
	statement(s, QUERY_OUTBOX_ADD, "ttiit", message, receiver, alert, created, body);
	return statement_run(s, QUERY_OUTBOX_ADD, err);
}

int
store_outbox_has(struct store *s, const char *message, struct err *err)
{
	int found;

	statement(s, QUERY_OUTBOX_HAS, "t", message);
	found = statement_step(s, QUERY_OUTBOX_HAS, err);
	statement_end(s, QUERY_OUTBOX_HAS);
	return found;
}

int
store_outbox_report(struct store *s, const struct outbox *o, struct err *err)
{
	statement(s, QUERY_OUTBOX_REPORT, "iiiiitii", o->id, (int64_t)o->state,
	    (int64_t)o->attempts, o->next, (int64_t)o->status, o->error, o->begun, o->ended);
	return statement_run(s, QUERY_OUTBOX_REPORT, err);
}

int
store_outbox_failed(struct store *s, const char *receiver, int64_t since, int64_t *count,
    int64_t *last, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_OUTBOX_FAILED, "ti", receiver, since);
	int found = statement_step(s, QUERY_OUTBOX_FAILED, err);

	if (found > 0) {
		*count = sqlite3_column_int64(st, 0);
		*last = sqlite3_column_int64(st, 1);
	}
	statement_end(s, QUERY_OUTBOX_FAILED);
	return found < 0 ? -1 : 0;
}

int
store_outbox_oldest(struct store *s, const char *receiver, int64_t *created, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_OUTBOX_OLDEST, "t", receiver);
	int found = statement_step(s, QUERY_OUTBOX_OLDEST, err);

	if (found > 0)
		*created = sqlite3_column_int64(st, 0);
	statement_end(s, QUERY_OUTBOX_OLDEST);
	return found;
}

int
store_outbox_waiting(struct store *s, const char *receiver, int64_t after, int limit,
    struct arena *a, struct outbox **list, struct err *err)
{
	sqlite3_stmt *st =
	    statement(s, QUERY_OUTBOX_WAITING, "tii", receiver, after, (int64_t)limit);
	int n = 0, more = 0;

	*list = arena_alloc(a, (size_t)limit, sizeof(**list));
	while (n < limit && (more = statement_step(s, QUERY_OUTBOX_WAITING, err)) > 0)
		(*list)[n++] = (struct outbox){.id = sqlite3_column_int64(st, 0),
		    .message = column_text(st, 1, a),
		    .receiver = column_text(st, 2, a),
		    .body = column_text(st, 3, a),
		    .attempts = sqlite3_column_int(st, 4),
		    .next = sqlite3_column_int64(st, 5),
		    .created = sqlite3_column_int64(st, 6),
		    .alert = sqlite3_column_int64(st, 7),
		    .begun = sqlite3_column_int64(st, 8)};
	statement_end(s, QUERY_OUTBOX_WAITING);
	return more < 0 ? -1 : n;
}

int
store_outbox_told(struct store *s, int64_t after, int alert_state, int limit, struct arena *a,
    struct outbox **list, struct err *err)
{
	sqlite3_stmt *st =
	    statement(s, QUERY_OUTBOX_TOLD, "iii", after, (int64_t)alert_state, (int64_t)limit);
	int n = 0, more = 0;

	*list = arena_alloc(a, (size_t)limit, sizeof(**list));
	while (n < limit && (more = statement_step(s, QUERY_OUTBOX_TOLD, err)) > 0)
		(*list)[n++] = (struct outbox){.id = sqlite3_column_int64(st, 0),
		    .receiver = column_text(st, 1, a),
		    .body = column_text(st, 2, a),
		    .message = column_text(st, 3, a)};
	statement_end(s, QUERY_OUTBOX_TOLD);
	return more < 0 ? -1 : n;
}

/* First columns of a bound statement. */
static int
names_read(
    struct store *s, enum query q, struct arena *a, const char **names, int limit, struct err *err)
{
	int n = 0, more = 0;

	while (n < limit && (more = statement_step(s, q, err)) > 0)
		names[n++] = column_text(s->stmt[q], 0, a);
	statement_end(s, q);
	return more < 0 ? -1 : n;
}

int
store_outbox_receivers(struct store *s, int64_t alert, struct arena *a, const char **receivers,
    int limit, struct err *err)
{
	statement(s, QUERY_OUTBOX_RECEIVERS, "i", alert);
	return names_read(s, QUERY_OUTBOX_RECEIVERS, a, receivers, limit, err);
}

int
store_outbox_lanes(
    struct store *s, struct arena *a, const char **receivers, int limit, struct err *err)
{
	statement(s, QUERY_OUTBOX_LANES, "i", (int64_t)limit);
	return names_read(s, QUERY_OUTBOX_LANES, a, receivers, limit, err);
}
