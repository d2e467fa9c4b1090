/* Rows of tallies with what is posted to them: what is stored where. */
#include <string.h>

#include "domain/tally.h"
#include "domain/tally_row.h"
#include "domain/tally_sum.h"
#include "posting.h"
#include "store/store.h"
#include "suite.h"

#define MEASURES 4

/* In either half, and at its ends. */
static const unsigned measures[MEASURES] = {0, TIMES_FIRST - 1, TIMES_FIRST, 2 * TIMES_FIRST + 7};

static struct store *s;
static struct err err;
static int64_t scope;
static struct tally_place last[TALLY_LEVELS];

static void
setup(void)
{
	s = store_open(NULL, STORE_SCRATCH, &err);
	ck_assert_msg(s != NULL, "%s", err.msg);
	ck_assert_int_eq(
	    store_scope(s, &(struct scope){{"acme", "mail", "", ""}}, &scope, &err), 0);
	for (int level = 0; level < TALLY_LEVELS; level++)
		last[level] = (struct tally_place){level, INT64_MIN, 0, 0};
}

static void
teardown(void)
{
	store_close(s);
}

/* Posts one line: its first measure counts `n`, each other one more than the one before it. */
static int
post(int64_t minute, int64_t n, struct tally_place *behind)
{
	struct buf b = BUF_INIT(100);
	struct tally t = {0};
	struct daybook_line line = {scope, minute, {NULL, 0}};
	int rc;

	for (int k = 0; k < MEASURES; k++)
		tally_add(&t, measures[k], n + k);
	ck_assert_int_eq(tally_pack_sum(&t, "", 0, &b, &err), 0);
	line.counts = (struct blob){buf_text(&b), b.len};
	rc = posting_all(s, &line, 1, behind, &err);
	tally_free(&t);
	buf_free(&b);
	return rc;
}

static void
count(void *context, unsigned measure, int64_t n)
{
	int64_t *sum = context;

	for (int k = 0; k < MEASURES; k++)
		sum[k] += measures[k] == measure ? n : 0;
}

/* What a half of a row has under each measure, of all its buckets. */
static void
stored(int level, enum tally_half half, int64_t minute, int64_t sum[static MEASURES])
{
	const struct tally_place at = store_tally_place(level, scope, tally_bucket(level, minute));
	struct tally_row row;
	struct blob bytes;

	memset(sum, 0, MEASURES * sizeof(*sum));
	ck_assert_int_ge(store_tally_row(s, half, &at, &bytes, &err), 0);
	tally_row_begin(&row, level, at.era, bytes.bytes, bytes.len);
	while (tally_row_next(&row, &err) > 0)
		ck_assert_int_eq(
		    tally_walk_packed(row.counts, row.len, 0, MEASURES_END, count, sum, &err), 0);
}

/* Whoever asks for counts does not read times, where these are long. */
START_TEST(halves_are_kept_apart)
{
	int64_t counts[MEASURES], times[MEASURES];
	bool whole;

	ck_assert_int_eq(post(77, 1, NULL), 0);
	for (int level = 0; level < TALLY_LEVELS; level++) {
		stored(level, TALLY_COUNTS, 77, counts);
		stored(level, TALLY_TIMES, 77, times);
		for (int k = 0; k < MEASURES; k++) {
			whole = level < TALLY_HALVED || measures[k] < TIMES_FIRST;
			ck_assert_int_eq(counts[k], whole ? k + 1 : 0);
			ck_assert_int_eq(times[k], whole ? 0 : k + 1);
		}
	}
}
END_TEST

/* Rows that are the last ones of all, as whoever posts knows, are added to nevertheless. */
START_TEST(the_last_row_is_looked_for)
{
	int64_t sum[MEASURES], n = 0;

	for (int64_t minute = 0; minute < 200; minute += 7) {
		ck_assert_int_eq(post(minute, 1, last), 0);
		n++;
	}
	for (int level = 2; level < TALLY_LEVELS; level++) {
		stored(level, TALLY_COUNTS, 0, sum);
		ck_assert_int_eq(sum[0], n);
		stored(level, TALLY_TIMES, 0, sum);
		ck_assert_int_eq(sum[3], 4 * n);
	}
	stored(1, TALLY_COUNTS, 0, sum);
	ck_assert_int_eq(sum[0], n);
	stored(0, TALLY_COUNTS, 0, sum);
	ck_assert_int_eq(sum[0], 9);
}
END_TEST

static void
rows_are(bool there)
{
	struct tally_place at;
	struct blob row;

	for (int level = 0; level < TALLY_LEVELS; level++) {
		at = store_tally_place(level, scope, tally_bucket(level, 5));
		for (enum tally_half half = 0; half < TALLY_HALVES; half++)
			ck_assert_int_eq(store_tally_row(s, half, &at, &row, &err),
			    there && (half == TALLY_COUNTS || level >= TALLY_HALVED));
	}
}

START_TEST(what_comes_to_nothing_is_gone)
{
	ck_assert_int_eq(post(5, 1, NULL), 0);
	rows_are(true);
	for (int k = 0; k < MEASURES; k++) {
		struct tally_sum less = {measures[k], -1 - k};
		struct tally t = {.count = 1, .sum = &less};
		struct buf b = BUF_INIT(100);
		struct daybook_line line = {scope, 5, {NULL, 0}};

		ck_assert_int_eq(tally_pack_sum(&t, "", 0, &b, &err), 0);
		line.counts = (struct blob){buf_text(&b), b.len};
		ck_assert_int_eq(posting_all(s, &line, 1, NULL, &err), 0);
		buf_free(&b);
	}
	rows_are(false);
}
END_TEST

START_TEST(a_damaged_row_is_named)
{
	const struct tally_place at = store_tally_place(1, scope, 2);

	ck_assert_int_eq(
	    store_tally_row_set(s, TALLY_COUNTS, &at, (struct blob){"\x30\x01x", 3}, &err), 0);
	ck_assert_int_eq(post(121, 1, NULL), -1);
	ck_assert_str_eq(err.msg, "a stored tally is damaged; run slad rebuild");
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, halves_are_kept_apart);
	tcase_add_test(t, the_last_row_is_looked_for);
	tcase_add_test(t, what_comes_to_nothing_is_gone);
	tcase_add_test(t, a_damaged_row_is_named);
}

SUITE_MAIN("posting_row", add)
