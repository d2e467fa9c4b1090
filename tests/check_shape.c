#include <stdio.h>
#include <string.h>

#include "base/stamp.h"
#include "codec/zoneinfo.h"
#include "domain/shape.h"
#include "suite.h"

static const char noon[] = "2026-03-09T12:30:15.250Z";

static void
reads(enum shape shape, const char *zone_name, const char *text, const char *expected)
{
	struct arena arena = {0};
	const struct zone *zone = zoneinfo_load(zone_name, &arena, NULL);
	char got[STAMP_TEXT];
	struct err err = {""};
	int64_t t = -1;

	ck_assert_ptr_nonnull(zone);
	ck_assert_msg(shape_read(shape, text, zone, &t, &err) == 0, "%s: %s", text, err.msg);
	ck_assert_str_eq(stamp_format(t, got), expected);
	arena_free(&arena);
}

static void
fails(enum shape shape, const char *text)
{
	struct arena arena = {0};
	const struct zone *zone = zoneinfo_load("UTC", &arena, NULL);
	struct err err = {""};
	int64_t t = 42;

	ck_assert_msg(shape_read(shape, text, zone, &t, &err) == -1, "%s is taken", text);
	ck_assert_int_eq(t, 42);
	ck_assert_ptr_nonnull(strstr(err.msg, shape_names[shape]));
	arena_free(&arena);
}

START_TEST(each_shape_is_read)
{
	reads(SHAPE_RFC3339, "UTC", "2026-03-09T13:30:15.2507+01:00", noon);
	reads(SHAPE_OFFSET_NOCOLON, "UTC", "2026-03-09T13:30:15.250+0100", noon);
	reads(SHAPE_OFFSET_SPACED, "UTC", "2026-03-09 07:00:15.250 -0530", noon);
	reads(SHAPE_OFFSET_SPACED, "UTC", "2026-03-09 13:30:15.250 +01:00", noon);
	reads(SHAPE_UTC_SUFFIX, "Asia/Shanghai", "2026-03-09 12:30:15.250 UTC", noon);
	reads(SHAPE_LOCAL, "Asia/Shanghai", "2026-03-09 20:30:15.250", noon);
	reads(SHAPE_LOCAL, "UTC", "2026-03-09T12:30", "2026-03-09T12:30:00.000Z");
	reads(SHAPE_LOCAL_DOTS, "Europe/Berlin", "2026.03.09 13:30:15.250", noon);
	reads(SHAPE_ISO, "Asia/Shanghai", "2026-03-09T20:30:15.250", noon);
	reads(SHAPE_ISO, "Asia/Shanghai", "2026-03-09 12:30:15.250Z", noon);
	reads(SHAPE_ISO, "UTC", "2026-03-09 13:30:15.250 +0100", noon);
	reads(SHAPE_ISO, "UTC", "2026-03-09T07:00-05:30", "2026-03-09T12:30:00.000Z");
	reads(SHAPE_ISO, "Europe/Berlin", "2026-03-09 13:30", "2026-03-09T12:30:00.000Z");
	reads(SHAPE_ISO, "Europe/Berlin", "2026-03-09", "2026-03-08T23:00:00.000Z");
	reads(SHAPE_S, "UTC", "1773059415.25", noon);
	reads(SHAPE_S, "UTC", "0", "1970-01-01T00:00:00.000Z");
	reads(SHAPE_MS, "UTC", "1773059415250", noon);
	reads(SHAPE_NS, "UTC", "1773059415250999999", noon);
}
END_TEST

START_TEST(clocks_that_change)
{
	reads(SHAPE_LOCAL, "Europe/Berlin", "2026-03-29 02:30:00", "2026-03-29T01:00:00.000Z");
	reads(SHAPE_LOCAL, "Europe/Berlin", "2026-10-25 02:30:00", "2026-10-25T00:30:00.000Z");
}
END_TEST

START_TEST(what_is_no_time)
{
	static const char *const bad[] = {"", "now", "2026-02-30T00:00:00Z", "-1", "1e9", "12x",
	    "99999999999999999999", "2026-03-09", "2026-03-09 12:30:15 CET",
	    "2026-03-09T12:30:15.250+010"};
	char far[96];

	for (int s = 0; s < SHAPES; s++) {
		for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
			if (s != SHAPE_ISO || strlen(bad[i]) != 10)
				fails((enum shape)s, bad[i]);
		}
	}
	snprintf(far, sizeof(far), "%93s", "2026"); /* longer than any time is */
	for (int s = 0; s < SHAPES; s++)
		fails((enum shape)s, far);
	fails(SHAPE_RFC3339, "2026-03-09T13:30:15+0100");
	fails(SHAPE_OFFSET_NOCOLON, "2026-03-09T13:30:15+01:00");
	fails(SHAPE_LOCAL, "2026-03-09 12:30:15Z");
	fails(SHAPE_LOCAL, "2026.03.09 12:30:15");
	fails(SHAPE_LOCAL_DOTS, "2026-03-09 12:30:15");
	fails(SHAPE_MS, "1773059415.25");
	fails(SHAPE_S, "1e300");
	fails(SHAPE_MS, "253402300800000");
}
END_TEST

START_TEST(local_times_need_a_zone)
{
	struct err err = {""};
	int64_t t = 42;

	ck_assert_int_eq(shape_read(SHAPE_LOCAL, "2026-03-09 12:30", NULL, &t, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "no time zone is known"));
	ck_assert_int_eq(shape_read(SHAPE_ISO, "2026-03-09", NULL, &t, &err), -1);
	ck_assert_int_eq(t, 42);
	ck_assert_int_eq(shape_read(SHAPE_ISO, "2026-03-09 12:30:15.250Z", NULL, &t, &err), 0);
	ck_assert_int_eq(t, INT64_C(1773059415250));
}
END_TEST

START_TEST(names)
{
	for (int s = 0; s < SHAPES; s++)
		ck_assert_int_eq(shape_find(shape_names[s]), s);
	ck_assert_int_eq(shape_find("RFC3339"), -1);
}
END_TEST

static void
add(TCase *tcase)
{
	tcase_add_test(tcase, each_shape_is_read);
	tcase_add_test(tcase, clocks_that_change);
	tcase_add_test(tcase, what_is_no_time);
	tcase_add_test(tcase, local_times_need_a_zone);
	tcase_add_test(tcase, names);
}

SUITE_MAIN("shape", add)
