#include "store/store_hook.h"

#include <string.h>

#include "store/statement.h"

int
store_quarantine(struct store *s, const struct quarantined *q, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_QUARANTINE_ADD, "itttttti", q->received, q->sender,
	    q->hook, q->delivery, q->reason, q->headers, "", (int64_t)q->len);

	sqlite3_bind_text64(st, 7, q->body, q->len, SQLITE_STATIC, SQLITE_UTF8);
	return statement_run(s, QUERY_QUARANTINE_ADD, err);
}

int
store_quarantine_size(struct store *s, int64_t *count, int64_t *bytes, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_QUARANTINE_SIZE, "");
	int found = statement_step(s, QUERY_QUARANTINE_SIZE, err);

	if (found > 0) {
		*count = sqlite3_column_int64(st, 0);
		*bytes = sqlite3_column_int64(st, 1);
	}
	statement_end(s, QUERY_QUARANTINE_SIZE);
	return found < 0 ? -1 : 0;
}

static void
row_get(sqlite3_stmt *st, struct arena *a, struct quarantined *q)
{
	*q = (struct quarantined){.id = sqlite3_column_int64(st, 0),
	    .received = sqlite3_column_int64(st, 1),
	    .sender = column_text(st, 2, a),
	    .hook = column_text(st, 3, a),
	    .delivery = column_text(st, 4, a),
	    .reason = column_text(st, 5, a),
	    .bytes = sqlite3_column_int64(st, 6)};
}

int
store_quarantine_list(struct store *s, const struct quarantine_filter *f, int limit,
    struct arena *a, struct quarantined **list, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_QUARANTINE_PAGE, "itttii", f->after, f->hook, f->from,
	    f->reason, (int64_t)limit, (int64_t)(f->oldest ? 1 : -1));
	int n = 0, more;

	*list = arena_alloc(a, (size_t)limit, sizeof(**list));
	while ((more = statement_step(s, QUERY_QUARANTINE_PAGE, err)) > 0 && n < limit)
		row_get(st, a, &(*list)[n++]);
	statement_end(s, QUERY_QUARANTINE_PAGE);
	return more < 0 ? -1 : n;
}

int
store_quarantine_get(
    struct store *s, int64_t id, struct arena *a, struct quarantined *q, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_QUARANTINE_GET, "i", id);
	int found = statement_step(s, QUERY_QUARANTINE_GET, err);

	if (found > 0) {
		row_get(st, a, q);
		q->headers = column_text(st, 7, a);
		q->body = column_text(st, 8, a);
		q->len = (size_t)sqlite3_column_bytes(st, 8);
	}
	statement_end(s, QUERY_QUARANTINE_GET);
	return found;
}

int
store_quarantine_drop(struct store *s, int64_t id, struct err *err)
{
	statement(s, QUERY_QUARANTINE_DROP, "i", id);
	return statement_run(s, QUERY_QUARANTINE_DROP, err);
}

static void
version_bind(sqlite3_stmt *st, int at, const struct mapped_value *v)
{
	switch (v->type) {
	case MAPPED_NULL:
		sqlite3_bind_null(st, at);
		break;
	case MAPPED_WHOLE:
		sqlite3_bind_int64(st, at, v->whole);
		break;
	case MAPPED_REAL:
		sqlite3_bind_double(st, at, v->real);
		break;
	case MAPPED_TEXT:
		sqlite3_bind_text64(st, at, v->text, v->len, SQLITE_STATIC, SQLITE_UTF8);
		break;
	}
}

int
store_hook_state(struct store *s, const char *source, const struct mapper_snapshot *snapshot,
    struct arena *a, const char **state, bool *stands, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_HOOK_STATE_GET, "tt", source, snapshot->subject);
	int found = statement_step(s, QUERY_HOOK_STATE_GET, err);

	*state = found > 0 ? column_text(st, 1, a) : NULL;
	*stands = false;
	statement_end(s, QUERY_HOOK_STATE_GET);
	if (found <= 0)
		return found;
	st = statement(s, QUERY_HOOK_STATE_STANDS, "ttttt", NULL, source, snapshot->subject,
	    snapshot->state, snapshot->print);
	version_bind(st, 1, &snapshot->version);
	found = statement_step(s, QUERY_HOOK_STATE_STANDS, err);
	*stands = found > 0 && sqlite3_column_int(st, 0) != 0;
	statement_end(s, QUERY_HOOK_STATE_STANDS);
	return found;
}

int
store_hook_state_set(
    struct store *s, const char *source, const struct mapper_snapshot *snapshot, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_HOOK_STATE_SET, "ttttt", source, snapshot->subject,
	    NULL, snapshot->state, snapshot->print);

	version_bind(st, 3, &snapshot->version);
	return statement_run(s, QUERY_HOOK_STATE_SET, err);
}
