#include "store/statement.h"
#include "store/store_delivery.h"

const char *const outbox_state_names[] = {"waiting", "delivered", "failed", NULL};

static struct stored_delivery
delivery_read(sqlite3_stmt *st, struct arena *a)
{
	return (struct stored_delivery){
	    .type = column_text(st, 4, a),
	    .row = {.id = sqlite3_column_int64(st, 0),
		.message = column_text(st, 1, a),
		.receiver = column_text(st, 2, a),
		.alert = sqlite3_column_int64(st, 3),
		.body = column_text(st, 5, a),
		.created = sqlite3_column_int64(st, 6),
		.state = sqlite3_column_int(st, 7),
		.attempts = sqlite3_column_int(st, 8),
		.next = sqlite3_column_int64(st, 9),
		.status = sqlite3_column_int(st, 10),
		.error = column_text(st, 11, a),
		.begun = sqlite3_column_int64(st, 12),
		.ended = sqlite3_column_int64(st, 13)},
	};
}

int
store_deliveries(struct store *s, const struct delivery_filter *f, struct arena *a,
    struct stored_delivery **list, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_DELIVERY_PAGE, "iitii", f->below, (int64_t)f->state,
	    f->receiver, f->alert, (int64_t)f->limit);
	int n = 0, more = 0;

	*list = arena_alloc(a, (size_t)f->limit, sizeof(**list));
	while (n < f->limit && (more = statement_step(s, QUERY_DELIVERY_PAGE, err)) > 0)
		(*list)[n++] = delivery_read(st, a);
	statement_end(s, QUERY_DELIVERY_PAGE);
	return more < 0 ? -1 : n;
}

int
store_delivery(
    struct store *s, int64_t id, struct arena *a, struct stored_delivery *d, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_DELIVERY_GET, "i", id);
	int found = statement_step(s, QUERY_DELIVERY_GET, err);

	if (found > 0)
		*d = delivery_read(st, a);
	statement_end(s, QUERY_DELIVERY_GET);
	return found;
}

int
store_delivery_last(struct store *s, int64_t *id, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_DELIVERY_LAST, "");
	int found = statement_step(s, QUERY_DELIVERY_LAST, err);

	if (found > 0)
		*id = sqlite3_column_int64(st, 0);
	statement_end(s, QUERY_DELIVERY_LAST);
	return found < 0 ? -1 : 0;
}

int
store_delivery_overtaken(struct store *s, const struct outbox *row, struct err *err)
{
	int found;

	statement(s, QUERY_DELIVERY_OVERTAKEN, "iti", row->alert, row->receiver, row->id);
	found = statement_step(s, QUERY_DELIVERY_OVERTAKEN, err);
	statement_end(s, QUERY_DELIVERY_OVERTAKEN);
	return found;
}

int
store_delivery_again(struct store *s, int64_t id, int64_t now, struct err *err)
{
	statement(s, QUERY_DELIVERY_AGAIN, "ii", id, now);
	return statement_run(s, QUERY_DELIVERY_AGAIN, err);
}

int
store_delivery_counts(struct store *s, void (*each)(void *context, const struct delivery_count *c),
    void *context, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_DELIVERY_COUNTS, "");
	int more;

	while ((more = statement_step(s, QUERY_DELIVERY_COUNTS, err)) > 0)
		each(context,
		    &(struct delivery_count){(const char *)sqlite3_column_text(st, 0),
			sqlite3_column_int(st, 1), sqlite3_column_int64(st, 2),
			sqlite3_column_int64(st, 3)});
	statement_end(s, QUERY_DELIVERY_COUNTS);
	return more;
}

int
store_delivery_prune(
    struct store *s, int state, int64_t before, int64_t now, int limit, struct err *err)
{
	statement(s, QUERY_DELIVERY_PRUNE, "iiii", (int64_t)state, before, now, (int64_t)limit);
	return statement_run(s, QUERY_DELIVERY_PRUNE, err) != 0 ? -1 : sqlite3_changes(s->db);
}
