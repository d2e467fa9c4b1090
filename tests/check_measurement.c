#include "suite.h"

#include "domain/measurement.h"

#define M(from, to, a, b, c)              \
	{                                 \
		from, to, {a, b, c}, 0, 0 \
	}

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
	    M(0, 10, 1, 10, 100), M(10, 20, 2, 20, 200), M(20, 30, 4, 40, 400)};

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
	    M(0, 10, 1, 0, 0), M(10, 20, 2, 0, 0), M(30, 40, 4, 0, 0), M(0, 30, 8, 0, 0)};

	ck_assert_int_eq(sum(list, 4, 0, 40).a, 12);
	ck_assert_int_eq(sum(list, 4, 0, 29).a, 3);
}
END_TEST

START_TEST(of_as_long_ones_the_earliest)
{
	struct measurement list[] = {M(5, 15, 2, 0, 0), M(14, 24, 4, 0, 0), M(0, 10, 1, 0, 0)};

	ck_assert_int_eq(sum(list, 3, 0, 40).a, 5);
	ck_assert_int_eq(sum(list, 3, 1, 40).a, 2);
}
END_TEST

START_TEST(a_skipped_day_is_nothing)
{
	struct measurement list[] = {M(5, 5, 2, 0, 0)};

	ck_assert_int_eq(sum(list, 1, 0, 10).a, 0);
}
END_TEST

/* Their `a` tells them apart once they are sorted. */
START_TEST(each_one_is_told_how_it_stands)
{
	static const enum standing want[] = {STANDING_SUPERSEDED, STANDING_COUNTED,
	    STANDING_OVERLAPPED, STANDING_OUTSIDE, STANDING_APART, STANDING_APART};
	struct measurement list[] = {M(10, 40, 0, 0, 0), M(10, 40, 1, 0, 0), M(20, 30, 2, 0, 0),
	    M(40, 60, 3, 0, 0), M(50, 60, 4, 0, 0), M(20, 20, 5, 0, 0)};
	struct amounts s = sum(list, 6, 0, 50);

	ck_assert_int_eq(s.a, 1);
	for (size_t i = 0; i < 6; i++)
		ck_assert_int_eq(list[i].standing, want[list[i].amounts.a]);
}
END_TEST

/* What supersedes another does so also where it is left out itself. */
START_TEST(a_superseded_one_never_counts)
{
	struct measurement list[] = {M(20, 30, 1, 0, 0), M(20, 30, 2, 0, 0), M(10, 40, 4, 0, 0)};

	ck_assert_int_eq(sum(list, 3, 0, 50).a, 4);
	ck_assert_int_eq(sum(list, 3, 15, 50).a, 2);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, each_one_is_told_how_it_stands);
	tcase_add_test(t, a_superseded_one_never_counts);
	tcase_add_test(t, only_whole_periods);
	tcase_add_test(t, the_longest_counts);
	tcase_add_test(t, of_as_long_ones_the_earliest);
	tcase_add_test(t, a_skipped_day_is_nothing);
}

SUITE_MAIN("measurement", add)
