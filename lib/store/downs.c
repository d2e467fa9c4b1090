#include "store/statement.h"

int
store_downs_replace(
    struct store *s, int64_t entity, const struct stored_down *downs, size_t count, struct err *err)
{
	statement(s, QUERY_DOWN_DELETE, "i", entity);
	if (statement_run(s, QUERY_DOWN_DELETE, err) != 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		statement(s, QUERY_DOWN_ADD, "ttiiii", downs[i].agreement, downs[i].service,
		    (int64_t)downs[i].kind, downs[i].to, downs[i].from, entity);
		if (statement_run(s, QUERY_DOWN_ADD, err) != 0)
			return -1;
	}
	return 0;
}

int
store_downs(struct store *s, const char *agreement, const char *service, enum down_kind kind,
    int64_t from, int64_t to, struct arena *a, struct stored_down **list, struct err *err)
{
	sqlite3_stmt *st =
	    statement(s, QUERY_DOWN_RANGE, "ttiii", agreement, service, (int64_t)kind, from, to);
	size_t room = 0;
	int n = 0, more;

	*list = NULL;
	while ((more = statement_step(s, QUERY_DOWN_RANGE, err)) > 0) {
		*list = arena_grown(a, *list, (size_t)n, &room, sizeof(**list));
		(*list)[n++] = (struct stored_down){.agreement = agreement,
		    .service = service,
		    .kind = kind,
		    .from = sqlite3_column_int64(st, 0),
		    .to = sqlite3_column_int64(st, 1)};
	}
	statement_end(s, QUERY_DOWN_RANGE);
	return more < 0 ? -1 : n;
}

int
store_downs_walk(struct store *s, int64_t from, int64_t to, int64_t start, int64_t entity,
    int (*each)(void *context, const struct told_down *d), void *context, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_DOWN_PAGE, "iiii", from, to, start, entity);
	struct told_down d;
	int more;

	while ((more = statement_step(s, QUERY_DOWN_PAGE, err)) > 0) {
		d.down = (struct stored_down){.from = sqlite3_column_int64(st, 0),
		    .to = sqlite3_column_int64(st, 2),
		    .kind = (enum down_kind)sqlite3_column_int(st, 3),
		    .agreement = (const char *)sqlite3_column_text(st, 4),
		    .service = (const char *)sqlite3_column_text(st, 5)};
		d.entity = sqlite3_column_int64(st, 1);
		d.class = sqlite3_column_int(st, 6);
		d.source = (const char *)sqlite3_column_text(st, 7);
		d.name = (const char *)sqlite3_column_text(st, 8);
		if (each(context, &d) != 0)
			break;
	}
	statement_end(s, QUERY_DOWN_PAGE);
	return more < 0 ? -1 : 0;
}

/* Reads a bound statement to its end. */
static int
services_read(
    struct store *s, enum query q, struct arena *a, struct stored_down **list, struct err *err)
{
	sqlite3_stmt *st = s->stmt[q];
	size_t room = 0;
	int n = 0, more;

	*list = NULL;
	while ((more = statement_step(s, q, err)) > 0) {
		*list = arena_grown(a, *list, (size_t)n, &room, sizeof(**list));
		(*list)[n++] = (struct stored_down){
		    .agreement = column_text(st, 0, a), .service = column_text(st, 1, a)};
	}
	statement_end(s, q);
	return more < 0 ? -1 : n;
}

int
store_down_services(struct store *s, struct arena *a, struct stored_down **list, struct err *err)
{
	statement(s, QUERY_DOWN_SERVICES, "");
	return services_read(s, QUERY_DOWN_SERVICES, a, list, err);
}

int
store_down_services_of(struct store *s, const char *agreement, struct arena *a,
    struct stored_down **list, struct err *err)
{
	statement(s, QUERY_DOWN_SERVICES_OF, "t", agreement);
	return services_read(s, QUERY_DOWN_SERVICES_OF, a, list, err);
}
