#include "base/stamp.h"
#include "store/statement.h"
#include "store/store_alert.h"

int
store_past_set(struct store *s, const struct stored_past *p, int64_t learned, struct err *err)
{
	statement(s, QUERY_PAST_SET, "ttii", p->subject, p->rule, p->at, learned);
	return statement_run(s, QUERY_PAST_SET, err);
}

int
store_past_delete(struct store *s, const struct stored_past *p, struct err *err)
{
	statement(s, QUERY_PAST_DELETE, "tt", p->subject, p->rule);
	return statement_run(s, QUERY_PAST_DELETE, err);
}

int
store_pasts_under(struct store *s, const char *prefix, struct arena *a, struct stored_past **list,
    struct err *err)
{
	sqlite3_stmt *st = statement_under(s, QUERY_PAST_UNDER, prefix, a);
	struct stored_past *rows = NULL, *grown;
	int n = 0, room = 0, more;

	while ((more = statement_step(s, QUERY_PAST_UNDER, err)) > 0) {
		if (n == room) {
			room = room == 0 ? 8 : 2 * room;
			grown = arena_alloc(a, (size_t)room, sizeof(*grown));
			for (int i = 0; i < n; i++)
				grown[i] = rows[i];
			rows = grown;
		}
		rows[n++] = (struct stored_past){
		    column_text(st, 0, a), column_text(st, 1, a), sqlite3_column_int64(st, 2)};
	}
	statement_end(s, QUERY_PAST_UNDER);
	*list = rows;
	return more < 0 ? -1 : n;
}

int
store_past_last(struct store *s, int64_t *learned, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_PAST_LAST, "");
	int found = statement_step(s, QUERY_PAST_LAST, err);

	*learned = STAMP_NEVER;
	if (found > 0 && sqlite3_column_type(st, 0) != SQLITE_NULL)
		*learned = sqlite3_column_int64(st, 0);
	statement_end(s, QUERY_PAST_LAST);
	return found < 0 ? -1 : 0;
}

int
store_past_rules(struct store *s,
    void (*each)(void *context, const char *rule, int64_t count, int64_t earliest, int64_t latest),
    void *context, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_PAST_RULES, "");
	int more;

	while ((more = statement_step(s, QUERY_PAST_RULES, err)) > 0)
		each(context, (const char *)sqlite3_column_text(st, 0), sqlite3_column_int64(st, 1),
		    sqlite3_column_int64(st, 2), sqlite3_column_int64(st, 3));
	statement_end(s, QUERY_PAST_RULES);
	return more;
}

int
store_past_clear(struct store *s, struct err *err)
{
	statement(s, QUERY_PAST_CLEAR, "");
	return statement_run(s, QUERY_PAST_CLEAR, err);
}
