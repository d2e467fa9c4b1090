#include <check.h>
#include <stdlib.h>

#include "base/stamp.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

START_TEST(floor_goes_down)
{
	ck_assert_int_eq(stamp_floor(0, 60), 0);
	ck_assert_int_eq(stamp_floor(59, 60), 0);
	ck_assert_int_eq(stamp_floor(60, 60), 60);
	ck_assert_int_eq(stamp_floor(-1, 60), -60);
	ck_assert_int_eq(stamp_floor(-60, 60), -60);
	ck_assert_int_eq(stamp_floor(-61, 60), -120);
}
END_TEST

START_TEST(days_of_known_dates)
{
	static const struct {
		struct civil date;
		int64_t days;
		int weekday;
	} known[] = {
	    {{1970, 1, 1}, 0, 3},
	    {{1969, 12, 31}, -1, 2},
	    {{2000, 2, 29}, 11016, 1},
	    {{2000, 3, 1}, 11017, 2},
	    {{1900, 3, 1}, -25508, 3},
	    {{2026, 11, 21}, 20778, 5},
	    {{1, 1, 1}, -719162, 0},
	    {{9999, 12, 31}, 2932896, 4},
	};

	for (size_t i = 0; i < COUNT(known); i++) {
		ck_assert_int_eq(civil_days(known[i].date), known[i].days);
		ck_assert_int_eq(civil_weekday(known[i].days), known[i].weekday);
	}
}
END_TEST

/* Day by day through more than two cycles of 400 years, by the rule of leap years alone. */
START_TEST(days_follow_one_another)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	struct civil c = {1599, 12, 31}, got;
	int64_t first = civil_days(c);
	int length;

	for (int64_t d = first; c.year < 2450; d++) {
		got = civil_from_days(d);
		if (got.year != c.year || got.month != c.month || got.day != c.day ||
		    civil_days(c) != d || civil_weekday(d + 1) != (civil_weekday(d) + 1) % 7)
			ck_abort_msg("%d-%d-%d goes wrong", c.year, c.month, c.day);
		length = lengths[c.month - 1];
		if (c.month == 2 && c.year % 4 == 0 && (c.year % 100 != 0 || c.year % 400 == 0))
			length = 29;
		if (++c.day > length)
			c = c.month == 12 ? (struct civil){c.year + 1, 1, 1}
					  : (struct civil){c.year, c.month + 1, 1};
	}
}
END_TEST

START_TEST(dates_are_read)
{
	static const char *const bad[] = {"", "2026", "2026-11", "2026-11-2", "2026-11-211",
	    "2026-11-21T", "2026-00-01", "2026-13-01", "2026-11-00", "2026-11-31", "2026-02-29",
	    "1900-02-29", "2026/11/21", "20261121", " 2026-11-21", "+026-11-21", "2026-+1-21",
	    "2026-11- 1"};
	int64_t days = 0;

	ck_assert_int_eq(civil_parse("2026-11-21", &days), 0);
	ck_assert_int_eq(days, 20778);
	ck_assert_int_eq(civil_parse("2000-02-29", &days), 0);
	ck_assert_int_eq(days, 11016);
	ck_assert_int_eq(civil_parse("0001-01-01", &days), 0);
	ck_assert_int_eq(days, -719162);
	for (size_t i = 0; i < COUNT(bad); i++)
		ck_assert_msg(civil_parse(bad[i], &days) == -1, "'%s' was taken", bad[i]);
	ck_assert_int_eq(days, -719162);
}
END_TEST

START_TEST(instants_are_read)
{
	static const struct {
		const char *text;
		int64_t t;
	} good[] = {
	    {"1970-01-01T00:00:00Z", 0},
	    {"1970-01-01T00:00:00+08:00", -28800000},
	    {"2026-11-21T09:30:00+08:00", INT64_C(1795224600000)},
	    {"2026-11-21T01:30:00Z", INT64_C(1795224600000)},
	    {"2026-11-21t01:30:00z", INT64_C(1795224600000)},
	    {"2026-11-21 01:30:00Z", INT64_C(1795224600000)},
	    {"2026-11-20T19:45:00-05:45", INT64_C(1795224600000)},
	    {"2026-11-21T01:30:00-00:00", INT64_C(1795224600000)},
	    {"2026-11-21T01:30:00.5Z", INT64_C(1795224600500)},
	    {"2026-11-21T01:30:00.05Z", INT64_C(1795224600050)},
	    {"2026-11-21T01:30:00.001Z", INT64_C(1795224600001)},
	    {"2026-11-21T01:30:00.999999999999999999999Z", INT64_C(1795224600999)},
	    {"2026-11-21T01:30:00.0009+00:00", INT64_C(1795224600000)},
	    {"9999-12-31T23:59:59.999Z", INT64_C(253402300799999)},
	};
	struct err err = {""};
	int64_t t;

	for (size_t i = 0; i < COUNT(good); i++) {
		ck_assert_msg(stamp_parse(good[i].text, &t, &err) == 0, "%s", err.msg);
		ck_assert_int_eq(t, good[i].t);
	}
}
END_TEST

#define NONE(text) "'" text "' is no RFC 3339 time, such as 2026-11-21T09:30:00+08:00"

static const struct {
	const char *text, *sentence;
} wrongs[] = {
    {"", NONE("")},
    {"now", NONE("now")},
    {"2026-11-21", NONE("2026-11-21")},
    {"2026-11-21T", NONE("2026-11-21T")},
    {"2026-11-21T09:30Z", NONE("2026-11-21T09:30Z")},
    {"2026-11-21T24:00:00Z", NONE("2026-11-21T24:00:00Z")},
    {"2026-11-21T09:60:00Z", NONE("2026-11-21T09:60:00Z")},
    {"2026-11-21T23:59:60Z", NONE("2026-11-21T23:59:60Z")},
    {"2026-02-29T00:00:00Z", NONE("2026-02-29T00:00:00Z")},
    {"2026-11-21T09:30:00.Z", NONE("2026-11-21T09:30:00.Z")},
    {"2026-11-21T09:30:00,5Z", NONE("2026-11-21T09:30:00,5Z")},
    {"2026-11-21T09:30:00Z ", NONE("2026-11-21T09:30:00Z ")},
    {"2026-11-21T09:30:00+0800", NONE("2026-11-21T09:30:00+0800")},
    {"2026-11-21T09:30:00+08", NONE("2026-11-21T09:30:00+08")},
    {"2026-11-21T09:30:00+24:00", NONE("2026-11-21T09:30:00+24:00")},
    {"2026-11-21T09:30:00+08:60", NONE("2026-11-21T09:30:00+08:60")},
    {"2026-11-21T09:30:00+08:00x", NONE("2026-11-21T09:30:00+08:00x")},
    {"2026-11-21T-9:30:00Z", NONE("2026-11-21T-9:30:00Z")},
    {"2026-11-21T09:30:00", "'2026-11-21T09:30:00' has no offset; add Z or one such as +08:00"},
    {"2026-11-21T09:30:00.5", "'2026-11-21T09:30:00.5' has no offset; add Z or one such as +08:00"},
    {"1969-12-31T23:59:59Z", "'1969-12-31T23:59:59Z' lies before 1970"},
};

START_TEST(wrong_instants_are_refused)
{
	struct err err = {""};
	int64_t t = 42;

	ck_assert_int_eq(stamp_parse(wrongs[_i].text, &t, &err), -1);
	ck_assert_str_eq(err.msg, wrongs[_i].sentence);
	ck_assert_int_eq(t, 42);
	ck_assert_int_eq(stamp_parse(wrongs[_i].text, &t, NULL), -1);
}
END_TEST

START_TEST(instants_are_written)
{
	char text[STAMP_TEXT];

	ck_assert_str_eq(stamp_format(0, text), "1970-01-01T00:00:00.000Z");
	ck_assert_str_eq(stamp_format(-1, text), "1969-12-31T23:59:59.999Z");
	ck_assert_str_eq(stamp_format(INT64_C(1795224600007), text), "2026-11-21T01:30:00.007Z");
	ck_assert_str_eq(stamp_format(INT64_C(253402300799999), text), "9999-12-31T23:59:59.999Z");
}
END_TEST

START_TEST(instants_are_written_as_on_a_wall)
{
	static const struct {
		int64_t t, offset;
		const char *text;
	} walls[] = {
	    {INT64_C(1795224600000), 0, "2026-11-21T01:30:00Z"},
	    {INT64_C(1795224600070), 0, "2026-11-21T01:30:00.070Z"},
	    {INT64_C(1795224600000), 8 * STAMP_HOUR, "2026-11-21T09:30:00+08:00"},
	    {INT64_C(1795224600001), 8 * STAMP_HOUR, "2026-11-21T09:30:00.001+08:00"},
	    {INT64_C(1795224600000), 345 * STAMP_MINUTE, "2026-11-21T07:15:00+05:45"},
	    {INT64_C(1795224600000), -570 * STAMP_MINUTE, "2026-11-20T16:00:00-09:30"},
	};
	char text[STAMP_TEXT];
	int64_t t;

	for (size_t i = 0; i < COUNT(walls); i++) {
		ck_assert_str_eq(stamp_format_at(walls[i].t, walls[i].offset, text), walls[i].text);
		ck_assert_int_eq(stamp_parse(text, &t, NULL), 0);
		ck_assert_int_eq(t, walls[i].t);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("stamp");
	TCase *tc = tcase_create("stamp");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, floor_goes_down);
	tcase_add_test(tc, days_of_known_dates);
	tcase_add_test(tc, days_follow_one_another);
	tcase_add_test(tc, dates_are_read);
	tcase_add_test(tc, instants_are_read);
	tcase_add_loop_test(tc, wrong_instants_are_refused, 0, (int)COUNT(wrongs));
	tcase_add_test(tc, instants_are_written);
	tcase_add_test(tc, instants_are_written_as_on_a_wall);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
