/* Tallies of an era in one row: what is put comes back, and damage is told. */
#include <string.h>

#include "base/buf.h"
#include "domain/tally.h"
#include "domain/tally_row.h"
#include "suite.h"

static struct err err;

START_TEST(what_is_put_comes_back)
{
	static const char *const counts[] = {"first", "", "third", "x"};
	static const int64_t at[] = {-60, -31, -30, -1};
	struct buf b = BUF_INIT(1000);
	struct tally_row_pen pen = tally_row_pen(&b, 0, tally_era(0, -60));
	struct tally_row row;

	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(tally_era(0, at[i]), -1);
		tally_row_put(&pen, at[i], counts[i], strlen(counts[i]));
	}
	tally_row_begin(&row, 0, -1, buf_text(&b), b.len);
	for (int i = 0; i < 4; i++) {
		if (counts[i][0] == '\0')
			continue;
		ck_assert_int_eq(tally_row_next(&row, &err), 1);
		ck_assert_int_eq(row.bucket, at[i]);
		ck_assert_uint_eq(row.len, strlen(counts[i]));
		ck_assert_mem_eq(row.counts, counts[i], row.len);
	}
	ck_assert_int_eq(tally_row_next(&row, &err), 0);
	ck_assert_int_eq(tally_row_next(&row, &err), 0);
	buf_free(&b);
}
END_TEST

START_TEST(eras_are_wide)
{
	ck_assert_int_eq(tally_era(0, 59), 0);
	ck_assert_int_eq(tally_era(0, 60), 1);
	ck_assert_int_eq(tally_era(0, -1), -1);
	ck_assert_int_eq(tally_era(1, 47), 1);
	ck_assert_int_eq(tally_era(2, 8), 2);
	ck_assert_int_eq(tally_era(3, -7), -7);
}
END_TEST

/* Buckets behind the era, more bytes than there are, and numbers that do not end. */
START_TEST(damage_is_told)
{
	static const struct {
		const char *bytes;
		size_t len;
	} rows[] = {{"\x18\x01x", 3}, {"\x05\x04xxx", 5}, {"\x05", 1}, {"\x85", 1},
	    {"\x01\x01x\x17\x01x", 6}, {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01x", 12}};
	struct tally_row row;
	int more;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		err.msg[0] = '\0';
		tally_row_begin(&row, 1, 4, rows[i].bytes, rows[i].len);
		while ((more = tally_row_next(&row, &err)) > 0)
			ck_assert_int_eq(tally_era(1, row.bucket), 4);
		ck_assert_msg(more == -1, "row %zu", i);
		ck_assert_str_eq(err.msg, "a stored tally is damaged; run slad rebuild");
	}
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, what_is_put_comes_back);
	tcase_add_test(t, eras_are_wide);
	tcase_add_test(t, damage_is_told);
}

SUITE_MAIN("tally_row", add)
