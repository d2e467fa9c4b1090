/* What a start finds after a kill, and does about it though nothing comes. */
#include <stdio.h>
#include <sys/stat.h>

#include "base/stamp.h"
#include "engine.h"
#include "scratch_config.h"
#include "suite.h"

#define START (INT64_C(20759) * STAMP_DAY) /* 2026-11-02 */

static char database[SCRATCH_PATH], wal[SCRATCH_PATH];
static struct store *s;
static struct engine *e;
static struct config *config;
static struct err err;

static void
start(void)
{
	s = store_open(database, STORE_WRITE, &err);
	ck_assert_msg(s != NULL, "%s", err.msg);
	e = engine_new(s, config, START, NULL, NULL, &err);
	ck_assert_msg(e != NULL, "%s", err.msg);
}

static void
setup(void)
{
	scratch_make();
	scratch_path(database, "db");
	scratch_path(wal, "db-wal");
	config = scratch_config(
	    "agreements: [{id: acme, from: 2026-01-01, targets: [{respond: 1h}]}]\n");
	start();
}

static void
teardown(void)
{
	engine_free(e);
	store_close(s);
	config_unref(config);
	scratch_remove();
}

static off_t
size_of_log(void)
{
	struct stat st;

	ck_assert_int_eq(stat(wal, &st), 0);
	return st.st_size;
}

/* A step of nothing; when the next one is wanted. */
static int64_t
step(int64_t now)
{
	const struct engine_work nothing = {.submissions = 0};
	int64_t next;

	ck_assert_msg(engine_step(e, &nothing, now, &err) == 0, "%s", err.msg);
	ck_assert_int_eq(engine_next(e, now, &next, &err), 0);
	return next;
}

START_TEST(the_log_is_copied_once_its_readers_are_gone)
{
	struct store *reader;
	int64_t last;

	step(START);
	engine_free(e);
	store_leave(s);
	start();
	ck_assert_int_gt(size_of_log(), 0);
	reader = store_open(database, STORE_READ, &err);
	ck_assert_int_eq(store_begin_read(reader, &err), 0);
	ck_assert_int_eq(store_last(reader, &last, &err), 0);
	ck_assert_int_eq(step(START), START + STAMP_SECOND);
	ck_assert_int_gt(size_of_log(), 0);
	store_rollback(reader);
	ck_assert_int_gt(step(START + STAMP_SECOND), START + 2 * STAMP_SECOND);
	ck_assert_int_eq(size_of_log(), 0);
	store_close(reader);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, the_log_is_copied_once_its_readers_are_gone);
}

SUITE_MAIN("engine_start", add)
