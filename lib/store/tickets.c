#include "domain/record.h"
#include "store/statement.h"
#include "store/store_ticket.h"

const char *const entity_state_names[] = {"incomplete", "open", "resolved", "excluded", NULL};

static struct blob
blob_at(sqlite3_stmt *st, int column)
{
	return (struct blob){
	    sqlite3_column_blob(st, column), (size_t)sqlite3_column_bytes(st, column)};
}

static struct stored_ticket
ticket_read(sqlite3_stmt *st)
{
	struct stored_ticket t = {
	    .place = {sqlite3_column_int64(st, 1), sqlite3_column_int64(st, 0)},
	    .source = (const char *)sqlite3_column_text(st, 4),
	    .entity = {.id = sqlite3_column_int64(st, 0),
		.class = CLASS_TICKET,
		.due = sqlite3_column_int64(st, 1),
		.state = sqlite3_column_int(st, 2),
		.source = sqlite3_column_int64(st, 3),
		.name = (const char *)sqlite3_column_text(st, 5),
		.facts = blob_at(st, 6),
		.counts = blob_at(st, 7)},
	};

	for (int d = 0; d < DIMENSIONS; d++)
		t.scope.dim[d] = (const char *)sqlite3_column_text(st, 8 + d);
	return t;
}

static int
walked(struct store *s, enum query q, ticket_each *each, void *context, struct err *err)
{
	int n = 0, more;

	while ((more = statement_step(s, q, err)) > 0) {
		struct stored_ticket t = ticket_read(s->stmt[q]);

		n++;
		if (each(context, &t) != 0)
			break;
	}
	statement_end(s, q);
	return more < 0 ? -1 : n;
}

int
store_tickets(struct store *s, const struct ticket_walk *walk, ticket_each *each, void *context,
    struct err *err)
{
	if (walk->state == ENTITY_OPEN || walk->state == ENTITY_INCOMPLETE) {
		statement(s, QUERY_TICKET_PAGE_IN, "iii", walk->after.id, (int64_t)walk->state,
		    (int64_t)walk->limit);
		return walked(s, QUERY_TICKET_PAGE_IN, each, context, err);
	}
	statement(s, QUERY_TICKET_PAGE, "ii", walk->after.id, (int64_t)walk->limit);
	return walked(s, QUERY_TICKET_PAGE, each, context, err);
}

int
store_tickets_due(struct store *s, const struct ticket_walk *walk, int64_t until, ticket_each *each,
    void *context, struct err *err)
{
	struct ticket_place after = walk->after;

	if (after.id == INT64_MAX)
		after = (struct ticket_place){INT64_MIN, 0};
	statement(s, QUERY_TICKET_DUE, "iiii", until, after.due, after.id, (int64_t)walk->limit);
	return walked(s, QUERY_TICKET_DUE, each, context, err);
}
