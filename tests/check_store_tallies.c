/* What a store keeps of scopes: tallies and downs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"
#include "domain/tally.h"
#include "domain/tally_row.h"
#include "store/daybook.h"
#include "store/store.h"
#include "suite.h"

static struct store *s;
static struct arena arena;
static struct err err;

static void
setup(void)
{
	s = store_open(NULL, STORE_SCRATCH, &err);
	ck_assert_msg(s != NULL, "%s", err.msg);
}

static void
teardown(void)
{
	store_close(s);
	arena_free(&arena);
}

/* A tally of so many bytes among those of its era. */
static void
set(enum tally_half half, int64_t scope, int level, int64_t bucket, size_t len)
{
	const struct tally_place at = store_tally_place(level, scope, bucket);
	struct buf b = BUF_INIT(10000);
	struct tally_row_pen pen = tally_row_pen(&b, level, at.era);
	struct tally_row old;
	struct blob row;
	bool done = false;

	ck_assert_int_ge(store_tally_row(s, half, &at, &row, &err), 0);
	tally_row_begin(&old, level, at.era, row.bytes, row.len);
	while (tally_row_next(&old, &err) > 0) {
		if (old.bucket >= bucket && !done)
			tally_row_put(&pen, bucket, "xxxxxxxxxx", len);
		done |= old.bucket >= bucket;
		if (old.bucket != bucket)
			tally_row_put(&pen, old.bucket, old.counts, old.len);
	}
	if (!done)
		tally_row_put(&pen, bucket, "xxxxxxxxxx", len);
	row = (struct blob){buf_text(&b), b.len};
	ck_assert_int_eq(store_tally_row_set(s, half, &at, row, &err), 0);
	buf_free(&b);
}

/* Bytes of a tally. */
static size_t
get(enum tally_half half, int64_t scope, int level, int64_t bucket)
{
	const struct tally_place at = store_tally_place(level, scope, bucket);
	struct tally_row row;
	struct blob bytes;

	ck_assert_int_ge(store_tally_row(s, half, &at, &bytes, &err), 0);
	tally_row_begin(&row, level, at.era, bytes.bytes, bytes.len);
	while (tally_row_next(&row, &err) > 0) {
		if (row.bucket == bucket)
			return row.len;
	}
	return 0;
}

static void
sum_apart(void *context, size_t which, struct blob counts)
{
	((size_t *)context)[which] += counts.len;
}

static void
range(const int64_t *scopes, size_t count, struct tally_range asked, size_t *len)
{
	memset(len, 0, count * sizeof(*len));
	ck_assert_int_eq(store_tally_range(s, scopes, count, &asked, sum_apart, len, &err), 0);
}

START_TEST(tallies_are_ranges)
{
	struct scope scope = {{"acme", "mail", "", ""}};
	struct stored_scope *list;
	struct tally_place at;
	struct blob row;
	int64_t id, again;
	size_t len;

	ck_assert_int_eq(store_scope(s, &scope, &id, &err), 0);
	ck_assert_int_eq(store_scope(s, &scope, &again, &err), 0);
	ck_assert_int_eq(id, again);
	ck_assert_int_eq(store_scopes(s, &arena, &list, &err), 1);
	ck_assert_str_eq(list[0].scope.dim[DIM_SERVICE], "mail");
	ck_assert_int_eq(store_scopes_of(s, "acme", &arena, &list, &err), 1);
	ck_assert_int_eq(list[0].id, id);
	ck_assert_int_eq(store_scopes_of(s, "acm", &arena, &list, &err), 0);
	for (int64_t b = 10; b < 20; b++)
		set(TALLY_COUNTS, id, 1, b, (size_t)(b - 9));
	range(&id, 1, (struct tally_range){TALLY_COUNTS, 1, 12, 15}, &len);
	ck_assert_uint_eq(len, 3 + 4 + 5);
	set(TALLY_COUNTS, id, 1, 12, 0);
	ck_assert_uint_eq(get(TALLY_COUNTS, id, 1, 12), 0);
	ck_assert_uint_eq(get(TALLY_COUNTS, id, 1, 13), 4);
	for (int64_t b = 10; b < 20; b++)
		set(TALLY_COUNTS, id, 1, b, 0);
	at = store_tally_place(1, id, 12);
	ck_assert_int_eq(store_tally_row(s, TALLY_COUNTS, &at, &row, &err), 0);
}
END_TEST

/* Each row has a number of its own, or is refused. */
START_TEST(tallies_lie_apart)
{
	const int64_t most = (INT64_C(1) << 29) - 1;
	const struct tally_place at[] = {{0, 0, 0, 0}, {0, -1, 0, 0}, {0, 0, 1, 0}, {3, 0, 0, 0},
	    {0, -most - 1, 2 * most + 1, 0}, {3, most, 2 * most + 1, 0}, {2, most, 0, 0}};
	const struct tally_place beyond[] = {
	    {0, most + 1, 0, 0}, {0, -most - 2, 0, 0}, {0, 0, 2 * most + 2, 0}, {0, 0, -1, 0}};
	const size_t count = sizeof(at) / sizeof(at[0]);
	struct blob row;

	for (size_t i = 0; i < 2 * count; i++)
		ck_assert_int_eq(
		    store_tally_row_set(s, i < count ? TALLY_COUNTS : TALLY_TIMES, &at[i % count],
			(struct blob){"abcdefghijklmnop", i + 1}, &err),
		    0);
	for (size_t i = 0; i < 2 * count; i++) {
		ck_assert_int_eq(store_tally_row(s, i < count ? TALLY_COUNTS : TALLY_TIMES,
				     &at[i % count], &row, &err),
		    1);
		ck_assert_uint_eq(row.len, i + 1);
	}
	for (size_t i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++) {
		ck_assert_int_eq(store_tally_row(s, TALLY_TIMES, &beyond[i], &row, &err), 0);
		ck_assert_int_eq(
		    store_tally_row_set(s, TALLY_TIMES, &beyond[i], (struct blob){"a", 1}, &err),
		    -1);
		ck_assert_ptr_nonnull(strstr(err.msg, "beyond what the store can keep"));
	}
}
END_TEST

/* A hundred years of months, few of which there are. */
START_TEST(tallies_are_found_in_long_ranges)
{
	const struct tally_range years = {TALLY_TIMES, 3, 0, 1200};
	struct scope scope = {{"acme", "mail", "", ""}};
	int64_t id;
	size_t len;

	ck_assert_int_eq(store_scope(s, &scope, &id, &err), 0);
	range(&id, 1, years, &len);
	ck_assert_uint_eq(len, 0);
	set(TALLY_TIMES, id, 3, 7, 3);
	set(TALLY_TIMES, id, 3, 672, 2);
	set(TALLY_TIMES, id, 3, 672, 4);
	set(TALLY_COUNTS, id, 3, 300, 1);
	range(&id, 1, years, &len);
	ck_assert_uint_eq(len, 3 + 4);
	range(&id, 1, (struct tally_range){TALLY_TIMES, 3, 8, 672}, &len);
	ck_assert_uint_eq(len, 0);
	range(&id, 1, (struct tally_range){TALLY_COUNTS, 3, 0, 1200}, &len);
	ck_assert_uint_eq(len, 1);
	set(TALLY_TIMES, id, 3, -200, 5); /* before 1970 */
	range(&id, 1, (struct tally_range){TALLY_TIMES, 3, -1200, 0}, &len);
	ck_assert_uint_eq(len, 5);
	range(&id, 1, (struct tally_range){TALLY_TIMES, 3, -1200, 1200}, &len);
	ck_assert_uint_eq(len, 5 + 3 + 4);
}
END_TEST

/* Three of four scopes, the last one twice as the daybook adds to it, over two eras. */
START_TEST(tallies_of_many_scopes_are_told_apart)
{
	const struct tally_range hours = {TALLY_COUNTS, 1, 23, 26};
	const char *const services[] = {"mail", "erp", "web", "net"};
	struct scope scope = {{"acme", "", "", ""}};
	struct daybook_line line = {.minute = 25 * 60, .counts = {"\x04\x02", 2}};
	int64_t id[4];
	size_t len[3];

	for (int i = 0; i < 4; i++) {
		scope.dim[DIM_SERVICE] = services[i];
		ck_assert_int_eq(store_scope(s, &scope, &id[i], &err), 0);
		for (int64_t hour = 22; hour < 27; hour++)
			set(TALLY_COUNTS, id[i], 1, hour, (size_t)i + 1);
	}
	line.scope = id[0];
	ck_assert_int_eq(store_daybook_add(s, &line, 1, &err), 0);
	range((int64_t[]){id[0], id[1], id[3]}, 3, hours, len);
	ck_assert_uint_eq(len[0], 3 * 1 + 2);
	ck_assert_uint_eq(len[1], 3 * 2);
	ck_assert_uint_eq(len[2], 3 * 4);
	ck_assert_int_eq(store_tally_range(s, id, 0, &hours, sum_apart, NULL, &err), 0);
}
END_TEST

START_TEST(scopes_of_an_agreement_lie_together)
{
	const char *const agreements[] = {"acme", "beta"};
	struct scope scope = {{"", "", "", ""}};
	int64_t id[2][40];
	char service[8];

	for (int i = 0; i < 40; i++) {
		snprintf(service, sizeof(service), "s%d", i);
		scope.dim[DIM_SERVICE] = service;
		for (int k = 0; k < 2; k++) {
			scope.dim[DIM_AGREEMENT] = agreements[k];
			ck_assert_int_eq(store_scope(s, &scope, &id[k][i], &err), 0);
			if (i > 0 && i != 32)
				ck_assert_int_eq(id[k][i], id[k][i - 1] + 1);
		}
	}
	for (int i = 0; i < 40; i++) {
		for (int k = 0; k < 40; k++)
			ck_assert_int_ne(id[0][i], id[1][k]);
	}
}
END_TEST

static int
by_id(const void *x, const void *y)
{
	const int64_t *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

static size_t
of_one(int64_t scope, const struct tally_range *r)
{
	size_t len = 0;

	for (int64_t bucket = r->from; bucket < r->to; bucket++)
		len += get(r->half, scope, r->level, bucket);
	return len;
}

/* Some of many scopes, and any buckets: each gets what is its own. */
START_TEST(runs_of_scopes_are_told_apart)
{
	int64_t ids[60], id;
	size_t len[60], count = 0;
	struct tally_range asked;

	srand((unsigned)_i);
	for (int64_t scope = 1; scope <= 60; scope++) {
		id = scope % 7 == 0 ? scope + 5000 : scope;
		for (int n = rand() % 12; n > 0; n--)
			set(TALLY_COUNTS, id, _i, rand() % 9, 1 + (size_t)rand() % 9);
		if (rand() % 3 != 0)
			ids[count++] = id;
	}
	qsort(ids, count, sizeof(ids[0]), by_id);
	for (int n = 0; n < 20; n++) {
		asked = (struct tally_range){TALLY_COUNTS, _i, rand() % 9, rand() % 10};
		range(ids, count, asked, len);
		for (size_t i = 0; i < count; i++)
			ck_assert_uint_eq(len[i], of_one(ids[i], &asked));
	}
}
END_TEST

/* More of them than a query is asked for at once. */
START_TEST(long_runs_are_cut)
{
	static const int64_t there[] = {1, 4095, 4096, 4097, 8192, 8193, 9000};
	static int64_t ids[9000];
	static size_t len[9000];
	size_t sum = 0;

	for (int64_t i = 0; i < 9000; i++)
		ids[i] = i + 1;
	for (size_t i = 0; i < sizeof(there) / sizeof(there[0]); i++)
		set(TALLY_TIMES, there[i], 3, 5, i + 1);
	range(ids, 9000, (struct tally_range){TALLY_TIMES, 3, 5, 6}, len);
	for (size_t i = 0; i < sizeof(there) / sizeof(there[0]); i++)
		ck_assert_uint_eq(len[there[i] - 1], i + 1);
	for (size_t i = 0; i < 9000; i++)
		sum += len[i];
	ck_assert_uint_eq(sum, 1 + 2 + 3 + 4 + 5 + 6 + 7);
}
END_TEST

START_TEST(downs_are_replaced)
{
	const struct stored_down downs[] = {{"acme", "mail", DOWN_OUTAGE, 100, 200},
	    {"acme", "mail", DOWN_OUTAGE, 300, STAMP_NEVER},
	    {"acme", "erp", DOWN_MAINTENANCE, 100, 200}};
	struct stored_down *list;

	ck_assert_int_eq(store_downs_replace(s, 7, downs, 3, &err), 0);
	ck_assert_int_eq(
	    store_downs(s, "acme", "mail", DOWN_OUTAGE, 150, 301, &arena, &list, &err), 2);
	ck_assert_int_eq(
	    store_downs(s, "acme", "mail", DOWN_OUTAGE, 200, 300, &arena, &list, &err), 0);
	ck_assert_int_eq(store_down_services(s, &arena, &list, &err), 2);
	ck_assert_int_eq(store_down_services_of(s, "acme", &arena, &list, &err), 2);
	ck_assert_int_eq(store_down_services_of(s, "beta", &arena, &list, &err), 0);
	ck_assert_int_eq(store_downs_replace(s, 7, downs, 1, &err), 0);
	ck_assert_int_eq(store_down_services(s, &arena, &list, &err), 1);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, tallies_are_ranges);
	tcase_add_test(t, tallies_lie_apart);
	tcase_add_test(t, tallies_are_found_in_long_ranges);
	tcase_add_test(t, tallies_of_many_scopes_are_told_apart);
	tcase_add_test(t, scopes_of_an_agreement_lie_together);
	tcase_add_loop_test(t, runs_of_scopes_are_told_apart, 0, TALLY_LEVELS);
	tcase_add_test(t, long_runs_are_cut);
	tcase_add_test(t, downs_are_replaced);
}

SUITE_MAIN("store_tallies", add)
