/* Checkpoints in a thread of their own: the log begins anew, nothing is lost, and a failure is the
 * writer's. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checkpointer.h"
#include "scratch_dir.h"
#include "scratch_entities.h"
#include "store/statement.h"
#include "suite.h"

#define LONG (8000 * 4120) /* bytes of a log that is worth a copy: pages with their heads */
#define SALTS 16 /* where a log has the number that is another one after each beginning */

static char path[SCRATCH_PATH], wal[SCRATCH_PATH + 8];
static struct store *s;
static struct checkpointer *c;
static int transactions;
static struct err err;

/* Looks until it holds, for half a minute at most. */
#define LOOK_UNTIL(condition)                                      \
	for (int look = 0; look < 30000 && !(condition); look++) { \
		checkpointer_look(c);                              \
		usleep(1000);                                      \
	}                                                          \
	ck_assert(condition)

static void
setup(void)
{
	scratch_make();
	scratch_path(path, "db");
	snprintf(wal, sizeof(wal), "%s-wal", path);
	s = store_open(path, STORE_WRITE, &err);
	ck_assert_msg(s != NULL, "%s", err.msg);
	transactions = 0;
}

static void
teardown(void)
{
	checkpointer_free(c);
	c = NULL;
	store_close(s);
	scratch_remove();
}

static void
begin(void)
{
	c = checkpointer_new(s, &err);
	ck_assert_msg(c != NULL, "%s", err.msg);
}

static off_t
size_of(const char *name)
{
	struct stat st;

	ck_assert_int_eq(stat(name, &st), 0);
	return st.st_size;
}

static void
write_some(void)
{
	entities_commit(s, transactions++, 4);
}

/* More than is worth a copy, but of which none is made. */
static void
write_long(void)
{
	while (!store_wal_long(s, 1))
		write_some();
	write_some();
}

static uint64_t
salts(void)
{
	uint64_t found = 0;
	int fd = open(wal, O_RDONLY);

	ck_assert_int_eq(pread(fd, &found, sizeof(found), SALTS), sizeof(found));
	close(fd);
	return found;
}

START_TEST(the_log_begins_anew_while_all_goes_on)
{
	uint64_t now, before;
	struct arena arena = {0};
	struct entity e;
	char name[32];
	int begun = 0;

	begin();
	write_some();
	before = salts();
	while (begun < 3 && transactions < 2000) {
		write_some();
		checkpointer_look(c);
		now = salts();
		begun += now != before;
		before = now;
		ck_assert_int_lt(size_of(wal), 5L * LONG);
	}
	ck_assert_int_eq(begun, 3);
	ck_assert_int_eq(store_failure(s), STORE_SOUND);
	checkpointer_free(c);
	c = NULL;
	store_close(s);
	s = store_open(path, STORE_READ, &err);
	for (int i = 0; i < transactions; i++) {
		snprintf(name, sizeof(name), "%d-3", i);
		ck_assert_int_eq(store_entity(s, 0, 0, name, &arena, &e, &err), 1);
		arena_empty(&arena);
	}
	arena_free(&arena);
}
END_TEST

START_TEST(a_commit_leaves_it_to_the_thread)
{
	off_t before;

	begin();
	write_some(); /* the first one copies what the last writer left */
	before = size_of(path);
	write_long();
	ck_assert_int_eq(size_of(path), before);
	LOOK_UNTIL(size_of(path) > before);
}
END_TEST

/* A copy of nothing, while the writer begins the log anew, is what SQLite did not stand. */
START_TEST(what_is_copied_is_not_copied_again)
{
	begin();
	write_long();
	LOOK_UNTIL(!store_wal_long(s, 1));
	ck_assert_int_eq(store_failure(s), STORE_SOUND);
	write_some();
	ck_assert(!store_wal_long(s, 1));
}
END_TEST

START_TEST(after_large_transactions_commits_copy)
{
	off_t before;

	begin();
	write_some();
	before = size_of(path);
	for (int i = 0; i < 5 && size_of(path) == before; i++)
		entities_commit(s, transactions++, 80);
	ck_assert_int_gt(size_of(path), before);
	ck_assert(!store_wal_long(s, 1));
}
END_TEST

START_TEST(nobody_looks_but_commits)
{
	uint64_t before;

	begin();
	write_some();
	before = salts();
	while (salts() == before && transactions < 2000) {
		write_some();
		ck_assert_int_lt(size_of(wal), 7L * LONG);
	}
	ck_assert_int_gt(size_of(wal), 2L * LONG);
	ck_assert_int_lt(transactions, 2000);
}
END_TEST

START_TEST(it_ends_after_the_copy_it_is_at)
{
	begin();
	write_long();
	checkpointer_look(c);
	checkpointer_free(c);
	c = NULL;
	write_some();
	ck_assert_int_eq(store_failure(s), STORE_SOUND);
}
END_TEST

START_TEST(without_one_the_log_is_copied_by_commits)
{
	off_t before;

	write_some();
	before = size_of(path);
	for (int i = 0; i < 200 && size_of(path) == before; i++)
		write_some();
	ck_assert_int_gt(size_of(path), before);
}
END_TEST

/* Lets the last descriptor of the database be one that cannot be written to. */
static void
spoil_descriptor(void)
{
	char link[32], at[SCRATCH_PATH] = "";
	int last = -1, fd = open(path, O_RDONLY);

	for (int i = 0; i < fd; i++) {
		snprintf(link, sizeof(link), "/proc/self/fd/%d", i);
		memset(at, 0, sizeof(at));
		if (readlink(link, at, sizeof(at) - 1) > 0 && strcmp(at, path) == 0)
			last = i;
	}
	ck_assert_int_ge(last, 0);
	ck_assert_int_eq(dup2(fd, last), last);
	close(fd);
}

/* The writer's own copy would succeed, but is not tried. */
START_TEST(a_failure_is_the_writers)
{
	off_t before;

	write_some();
	before = size_of(path);
	begin();
	spoil_descriptor();
	write_long();
	LOOK_UNTIL(store_failure(s) != STORE_SOUND || size_of(path) != before);
	ck_assert_int_eq(size_of(path), before);
	ck_assert_int_eq(store_failure(s), STORE_BROKEN);
	ck_assert_ptr_nonnull(strstr(store_failure_text(s), "I/O"));
	ck_assert_int_eq(store_begin(s, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "I/O"));
}
END_TEST

/* What is copied gives room in the log. */
START_TEST(on_a_full_disk_even_a_short_log_is_copied)
{
	struct entity e = {.name = "one more", .counts = {"", 0}};
	static char facts[60000];
	off_t before;

	begin();
	write_some();
	before = size_of(path);
	write_some();
	checkpointer_look(c);
	ck_assert_int_eq(size_of(path), before);
	ck_assert_int_eq(
	    sqlite3_exec(s->db, "PRAGMA max_page_count = 1", NULL, NULL, NULL), SQLITE_OK);
	e.facts = (struct blob){facts, sizeof(facts)};
	ck_assert_int_eq(store_begin(s, &err), 0);
	ck_assert_int_eq(store_entity_save(s, &e, &err), -1);
	store_rollback(s);
	ck_assert_int_eq(store_failure(s), STORE_FULL);
	checkpointer_look(c);
	ck_assert_int_gt(size_of(path), before);
}
END_TEST

START_TEST(it_ends_at_once)
{
	begin();
	checkpointer_look(c);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, the_log_begins_anew_while_all_goes_on);
	tcase_add_test(tc, a_commit_leaves_it_to_the_thread);
	tcase_add_test(tc, what_is_copied_is_not_copied_again);
	tcase_add_test(tc, after_large_transactions_commits_copy);
	tcase_add_test(tc, nobody_looks_but_commits);
	tcase_add_test(tc, it_ends_after_the_copy_it_is_at);
	tcase_add_test(tc, without_one_the_log_is_copied_by_commits);
	tcase_add_test(tc, a_failure_is_the_writers);
	tcase_add_test(tc, on_a_full_disk_even_a_short_log_is_copied);
	tcase_add_test(tc, it_ends_at_once);
}

SUITE_MAIN("checkpointer", add)
