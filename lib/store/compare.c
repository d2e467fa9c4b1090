#include <stdio.h>
#include <string.h>

#include "store/statement.h"

const char *const dump_names[DUMPS] = {"ticket", "tally", "counted minute", "down"};

/* Each dump's query, and how many of its first columns are the key of a row. */
static const struct {
	enum query query;
	int key;
} dumps[DUMPS] = {
    [DUMP_ENTITIES] = {QUERY_DUMP_ENTITIES, 3},
    [DUMP_TALLIES] = {QUERY_DUMP_TALLIES, 6},
    [DUMP_COUNTED] = {QUERY_DUMP_COUNTED, 4},
    [DUMP_DOWNS] = {QUERY_DUMP_DOWNS, 8},
};

int
store_forget(struct store *s, struct err *err)
{
	static const enum query all[] = {QUERY_DROP_ENTITIES, QUERY_DROP_COUNTED, QUERY_DROP_SCOPES,
	    QUERY_DROP_TALLIES, QUERY_DROP_DOWNS};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		statement(s, all[i], "");
		if (statement_run(s, all[i], err) != 0)
			return -1;
	}
	return 0;
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

int64_t
store_compare(struct store *s, struct store *other, enum dump what,
    void (*each)(void *context, const char *key, const char *what), void *context, struct err *err)
{
	enum query q = dumps[what].query;
	sqlite3_stmt *a = statement(s, q, ""), *b = statement(other, q, "");
	int in_a = statement_step(s, q, err), in_b = statement_step(other, q, err), order;
	int key = dumps[what].key;
	int64_t differences = 0;
	char text[ERR_MAX];

	while (in_a > 0 || in_b > 0) {
		if (in_a < 0 || in_b < 0)
			break;
		order = in_a == 0 ? 1 : in_b == 0 ? -1 : columns_compare(a, b, 0, key);
		if (order != 0 || columns_compare(a, b, key, sqlite3_column_count(a)) != 0) {
			key_text(order <= 0 ? a : b, key, text, sizeof(text));
			each(context, text,
			    order < 0 ? "is stored, but does not follow from the log"
				: order > 0
				? "follows from the log, but is not stored"
				: "is stored with other values than follow from the log");
			differences++;
		}
		if (order <= 0)
			in_a = statement_step(s, q, err);
		if (order >= 0)
			in_b = statement_step(other, q, err);
	}
	statement_end(s, q);
	statement_end(other, q);
	return in_a < 0 || in_b < 0 ? -1 : differences;
}
