#include <string.h>

#include "base/buf.h"
#include "base/stamp.h"
#include "domain/tally.h"
#include "store/statement.h"

static int
scope_find(struct store *s, const struct scope *scope, int64_t *id, struct err *err)
{
	const char *const *d = scope->dim;
	sqlite3_stmt *st = statement(s, QUERY_SCOPE_FIND, "tttt", d[0], d[1], d[2], d[3]);
	int found = statement_step(s, QUERY_SCOPE_FIND, err);

	if (found > 0)
		*id = sqlite3_column_int64(st, 0);
	statement_end(s, QUERY_SCOPE_FIND);
	if (found != 0)
		return found < 0 ? -1 : 0;
	statement(s, QUERY_SCOPE_ADD, "tttt", d[0], d[1], d[2], d[3]);
	if (statement_run(s, QUERY_SCOPE_ADD, err) != 0)
		return -1;
	*id = sqlite3_last_insert_rowid(s->db);
	return 0;
}

int
store_scope(struct store *s, const struct scope *scope, int64_t *id, struct err *err)
{
	struct buf name = BUF_INIT(SIZE_MAX / 2);
	int64_t known;
	int rc = 0;

	for (int d = 0; d < DIMENSIONS; d++)
		buf_put(&name, scope->dim[d], strlen(scope->dim[d]) + 1);
	known = memo_find(&s->scopes, name.data, name.len);
	if (known != 0)
		*id = known;
	else
		rc = scope_find(s, scope, id, err);
	if (known == 0 && rc == 0)
		memo_put(&s->scopes, name.data, name.len, *id);
	buf_free(&name);
	return rc;
}

/* Reads a bound statement to its end. */
static int
scopes_read(
    struct store *s, enum query q, struct arena *a, struct stored_scope **list, struct err *err)
{
	sqlite3_stmt *st = s->stmt[q];
	struct stored_scope *scopes = NULL, *grown;
	int n = 0, room = 0, more;

	while ((more = statement_step(s, q, err)) > 0) {
		if (n == room) {
			room = room == 0 ? 64 : 2 * room;
			grown = arena_alloc(a, (size_t)room, sizeof(*grown));
			for (int i = 0; i < n; i++)
				grown[i] = scopes[i];
			scopes = grown;
		}
		scopes[n].id = sqlite3_column_int64(st, 0);
		for (int d = 0; d < DIMENSIONS; d++)
			scopes[n].scope.dim[d] = column_text(st, 1 + d, a);
		n++;
	}
	statement_end(s, q);
	*list = scopes;
	return more < 0 ? -1 : n;
}

int
store_scopes(struct store *s, struct arena *a, struct stored_scope **list, struct err *err)
{
	statement(s, QUERY_SCOPE_LIST, "");
	return scopes_read(s, QUERY_SCOPE_LIST, a, list, err);
}

int
store_scopes_of(struct store *s, const char *agreement, struct arena *a, struct stored_scope **list,
    struct err *err)
{
	statement(s, QUERY_SCOPE_LIST_OF, "t", agreement);
	return scopes_read(s, QUERY_SCOPE_LIST_OF, a, list, err);
}

/* Buckets of an era, at each level: what events of one time change lies together, and a question
 * still reads few eras. */
static const int64_t era_width[TALLY_LEVELS] = {60, 24, 4, 1};
#define ERAS_MANY 16 /* it is looked up which there are */

int64_t
store_tally_era(int level, int64_t bucket)
{
	return stamp_floor(bucket, era_width[level]) / era_width[level];
}

int
store_tally(
    struct store *s, int64_t scope, int level, int64_t bucket, struct blob *counts, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_TALLY_GET, "iiii", (int64_t)level,
	    store_tally_era(level, bucket), scope, bucket);
	int found = statement_step(s, QUERY_TALLY_GET, err);

	*counts = (struct blob){"", 0};
	if (found > 0)
		*counts =
		    (struct blob){sqlite3_column_blob(st, 0), (size_t)sqlite3_column_bytes(st, 0)};
	return found;
}

int
store_tally_set(struct store *s, int64_t scope, int level, int64_t bucket, const void *counts,
    size_t len, struct err *err)
{
	enum query q = len == 0 ? QUERY_TALLY_DELETE : QUERY_TALLY_SET;
	sqlite3_stmt *st =
	    statement(s, q, "iiii", (int64_t)level, store_tally_era(level, bucket), scope, bucket);

	if (len > 0)
		sqlite3_bind_blob64(st, 5, counts, len, SQLITE_STATIC);
	return statement_run(s, q, err);
}

/* Leaves out eras before the first and after the last that there is. */
static int
eras_there(struct store *s, int level, int64_t *first, int64_t *last, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_TALLY_ERAS, "i", (int64_t)level);
	int found = statement_step(s, QUERY_TALLY_ERAS, err);
	int64_t min = sqlite3_column_int64(st, 0), max = sqlite3_column_int64(st, 1);

	if (*first < min)
		*first = min;
	if (*last > max)
		*last = max;
	statement_end(s, QUERY_TALLY_ERAS);
	return found < 0 ? -1 : 0;
}

/* A walk over the tallies of a scope, and what these lack on the way. */
struct walk {
	struct store *store;
	int64_t scope, from, to;
	int level;
	void (*each)(void *context, int64_t bucket, struct blob counts);
	void *context;
	size_t rest; /* of the daybook's, that comes next */
};

static void
rest_walk(struct walk *w, int64_t upto)
{
	const struct daybook *d = &w->store->daybook;

	for (; w->rest < d->rests && d->rest[w->rest].bucket <= upto; w->rest++)
		w->each(w->context, d->rest[w->rest].bucket, d->rest[w->rest].counts);
}

static int
era_walk(struct walk *w, int64_t era, struct err *err)
{
	struct store *s = w->store;
	sqlite3_stmt *st = statement(
	    s, QUERY_TALLY_WALK, "iiiii", (int64_t)w->level, era, w->scope, w->from, w->to);
	int64_t bucket;
	int more;

	while ((more = statement_step(s, QUERY_TALLY_WALK, err)) > 0) {
		bucket = sqlite3_column_int64(st, 0);
		rest_walk(w, bucket);
		w->each(w->context, bucket,
		    (struct blob){sqlite3_column_blob(st, 1), (size_t)sqlite3_column_bytes(st, 1)});
	}
	statement_end(s, QUERY_TALLY_WALK);
	return more;
}

int
store_tally_walk(struct store *s, int64_t scope, int level, int64_t from, int64_t to,
    void (*each)(void *context, int64_t bucket, struct blob counts), void *context, struct err *err)
{
	int64_t first = store_tally_era(level, from), last = store_tally_era(level, to - 1);
	struct walk w = {s, scope, from, to, level, each, context, 0};
	int rc = daybook_lacks(s, scope, level, from, to, err);

	if (rc == 0 && last - first >= ERAS_MANY)
		rc = eras_there(s, level, &first, &last, err);
	for (int64_t era = first; from < to && era <= last && rc == 0; era++)
		rc = era_walk(&w, era, err);
	if (rc == 0)
		rest_walk(&w, to);
	return rc;
}

/* The tallies of many scopes, being asked for era by era. */
struct range {
	int level;
	int64_t from, to;
	const char *scopes; /* their ids, a list in JSON */
	size_t count;
	void (*each)(void *context, size_t which, struct blob counts);
	void *context;
};

static int
era_range(struct store *s, const struct range *r, int64_t era, struct err *err)
{
	sqlite3_stmt *st = statement(
	    s, QUERY_TALLY_RANGE, "tiiii", r->scopes, (int64_t)r->level, era, r->from, r->to);
	struct blob counts;
	size_t which;
	int more;

	while ((more = statement_step(s, QUERY_TALLY_RANGE, err)) > 0) {
		which = (size_t)sqlite3_column_int64(st, 0);
		counts =
		    (struct blob){sqlite3_column_blob(st, 1), (size_t)sqlite3_column_bytes(st, 1)};
		r->each(r->context, which, counts);
	}
	statement_end(s, QUERY_TALLY_RANGE);
	return more;
}

/* What the tallies lack. */
static int
rests_range(struct store *s, const struct range *r, const int64_t *scopes, struct err *err)
{
	const struct daybook *d = &s->daybook;

	for (size_t which = 0; which < r->count; which++) {
		if (daybook_lacks(s, scopes[which], r->level, r->from, r->to, err) != 0)
			return -1;
		for (size_t i = 0; i < d->rests; i++)
			r->each(r->context, which, d->rest[i].counts);
	}
	return 0;
}

int
store_tally_range(struct store *s, const int64_t *scopes, size_t count, int level, int64_t from,
    int64_t to, void (*each)(void *context, size_t which, struct blob counts), void *context,
    struct err *err)
{
	int64_t first = store_tally_era(level, from), last = store_tally_era(level, to - 1);
	struct range r = {level, from, to, NULL, count, each, context};
	struct buf list = BUF_INIT(SIZE_MAX / 2);
	int rc = from < to ? rests_range(s, &r, scopes, err) : 0;

	for (size_t i = 0; i < count; i++) {
		buf_putc(&list, i == 0 ? '[' : ',');
		buf_puti(&list, scopes[i]);
	}
	buf_put(&list, "]", 2);
	r.scopes = buf_text(&list);
	if (rc == 0 && last - first >= ERAS_MANY)
		rc = eras_there(s, level, &first, &last, err);
	for (int64_t era = first; from < to && count > 0 && era <= last && rc == 0; era++)
		rc = era_range(s, &r, era, err);
	buf_free(&list);
	return rc;
}

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

static struct stored_down *
down_slot(struct stored_down **list, int n, int *room, struct arena *a)
{
	struct stored_down *grown;

	if (n == *room) {
		*room = *room == 0 ? 16 : 2 * *room;
		grown = arena_alloc(a, (size_t)*room, sizeof(*grown));
		for (int i = 0; i < n; i++)
			grown[i] = (*list)[i];
		*list = grown;
	}
	return &(*list)[n];
}

int
store_downs(struct store *s, const char *agreement, const char *service, enum down_kind kind,
    int64_t from, int64_t to, struct arena *a, struct stored_down **list, struct err *err)
{
	sqlite3_stmt *st =
	    statement(s, QUERY_DOWN_RANGE, "ttiii", agreement, service, (int64_t)kind, from, to);
	int n = 0, room = 0, more;

	*list = NULL;
	while ((more = statement_step(s, QUERY_DOWN_RANGE, err)) > 0) {
		*down_slot(list, n, &room, a) = (struct stored_down){.agreement = agreement,
		    .service = service,
		    .kind = kind,
		    .from = sqlite3_column_int64(st, 0),
		    .to = sqlite3_column_int64(st, 1)};
		n++;
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
	int n = 0, room = 0, more;

	*list = NULL;
	while ((more = statement_step(s, q, err)) > 0) {
		*down_slot(list, n, &room, a) = (struct stored_down){
		    .agreement = column_text(st, 0, a), .service = column_text(st, 1, a)};
		n++;
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
