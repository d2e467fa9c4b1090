#include <stdio.h>
#include <string.h>

#include "store/statement.h"

const char *const dump_names[DUMPS] = {"entity", "tally", "counted minute", "down", "entry"};

/* Each dump's query, and how many of its first columns are the key of a row. */
static const struct {
	enum query query;
	int key;
} dumps[DUMPS] = {
    [DUMP_ENTITIES] = {QUERY_DUMP_ENTITIES, 3},
    [DUMP_TALLIES] = {QUERY_DUMP_TALLIES, 7},
    [DUMP_COUNTED] = {QUERY_DUMP_COUNTED, 4},
    [DUMP_DOWNS] = {QUERY_DUMP_DOWNS, 8},
    [DUMP_ENTRIES] = {QUERY_DUMP_ENTRIES, 7},
};

int
store_forget(struct store *s, struct err *err)
{
	static const enum query all[] = {QUERY_DROP_ENTITIES, QUERY_DROP_COUNTED, QUERY_DROP_SCOPES,
	    QUERY_DROP_TALLIES, QUERY_DROP_DOWNS, QUERY_DROP_ENTRIES};

	memo_forget(&s->scopes);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		statement(s, all[i], "");
		if (statement_run(s, all[i], err) != 0)
			return -1;
	}
	return daybook_clear(s, err);
}

static int
column_compare(sqlite3_stmt *a, sqlite3_stmt *b, int column)
{
	int64_t x, y;
	size_t m, n;
	int order;

	if (sqlite3_column_type(a, column) == SQLITE_INTEGER) {
		x = sqlite3_column_int64(a, column);
		y = sqlite3_column_int64(b, column);
		return (x > y) - (x < y);
	}
	m = (size_t)sqlite3_column_bytes(a, column);
	n = (size_t)sqlite3_column_bytes(b, column);
	order = m == 0 || n == 0
	    ? 0
	    : memcmp(sqlite3_column_blob(a, column), sqlite3_column_blob(b, column), m < n ? m : n);
	return order != 0 ? order : (m > n) - (m < n);
}

static int
columns_compare(sqlite3_stmt *a, sqlite3_stmt *b, int from, int to)
{
	int order = 0;

	for (int i = from; i < to && order == 0; i++)
		order = column_compare(a, b, i);
	return order;
}

static void
key_text(sqlite3_stmt *st, int key, char *text, size_t size)
{
	size_t at = 0;

	text[0] = '\0';
	for (int i = 0; i < key && at < size; i++)
		at += (size_t)snprintf(
		    text + at, size - at, "%s%s", i > 0 ? " " : "", sqlite3_column_text(st, i));
}

/* Two walks side by side. */
struct walk {
	struct store *store;
	enum query query;
	int more; /* 1 a row stands there, 0 at the end, -1 failed */
};

static void
walk_on(struct walk *w, struct err *err)
{
	w->more = statement_step(w->store, w->query, err);
}

/* Which of the two stands at the smaller key: -1 the first, 1 the second, 0 both. */
static int
walk_order(const struct walk *a, const struct walk *b, int key)
{
	if (a->more == 0 || b->more == 0)
		return a->more == 0 ? 1 : -1;
	return columns_compare(a->store->stmt[a->query], b->store->stmt[b->query], 0, key);
}

static bool
same_row(const struct walk *a, const struct walk *b, int key)
{
	sqlite3_stmt *x = a->store->stmt[a->query], *y = b->store->stmt[b->query];

	return columns_compare(x, y, key, sqlite3_column_count(x)) == 0;
}

int64_t
store_compare(struct store *s, struct store *other, enum dump what,
    void (*each)(void *context, const char *key, const char *what), void *context, struct err *err)
{
	static const char *const says[] = {"is stored, but does not follow from the log",
	    "is stored with other values than follow from the log",
	    "follows from the log, but is not stored"};
	struct walk a = {.store = s, .query = dumps[what].query}, b = {other, dumps[what].query, 0};
	int key = dumps[what].key, order;
	int64_t differences = 0;
	char text[ERR_MAX];

	statement(s, a.query, "");
	statement(other, b.query, "");
	walk_on(&a, err);
	walk_on(&b, err);
	while (a.more >= 0 && b.more >= 0 && a.more + b.more > 0) {
		order = walk_order(&a, &b, key);
		if (order != 0 || !same_row(&a, &b, key)) {
			key_text((order <= 0 ? s : other)->stmt[a.query], key, text, sizeof(text));
			each(context, text, says[(order > 0) - (order < 0) + 1]);
			differences++;
		}
		if (order <= 0)
			walk_on(&a, err);
		if (order >= 0)
			walk_on(&b, err);
	}
	statement_end(s, a.query);
	statement_end(other, b.query);
	return a.more < 0 || b.more < 0 ? -1 : differences;
}

static struct blob
blob_read(sqlite3_stmt *st, int column)
{
	const void *bytes = sqlite3_column_blob(st, column);

	return (struct blob){bytes, (size_t)sqlite3_column_bytes(st, column)};
}

static struct recounted
recounted_read(const struct walk *a, const struct walk *b, int order)
{
	sqlite3_stmt *any = (order <= 0 ? a : b)->store->stmt[QUERY_DUMP_COUNTS];
	struct recounted r = {.name = (const char *)sqlite3_column_text(any, 0),
	    .source = (const char *)sqlite3_column_text(any, 1),
	    .agreement = (const char *)sqlite3_column_text(any, 2)};

	if (order <= 0)
		r.counts[0] = blob_read(a->store->stmt[a->query], 3);
	if (order >= 0)
		r.counts[1] = blob_read(b->store->stmt[b->query], 3);
	return r;
}

int64_t
store_recounted(struct store *s, struct store *other,
    void (*each)(void *context, const struct recounted *r), void *context, struct err *err)
{
	struct walk a = {.store = s, .query = QUERY_DUMP_COUNTS}, b = {other, QUERY_DUMP_COUNTS, 0};
	struct recounted r;
	int64_t count = 0;
	int order;

	statement(s, a.query, "");
	statement(other, b.query, "");
	walk_on(&a, err);
	walk_on(&b, err);
	while (a.more >= 0 && b.more >= 0 && a.more + b.more > 0) {
		order = walk_order(&a, &b, 2);
		if (order != 0 || !same_row(&a, &b, 2)) {
			r = recounted_read(&a, &b, order);
			each(context, &r);
			count++;
		}
		if (order <= 0)
			walk_on(&a, err);
		if (order >= 0)
			walk_on(&b, err);
	}
	statement_end(s, a.query);
	statement_end(other, b.query);
	return a.more < 0 || b.more < 0 ? -1 : count;
}
