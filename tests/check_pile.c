/* Tallies of many batches that are posted together, against those posted batch by batch. */
#include "pile.h"

#include <stdio.h>
#include <string.h>

#include "domain/tally_sum.h"
#include "posting.h"
#include "store/statement.h"
#include "suite.h"

#define SCOPES 5
#define MEASURES 4
#define MOST 4000 /* lines of a batch */

static struct store *piled, *posted;
static struct pile pile;
static struct err err;
static struct arena arena;
static int64_t scope[SCOPES];
static uint64_t seed;

static uint64_t
pick(uint64_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (seed >> 33) % n;
}

static struct store *
scratch(void)
{
	struct store *s = store_open(NULL, STORE_SCRATCH, &err);
	static const char *const names[SCOPES] = {"mail", "desk", "web", "phone", "chat"};

	ck_assert_msg(s != NULL, "%s", err.msg);
	ck_assert_int_eq(store_begin(s, &err), 0);
	for (int i = 0; i < SCOPES; i++)
		ck_assert_int_eq(
		    store_scope(s, &(struct scope){{"acme", names[i], "", ""}}, &scope[i], &err),
		    0);
	return s;
}

static void
setup(void)
{
	seed = 7;
	piled = scratch();
	posted = scratch();
}

static void
teardown(void)
{
	pile_free(&pile);
	store_close(piled);
	store_close(posted);
}

/* A batch whose minutes lie within `span` of `minute`. */
static size_t
batch_make(struct daybook_line *lines, int64_t minute, uint64_t span)
{
	size_t n = 1 + pick(MOST);
	struct buf b = BUF_INIT(1000);
	struct tally tally = {0};

	for (size_t i = 0; i < n; i++) {
		tally.count = 0;
		for (unsigned m = 0; m < MEASURES; m++)
			tally_add(&tally, m * 3, (int64_t)pick(4) - 1);
		buf_reset(&b);
		ck_assert_int_eq(tally_pack_sum(&tally, "", 0, &b, &err), 0);
		lines[i] = (struct daybook_line){scope[pick(SCOPES)], minute + (int64_t)pick(span),
		    {arena_strndup(&arena, buf_text(&b), b.len), b.len}};
	}
	tally_free(&tally);
	buf_free(&b);
	return n;
}

/* Batches over and over the same time, moving on by little. */
static void
batches_add(int64_t minute, uint64_t span, size_t lines)
{
	static struct daybook_line list[MOST];
	size_t all = 0, n;

	for (; all < lines; all += n) {
		n = batch_make(list, minute, span);
		ck_assert_int_eq(posting_all(posted, list, n, NULL, &err), 0);
		ck_assert_int_eq(pile_add(&pile, list, n, &err), 0);
		memset(list, 0, sizeof(list));
		arena_free(&arena);
		minute += (int64_t)pick(span / 8 + 1);
	}
}

static void
differs(void *context, const char *key, const char *what)
{
	(void)context;
	fprintf(stderr, "%s %s\n", key, what);
}

static void
compare(void)
{
	ck_assert_int_eq(pile_post(&pile, &err), 0);
	ck_assert_int_eq(store_compare(piled, posted, DUMP_TALLIES, differs, NULL, &err), 0);
}

START_TEST(batches_add_up)
{
	pile_init(&pile, piled, true);
	batches_add(30 * 1440, 2000, 20000);
	compare();
	batches_add(-30 * 1440, 50000, 20000);
	compare();
}
END_TEST

START_TEST(many_are_posted_on_the_way)
{
	pile_init(&pile, piled, true);
	batches_add(0, 100000, PILE_LINES + 3 * MOST);
	ck_assert_uint_lt(pile.lines, 4 * MOST);
	compare();
}
END_TEST

START_TEST(it_need_not_be_alone)
{
	pile_init(&pile, piled, true);
	batches_add(5000, 3000, 10000);
	compare();
	pile_free(&pile);
	pile_init(&pile, piled, false);
	batches_add(4000, 8000, 10000);
	compare();
}
END_TEST

START_TEST(an_empty_one_posts_nothing)
{
	pile_init(&pile, piled, true);
	compare();
}
END_TEST

static void
add_tests(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, batches_add_up);
	tcase_add_test(t, many_are_posted_on_the_way);
	tcase_add_test(t, it_need_not_be_alone);
	tcase_add_test(t, an_empty_one_posts_nothing);
}

SUITE_MAIN("pile", add_tests)
