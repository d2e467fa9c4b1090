/* A daybook that is damaged, or asked at no one moment, is said to be so. */
#include <string.h>

#include "scratch_dir.h"
#include "store/statement.h"
#include "suite.h"

static struct store *s, *reader;
static struct err err;
static int64_t scope;

static void
setup(void)
{
	char path[SCRATCH_PATH];

	scratch_make();
	scratch_path(path, "db");
	s = store_open(path, STORE_WRITE, &err);
	ck_assert_msg(s != NULL, "%s", err.msg);
	reader = store_open(path, STORE_READ, &err);
	ck_assert_msg(reader != NULL, "%s", err.msg);
	ck_assert_int_eq(
	    store_scope(s, &(struct scope){{"acme", "mail", "", ""}}, &scope, &err), 0);
}

static void
teardown(void)
{
	store_close(reader);
	store_close(s);
	scratch_remove();
}

static void
hear(void *context, int64_t bucket, struct blob counts)
{
	(void)bucket;
	(void)counts;
	++*(int *)context;
}

static const struct tally_range minutes = {TALLY_COUNTS, 0, 0, 9};

/* What somebody wrote into the database. */
static void
sql(const char *text)
{
	ck_assert_int_eq(sqlite3_exec(s->db, text, NULL, NULL, NULL), SQLITE_OK);
}

static void
read_fails(const char *why)
{
	int told = 0;

	ck_assert_int_eq(store_begin_read(reader, &err), 0);
	ck_assert_int_eq(store_tally_walk(reader, scope, &minutes, hear, &told, &err), -1);
	ck_assert_msg(strstr(err.msg, why) != NULL, "%s", err.msg);
	store_rollback(reader);
}

START_TEST(what_is_damaged_is_named)
{
	struct daybook_line line = {scope, 5, {"\1\2", 2}};
	int told = 0;
	static const char why[] = "daybook of tallies is damaged; run slad rebuild";

	ck_assert_int_eq(store_daybook_add(s, &line, 1, &err), 0);
	sql("UPDATE daybook SET lines = substr(lines, 1, 4)");
	read_fails(why);
	sql("UPDATE daybook SET lines = x'01feffffffffffffffff010100'");
	read_fails(why);
	sql("UPDATE daybook SET lines = x'010a0101'");
	read_fails("tally is damaged");
	sql("UPDATE daybook SET lines = x''; UPDATE posting SET level = -3, upto = 1");
	read_fails(why);
	sql("UPDATE posting SET level = 4, since = 7");
	read_fails(why);
	sql("DELETE FROM posting");
	read_fails(why);
	ck_assert_int_eq(store_forget(s, &err), 0);
	ck_assert_int_eq(store_begin_read(reader, &err), 0);
	ck_assert_int_eq(store_tally_walk(reader, scope, &minutes, hear, &told, &err), 0);
	ck_assert_int_eq(told, 0);
	store_rollback(reader);
}
END_TEST

START_TEST(one_moment_is_wanted)
{
	int told = 0;

	ck_assert_int_eq(store_tally_walk(reader, scope, &minutes, hear, &told, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "within a transaction"));
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, what_is_damaged_is_named);
	tcase_add_test(t, one_moment_is_wanted);
}

SUITE_MAIN("daybook", add)
