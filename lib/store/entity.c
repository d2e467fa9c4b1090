#include "base/stamp.h"
#include "store/statement.h"

/* Columns from `at` on: state, scope, due, facts, counts. */
static void
entity_read(sqlite3_stmt *st, int at, struct arena *a, struct entity *e)
{
	e->state = sqlite3_column_int(st, at);
	e->scope = sqlite3_column_int64(st, at + 1);
	e->due = sqlite3_column_int64(st, at + 2);
	e->state_stored = e->state;
	e->due_stored = e->due;
	e->facts = column_blob(st, at + 3, a);
	e->counts = column_blob(st, at + 4, a);
}

int
store_entity(struct store *s, int class, int64_t source, const char *name, struct arena *a,
    struct entity *e, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_ENTITY_FIND, "iit", (int64_t) class, source, name);
	int found = statement_step(s, QUERY_ENTITY_FIND, err);

	if (found >= 0)
		*e = (struct entity){.class = class, .source = source, .name = name};
	if (found > 0) {
		e->id = sqlite3_column_int64(st, 0);
		entity_read(st, 1, a, e);
	}
	statement_end(s, QUERY_ENTITY_FIND);
	return found;
}

int
store_entity_get(struct store *s, int64_t id, struct arena *a, struct entity *e, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_ENTITY_GET, "i", id);
	int found = statement_step(s, QUERY_ENTITY_GET, err);

	if (found > 0) {
		e->id = id;
		e->class = sqlite3_column_int(st, 0);
		e->source = sqlite3_column_int64(st, 1);
		e->name = column_text(st, 2, a);
		entity_read(st, 3, a, e);
	}
	statement_end(s, QUERY_ENTITY_GET);
	return found;
}

static void
bind_or_null(sqlite3_stmt *st, int at, int64_t n)
{
	if (n == 0)
		sqlite3_bind_null(st, at);
	else
		sqlite3_bind_int64(st, at, n);
}

static int
entity_add(struct store *s, struct entity *e, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_ENTITY_ADD, "iitiiibb", (int64_t)e->class, e->source,
	    e->name, (int64_t)e->state, e->scope, e->due, e->facts, e->counts);

	bind_or_null(st, 5, e->scope);
	bind_or_null(st, 6, e->due);
	if (statement_run(s, QUERY_ENTITY_ADD, err) != 0)
		return -1;
	e->id = sqlite3_last_insert_rowid(s->db);
	return 0;
}

static int
entity_set(struct store *s, const struct entity *e, struct err *err)
{
	bool moves = e->state != e->state_stored, waits = e->due != e->due_stored;
	enum query q = moves && waits ? QUERY_ENTITY_SET_BOTH
	    : moves                   ? QUERY_ENTITY_SET_STATE
	    : waits                   ? QUERY_ENTITY_SET_DUE
				      : QUERY_ENTITY_SET;
	sqlite3_stmt *st = statement(s, q, "ibb", e->id, e->facts, e->counts);

	bind_or_null(st, 4, e->scope);
	if (moves)
		sqlite3_bind_int(st, 5, e->state);
	if (waits)
		bind_or_null(st, 6, e->due);
	return statement_run(s, q, err);
}

int
store_entity_save(struct store *s, struct entity *e, struct err *err)
{
	int rc = e->id == 0 ? entity_add(s, e, err) : entity_set(s, e, err);

	if (rc == 0) {
		e->state_stored = e->state;
		e->due_stored = e->due;
	}
	return rc;
}

/* Collects the first column of a bound statement. */
static int
ids_read(struct store *s, enum query q, int64_t *ids, int limit, struct err *err)
{
	int n = 0, more = 0;

	while (n < limit && (more = statement_step(s, q, err)) > 0)
		ids[n++] = sqlite3_column_int64(s->stmt[q], 0);
	statement_end(s, q);
	return more < 0 ? -1 : n;
}

int
store_due(struct store *s, int64_t now, int64_t *ids, int limit, struct err *err)
{
	statement(s, QUERY_ENTITY_DUE, "ii", now, (int64_t)limit);
	return ids_read(s, QUERY_ENTITY_DUE, ids, limit, err);
}

int
store_entities_after(struct store *s, int64_t after, int64_t *ids, int limit, struct err *err)
{
	statement(s, QUERY_ENTITY_AFTER, "ii", after, (int64_t)limit);
	return ids_read(s, QUERY_ENTITY_AFTER, ids, limit, err);
}

int
store_open_after(struct store *s, int64_t after, int64_t *ids, int limit, struct err *err)
{
	statement(s, QUERY_ENTITY_OPEN, "ii", after, (int64_t)limit);
	return ids_read(s, QUERY_ENTITY_OPEN, ids, limit, err);
}

int
store_next_due(struct store *s, int64_t *due, struct err *err)
{
	int n;

	statement(s, QUERY_ENTITY_NEXT_DUE, "");
	n = ids_read(s, QUERY_ENTITY_NEXT_DUE, due, 1, err);
	if (n == 0)
		*due = STAMP_NEVER;
	return n < 0 ? -1 : 0;
}

int
store_entities_named(struct store *s, const char *name, struct arena *a, int64_t *ids,
    const char **sources, int limit, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_ENTITY_NAMED, "t", name);
	int n = 0, more = 0;

	while (n < limit && (more = statement_step(s, QUERY_ENTITY_NAMED, err)) > 0) {
		ids[n] = sqlite3_column_int64(st, 0);
		sources[n++] = column_text(st, 1, a);
	}
	statement_end(s, QUERY_ENTITY_NAMED);
	return more < 0 ? -1 : n;
}

int
store_retractions(struct store *s, int64_t source, struct err *err)
{
	int64_t any;

	statement(s, QUERY_ENTITY_RETRACTIONS, "i", source);
	return ids_read(s, QUERY_ENTITY_RETRACTIONS, &any, 1, err);
}

int
store_tickets_in(struct store *s, int state, int64_t *count, struct err *err)
{
	statement(s, QUERY_ENTITY_STATES, "i", (int64_t)state);
	return ids_read(s, QUERY_ENTITY_STATES, count, 1, err) < 0 ? -1 : 0;
}

int
store_counted(struct store *s, int64_t minute, int64_t entity, bool counts, struct err *err)
{
	enum query q = counts ? QUERY_COUNTED_ADD : QUERY_COUNTED_DELETE;

	statement(s, q, "ii", minute, entity);
	return statement_run(s, q, err);
}

int
store_counted_walk(struct store *s, int64_t from, int64_t to, int64_t minute, int64_t entity,
    int (*each)(void *context, const struct counted *c), void *context, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_COUNTED_PAGE, "iiii", from, to, minute, entity);
	struct counted c;
	int more;

	while ((more = statement_step(s, QUERY_COUNTED_PAGE, err)) > 0) {
		c.minute = sqlite3_column_int64(st, 0);
		c.entity = sqlite3_column_int64(st, 1);
		c.source = (const char *)sqlite3_column_text(st, 2);
		c.name = (const char *)sqlite3_column_text(st, 3);
		c.counts =
		    (struct blob){sqlite3_column_blob(st, 4), (size_t)sqlite3_column_bytes(st, 4)};
		for (int d = 0; d < DIMENSIONS; d++)
			c.scope.dim[d] = (const char *)sqlite3_column_text(st, 5 + d);
		c.class = sqlite3_column_int(st, 9);
		if (each(context, &c) != 0)
			break;
	}
	statement_end(s, QUERY_COUNTED_PAGE);
	return more < 0 ? -1 : 0;
}
