#include "suite.h"

#include "domain/measurement.h"

static struct amounts
sum(struct measurement *list, size_t n, int64_t from, int64_t to)
{
	struct amounts s = {0, 0, 0};

	measurements_add(&s, list, n, from, to);
	return s;
}

START_TEST(only_whole_periods)
{
	struct measurement list[] = {
	    {0, 10, {1, 10, 100}}, {10, 20, {2, 20, 200}}, {20, 30, {4, 40, 400}}};

	ck_assert_int_eq(sum(list, 3, 0, 30).a, 7);
	ck_assert_int_eq(sum(list, 3, 0, 30).b, 70);
	ck_assert_int_eq(sum(list, 3, 0, 30).c, 700);
	ck_assert_int_eq(sum(list, 3, 1, 30).a, 6);
	ck_assert_int_eq(sum(list, 3, 0, 29).a, 3);
	ck_assert_int_eq(sum(list, 0, 0, 29).a, 0);
}
END_TEST

START_TEST(the_longest_counts)
{
	struct measurement list[] = {
	    {0, 10, {1, 0, 0}}, {10, 20, {2, 0, 0}}, {30, 40, {4, 0, 0}}, {0, 30, {8, 0, 0}}};

	ck_assert_int_eq(sum(list, 4, 0, 40).a, 12);
	ck_assert_int_eq(sum(list, 4, 0, 29).a, 3);
}
END_TEST

START_TEST(of_as_long_ones_the_earliest)
{
	struct measurement list[] = {{5, 15, {2, 0, 0}}, {14, 24, {4, 0, 0}}, {0, 10, {1, 0, 0}}};

	ck_assert_int_eq(sum(list, 3, 0, 40).a, 5);
	ck_assert_int_eq(sum(list, 3, 1, 40).a, 2);
}
END_TEST

START_TEST(a_skipped_day_is_nothing)
{
	struct measurement list[] = {{5, 5, {2, 0, 0}}};

	ck_assert_int_eq(sum(list, 1, 0, 10).a, 0);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, only_whole_periods);
	tcase_add_test(t, the_longest_counts);
	tcase_add_test(t, of_as_long_ones_the_earliest);
	tcase_add_test(t, a_skipped_day_is_nothing);
}

SUITE_MAIN("measurement", add)
