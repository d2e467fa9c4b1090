/* Times by patterns: what each letter reads, and what it does not. */
#include <string.h>

#include "base/stamp.h"
#include "codec/zoneinfo.h"
#include "domain/pattern.h"
#include "suite.h"

static void
reads(const char *pattern, const char *text, const char *expected)
{
	struct arena arena = {0};
	const struct zone *zone = zoneinfo_load("America/New_York", &arena, NULL);
	char got[STAMP_TEXT];
	struct err err = {""};
	int64_t t = -1;

	ck_assert_msg(pattern_read(pattern, text, zone, &t, &err) == 0, "%s: %s", text, err.msg);
	ck_assert_str_eq(stamp_format(t, got), expected);
	arena_free(&arena);
}

static void
fails(const char *pattern, const char *text, const char *why)
{
	struct arena arena = {0};
	const struct zone *zone = zoneinfo_load("UTC", &arena, NULL);
	struct err err = {""};
	int64_t t = 42;

	ck_assert_msg(pattern_read(pattern, text, zone, &t, &err) == -1, "%s is taken", text);
	ck_assert_int_eq(t, 42);
	ck_assert_msg(strstr(err.msg, why) != NULL, "%s: %s", text, err.msg);
	arena_free(&arena);
}

START_TEST(each_letter)
{
	static const char wanted[] =
	    "2026-03-09T16:05:07.000Z"; /* the day after the clocks changed */

	reads("%Y-%m-%d %H:%M:%S", "2026-03-09 12:05:07", wanted);
	reads("%F %T", "2026-3-9 12:05:07", wanted);
	reads("%m/%d/%y %I:%M:%S %p", "3/9/26 12:05:07 pm", wanted);
	reads("%m/%d/%Y %I:%M:%S %p", "03/09/2026 12:05:07 AM", "2026-03-09T04:05:07.000Z");
	reads("%d.%m.%Y %R", "9.3.2026 1:05", "2026-03-09T05:05:00.000Z");
	reads("%a, %d %b %Y %T %z", "Mon, 09 Mar 2026 16:05:07 GMT", wanted);
	reads("%A %e %B %Y %H:%M:%S %z", "monday  9 march 2026 21:35:07 +0530", wanted);
	reads("%b %d, %Y %T%z", "May 10, 2026 12:00:00-04:00", "2026-05-10T16:00:00.000Z");
	reads("%Y%m%dT%H%M%S%z", "20260309T160507Z", wanted);
	reads("%F %T%z", "2026-03-09 16:05:07.25789+00", "2026-03-09T16:05:07.257Z");
	reads("%d/%m/%Y", "9/3/2026", "2026-03-09T04:00:00.000Z");
	reads("100%% %F", "100% 2026-03-09", "2026-03-09T04:00:00.000Z");
	reads("%d/%m/%y", "1/1/70", "1970-01-01T05:00:00.000Z");
}
END_TEST

START_TEST(what_is_no_time)
{
	static const char *const bad[] = {"", "9/3/2026", "9/3/2026 24:00", "31/2/2026 1:00",
	    "9/3/2026 1:00 ", "9/3/2026 1:00Z", "9-3-2026 1:00", "9/3/26 1:00", "9/13/2026 1:00",
	    "9/3/2026 1:60", "-9/3/2026 1:00", "999/3/2026 1:00", "9/3/1969 1:00"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		fails("%d/%m/%Y %H:%M", bad[i], "is no time as '%d/%m/%Y %H:%M' has them");
	fails("%F %I:%M", "2026-03-09 1:00", "is no time"); /* in the morning or not? */
	fails("%F %H:%M %p", "2026-03-09 1:00 PM", "is no time");
	fails("%F %I:%M %p", "2026-03-09 13:00 PM", "is no time");
	fails("%F %I:%M %p", "2026-03-09 0:00 AM", "is no time");
	fails("%F %z", "2026-03-09 24:00", "is no time");
	fails("%F %z", "2026-03-09 +08:6", "is no time");
	fails("%F %z", "2026-03-09 CET", "is no time");
	fails("%Y-%m", "2026-03", "is no time");
	fails("%H:%M", "12:00", "is no time");
}
END_TEST

START_TEST(what_is_no_pattern)
{
	fails("%Y-%Q", "2026-03", "is no pattern");
	fails("%F %", "2026-03-09 ", "is no pattern");
}
END_TEST

START_TEST(no_zone)
{
	struct err err = {""};
	int64_t t;

	ck_assert_int_eq(pattern_read("%F", "2026-03-09", NULL, &t, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "no time zone is known"));
	ck_assert_int_eq(pattern_read("%F%z", "2026-03-09Z", NULL, &t, &err), 0);
}
END_TEST

static void
add(TCase *tcase)
{
	tcase_add_test(tcase, each_letter);
	tcase_add_test(tcase, what_is_no_time);
	tcase_add_test(tcase, what_is_no_pattern);
	tcase_add_test(tcase, no_zone);
}

SUITE_MAIN("pattern", add)
