#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"
#include "codec/zoneinfo.h"

static struct arena memory;

static void
teardown(void)
{
	arena_free(&memory);
}

static const struct zone *
load(const char *name)
{
	struct err err = {""};
	const struct zone *z = zoneinfo_load(name, &memory, &err);

	ck_assert_msg(z != NULL, "%s", err.msg);
	ck_assert_str_eq(z->name, name);
	return z;
}

static int64_t
stamp(const char *text)
{
	struct err err = {""};
	int64_t t;

	ck_assert_msg(stamp_parse(text, &t, &err) == 0, "%s", err.msg);
	return t;
}

/* From the published rules: the wall just before the instant, and at it. */
static const struct {
	const char *zone, *at;
	int before, after; /* minutes ahead */
} changes[] = {
    {"America/New_York", "2026-03-08T07:00:00Z", -300, -240},
    {"America/New_York", "2026-11-01T06:00:00Z", -240, -300},
    {"America/New_York", "2098-11-02T06:00:00Z", -240, -300},
    {"Europe/Berlin", "2026-03-29T01:00:00Z", 60, 120},
    {"Europe/Berlin", "2026-10-25T01:00:00Z", 120, 60},
    {"Australia/Lord_Howe", "2026-04-04T15:00:00Z", 660, 630},
    {"Australia/Lord_Howe", "2026-10-03T15:30:00Z", 630, 660},
    {"Asia/Shanghai", "1991-09-14T17:00:00Z", 540, 480},
    {"Asia/Kathmandu", "1985-12-31T18:30:00Z", 330, 345},
    {"Pacific/Apia", "2011-12-30T10:00:00Z", -600, 840},
    {"America/Havana", "2026-03-08T05:00:00Z", -300, -240},
    {"America/Havana", "2026-11-01T05:00:00Z", -240, -300},
    {"Africa/Casablanca", "2026-02-15T02:00:00Z", 60, 0},
    {"Africa/Casablanca", "2026-03-22T02:00:00Z", 0, 60},
};

START_TEST(changes_fall_to_the_second)
{
	const struct zone *z = load(changes[_i].zone);
	int64_t t = stamp(changes[_i].at);

	ck_assert_int_eq(zone_offset(z, t - 1), changes[_i].before * STAMP_MINUTE);
	ck_assert_int_eq(zone_offset(z, t), changes[_i].after * STAMP_MINUTE);
	ck_assert_int_eq(z->at[zone_index(z, t)], t);
}
END_TEST

START_TEST(transitions_are_in_order)
{
	static const char *const names[] = {"America/New_York", "Europe/Berlin", "Asia/Gaza",
	    "Africa/Casablanca", "Pacific/Apia", "Asia/Shanghai", "Etc/GMT+8", "UTC"};
	const struct zone *z = load(names[_i]);

	ck_assert_uint_ge(z->count, 1);
	ck_assert(z->at[0] == INT64_MIN);
	for (size_t i = 1; i < z->count; i++) {
		ck_assert_int_lt(z->at[i - 1], z->at[i]);
		ck_assert_int_ne(z->offset[i - 1], z->offset[i]);
		ck_assert_int_lt(z->at[i], stamp("2100-01-01T00:00:00Z"));
		ck_assert_int_lt(llabs(z->offset[i]), STAMP_DAY);
	}
}
END_TEST

START_TEST(two_changes_a_month_apart_are_both_there)
{
	const struct zone *z = load("Africa/Casablanca");
	size_t shortest = 0;

	for (size_t i = zone_index(z, stamp("2019-01-01T00:00:00Z")) + 1; i + 1 < z->count; i++)
		if (z->at[i + 1] - z->at[i] < 45 * STAMP_DAY)
			shortest++;
	ck_assert_uint_gt(shortest, 60);
}
END_TEST

START_TEST(rules_hold_until_2100)
{
	const struct zone *z = load("America/New_York");
	size_t from = zone_index(z, stamp("2038-01-01T00:00:00Z"));

	ck_assert_uint_eq(z->count - 1 - from, 2 * (2100 - 2038));
	ck_assert_int_eq(zone_offset(z, stamp("2099-07-01T00:00:00Z")), -4 * STAMP_HOUR);
	ck_assert_int_eq(zone_offset(z, stamp("2150-07-01T00:00:00Z")), -5 * STAMP_HOUR);
}
END_TEST

START_TEST(utc_is_one_stretch)
{
	const struct zone *z = load("UTC");

	ck_assert_uint_eq(z->count, 1);
	ck_assert_int_eq(z->offset[0], 0);
}
END_TEST

START_TEST(utc_needs_no_database)
{
	struct err err;

	ck_assert_int_eq(setenv("TZDIR", "/nonexistent", 1), 0);
	load("UTC");
	ck_assert_ptr_null(zoneinfo_load("Europe/Rome", &memory, &err));
}
END_TEST

static const char *const strangers[] = {"", "Nowhere/City", "asia/shanghai", "Asia/Shanghai ",
    "Asia", "Asia/", "../zoneinfo/UTC", "Asia/../UTC", "/usr/share/zoneinfo/UTC", ":UTC", "+08:00",
    "-05", "Z", "EST5", "CST-8", "UTC+8", "EST5EDT,M3.2.0,M11.1.0", "right/UTC", "posix/Asia/Tokyo",
    "zone.tab", "leapseconds", "localtime", "posixrules", "Asia/Shanghai\nx", "Local"};

START_TEST(strange_names_are_refused)
{
	struct err err = {""};
	char want[ERR_MAX];

	snprintf(want, sizeof(want),
	    "no time zone '%s' in the system's database; an IANA name such as Asia/Shanghai is "
	    "wanted",
	    strangers[_i]);
	ck_assert_ptr_null(zoneinfo_load(strangers[_i], &memory, &err));
	ck_assert_str_eq(err.msg, want);
	ck_assert_ptr_null(zoneinfo_load(strangers[_i], &memory, NULL));
}
END_TEST

START_TEST(long_names_are_refused)
{
	char name[10000];
	struct err err = {""};

	memset(name, 'A', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	ck_assert_ptr_null(zoneinfo_load(name, &memory, &err));
	ck_assert_uint_eq(strspn(strchr(err.msg, '\'') + 1, "A"), 64);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("zoneinfo");
	TCase *tc = tcase_create("zoneinfo");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_loop_test(
	    tc, changes_fall_to_the_second, 0, (int)(sizeof(changes) / sizeof(changes[0])));
	tcase_add_loop_test(tc, transitions_are_in_order, 0, 8);
	tcase_add_test(tc, two_changes_a_month_apart_are_both_there);
	tcase_add_test(tc, rules_hold_until_2100);
	tcase_add_test(tc, utc_is_one_stretch);
	tcase_add_test(tc, utc_needs_no_database);
	tcase_add_loop_test(
	    tc, strange_names_are_refused, 0, (int)(sizeof(strangers) / sizeof(strangers[0])));
	tcase_add_test(tc, long_names_are_refused);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
