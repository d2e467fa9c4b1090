/* Tallies that are posted behind: whoever asks, whenever, gets the sums of all lines that were
 * committed until then, against a table of all of them. */
#include <stdio.h>
#include <string.h>

#include "base/stamp.h"
#include "domain/tally.h"
#include "domain/tally_sum.h"
#include "posting.h"
#include "scratch_dir.h"
#include "store/statement.h"
#include "suite.h"

#define SCOPES 4
#define MINUTES 48
#define MEASURES 5
#define DAY 1440

/* In either half, and at its ends. */
static const unsigned measures[MEASURES] = {
    0, STATISTIC_FIRST, TIMES_FIRST - 1, TIMES_FIRST, 2 * TIMES_FIRST + 7};

struct model {
	int64_t n[SCOPES][MINUTES][MEASURES];
};

static char path[SCRATCH_PATH];
static struct store *s, *reader, *sleeper;
static struct err err;
static struct arena arena;
static struct posting posting;
static struct model committed, seen; /* by all; by the sleeper's transaction */
static struct model pending; /* with what this transaction adds */
static int64_t scope[SCOPES], minute[MINUTES];
static uint64_t seed, rare = 16; /* one line in so many is written */

static uint64_t
pick(uint64_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (seed >> 33) % n;
}

static struct store *
open_as(enum store_mode mode)
{
	struct store *opened = store_open(path, mode, &err);

	ck_assert_msg(opened != NULL, "%s", err.msg);
	return opened;
}

static void
scopes_make(struct store *in, int64_t ids[static SCOPES])
{
	const char *const names[SCOPES] = {"mail", "desk", "web", "phone"};

	for (int i = 0; i < SCOPES; i++)
		ck_assert_int_eq(
		    store_scope(in, &(struct scope){{"acme", names[i], "", ""}}, &ids[i], &err), 0);
}

static void
setup(void)
{
	memset(&committed, 0, sizeof(committed));
	scratch_make();
	scratch_path(path, "db");
	s = open_as(STORE_WRITE);
	scopes_make(s, scope);
	reader = open_as(STORE_READ);
	sleeper = open_as(STORE_READ);
	/* Minutes next to each other, of other hours, days and months, and before 1970. */
	for (int i = 0; i < MINUTES; i++)
		minute[i] =
		    (i % 4) + (i / 4 % 2) * 60 + (i / 8 % 3) * DAY + (i / 24 - 1) * 40 * DAY;
}

static void
teardown(void)
{
	posting_free(&posting);
	store_close(s);
	store_close(reader);
	store_close(sleeper);
	arena_free(&arena);
	scratch_remove();
}

struct question {
	enum tally_half half;
	int64_t last; /* bucket that was told */
	int64_t n[MEASURES];
};

static void
count(void *context, unsigned measure, int64_t n)
{
	struct question *q = context;

	for (int k = 0; k < MEASURES; k++)
		q->n[k] += measures[k] == measure ? n : 0;
}

static void
add(struct question *q, struct blob counts)
{
	unsigned from = q->half == TALLY_COUNTS ? 0 : TIMES_FIRST,
		 to = q->half == TALLY_COUNTS ? TIMES_FIRST : MEASURES_END;

	ck_assert_int_eq(tally_walk_packed(counts.bytes, counts.len, from, to, count, q, &err), 0);
}

static void
answer(void *context, int64_t bucket, struct blob counts)
{
	struct question *q = context;

	ck_assert_int_ge(bucket, q->last);
	q->last = bucket;
	add(q, counts);
}

static void
answer_of(void *context, size_t which, struct blob counts)
{
	add((struct question *)context + which, counts);
}

static struct question
expected(const struct model *m, size_t which, const struct tally_range *r)
{
	struct question q = {.half = r->half};
	int64_t bucket;

	for (int i = 0; i < MINUTES; i++) {
		bucket = tally_bucket(r->level, minute[i]);
		for (int k = 0; k < MEASURES && bucket >= r->from && bucket < r->to; k++) {
			if ((measures[k] < TIMES_FIRST) == (r->half == TALLY_COUNTS))
				q.n[k] += m->n[which][i][k];
		}
	}
	return q;
}

static void
same(const struct question *q, struct question wanted)
{
	for (int k = 0; k < MEASURES; k++)
		ck_assert_int_eq(q->n[k], wanted.n[k]);
}

/* One random question, of one scope and now and then of all, beside the table. */
static void
ask(struct store *r, const struct model *m)
{
	size_t which = pick(SCOPES);
	int level = (int)pick(TALLY_LEVELS);
	int64_t a = tally_bucket(level, minute[pick(MINUTES)]),
		b = tally_bucket(level, minute[pick(MINUTES)]);
	const struct tally_range range = {
	    (enum tally_half)pick(TALLY_HALVES), level, a < b ? a : b, a < b ? b : a};
	struct question q = {.half = range.half, .last = INT64_MIN}, all[SCOPES];

	for (int i = 0; i < SCOPES; i++)
		all[i] = q;
	ck_assert_msg(
	    store_tally_walk(r, scope[which], &range, answer, &q, &err) == 0, "%s", err.msg);
	same(&q, expected(m, which, &range));
	if (pick(4) != 0)
		return;
	ck_assert_msg(
	    store_tally_range(r, scope, SCOPES, &range, answer_of, all, &err) == 0, "%s", err.msg);
	for (size_t i = 0; i < SCOPES; i++)
		same(&all[i], expected(m, i, &range));
}

static void
ask_much(struct store *r, const struct model *m)
{
	for (int i = 0; i < 6; i++)
		ask(r, m);
}

/* Lines as a commit has them: each scope's minute once. */
static size_t
lines_make(struct model *m, struct daybook_line lines[static SCOPES * MINUTES])
{
	struct buf b = BUF_INIT(1000);
	size_t n = 0;

	for (int i = 0; i < SCOPES * MINUTES; i++) {
		struct tally t = {0};

		if (pick(rare) != 0)
			continue;
		for (int k = 0; k < MEASURES; k++) {
			int64_t more = (int64_t)pick(5) - 2;

			m->n[i / MINUTES][i % MINUTES][k] += more;
			tally_add(&t, measures[k], more);
		}
		buf_reset(&b);
		ck_assert_int_eq(tally_pack_sum(&t, "", 0, &b, &err), 0);
		lines[n++] = (struct daybook_line){scope[i / MINUTES], minute[i % MINUTES],
		    {arena_strndup(&arena, buf_text(&b), b.len), b.len}};
		tally_free(&t);
	}
	buf_free(&b);
	return n;
}

static void
turn_perhaps(void)
{
	struct daybook_turned page;
	size_t waiting;

	ck_assert_int_eq(store_daybook_turned(s, &page, &err), 0);
	ck_assert_int_eq(store_daybook_waiting(s, &waiting, &err), 0);
	if (page.lines == 0 && waiting > 0 && pick(4) == 0)
		ck_assert_int_eq(store_daybook_turn(s, &err), 0);
}

/* A transaction that writes; it may come to nothing. */
static void
step(void)
{
	struct daybook_line lines[SCOPES * MINUTES];
	size_t n;

	pending = committed;
	ck_assert_int_eq(store_begin(s, &err), 0);
	for (uint64_t rows = pick(3); rows > 0; rows--) {
		n = lines_make(&pending, lines);
		ck_assert_int_eq(pick(5) == 0 ? posting_all(s, lines, n, NULL, &err)
					      : store_daybook_add(s, lines, n, &err),
		    0);
	}
	turn_perhaps();
	for (uint64_t slices = pick(4); slices > 0; slices--)
		ck_assert_msg(
		    posting_slice(&posting, s, 1 + pick(30), SIZE_MAX, &err) == 0, "%s", err.msg);
	ask_much(s, &pending);
	if (pick(5) == 0) {
		store_rollback(s);
	} else {
		ck_assert_int_eq(store_commit(s, &err), 0);
		committed = pending;
	}
}

static void
look_in_transaction(void)
{
	ck_assert_int_eq(store_begin_read(reader, &err), 0);
	ask_much(reader, &committed);
	store_rollback(reader);
}

/* Another one's transaction sees what was there when it began, however much is written since. */
static void
sleep_on(bool *asleep)
{
	if (*asleep && pick(20) == 0) {
		ask_much(sleeper, &seen);
		store_rollback(sleeper);
		*asleep = false;
	} else if (!*asleep && pick(20) == 0) {
		ck_assert_int_eq(store_begin_read(sleeper, &err), 0);
		seen = committed;
		ask_much(sleeper, &seen);
		*asleep = true;
	}
}

static int
rows_of(const char *table)
{
	sqlite3_stmt *st;
	char text[80];
	int n;

	snprintf(text, sizeof(text), "SELECT count(*) FROM %s", table);
	ck_assert_int_eq(sqlite3_prepare_v2(s->db, text, -1, &st, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
	n = sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	return n;
}

static void
rest(void)
{
	ck_assert_int_eq(store_begin(s, &err), 0);
	do
		ck_assert_int_eq(posting_slice(&posting, s, 50, 1, &err), 0);
	while (posting.item != NULL || rows_of("daybook") > 0);
	ck_assert_int_eq(store_commit(s, &err), 0);
	ck_assert_int_eq(rows_of("daybook"), 0);
}

START_TEST(whoever_asks_gets_all)
{
	bool asleep = false;

	seed = (uint64_t)_i + 1;
	for (int i = 0; i < 400; i++) {
		step();
		if (pick(3) == 0)
			look_in_transaction();
		sleep_on(&asleep);
		if (pick(25) == 0) {
			posting_free(&posting);
			store_close(s);
			s = open_as(STORE_WRITE);
		}
		if (pick(60) == 0)
			rest();
		arena_free(&arena);
	}
	rest();
	look_in_transaction();
	ask_much(s, &committed);
}
END_TEST

static void
note(void *context, const char *key, const char *what)
{
	snprintf(context, 300, "tally %s %s", key, what);
}

/* Another store has all of it posted, under other numbers of the scopes. */
START_TEST(what_waits_can_be_taken_back)
{
	struct store *whole = store_open(NULL, STORE_SCRATCH, &err);
	struct daybook_line lines[SCOPES * MINUTES];
	int64_t none, theirs[SCOPES];
	char said[300] = "";
	size_t n;

	seed = 7;
	ck_assert_int_eq(
	    store_scope(whole, &(struct scope){{"other", "", "", ""}}, &none, &err), 0);
	scopes_make(whole, theirs);
	for (int i = 0; i < 30; i++) {
		ck_assert_int_eq(store_begin(s, &err), 0);
		n = lines_make(&committed, lines);
		ck_assert_int_eq(store_daybook_add(s, lines, n, &err), 0);
		turn_perhaps();
		ck_assert_int_eq(posting_slice(&posting, s, 20, SIZE_MAX, &err), 0);
		ck_assert_int_eq(store_commit(s, &err), 0);
		for (size_t k = 0; k < n; k++)
			lines[k].scope += theirs[0] - scope[0];
		ck_assert_int_eq(posting_all(whole, lines, n, NULL, &err), 0);
	}
	ck_assert_int_gt(store_compare(s, whole, DUMP_TALLIES, note, said, &err), 0);
	ck_assert_int_eq(posting_take_back(whole, s, &err), 0);
	ck_assert_msg(store_compare(s, whole, DUMP_TALLIES, note, said, &err) == 0, "%s", said);
	store_close(whole);
}
END_TEST

/* A desk writes, falls silent, and writes again: what waits stays short, and comes to its end. */
START_TEST(it_keeps_up)
{
	struct daybook_line lines[SCOPES * MINUTES];
	struct daybook_turned page;
	int64_t now = 1000000;
	size_t waiting = 0;

	seed = 3;
	for (int i = 0; i < 4000; i++) {
		ck_assert_int_eq(store_begin(s, &err), 0);
		ck_assert_int_eq(
		    posting_add(&posting, s, lines, lines_make(&committed, lines), &err), 0);
		ck_assert_int_eq(posting_step(&posting, s, now, &err), 0);
		ck_assert_int_eq(store_commit(s, &err), 0);
		ck_assert_int_eq(store_daybook_waiting(s, &waiting, &err), 0);
		ck_assert_int_eq(store_daybook_turned(s, &page, &err), 0);
		ck_assert_uint_lt(waiting, POSTING_LINES + SCOPES * MINUTES);
		ck_assert(page.lines == 0 || waiting < POSTING_LINES / 2 + SCOPES * MINUTES);
		arena_free(&arena);
	}
	ck_assert_uint_gt(waiting, POSTING_LINES_IDLE);
	for (int i = 0; i < 100 && posting_next(&posting) != STAMP_NEVER; i++) {
		ck_assert_int_eq(posting_next(&posting), now + POSTING_PAUSE);
		ck_assert_int_eq(store_begin(s, &err), 0);
		ck_assert_int_eq(posting_step(&posting, s, now + POSTING_PAUSE, &err), 0);
		ck_assert_int_eq(store_commit(s, &err), 0);
	}
	ck_assert_int_eq(rows_of("daybook"), 0);
	ck_assert_int_eq(posting_next(&posting), STAMP_NEVER);
	look_in_transaction();
}
END_TEST

/* However much is written at once: a page is done before half as much is written again. */
START_TEST(it_keeps_up_with_large_steps)
{
	struct daybook_line lines[SCOPES * MINUTES];
	struct daybook_turned page;
	size_t waiting, pages = 0;

	seed = 4;
	rare = 1;
	posting.worth = 512;
	for (int i = 0; i < 60; i++) {
		ck_assert_int_eq(store_begin(s, &err), 0);
		ck_assert_int_eq(
		    posting_add(&posting, s, lines, lines_make(&committed, lines), &err), 0);
		ck_assert_int_eq(store_commit(s, &err), 0);
		ck_assert_int_eq(store_daybook_waiting(s, &waiting, &err), 0);
		ck_assert_int_eq(store_daybook_turned(s, &page, &err), 0);
		ck_assert(page.lines == 0 || waiting < page.written / 2 + SCOPES * MINUTES);
		pages += page.lines > 0 && waiting == 0;
		look_in_transaction();
		arena_free(&arena);
	}
	ck_assert_uint_gt(pages, 5);
}
END_TEST

/* Nothing has been written since, and nothing is. */
START_TEST(a_page_that_was_turned_before_a_restart_is_posted)
{
	struct daybook_line lines[SCOPES * MINUTES];
	int64_t now = 1000000;

	seed = 5;
	ck_assert_int_eq(store_begin(s, &err), 0);
	ck_assert_int_eq(store_daybook_add(s, lines, lines_make(&committed, lines), &err), 0);
	ck_assert_int_eq(store_daybook_turn(s, &err), 0);
	ck_assert_int_eq(store_commit(s, &err), 0);
	for (int i = 0; i == 0 || (i < 10 && posting_next(&posting) <= now); i++) {
		ck_assert_int_eq(store_begin(s, &err), 0);
		ck_assert_int_eq(posting_step(&posting, s, now, &err), 0);
		ck_assert_int_eq(store_commit(s, &err), 0);
		if (i == 0)
			ck_assert_int_eq(posting_next(&posting), now + POSTING_PAUSE);
		now += POSTING_PAUSE;
	}
	ck_assert_int_eq(rows_of("daybook"), 0);
	ck_assert_int_eq(posting_next(&posting), STAMP_NEVER);
	look_in_transaction();
}
END_TEST

static void
tests(TCase *t)
{
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, whoever_asks_gets_all, 0, 20);
	tcase_add_test(t, what_waits_can_be_taken_back);
	tcase_add_test(t, it_keeps_up);
	tcase_add_test(t, it_keeps_up_with_large_steps);
	tcase_add_test(t, a_page_that_was_turned_before_a_restart_is_posted);
}

SUITE_MAIN("posting", tests)
