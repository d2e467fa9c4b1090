#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "store/statement.h"

/* Runs a look-up of one number; 1 there, 0 not, -1 failed. The statement is bound. */
static int
number(struct store *s, enum query q, int64_t *n, struct err *err)
{
	int found = statement_step(s, q, err);

	if (found > 0)
		*n = sqlite3_column_int64(s->stmt[q], 0);
	statement_end(s, q);
	return found;
}

int
store_source(struct store *s, const char *name, bool add, int64_t *id, struct err *err)
{
	size_t len = strlen(name);
	int64_t known = memo_find(&s->sources, name, len);
	int found;

	if (known != 0) {
		*id = known;
		return 1;
	}
	statement(s, QUERY_SOURCE_FIND, "t", name);
	found = number(s, QUERY_SOURCE_FIND, id, err);
	if (found < 0 || (found == 0 && !add))
		return found;
	if (found == 0) {
		statement(s, QUERY_SOURCE_ADD, "t", name);
		if (statement_run(s, QUERY_SOURCE_ADD, err) != 0)
			return -1;
		*id = sqlite3_last_insert_rowid(s->db);
	}
	memo_put(&s->sources, name, len, *id);
	return 1;
}

int
store_source_name(struct store *s, int64_t id, struct arena *a, const char **name, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_SOURCE_NAME, "i", id);
	int found = statement_step(s, QUERY_SOURCE_NAME, err);

	if (found > 0)
		*name = column_text(st, 0, a);
	statement_end(s, QUERY_SOURCE_NAME);
	return found;
}

int
store_identity(struct store *s, int64_t source, const char *id, int64_t *seq, struct err *err)
{
	return identity_find(s, source, id, seq, err);
}

/* Of a row that stands; empty where it is damaged. */
static void
body_or_none(struct store *s, sqlite3_stmt *st, int column, const char **body, size_t *len)
{
	struct err err;

	if (body_column(&s->bodies, st, column, &s->bodies.text, body, len, &err) == 0)
		return;
	*body = "";
	*len = 0;
}

int
store_body(struct store *s, int64_t seq, const char **body, size_t *len, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_RECORD_BODY, "i", seq);
	int found = statement_step(s, QUERY_RECORD_BODY, err);

	if (found > 0)
		body_or_none(s, st, 0, body, len);
	return found;
}

int
store_received(struct store *s, int64_t seq, struct arena *a, int64_t *received, const char **body,
    struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_RECORD_RECEIVED, "i", seq);
	int found = statement_step(s, QUERY_RECORD_RECEIVED, err);
	size_t len;

	if (found > 0) {
		*received = sqlite3_column_int64(st, 0);
		body_or_none(s, st, 1, body, &len);
		*body = arena_strndup(a, *body, len);
	}
	statement_end(s, QUERY_RECORD_RECEIVED);
	return found;
}

int
store_append(struct store *s, int64_t source, const char *id, int64_t received, const char *body,
    size_t len, int64_t *seq, struct err *err)
{
	int known = identity_find(s, source, id, seq, err);
	struct blob packed;
	sqlite3_stmt *st;

	if (known != 0)
		return known < 0 ? -1 : err_set(err, "the log has the event '%.100s' already", id);
	st = statement(s, QUERY_RECORD_ADD, "i", received);
	packed = body_pack(&s->bodies, body, len);
	if (packed.len > 0)
		sqlite3_bind_blob64(st, 2, packed.bytes, packed.len, SQLITE_STATIC);
	else
		sqlite3_bind_text64(st, 2, body, len, SQLITE_STATIC, SQLITE_UTF8);
	if (statement_run(s, QUERY_RECORD_ADD, err) != 0)
		return -1;
	*seq = sqlite3_last_insert_rowid(s->db);
	return identity_add(s, source, id, *seq, len, err);
}

int
store_hear(struct store *s, const char *source, int64_t received, struct err *err)
{
	statement(s, QUERY_SOURCE_HEAR, "ti", source, received);
	return statement_run(s, QUERY_SOURCE_HEAR, err);
}

int
store_heard(struct store *s, const char *source, int64_t *received, struct err *err)
{
	statement(s, QUERY_SOURCE_HEARD, "t", source);
	return number(s, QUERY_SOURCE_HEARD, received, err);
}

int
store_last(struct store *s, int64_t *seq, struct err *err)
{
	statement(s, QUERY_RECORD_LAST, "");
	return number(s, QUERY_RECORD_LAST, seq, err) < 0 ? -1 : 0;
}

int
store_replay_raw(struct store *s, int64_t seq, int64_t limit,
    int (*each)(void *context, int64_t seq, const struct raw_body *body, struct err *err),
    void *context, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_RECORD_PAGE, "ii", seq, limit);
	struct raw_body body;
	int more;

	while ((more = statement_step(s, QUERY_RECORD_PAGE, err)) > 0) {
		body = body_raw(st, 1);
		more = each(context, sqlite3_column_int64(st, 0), &body, err);
		if (more != 0)
			break;
	}
	statement_end(s, QUERY_RECORD_PAGE);
	return more;
}

/* One that wants texts. */
struct replay {
	int (*each)(void *context, int64_t seq, const char *body, size_t len, struct err *err);
	void *context;
	struct bodies bodies; /* of its own: each() may read others */
};

static int
replay_text(void *context, int64_t seq, const struct raw_body *raw, struct err *err)
{
	struct raw_body body = *raw;
	struct replay *r = context;
	const char *text;

	if (store_body_text(&r->bodies, &body, &text, err) != 0)
		return err_prefix(err, "record %" PRId64 " of the log", seq);
	return r->each(r->context, seq, text, body.len, err);
}

int
store_replay(struct store *s, int64_t seq, int64_t limit,
    int (*each)(void *context, int64_t seq, const char *body, size_t len, struct err *err),
    void *context, struct err *err)
{
	struct replay r = {.each = each, .context = context};
	int rc = store_replay_raw(s, seq, limit, replay_text, &r, err);

	bodies_free(&r.bodies);
	return rc;
}
