/* Copies of a store while it is written: one instant, one file. */
#include "store/backup.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/store.h"
#include "scratch_dir.h"
#include "suite.h"

#define RECORDS 200 /* of 64 KiB: more pages than a few steps copy */
#define BODY (64u << 10)
#define STEPS 50 /* far more than it takes; a copy that begins again and again gets there */

static char from[SCRATCH_PATH], to[SCRATCH_PATH];
static struct store *s;
static char *body;
static struct err err;

/* One record, durable. */
static void
append(int n)
{
	int64_t source, seq;
	char id[20];

	snprintf(id, sizeof(id), "e-%d", n);
	ck_assert_msg(store_begin(s, &err) == 0, "%s", err.msg);
	ck_assert_int_ge(store_source(s, "desk", true, &source, &err), 0);
	ck_assert_int_eq(store_append(s, source, id, 1000, body, BODY, &seq, &err), 0);
	ck_assert_int_eq(seq, n);
	ck_assert_msg(store_commit(s, &err) == 0, "%s", err.msg);
}

static void
setup(void)
{
	FILE *file;

	scratch_make();
	scratch_path(from, "db");
	scratch_path(to, "copy");
	file = fopen(to, "w");
	ck_assert_ptr_nonnull(file);
	fclose(file);
	body = mem_alloc(BODY, 1);
	for (uint32_t i = 0, noise = 1; i < BODY; i++, noise = noise * 1664525 + 1013904223)
		body[i] = (char)(1 + (noise >> 24) % 255); /* gets no smaller by packing */
	s = store_open(from, STORE_WRITE, &err);
	ck_assert_msg(s != NULL, "%s", err.msg);
	for (int i = 1; i <= RECORDS; i++)
		append(i);
}

static void
teardown(void)
{
	store_close(s);
	free(body);
	scratch_remove();
}

struct steps {
	int count, end; /* the step that ends it; 0: none */
	int64_t done, all;
};

static int
write_meanwhile(void *context, int64_t done, int64_t all)
{
	struct steps *steps = context;

	ck_assert_int_ge(done, steps->done);
	steps->done = done;
	steps->all = all;
	append(RECORDS + ++steps->count);
	return steps->count == steps->end || steps->count == STEPS ? -1 : 0;
}

static int
nothing(void *context, int64_t done, int64_t all)
{
	(void)context;
	ck_assert_int_eq(done, 0);
	ck_assert_int_eq(all, 0);
	return 0;
}

static int
never(void *context, int64_t done, int64_t all)
{
	(void)context;
	(void)done;
	(void)all;
	return -1;
}

START_TEST(the_instant_at_which_it_began)
{
	struct steps steps = {.count = 0};
	unsigned char head[20];
	int64_t records;
	FILE *file;

	ck_assert_msg(backup_copy(from, to, write_meanwhile, &steps, &err) == 0, "%s", err.msg);
	ck_assert_int_gt(steps.count, 1);
	ck_assert_int_gt(steps.all, steps.done);
	ck_assert_msg(backup_check(to, nothing, NULL, &records, &err) == 0, "%s", err.msg);
	ck_assert_int_eq(records, RECORDS);
	/* SQLite's file format, 1.3.3: 1 and 1 mean that there is no write-ahead log. */
	file = fopen(to, "r");
	ck_assert_uint_eq(fread(head, 1, sizeof(head), file), sizeof(head));
	fclose(file);
	ck_assert_int_eq(head[18], 1);
	ck_assert_int_eq(head[19], 1);
	snprintf(to + strlen(to), 8, "-wal");
	ck_assert_int_ne(access(to, F_OK), 0);
}
END_TEST

START_TEST(ended)
{
	struct steps steps = {.end = 2};
	int64_t records = -1;

	ck_assert_int_eq(backup_copy(from, to, write_meanwhile, &steps, &err), -1);
	ck_assert_int_eq(steps.count, 2);
	ck_assert_int_eq(truncate(to, 0), 0);
	steps = (struct steps){.count = 2};
	ck_assert_int_eq(backup_copy(from, to, write_meanwhile, &steps, &err), 0);
	ck_assert_int_eq(backup_check(to, never, NULL, &records, &err), -1);
	ck_assert_int_eq(records, -1);
}
END_TEST

static void
add_tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, the_instant_at_which_it_began);
	tcase_add_test(tc, ended);
}

SUITE_MAIN("backup", add_tests)
