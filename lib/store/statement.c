#include "store/statement.h"

#include <stdarg.h>
#include <string.h>

/* Of one that cannot be prepared, the step tells why. */
static sqlite3_stmt *
ready(struct store *s, enum query q)
{
	if (s->stmt[q] == NULL)
		sqlite3_prepare_v3(
		    s->db, sql_queries[q].sql, -1, SQLITE_PREPARE_PERSISTENT, &s->stmt[q], NULL);
	else
		sqlite3_reset(s->stmt[q]);
	return s->stmt[q];
}

sqlite3_stmt *
statement(struct store *s, enum query q, const char *types, ...)
{
	sqlite3_stmt *st = ready(s, q);
	struct blob b;
	va_list ap;

	va_start(ap, types);
	for (int i = 0; types[i] != '\0'; i++) {
		switch (types[i]) {
		case 'i':
			sqlite3_bind_int64(st, i + 1, va_arg(ap, int64_t));
			break;
		case 't':
			sqlite3_bind_text(st, i + 1, va_arg(ap, const char *), -1, SQLITE_STATIC);
			break;
		default:
			b = va_arg(ap, struct blob);
			sqlite3_bind_blob64(
			    st, i + 1, b.len == 0 ? "" : b.bytes, b.len, SQLITE_STATIC);
		}
	}
	va_end(ap);
	return st;
}

int
statement_step(struct store *s, enum query q, struct err *err)
{
	int rc = sqlite3_step(s->stmt[q]);

	if (rc == SQLITE_ROW)
		return 1;
	if (rc == SQLITE_DONE)
		return 0;
	s->failure = sqlite3_extended_errcode(s->db);
	return err_set(err, "database: %s (%s, %d, query %s)", sqlite3_errmsg(s->db),
	    sqlite3_errstr(s->failure), s->failure, sql_queries[q].name);
}

int
statement_run(struct store *s, enum query q, struct err *err)
{
	int rc = statement_step(s, q, err);

	statement_end(s, q);
	return rc < 0 ? -1 : 0;
}

void
statement_end(struct store *s, enum query q)
{
	if (s->stmt[q] == NULL)
		return;
	sqlite3_reset(s->stmt[q]);
	sqlite3_clear_bindings(s->stmt[q]);
}

const char *
column_text(sqlite3_stmt *st, int column, struct arena *a)
{
	const char *text = (const char *)sqlite3_column_text(st, column);

	if (text == NULL)
		return NULL;
	return arena_strndup(a, text, (size_t)sqlite3_column_bytes(st, column));
}

struct blob
column_blob(sqlite3_stmt *st, int column, struct arena *a)
{
	const void *bytes = sqlite3_column_blob(st, column);
	size_t len = (size_t)sqlite3_column_bytes(st, column);

	return (struct blob){arena_strndup(a, bytes == NULL ? "" : bytes, len), len};
}

sqlite3_stmt *
statement_under(struct store *s, enum query q, const char *prefix, struct arena *a)
{
	size_t len = strlen(prefix);
	char *from = arena_alloc(a, len + 2, 1), *to = arena_alloc(a, len + 2, 1);

	memcpy(from, prefix, len);
	memcpy(to, prefix, len);
	from[len] = '/';
	to[len] = '/' + 1;
	return statement(s, q, "tt", from, to);
}

struct hashed_span
hashed_column(sqlite3_stmt *st, int column)
{
	const unsigned char *bytes = sqlite3_column_blob(st, column);

	return (struct hashed_span){bytes, (size_t)sqlite3_column_bytes(st, column) / HASHED_BYTES};
}
