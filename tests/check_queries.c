/* What the named queries of sql/ cost: none walks through all that is stored, but those that must.
 */
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "scratch_dir.h"
#include "sql.h"
#include "store/store.h"
#include "suite.h"

/* Tables that stay small: by what an administrator wrote, by how long things are kept, or by their
 * making; and comparing two stores means to see all of them. */
static const char *const may_scan[] = {"down_page", "down_services", "dump_counted", "dump_counts",
    "dump_downs", "dump_entities", "dump_entries", "dump_tallies", "identity_all_blocks",
    "identity_runs", "outbox_lanes", "outbox_told", "past_rules", "posting_get", "posting_set",
    "quarantine_page", "quarantine_size", "scope_list", "silence_live"};

/* What may grow large, but is counted in a narrow index. */
static const char *const may_count[] = {"alert_counts", "delivery_counts"};

static bool
listed(const char *name, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(list[i], name) == 0)
			return true;
	}
	return false;
}

static bool
may(const char *name, const char *step)
{
	if (strstr(step, "COVERING INDEX") != NULL &&
	    listed(name, may_count, sizeof(may_count) / sizeof(may_count[0])))
		return true;
	return listed(name, may_scan, sizeof(may_scan) / sizeof(may_scan[0]));
}

/* A step of a plan that reads a table, or a whole index, from one end to the other. */
static bool
scans(const char *step)
{
	return strncmp(step, "SCAN ", 5) == 0 && strstr(step, "CONSTANT ROW") == NULL &&
	    strstr(step, "VIRTUAL TABLE") == NULL;
}

/* Some must be found by more than where a scan begins. */
static bool
narrow(const char *name, const char *step)
{
	return strcmp(name, "tally_range") != 0 || strncmp(step, "SEARCH t ", 9) != 0 ||
	    strstr(step, "rowid>? AND rowid<?") != NULL;
}

static void
plan_check(sqlite3 *db, const char *name, const char *sql)
{
	sqlite3_stmt *st;
	char text[8192];

	ck_assert_int_lt(
	    snprintf(text, sizeof(text), "EXPLAIN QUERY PLAN %s", sql), (int)sizeof(text));
	ck_assert_msg(sqlite3_prepare_v2(db, text, -1, &st, NULL) == SQLITE_OK, "%s: %s", name,
	    sqlite3_errmsg(db));
	while (sqlite3_step(st) == SQLITE_ROW) {
		const char *step = (const char *)sqlite3_column_text(st, 3);

		ck_assert_msg((!scans(step) || may(name, step)) && narrow(name, step),
		    "the query %s does: %s", name, step);
	}
	sqlite3_finalize(st);
}

START_TEST(nothing_walks_through_all)
{
	char path[SCRATCH_PATH];
	struct store *s;
	struct err err;
	sqlite3 *db;

	scratch_make();
	scratch_path(path, "db");
	s = store_open(path, STORE_WRITE, &err);
	ck_assert_msg(s != NULL, "%s", err.msg);
	store_close(s);
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	for (int q = 0; q < QUERIES; q++)
		plan_check(db, sql_queries[q].name, sql_queries[q].sql);
	sqlite3_close(db);
	scratch_remove();
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, nothing_walks_through_all);
}

SUITE_MAIN("queries", add)
