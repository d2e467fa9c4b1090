#include <check.h>
#include <stdlib.h>

#include "base/stamp.h"
#include "domain/zone.h"

#define H STAMP_HOUR
#define D STAMP_DAY

/* An hour ahead; two in the summer from day 100 to day 200; then across the date line, which all
 * but skips day 301. */
static const int64_t at[] = {INT64_MIN, 100 * D + H, 200 * D + H, 300 * D + 23 * H};
static const int64_t offset[] = {H, 2 * H, H, 23 * H};
static const struct zone made = {"Made/Up", 4, at, offset};

static const int64_t never_changes[] = {INT64_MIN}, no_offset[] = {0};
static const struct zone utc = {"UTC", 1, never_changes, no_offset};

START_TEST(index_turns_at_the_transition)
{
	ck_assert_uint_eq(zone_index(&made, INT64_MIN), 0);
	ck_assert_uint_eq(zone_index(&made, INT64_MAX), 3);
	for (size_t i = 1; i < made.count; i++) {
		ck_assert_uint_eq(zone_index(&made, at[i] - 1), i - 1);
		ck_assert_uint_eq(zone_index(&made, at[i]), i);
		ck_assert_uint_eq(zone_index(&made, at[i] + 1), i);
	}
	ck_assert_uint_eq(zone_index(&utc, INT64_MIN), 0);
	ck_assert_uint_eq(zone_index(&utc, INT64_MAX), 0);
}
END_TEST

START_TEST(offset_is_that_of_the_stretch)
{
	ck_assert_int_eq(zone_offset(&made, 0), H);
	ck_assert_int_eq(zone_offset(&made, 100 * D + H - 1), H);
	ck_assert_int_eq(zone_offset(&made, 100 * D + H), 2 * H);
	ck_assert_int_eq(zone_offset(&made, 200 * D + H), H);
	ck_assert_int_eq(zone_offset(&made, 1000 * D), 23 * H);
}
END_TEST

START_TEST(day_is_the_walls)
{
	ck_assert_int_eq(zone_day(&utc, 0), 0);
	ck_assert_int_eq(zone_day(&utc, -1), -1);
	ck_assert_int_eq(zone_day(&utc, -D), -1);
	ck_assert_int_eq(zone_day(&utc, -D - 1), -2);
	ck_assert_int_eq(zone_day(&made, -H), 0);
	ck_assert_int_eq(zone_day(&made, -H - 1), -1);
	ck_assert_int_eq(zone_day(&made, 150 * D - 2 * H), 150);
	ck_assert_int_eq(zone_day(&made, 150 * D - 2 * H - 1), 149);
}
END_TEST

START_TEST(reach_is_plain_between_transitions)
{
	ck_assert_int_eq(zone_reach(&utc, 5 * D), 5 * D);
	ck_assert_int_eq(zone_reach(&made, 5 * D), 5 * D - H);
	ck_assert_int_eq(zone_reach(&made, -5 * D), -5 * D - H);
	ck_assert_int_eq(zone_reach(&made, 150 * D), 150 * D - 2 * H);
}
END_TEST

START_TEST(reach_of_a_skipped_time_is_the_jump)
{
	ck_assert_int_eq(zone_reach(&made, 100 * D + 2 * H - 1), 100 * D + H - 1);
	ck_assert_int_eq(zone_reach(&made, 100 * D + 2 * H), 100 * D + H);
	ck_assert_int_eq(zone_reach(&made, 100 * D + 2 * H + 1), 100 * D + H);
	ck_assert_int_eq(zone_reach(&made, 100 * D + 3 * H), 100 * D + H);
	ck_assert_int_eq(zone_reach(&made, 100 * D + 3 * H + 1), 100 * D + H + 1);
	ck_assert_int_eq(zone_reach(&made, 301 * D), at[3]);
	ck_assert_int_eq(zone_reach(&made, 301 * D + 22 * H), at[3]);
	ck_assert_int_eq(zone_reach(&made, 302 * D), 302 * D - 23 * H);
}
END_TEST

START_TEST(reach_of_a_time_shown_twice_is_the_first)
{
	ck_assert_int_eq(zone_reach(&made, 200 * D + 2 * H), 200 * D);
	ck_assert_int_eq(zone_reach(&made, 200 * D + 3 * H - 1), 200 * D + H - 1);
	ck_assert_int_eq(zone_reach(&made, 200 * D + 3 * H), 200 * D + 2 * H);
}
END_TEST

/* A zone that jumps up to 20 hours to and fro, hour by hour against the definition. */
START_TEST(reach_is_the_first_such_instant)
{
	enum { HOURS = 60 * 24, JUMPS = 40 };
	int64_t when[JUMPS] = {INT64_MIN}, ahead[JUMPS] = {0}, t;
	struct zone wild = {"Wild", JUMPS, when, ahead};

	srandom((unsigned)_i);
	for (int i = 1; i < JUMPS; i++) {
		when[i] = (i == 1 ? 0 : when[i - 1]) + (1 + random() % 36) * H;
		ahead[i] = (random() % 21 - 10) * H;
	}
	for (int64_t local = 0; local < HOURS; local++) {
		t = -24 * H;
		while (t + zone_offset(&wild, t) < local * H)
			t += H;
		ck_assert_int_eq(zone_reach(&wild, local * H), t);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("zone");
	TCase *tc = tcase_create("zone");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, index_turns_at_the_transition);
	tcase_add_test(tc, offset_is_that_of_the_stretch);
	tcase_add_test(tc, day_is_the_walls);
	tcase_add_test(tc, reach_is_plain_between_transitions);
	tcase_add_test(tc, reach_of_a_skipped_time_is_the_jump);
	tcase_add_test(tc, reach_of_a_time_shown_twice_is_the_first);
	tcase_add_loop_test(tc, reach_is_the_first_such_instant, 1, 11);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
