#include <inttypes.h>
#include <stdlib.h>

#include "base/buf.h"
#include "domain/tally.h"
#include "domain/tally_row.h"
#include "store/statement.h"

#define ERAS_MANY 16 /* it is looked up which there are */
#define RUN_GAP 8 /* rows read in vain rather than searched around */
#define RUN_SCOPES 4096 /* at most, as the query has it */

/* A row's number, from the top: half, level, era, scope. */
#define SCOPE_BITS 30
#define ERA_BITS 30
#define ERA_FIRST (-(INT64_C(1) << (ERA_BITS - 1)))
#define LEVEL_BITS 2
_Static_assert(TALLY_LEVELS <= 1 << LEVEL_BITS, "a level has its bits");

static int64_t
row_number(enum tally_half half, int64_t level, int64_t era, int64_t scope)
{
	return ((((int64_t)half << LEVEL_BITS | level) << ERA_BITS) + era - ERA_FIRST)
	    << SCOPE_BITS |
	    scope;
}

static int64_t
era_of(int64_t number)
{
	return (number >> SCOPE_BITS & ((INT64_C(1) << ERA_BITS) - 1)) + ERA_FIRST;
}

/* A row that had no number of its own would be another one's. */
static bool
is_numbered(const struct tally_place *at)
{
	return at->scope >= 0 && at->scope >> SCOPE_BITS == 0 && at->era >= ERA_FIRST &&
	    at->era < -ERA_FIRST;
}

struct tally_place
store_tally_place(int level, int64_t scope, int64_t bucket)
{
	return (struct tally_place){level, tally_era(level, bucket), scope, bucket};
}

int
tally_place_compare(const struct tally_place *a, const struct tally_place *b)
{
	if (a->level != b->level)
		return a->level < b->level ? -1 : 1;
	if (a->era != b->era)
		return a->era < b->era ? -1 : 1;
	if (a->scope != b->scope)
		return a->scope < b->scope ? -1 : 1;
	return (a->bucket > b->bucket) - (a->bucket < b->bucket);
}

int
store_tally_row(struct store *s, enum tally_half half, const struct tally_place *at,
    struct blob *row, struct err *err)
{
	sqlite3_stmt *st;
	int found;

	*row = (struct blob){"", 0};
	if (!is_numbered(at))
		return 0;
	st = statement(s, QUERY_TALLY_GET, "i", row_number(half, at->level, at->era, at->scope));
	found = statement_step(s, QUERY_TALLY_GET, err);
	if (found > 0)
		*row =
		    (struct blob){sqlite3_column_blob(st, 0), (size_t)sqlite3_column_bytes(st, 0)};
	return found;
}

int
store_tally_row_set(struct store *s, enum tally_half half, const struct tally_place *at,
    struct blob row, struct err *err)
{
	enum query q = row.len == 0 ? QUERY_TALLY_DELETE : QUERY_TALLY_SET;
	sqlite3_stmt *st;

	statement_end(s, QUERY_TALLY_GET); /* SQLite would keep a copy of the row it stands on */
	if (!is_numbered(at))
		return err_set(err,
		    "a tally of scope %" PRId64 " and era %" PRId64
		    " is beyond what the store can keep",
		    at->scope, at->era);
	st = statement(s, q, "i", row_number(half, at->level, at->era, at->scope));
	if (row.len > 0)
		sqlite3_bind_blob64(st, 2, row.bytes, row.len, SQLITE_STATIC);
	return statement_run(s, q, err);
}

/* Where the half of a range lies. */
static enum tally_half
half_of(const struct tally_range *r)
{
	return r->level < TALLY_HALVED ? TALLY_COUNTS : r->half;
}

/* The eras of a range; of a long one, from the first to the last that there is. */
static int
eras_of(
    struct store *s, const struct tally_range *r, int64_t *first, int64_t *last, struct err *err)
{
	const int64_t begin = row_number(half_of(r), r->level, ERA_FIRST, 0);
	sqlite3_stmt *st;
	int64_t min, max;
	int found;

	*first = tally_era(r->level, r->from);
	*last = tally_era(r->level, r->to - 1);
	if (*last - *first < ERAS_MANY)
		return 0;
	st = statement(s, QUERY_TALLY_ENDS, "ii", begin,
	    begin + ((INT64_C(1) << (ERA_BITS + SCOPE_BITS)) - 1));
	found = statement_step(s, QUERY_TALLY_ENDS, err);
	min = era_of(sqlite3_column_int64(st, 0));
	max = era_of(sqlite3_column_int64(st, 1));
	if (*first < min)
		*first = min;
	if (*last > max)
		*last = max;
	statement_end(s, QUERY_TALLY_ENDS);
	return found < 0 ? -1 : 0;
}

/* A walk over the tallies of a scope, and what these lack on the way. */
struct walk {
	struct store *store;
	int64_t scope;
	const struct tally_range *range;
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

/* Goes to the next tally of the range, as tally_row_next(). */
static int
range_next(const struct tally_range *r, struct tally_row *row, struct err *err)
{
	int more;

	do
		more = tally_row_next(row, err);
	while (more > 0 && row->bucket < r->from);
	return more > 0 && row->bucket >= r->to ? 0 : more;
}

static int
row_walk(struct walk *w, int64_t era, struct blob bytes, struct err *err)
{
	const struct tally_range *r = w->range;
	struct tally_row row;
	int more;

	tally_row_begin(&row, r->level, era, bytes.bytes, bytes.len);
	while ((more = range_next(r, &row, err)) > 0) {
		rest_walk(w, row.bucket);
		w->each(w->context, row.bucket, (struct blob){row.counts, row.len});
	}
	return more;
}

static int
era_walk(struct walk *w, int64_t era, struct err *err)
{
	const struct tally_range *r = w->range;
	const struct tally_place at = {r->level, era, w->scope, 0};
	struct blob row;

	if (store_tally_row(w->store, half_of(r), &at, &row, err) < 0)
		return -1;
	return row_walk(w, era, row, err);
}

int
store_tally_walk(struct store *s, int64_t scope, const struct tally_range *r,
    void (*each)(void *context, int64_t bucket, struct blob counts), void *context, struct err *err)
{
	struct walk w = {s, scope, r, each, context, 0};
	int64_t era, last;

	if (daybook_lacks(s, scope, r->level, r->from, r->to, err) != 0 ||
	    eras_of(s, r, &era, &last, err) != 0)
		return -1;
	for (; era <= last; era++) {
		if (era_walk(&w, era, err) != 0)
			return -1;
	}
	rest_walk(&w, r->to);
	return 0;
}

/* The tallies of many scopes, being asked for era by era. */
struct many {
	const struct tally_range *range;
	const int64_t *scopes;
	size_t count;
	const char *runs; /* of scopes, as the query wants them */
	void (*each)(void *context, size_t which, struct blob counts);
	void *context;
};

static void
run_put(struct buf *runs, int64_t first, int64_t last)
{
	buf_putc(runs, runs->len == 0 ? '[' : ',');
	buf_puti(runs, first * RUN_SCOPES + (last - first));
}

/* Scopes whose ids follow each other have their tallies of an era in a row: these are read in one
 * go, and past a few others. */
static void
runs_put(struct buf *runs, const struct many *m)
{
	int64_t first = m->scopes[0], last = first, id;

	for (size_t i = 1; i < m->count; i++) {
		id = m->scopes[i];
		if (id - last > RUN_GAP || id - first >= RUN_SCOPES) {
			run_put(runs, first, last);
			first = id;
		}
		last = id;
	}
	run_put(runs, first, last);
	buf_putc(runs, ']');
}

static int
by_id(const void *x, const void *y)
{
	const int64_t *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

static int
row_read(const struct many *m, size_t which, int64_t era, struct blob bytes, struct err *err)
{
	const struct tally_range *r = m->range;
	struct tally_row row;
	int more;

	tally_row_begin(&row, r->level, era, bytes.bytes, bytes.len);
	while ((more = range_next(r, &row, err)) > 0)
		m->each(m->context, which, (struct blob){row.counts, row.len});
	return more;
}

static int
era_read(struct store *s, const struct many *m, int64_t era, struct err *err)
{
	const struct tally_range *r = m->range;
	sqlite3_stmt *st = statement(
	    s, QUERY_TALLY_RANGE, "it", row_number(half_of(r), r->level, era, 0), m->runs);
	const int64_t *found;
	int64_t scope;
	int more, rc = 0;

	while (rc == 0 && (more = statement_step(s, QUERY_TALLY_RANGE, err)) != 0) {
		scope = sqlite3_column_int64(st, 0);
		found = bsearch(&scope, m->scopes, m->count, sizeof(scope), by_id);
		if (more < 0)
			rc = -1;
		else if (found != NULL)
			rc = row_read(m, (size_t)(found - m->scopes), era,
			    (struct blob){
				sqlite3_column_blob(st, 1), (size_t)sqlite3_column_bytes(st, 1)},
			    err);
	}
	statement_end(s, QUERY_TALLY_RANGE);
	return rc;
}

/* What the tallies of a scope lack. */
static int
rests_read(struct store *s, const struct many *m, size_t which, struct err *err)
{
	const struct tally_range *r = m->range;
	const struct daybook *d = &s->daybook;

	if (daybook_lacks(s, m->scopes[which], r->level, r->from, r->to, err) != 0)
		return -1;
	for (size_t i = 0; i < d->rests; i++)
		m->each(m->context, which, d->rest[i].counts);
	return 0;
}

static int
many_read(struct store *s, const struct many *m, struct err *err)
{
	int64_t era, last;

	for (size_t i = 0; i < m->count; i++) {
		if (rests_read(s, m, i, err) != 0)
			return -1;
	}
	if (eras_of(s, m->range, &era, &last, err) != 0)
		return -1;
	for (; era <= last; era++) {
		if (era_read(s, m, era, err) != 0)
			return -1;
	}
	return 0;
}

int
store_tally_range(struct store *s, const int64_t *scopes, size_t count, const struct tally_range *r,
    void (*each)(void *context, size_t which, struct blob counts), void *context, struct err *err)
{
	struct many m = {r, scopes, count, NULL, each, context};
	struct buf runs = BUF_INIT(SIZE_MAX / 2);
	int rc;

	if (count == 0 || r->from >= r->to)
		return 0;
	runs_put(&runs, &m);
	m.runs = buf_text(&runs);
	rc = many_read(s, &m, err);
	buf_free(&runs);
	return rc;
}
