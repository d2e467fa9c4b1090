/* What a store keeps of scopes: tallies and downs. */
#include "base/stamp.h"
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

static void
sum(void *context, size_t which, struct blob counts)
{
	(void)which;
	*(size_t *)context += counts.len;
}

START_TEST(tallies_are_ranges)
{
	struct scope scope = {{"acme", "mail", "", ""}};
	struct stored_scope *list;
	struct blob counts;
	int64_t id, again;
	size_t len = 0;

	ck_assert_int_eq(store_scope(s, &scope, &id, &err), 0);
	ck_assert_int_eq(store_scope(s, &scope, &again, &err), 0);
	ck_assert_int_eq(id, again);
	ck_assert_int_eq(store_scopes(s, &arena, &list, &err), 1);
	ck_assert_str_eq(list[0].scope.dim[DIM_SERVICE], "mail");
	ck_assert_int_eq(store_scopes_of(s, "acme", &arena, &list, &err), 1);
	ck_assert_int_eq(list[0].id, id);
	ck_assert_int_eq(store_scopes_of(s, "acm", &arena, &list, &err), 0);
	for (int64_t b = 10; b < 20; b++)
		ck_assert_int_eq(
		    store_tally_set(s, id, 1, b, "xxxxxxxxxx", (size_t)(b - 9), &err), 0);
	ck_assert_int_eq(store_tally_range(s, &id, 1, 1, 12, 15, sum, &len, &err), 0);
	ck_assert_uint_eq(len, 3 + 4 + 5);
	ck_assert_int_eq(store_tally_set(s, id, 1, 12, "", 0, &err), 0);
	ck_assert_int_eq(store_tally(s, id, 1, 12, &counts, &err), 0);
	ck_assert_int_eq(store_tally(s, id, 1, 13, &counts, &err), 1);
	ck_assert_uint_eq(counts.len, 4);
}
END_TEST

/* A hundred years of months, few of which there are. */
START_TEST(tallies_are_found_in_long_ranges)
{
	struct scope scope = {{"acme", "mail", "", ""}};
	int64_t id;
	size_t len = 0;

	ck_assert_int_eq(store_scope(s, &scope, &id, &err), 0);
	ck_assert_int_eq(store_tally_range(s, &id, 1, 3, 0, 1200, sum, &len, &err), 0);
	ck_assert_uint_eq(len, 0);
	ck_assert_int_eq(store_tally_set(s, id, 3, 7, "xxx", 3, &err), 0);
	ck_assert_int_eq(store_tally_set(s, id, 3, 672, "xx", 2, &err), 0);
	ck_assert_int_eq(store_tally_set(s, id, 3, 672, "xxxx", 4, &err), 0);
	ck_assert_int_eq(store_tally_range(s, &id, 1, 3, 0, 1200, sum, &len, &err), 0);
	ck_assert_uint_eq(len, 3 + 4);
	len = 0;
	ck_assert_int_eq(store_tally_range(s, &id, 1, 3, 8, 672, sum, &len, &err), 0);
	ck_assert_uint_eq(len, 0);
}
END_TEST

static void
sum_apart(void *context, size_t which, struct blob counts)
{
	((size_t *)context)[which] += counts.len;
}

/* Three of four scopes, the last one twice as the daybook adds to it, over two eras. */
START_TEST(tallies_of_many_scopes_are_told_apart)
{
	const char *const services[] = {"mail", "erp", "web", "net"};
	struct scope scope = {{"acme", "", "", ""}};
	struct daybook_line line = {.minute = 25 * 60, .counts = {"\x04\x02", 2}};
	int64_t id[4];
	size_t len[3] = {0};

	for (int i = 0; i < 4; i++) {
		scope.dim[DIM_SERVICE] = services[i];
		ck_assert_int_eq(store_scope(s, &scope, &id[i], &err), 0);
		for (int64_t hour = 22; hour < 27; hour++)
			ck_assert_int_eq(
			    store_tally_set(s, id[i], 1, hour, "xxxxxxx", (size_t)i + 1, &err), 0);
	}
	line.scope = id[0];
	ck_assert_int_eq(store_daybook_add(s, &line, 1, &err), 0);
	ck_assert_int_eq(store_tally_range(s, (int64_t[]){id[3], id[1], id[0]}, 3, 1, 23, 26,
			     sum_apart, len, &err),
	    0);
	ck_assert_uint_eq(len[0], 3 * 4);
	ck_assert_uint_eq(len[1], 3 * 2);
	ck_assert_uint_eq(len[2], 3 * 1 + 2);
	ck_assert_int_eq(store_tally_range(s, id, 0, 1, 23, 26, sum_apart, NULL, &err), 0);
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
	tcase_add_test(t, tallies_are_found_in_long_ranges);
	tcase_add_test(t, tallies_of_many_scopes_are_told_apart);
	tcase_add_test(t, downs_are_replaced);
}

SUITE_MAIN("store_tallies", add)
