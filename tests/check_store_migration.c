/* A database of an older schema, with data, is brought to the newest one; also after a kill. */
#include <stdio.h>
#include <string.h>

#include "store/statement.h"
#include "scratch_dir.h"
#include "suite.h"

#define RECORDS 140000 /* more than two runs */

static char path[SCRATCH_PATH], image[SCRATCH_PATH];
static struct store *s;
static struct err err;
static int64_t steps, images;

static void
sql(sqlite3 *db, const char *text)
{
	char *said = NULL;

	ck_assert_msg(sqlite3_exec(db, text, NULL, NULL, &said) == SQLITE_OK, "%s", said);
}

/* A database as slad made it when its schema was the first. */
static void
make_old(void)
{
	char text[600];
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	sql(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; BEGIN");
	sql(db, sql_schemas[0]);
	sql(db, "INSERT INTO source (id, name) VALUES (1, 'desk'), (2, 'phone')");
	snprintf(text, sizeof(text),
	    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
	    "INSERT INTO record (seq, received, body) SELECT i, 1000 + i, "
	    "json_object('id', 'e-' || (i / 2), 'source', iif(i %% 2, 'desk', 'phone')) FROM n",
	    RECORDS);
	sql(db, text);
	sql(db,
	    "INSERT INTO identity (source, id, seq) SELECT 2 - seq % 2, 'e-' || (seq / 2), seq "
	    "FROM record");
	sql(db, "INSERT INTO meta VALUES ('packed', '3'); PRAGMA user_version = 1; COMMIT");
	sqlite3_close(db);
}

static void
setup(void)
{
	scratch_make();
	scratch_path(path, "db");
	scratch_path(image, "image");
	steps = images = 0;
	make_old();
}

static void
teardown(void)
{
	store_close(s);
	scratch_remove();
}

static void
complain(void *context, const char *key, const char *what)
{
	(void)context;
	fprintf(stderr, "record %s %s\n", key, what);
}

static void
look(void)
{
	int64_t last, seq, source[] = {2, 1};
	char id[40], packed[16];

	ck_assert_int_eq(store_last(s, &last, &err), 0);
	ck_assert_int_eq(last, RECORDS);
	ck_assert_int_eq(store_gaps(s, complain, NULL, &err), 0);
	for (int i = 1; i <= RECORDS; i += 7) {
		snprintf(id, sizeof(id), "e-%d", i / 2);
		ck_assert_int_eq(store_identity(s, source[i % 2], id, &seq, &err), 1);
		ck_assert_int_eq(seq, i);
		snprintf(id, sizeof(id), "f-%d", i / 2);
		ck_assert_int_eq(store_identity(s, source[i % 2], id, &seq, &err), 0);
	}
	ck_assert_int_eq(store_meta(s, "packed", packed, sizeof(packed), &err), 0);
}

START_TEST(a_reader_says_who_migrates)
{
	ck_assert_ptr_null(store_open(path, STORE_READ, &err));
	ck_assert_msg(strstr(err.msg, "version 1, this slad wants") != NULL, "%s", err.msg);
	ck_assert_ptr_nonnull(strstr(err.msg, "start slad serve"));
}
END_TEST

/* What a kill would leave at this point. */
static void
step(void *context, int64_t done, int64_t all)
{
	char command[500];

	(void)context;
	ck_assert_int_eq(all, RECORDS);
	ck_assert(done > 0 && done <= all);
	if (steps++ == 1) {
		snprintf(command, sizeof(command), "cp %s %s && cp %s-wal %s-wal", path, image,
		    path, image);
		ck_assert_int_eq(system(command), 0);
		images++;
	}
}

START_TEST(the_first_schema_becomes_the_newest)
{
	struct err none;
	struct store *r;

	s = store_open_watched(path, STORE_WRITE, step, NULL, &err);
	ck_assert_msg(s != NULL, "%s", err.msg);
	ck_assert_int_gt(steps, 1);
	ck_assert_int_eq(images, 1);
	look();
	r = store_open(path, STORE_READ, &none);
	ck_assert_ptr_nonnull(r);
	store_close(r);
	store_close(s);
	steps = 100;
	s = store_open_watched(path, STORE_WRITE, step, NULL, &err);
	ck_assert_int_eq(steps, 100);
	look();
	store_close(s);
	steps = 10;
	s = store_open_watched(image, STORE_WRITE, step, NULL, &err);
	ck_assert_msg(s != NULL, "%s", err.msg);
	ck_assert_int_eq(steps, 11); /* the first run is not made again */
	look();
}
END_TEST

/* What the fourth schema has of tallies. */
static void
make_fourth(void)
{
	char table[400];
	const char *at = strstr(sql_schemas[3], "CREATE TABLE tally ("), *end = strchr(at, ';');
	sqlite3 *db;

	s = store_open_watched(path, STORE_WRITE, step, NULL, &err);
	ck_assert_msg(s != NULL, "%s", err.msg);
	store_close(s);
	snprintf(table, sizeof(table), "%.*s", (int)(end - at), at);
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	sql(db, "DROP TABLE tally");
	sql(db, table);
	sql(db,
	    "INSERT INTO tally (half, level, era, scope, tallies) VALUES "
	    "(0, 0, 490000, 7, 'a'), (0, 0, -1, 7, 'bc'), (1, 3, 12, 1073741823, 'def');"
	    "PRAGMA user_version = 4");
	sqlite3_close(db);
}

START_TEST(tallies_are_taken_along)
{
	const struct tally_place at[] = {{0, 490000, 7, 0}, {0, -1, 7, 0}, {3, 12, 1073741823, 0}};
	struct blob row;

	make_fourth();
	s = store_open(path, STORE_WRITE, &err);
	ck_assert_msg(s != NULL, "%s", err.msg);
	for (size_t i = 0; i < 3; i++) {
		ck_assert_int_eq(
		    store_tally_row(s, i < 2 ? TALLY_COUNTS : TALLY_TIMES, &at[i], &row, &err), 1);
		ck_assert_uint_eq(row.len, i + 1);
	}
}
END_TEST

static void
add(TCase *t)
{
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_reader_says_who_migrates);
	tcase_add_test(t, the_first_schema_becomes_the_newest);
	tcase_add_test(t, tallies_are_taken_along);
}

SUITE_MAIN("store_migration", add)
