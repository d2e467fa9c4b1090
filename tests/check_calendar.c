#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "codec/zoneinfo.h"
#include "domain/calendar.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define H STAMP_HOUR
#define SPANS(...)                                                     \
	{                                                              \
		COUNT(((struct span[]){__VA_ARGS__})), (struct span[]) \
		{                                                      \
			__VA_ARGS__                                    \
		}                                                      \
	}
#define SHUT            \
	{               \
		0, NULL \
	}

#define OFFICE SPANS({540, 720}, {780, 1080})
#define NIGHT SPANS({1320, 1800})
#define ALL_DAY SPANS({0, 1440})
#define EACH(day) day, day, day, day, day, day, day
#define WORKDAYS(day) day, day, day, day, day, SHUT, SHUT

static struct arena memory;
static struct calendar *made;

static void
teardown(void)
{
	calendar_free(made);
	arena_free(&memory);
}

static const struct zone *
zone(const char *name)
{
	struct err err = {""};
	const struct zone *z = zoneinfo_load(name, &memory, &err);

	ck_assert_msg(z != NULL, "%s", err.msg);
	return z;
}

static int64_t
at(const char *text)
{
	struct err err = {""};
	int64_t t;

	ck_assert_msg(stamp_parse(text, &t, &err) == 0, "%s", err.msg);
	return t;
}

static int64_t
day(const char *text)
{
	int64_t days;

	ck_assert_int_eq(civil_parse(text, &days), 0);
	return days;
}

static const struct calendar *
calendar(const struct calendar_plan *plan)
{
	struct err err = {""};

	made = calendar_new(plan, &err);
	ck_assert_msg(made != NULL, "%s", err.msg);
	return made;
}

START_TEST(office_hours)
{
	const struct calendar *c = calendar(&(struct calendar_plan){
	    .name = "office", .zone = zone("Asia/Shanghai"), .week = {WORKDAYS(OFFICE)}});
	int64_t friday = at("2026-11-20T17:00:00+08:00");

	ck_assert_str_eq(calendar_name(c), "office");
	ck_assert_str_eq(calendar_zone(c)->name, "Asia/Shanghai");
	ck_assert(!calendar_never(c));
	ck_assert(!calendar_open(c, at("2026-11-20T08:59:59.999+08:00")));
	ck_assert(calendar_open(c, at("2026-11-20T09:00:00+08:00")));
	ck_assert(calendar_open(c, at("2026-11-20T11:59:59.999+08:00")));
	ck_assert(!calendar_open(c, at("2026-11-20T12:00:00+08:00")));
	ck_assert(!calendar_open(c, at("2026-11-21T10:00:00+08:00")));
	ck_assert_int_eq(calendar_elapsed(c, friday, at("2026-11-23T10:00:00+08:00")), 2 * H);
	ck_assert_int_eq(calendar_elapsed(c, friday, friday), 0);
	ck_assert_int_eq(calendar_elapsed(c, at("2026-11-23T10:00:00+08:00"), friday), 0);
	ck_assert_int_eq(calendar_after(c, friday, 0), friday);
	ck_assert_int_eq(calendar_after(c, friday, H), at("2026-11-20T18:00:00+08:00"));
	ck_assert_int_eq(calendar_after(c, friday, H + 1), at("2026-11-23T09:00:00.001+08:00"));
	ck_assert_int_eq(calendar_after(c, friday, 41 * H), at("2026-11-27T18:00:00+08:00"));
}
END_TEST

START_TEST(holidays_and_make_up_days)
{
	const struct date_plan dates[] = {
	    {day("2026-10-10"), OFFICE}, /* a Saturday, for the holidays */
	    {day("2026-10-01"), SHUT}, {day("2026-10-02"), SHUT}, {day("2026-10-05"), SHUT},
	    {day("2026-10-06"), SHUT}, {day("2026-10-07"), SHUT},
	    {day("2026-09-30"), SPANS({540, 720})}, /* half a day */
	};
	const struct calendar *c = calendar(&(struct calendar_plan){.name = "office",
	    .zone = zone("Asia/Shanghai"),
	    .week = {WORKDAYS(OFFICE)},
	    .dates = COUNT(dates),
	    .date = dates});
	int64_t eve = at("2026-09-30T11:00:00+08:00");

	ck_assert_int_eq(calendar_after(c, eve, H), at("2026-09-30T12:00:00+08:00"));
	ck_assert_int_eq(calendar_after(c, eve, H + 1), at("2026-10-08T09:00:00.001+08:00"));
	ck_assert(!calendar_open(c, at("2026-10-01T10:00:00+08:00")));
	ck_assert(calendar_open(c, at("2026-10-10T10:00:00+08:00")));
	ck_assert(!calendar_open(c, at("2026-10-11T10:00:00+08:00")));
	ck_assert_int_eq(
	    calendar_elapsed(c, at("2026-10-01T00:00:00+08:00"), at("2026-11-01T00:00:00+08:00")),
	    18 * 8 * H);
}
END_TEST

START_TEST(a_closed_date_keeps_the_night_before)
{
	const struct date_plan dates[] = {{day("2026-12-25"), SHUT}};
	const struct calendar *c = calendar(&(struct calendar_plan){.name = "night",
	    .zone = zone("Europe/Berlin"),
	    .week = {EACH(NIGHT)},
	    .dates = COUNT(dates),
	    .date = dates});

	ck_assert(calendar_open(c, at("2026-12-25T05:59:59.999+01:00")));
	ck_assert(!calendar_open(c, at("2026-12-25T06:00:00+01:00")));
	ck_assert(!calendar_open(c, at("2026-12-25T22:00:00+01:00")));
	ck_assert(!calendar_open(c, at("2026-12-26T05:00:00+01:00")));
	ck_assert(calendar_open(c, at("2026-12-26T22:00:00+01:00")));
	ck_assert_int_eq(calendar_after(c, at("2026-12-24T23:00:00+01:00"), 7 * H + 1),
	    at("2026-12-26T22:00:00.001+01:00"));
}
END_TEST

START_TEST(days_count_what_their_wall_shows)
{
	static const struct {
		const char *zone, *from, *to;
		int minutes;
	} days[] = {
	    {"America/New_York", "2026-03-08T00:00:00-05:00", "2026-03-09T00:00:00-04:00", 1380},
	    {"America/New_York", "2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00", 1500},
	    {"Australia/Lord_Howe", "2026-04-05T00:00:00+11:00", "2026-04-06T00:00:00+10:30", 1470},
	    {"America/Havana", "2026-03-08T01:00:00-04:00", "2026-03-09T00:00:00-04:00", 1380},
	    {"Pacific/Apia", "2011-12-29T00:00:00-10:00", "2012-01-01T00:00:00+14:00", 2880},
	    {"Asia/Shanghai", "2026-03-08T00:00:00+08:00", "2026-03-09T00:00:00+08:00", 1440},
	};
	const struct calendar *c = calendar(&(struct calendar_plan){
	    .name = "24x7", .zone = zone(days[_i].zone), .week = {EACH(ALL_DAY)}});
	int64_t from = at(days[_i].from), to = at(days[_i].to);

	ck_assert_int_eq(to - from, days[_i].minutes * STAMP_MINUTE);
	ck_assert_int_eq(calendar_elapsed(c, from, to), to - from);
	ck_assert_int_eq(calendar_after(c, from, to - from), to);
	for (int64_t t = from; t < to; t += 7 * STAMP_MINUTE)
		ck_assert(calendar_open(c, t));
}
END_TEST

/* 01:30-02:30 has 30 minutes when the clocks go from 02:00 to 03:00, and 90 when they go back. */
START_TEST(spans_across_a_change)
{
	const struct calendar *c = calendar(&(struct calendar_plan){.name = "small hours",
	    .zone = zone("America/New_York"),
	    .week = {EACH(SPANS({90, 150}))}});
	int64_t spring = at("2026-03-08T00:00:00-05:00"), autumn = at("2026-11-01T00:00:00-04:00");

	ck_assert_int_eq(calendar_elapsed(c, spring, spring + 23 * H), 30 * STAMP_MINUTE);
	ck_assert_int_eq(calendar_elapsed(c, autumn, autumn + 25 * H), 90 * STAMP_MINUTE);
	ck_assert_int_eq(
	    calendar_after(c, spring, 30 * STAMP_MINUTE), at("2026-03-08T02:00:00-05:00"));
	ck_assert_int_eq(
	    calendar_after(c, autumn, 31 * STAMP_MINUTE), at("2026-11-01T01:31:00-05:00"));
}
END_TEST

START_TEST(a_skipped_day_opens_nothing)
{
	const struct date_plan dates[] = {{day("2011-12-30"), ALL_DAY}};
	const struct calendar *c = calendar(&(struct calendar_plan){
	    .name = "skipped", .zone = zone("Pacific/Apia"), .dates = 1, .date = dates});

	ck_assert(calendar_never(c));
	ck_assert_int_eq(calendar_after(c, at("2011-12-01T00:00:00Z"), 1), STAMP_NEVER);
}
END_TEST

START_TEST(spans_that_overlap_unite)
{
	const struct calendar *c = calendar(&(struct calendar_plan){.name = "odd",
	    .zone = zone("UTC"),
	    .week = {EACH(SPANS({600, 660}, {0, 60}, {630, 720}, {720, 780}, {1380, 1530}))}});
	int64_t t = at("2026-11-20T00:00:00Z");

	ck_assert_int_eq(calendar_elapsed(c, t, t + 24 * H), 90 * STAMP_MINUTE + 4 * H);
	ck_assert_int_eq(calendar_after(c, t, 91 * STAMP_MINUTE), t + 10 * H + STAMP_MINUTE);
}
END_TEST

START_TEST(never_open)
{
	const struct date_plan dates[] = {{day("2026-10-01"), SHUT}};
	const struct calendar *c = calendar(&(struct calendar_plan){
	    .name = "never", .zone = zone("Europe/Berlin"), .dates = 1, .date = dates});

	ck_assert(calendar_never(c));
	ck_assert(!calendar_open(c, 0));
	ck_assert_int_eq(calendar_elapsed(c, 0, at("2190-01-01T00:00:00Z")), 0);
	ck_assert_int_eq(calendar_after(c, 5, 0), 5);
	ck_assert_int_eq(calendar_after(c, 5, 1), STAMP_NEVER);
}
END_TEST

START_TEST(open_on_a_few_dates_only)
{
	const struct date_plan dates[] = {
	    {day("2030-06-01"), SPANS({600, 660})}, {day("2026-06-01"), NIGHT}};
	const struct calendar *c = calendar(&(struct calendar_plan){
	    .name = "fairs", .zone = zone("Europe/Berlin"), .dates = COUNT(dates), .date = dates});
	int64_t t = at("2026-01-01T00:00:00Z");

	ck_assert(!calendar_never(c));
	ck_assert_int_eq(calendar_after(c, t, 8 * H), at("2026-06-02T06:00:00+02:00"));
	ck_assert_int_eq(calendar_after(c, t, 8 * H + 1), at("2030-06-01T10:00:00.001+02:00"));
	ck_assert_int_eq(calendar_after(c, t, 9 * H), at("2030-06-01T11:00:00+02:00"));
	ck_assert_int_eq(calendar_after(c, t, 9 * H + 1), STAMP_NEVER);
	ck_assert_int_eq(calendar_elapsed(c, t, at("2100-01-01T00:00:00Z")), 9 * H);
}
END_TEST

START_TEST(nothing_is_due_from_2200_on)
{
	const struct calendar *c = calendar(&(struct calendar_plan){
	    .name = "24x7", .zone = zone("America/New_York"), .week = {EACH(ALL_DAY)}});
	int64_t end = at("2200-01-01T00:00:00Z");

	ck_assert_int_eq(calendar_after(c, 0, end - 1), end - 1);
	ck_assert_int_eq(calendar_after(c, 0, end), STAMP_NEVER);
	ck_assert_int_eq(calendar_after(c, 0, INT64_MAX), STAMP_NEVER);
	ck_assert_int_eq(calendar_after(c, end, 1), STAMP_NEVER);
	ck_assert_int_eq(calendar_after(c, end + 7, 0), end + 7);
	ck_assert_int_eq(calendar_elapsed(c, end, end + 400 * STAMP_DAY), 400 * STAMP_DAY);
}
END_TEST

START_TEST(the_ends_of_time_are_harmless)
{
	const struct calendar *c = calendar(&(struct calendar_plan){
	    .name = "office", .zone = zone("America/New_York"), .week = {WORKDAYS(OFFICE)}});

	ck_assert_int_eq(calendar_elapsed(c, STAMP_NEVER, STAMP_NEVER), 0);
	ck_assert_int_eq(calendar_elapsed(c, STAMP_NEVER, 0), 0);
	ck_assert_int_eq(calendar_elapsed(c, INT64_MIN, INT64_MIN), 0);
	ck_assert_int_gt(calendar_elapsed(c, INT64_MIN, 0), 0);
	ck_assert_int_eq(calendar_after(c, STAMP_NEVER, 0), STAMP_NEVER);
	ck_assert_int_eq(calendar_after(c, STAMP_NEVER, 1), STAMP_NEVER);
	ck_assert_int_lt(calendar_after(c, INT64_MIN, 1), 0);
	ck_assert_int_eq(calendar_after(c, INT64_MIN, INT64_MAX), STAMP_NEVER);
	calendar_open(c, INT64_MIN);
	calendar_open(c, STAMP_NEVER);
}
END_TEST

START_TEST(the_plan_is_copied)
{
	struct span *spans = mem_alloc(1, sizeof(*spans));
	struct date_plan *date = mem_alloc(1, sizeof(*date));
	char *name = mem_strdup("lent");
	const struct calendar *c;

	*spans = (struct span){0, 60};
	*date = (struct date_plan){day("2026-11-21"), {1, spans}};
	c = calendar(&(struct calendar_plan){
	    .name = name, .zone = zone("UTC"), .week = {{1, spans}}, .dates = 1, .date = date});
	free(spans);
	free(date);
	free(name);
	ck_assert_str_eq(calendar_name(c), "lent");
	ck_assert(calendar_open(c, at("2026-11-21T00:30:00Z")));
	ck_assert(calendar_open(c, at("2026-11-23T00:30:00Z")));
}
END_TEST

START_TEST(bad_spans_are_refused)
{
	static const struct span bad[] = {{-1, 60}, {1440, 1500}, {60, 60}, {60, 30}, {0, 2881}};
	struct span wrong[] = {{0, 30}, bad[_i]};
	struct calendar_plan plan = {
	    .name = "bad", .zone = zone("UTC"), .week = {SHUT, {2, wrong}}};
	struct date_plan date = {day("2026-10-01"), {2, wrong}};
	struct err err;
	char want[ERR_MAX];

	ck_assert_ptr_null(calendar_new(&plan, &err));
	snprintf(want, sizeof(want),
	    "calendar 'bad', Tuesday: no span goes from minute %d to minute %d; it begins before "
	    "24:00, and ends later, on the next day at most",
	    bad[_i].open, bad[_i].shut);
	ck_assert_str_eq(err.msg, want);

	plan = (struct calendar_plan){.name = "bad", .zone = plan.zone, .dates = 1, .date = &date};
	ck_assert_ptr_null(calendar_new(&plan, &err));
	ck_assert_ptr_nonnull(strstr(err.msg, "calendar 'bad', 2026-10-01: no span goes"));
	ck_assert_ptr_null(calendar_new(&plan, NULL));
}
END_TEST

START_TEST(a_date_given_twice_is_refused)
{
	const struct date_plan dates[] = {
	    {day("2026-10-01"), SHUT}, {day("2026-10-02"), SHUT}, {day("2026-10-01"), OFFICE}};
	struct calendar_plan plan = {
	    .name = "bad", .zone = zone("UTC"), .dates = COUNT(dates), .date = dates};
	struct err err;

	ck_assert_ptr_null(calendar_new(&plan, &err));
	ck_assert_str_eq(
	    err.msg, "calendar 'bad': 2026-10-01 is given twice; put all its spans in one place");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("calendar");
	TCase *tc = tcase_create("calendar");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_test(tc, office_hours);
	tcase_add_test(tc, holidays_and_make_up_days);
	tcase_add_test(tc, a_closed_date_keeps_the_night_before);
	tcase_add_loop_test(tc, days_count_what_their_wall_shows, 0, 6);
	tcase_add_test(tc, spans_across_a_change);
	tcase_add_test(tc, a_skipped_day_opens_nothing);
	tcase_add_test(tc, spans_that_overlap_unite);
	tcase_add_test(tc, never_open);
	tcase_add_test(tc, open_on_a_few_dates_only);
	tcase_add_test(tc, nothing_is_due_from_2200_on);
	tcase_add_test(tc, the_ends_of_time_are_harmless);
	tcase_add_test(tc, the_plan_is_copied);
	tcase_add_loop_test(tc, bad_spans_are_refused, 0, 5);
	tcase_add_test(tc, a_date_given_twice_is_refused);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
