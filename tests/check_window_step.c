#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "codec/zoneinfo.h"
#include "domain/window_step.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define MOST 1500

static unsigned seed;
static struct arena memory;

static void
teardown(void)
{
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

static struct window
window(const char *name, const char *zone_name)
{
	const char *slash = strchr(name, '/');
	const struct zone *z = zone(zone_name);
	char from[WINDOW_NAME];
	struct err err = {""};
	struct window w;
	int rc;

	snprintf(from, sizeof(from), "%.*s", slash == NULL ? 0 : (int)(slash - name), name);
	if (slash == NULL)
		rc = window_named(name, z, 1795225200000, &w, &err);
	else
		rc = window_between(from, slash + 1, z, &w, &err);
	ck_assert_msg(rc == 0, "%s", err.msg);
	return w;
}

#define SH "Asia/Shanghai"
#define NY "America/New_York"
#define HOWE "Australia/Lord_Howe"

static const struct {
	const char *zone, *window;
	enum step step;
	size_t count;
	const char *first, *second, *last;
	int shortest, longest; /* minutes */
} cuts[] = {
    {SH, "2026-11", STEP_DAY, 30, "2026-11-01", "2026-11-02", "2026-11-30", 1440, 1440},
    {SH, "2026-11-21", STEP_HOUR, 24, "2026-11-21T00:00+08:00", "2026-11-21T01:00+08:00",
	"2026-11-21T23:00+08:00", 60, 60},
    {"UTC", "2026-11-21", STEP_HOUR, 24, "2026-11-21T00:00Z", "2026-11-21T01:00Z",
	"2026-11-21T23:00Z", 60, 60},
    {SH, "2026-11", STEP_WEEK, 6, "2026-W44", "2026-W45", "2026-W49", 1440, 7 * 1440},
    {SH, "2026", STEP_MONTH, 12, "2026-01", "2026-02", "2026-12", 28 * 1440, 31 * 1440},
    {SH, "2024", STEP_DAY, 366, "2024-01-01", "2024-01-02", "2024-12-31", 1440, 1440},
    {SH, "2026", STEP_WEEK, 53, "2026-W01", "2026-W02", "2026-W53", 4 * 1440, 7 * 1440},
    {SH, "2026-W53", STEP_DAY, 7, "2026-12-28", "2026-12-29", "2027-01-03", 1440, 1440},
    {SH, "2026-W53", STEP_MONTH, 2, "2026-12", "2027-01", "2027-01", 3 * 1440, 4 * 1440},
    {SH, "2026-11-21T08:59:00+08:00/2026-11-21T10:30:00+08:00", STEP_HOUR, 3,
	"2026-11-21T08:00+08:00", "2026-11-21T09:00+08:00", "2026-11-21T10:00+08:00", 1, 60},
    {SH, "2026-11-21T08:59:00+08:00/2026-11-21T09:00:00+08:00", STEP_MONTH, 1, "2026-11", NULL,
	"2026-11", 1, 1},

    /* 23 and 25 hours */
    {NY, "2026-03-08", STEP_HOUR, 23, "2026-03-08T00:00-05:00", "2026-03-08T01:00-05:00",
	"2026-03-08T23:00-04:00", 60, 60},
    {NY, "2026-11-01", STEP_HOUR, 25, "2026-11-01T00:00-04:00", "2026-11-01T01:00-04:00",
	"2026-11-01T23:00-05:00", 60, 60},
    {NY, "2026-11", STEP_DAY, 30, "2026-11-01", "2026-11-02", "2026-11-30", 1440, 1500},
    {NY, "2026-03", STEP_DAY, 31, "2026-03-01", "2026-03-02", "2026-03-31", 1380, 1440},

    /* clocks that move by half an hour, and walls on half and quarter hours */
    {HOWE, "2026-04-05", STEP_HOUR, 25, "2026-04-05T00:00+11:00", "2026-04-05T01:00+11:00",
	"2026-04-05T23:00+10:30", 30, 60},
    {HOWE, "2026-04-05T01:00:00+11:00/2026-04-05T02:00:00+10:30", STEP_HOUR, 2,
	"2026-04-05T01:00+11:00", "2026-04-05T01:00+10:30", "2026-04-05T01:00+10:30", 30, 60},
    {HOWE, "2026-10-04T02:00:00+10:30/2026-10-04T04:00:00+11:00", STEP_HOUR, 2,
	"2026-10-04T02:00+11:00", "2026-10-04T03:00+11:00", "2026-10-04T03:00+11:00", 30, 60},
    {"Asia/Kathmandu", "2026-11-21", STEP_HOUR, 24, "2026-11-21T00:00+05:45",
	"2026-11-21T01:00+05:45", "2026-11-21T23:00+05:45", 60, 60},
    {"America/St_Johns", "2026-11", STEP_DAY, 30, "2026-11-01", "2026-11-02", "2026-11-30", 1440,
	1500},

    /* the day that Samoa had not; a midnight that came twice, at 00:01 */
    {"Pacific/Apia", "2011-12", STEP_DAY, 30, "2011-12-01", "2011-12-02", "2011-12-31", 1440, 1440},
    {"Pacific/Apia", "2011-W52", STEP_HOUR, 144, "2011-12-26T00:00-10:00", "2011-12-26T01:00-10:00",
	"2012-01-01T23:00+14:00", 60, 60},
    {"America/St_Johns", "2010-11", STEP_DAY, 30, "2010-11-01", "2010-11-02", "2010-11-30", 1440,
	1500},
    {"America/St_Johns", "2010-11-07", STEP_HOUR, 26, "2010-11-07T00:00-02:30",
	"2010-11-06T23:00-03:30", "2010-11-07T23:00-03:30", 1, 60},
};

START_TEST(cut)
{
	static struct window steps[MOST];
	struct window w = window(cuts[_i].window, cuts[_i].zone);
	size_t n = window_steps(&w, cuts[_i].step, steps, MOST);
	int64_t shortest = INT64_MAX, longest = 0;

	ck_assert_uint_eq(n, cuts[_i].count);
	ck_assert_str_eq(steps[0].name, cuts[_i].first);
	if (n > 1)
		ck_assert_str_eq(steps[1].name, cuts[_i].second);
	ck_assert_str_eq(steps[n - 1].name, cuts[_i].last);
	for (size_t i = 0; i < n; i++) {
		if (steps[i].to - steps[i].from < shortest)
			shortest = steps[i].to - steps[i].from;
		if (steps[i].to - steps[i].from > longest)
			longest = steps[i].to - steps[i].from;
		ck_assert_ptr_eq(steps[i].zone, w.zone);
		ck_assert(!steps[i].rolling);
	}
	ck_assert_int_eq(shortest, cuts[_i].shortest * STAMP_MINUTE);
	ck_assert_int_eq(longest, cuts[_i].longest * STAMP_MINUTE);
}
END_TEST

/* Where only the zone's abbreviation changes, the wall does not. */
START_TEST(a_change_of_nothing_cuts_nothing)
{
	static const int64_t at[] = {INT64_MIN, 90 * STAMP_MINUTE, 100 * STAMP_MINUTE,
	    210 * STAMP_MINUTE},
			     offset[] = {0, 0, 0, STAMP_HOUR};
	const struct zone z = {"Nowhere/Else", 4, at, offset};
	struct window steps[9], w = window_of_edges(0, 240 * STAMP_MINUTE, &z);

	ck_assert_uint_eq(window_steps(&w, STEP_HOUR, steps, 9), 5);
	ck_assert_int_eq(steps[1].to, 120 * STAMP_MINUTE);
	ck_assert_int_eq(steps[3].to, 210 * STAMP_MINUTE);
	ck_assert_str_eq(steps[3].name, "1970-01-01T03:00Z");
	ck_assert_str_eq(steps[4].name, "1970-01-01T04:00+01:00");
}
END_TEST

START_TEST(no_more_than_asked_for)
{
	struct window steps[30], w = window("2026-11", SH);

	ck_assert_uint_eq(window_steps(&w, STEP_DAY, steps, 30), 30);
	ck_assert_uint_eq(window_steps(&w, STEP_DAY, steps, 29), 30);
	ck_assert_uint_eq(window_steps(&w, STEP_HOUR, steps, 29), 30);
	ck_assert_uint_eq(window_steps(&w, STEP_DAY, steps, 0), 1);
}
END_TEST

static void
hour_name(int64_t local, int64_t offset, char name[static WINDOW_NAME])
{
	struct civil c = civil_from_days(stamp_floor(local, STAMP_DAY) / STAMP_DAY);
	int hour = (int)((local - stamp_floor(local, STAMP_DAY)) / STAMP_HOUR);
	int minutes = abs((int)(offset / STAMP_MINUTE));

	if (offset == 0)
		snprintf(
		    name, WINDOW_NAME, "%04d-%02d-%02dT%02d:00Z", c.year, c.month, c.day, hour);
	else
		snprintf(name, WINDOW_NAME, "%04d-%02d-%02dT%02d:00%c%02d:%02d", c.year, c.month,
		    c.day, hour, offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

/* What the wall shows in the last instant of a minute, as the name of a step. A date that was there
 * stays until the next one comes, even if the wall goes back to the one before it. */
static void
minute_name(
    const struct zone *z, enum step step, int64_t t, int64_t *day, char name[static WINDOW_NAME])
{
	static const enum unit units[] = {UNIT_DAY, UNIT_DAY, UNIT_WEEK, UNIT_MONTH};
	int64_t last = t + STAMP_MINUTE - 1, offset = zone_offset(z, last);

	if (zone_day(z, last) > *day)
		*day = zone_day(z, last);
	if (step == STEP_HOUR)
		hour_name(last + offset, offset, name);
	else
		period_name(period_of(units[step], *day), name);
}

/* A window minute by minute: a new step begins with each minute that has another name. */
static void
check_by_minutes(const struct window *w, enum step step, const struct window *steps, size_t n)
{
	int64_t day = zone_day(w->zone, w->from - 2 * STAMP_DAY), t = w->from - 2 * STAMP_DAY;
	char name[WINDOW_NAME], now[WINDOW_NAME] = "";
	size_t i = 0;

	for (; t < w->to; t += STAMP_MINUTE) {
		minute_name(w->zone, step, t, &day, name);
		if (t > w->from && strcmp(name, now) != 0) {
			ck_assert_int_eq(steps[i].to, t);
			i++;
		}
		if (t >= w->from && i < n)
			ck_assert_str_eq(steps[i].name, name);
		memcpy(now, name, sizeof(now));
	}
	ck_assert_uint_eq(i + 1, n);
}

static const char *const zones[] = {"UTC", SH, NY, "Europe/Berlin", "America/Havana",
    "Africa/Casablanca", "Asia/Gaza", HOWE, "Asia/Kathmandu", "Pacific/Apia", "America/St_Johns",
    "America/Sao_Paulo", "Africa/Monrovia"};

START_TEST(steps_are_what_the_minutes_show)
{
	static struct window steps[MOST];
	const struct zone *z = zone(zones[_i]);
	int64_t middle, from, to;
	enum step step;
	size_t n;

	srandom(seed + (unsigned)_i);
	for (int i = 0; i < 12; i++) {
		do
			middle = z->count > 1 && i % 3 > 0
			    ? z->at[1 + (size_t)random() % (z->count - 1)]
			    : random() * INT64_C(1900);
		while (middle < 40 * STAMP_DAY);
		step = (enum step)(i % 4);
		from = stamp_floor(middle, STAMP_MINUTE) - random() % 4000 * STAMP_MINUTE;
		to = stamp_floor(middle, STAMP_MINUTE) + (1 + random() % 40000) * STAMP_MINUTE;
		struct window w = window_of_edges(from, to, z);

		printf("SEED=%u %s %s\n", seed, w.name, step_names[step]);
		n = window_steps(&w, step, steps, MOST);
		ck_assert_uint_le(n, MOST);
		ck_assert_int_eq(steps[0].from, from);
		ck_assert_int_eq(steps[n - 1].to, to);
		for (size_t k = 0; k < n; k++) {
			ck_assert_int_lt(steps[k].from, steps[k].to);
			ck_assert(k == 0 || steps[k - 1].to == steps[k].from);
			ck_assert(k == 0 || strcmp(steps[k - 1].name, steps[k].name) != 0);
		}
		check_by_minutes(&w, step, steps, n);
	}
}
END_TEST

static const struct {
	const char *zone, *window, *before, *year_before; /* "": none */
} befores[] = {
    {SH, "2026-11", "2026-10", "2025-11"},
    {SH, "2026-01", "2025-12", "2025-01"},
    {SH, "2026-W01", "2025-W52", "2025-W01"},
    {SH, "2027-W01", "2026-W53", "2026-W01"},
    {SH, "2026-W53", "2026-W52", ""},
    {SH, "2026-Q1", "2025-Q4", "2025-Q1"},
    {SH, "2026", "2025", "2025"},
    {SH, "2026-03-01", "2026-02-28", "2025-03-01"},
    {SH, "2024-03-01", "2024-02-29", "2023-03-01"},
    {SH, "2024-02-29", "2024-02-28", ""},
    {SH, "2025-02-28", "2025-02-27", "2024-02-28"},
    {SH, "2024-02", "2024-01", "2023-02"},
    {SH, "1970", "", ""},
    {SH, "1970-01-01", "", ""},
    {SH, "1971-01-01", "1970-12-31", "1970-01-01"},
    {"Pacific/Apia", "2011-12-31", "2011-12-29", "2010-12-31"},
    {"Pacific/Apia", "2012-12-30", "2012-12-29", ""},
    {"America/St_Johns", "2010-11-07", "2010-11-06", "2009-11-07"},
    {SH, "24h", "2026-11-19T09:41:00+08:00/2026-11-20T09:41:00+08:00",
	"2025-11-20T09:41:00+08:00/2025-11-21T09:41:00+08:00"},
    {SH, "2026-11-01T00:00:00+08:00/2026-11-11T12:00:00+08:00",
	"2026-10-21T12:00:00+08:00/2026-11-01T00:00:00+08:00",
	"2025-11-01T00:00:00+08:00/2025-11-11T12:00:00+08:00"},
    /* the same length is not the same wall; the same wall is not the same length */
    {NY, "2026-03-09T00:00:00-04:00/2026-03-10T00:00:00-04:00",
	"2026-03-07T23:00:00-05:00/2026-03-09T00:00:00-04:00",
	"2025-03-09T00:00:00-05:00/2025-03-10T00:00:00-04:00"},
    {NY, "2026-03-09T02:30:00-04:00/2026-03-09T03:30:00-04:00",
	"2026-03-09T01:30:00-04:00/2026-03-09T02:30:00-04:00",
	"2025-03-09T03:00:00-04:00/2025-03-09T03:30:00-04:00"},
    {SH, "2024-02-28T00:00:00+08:00/2024-02-29T00:00:00+08:00",
	"2024-02-27T00:00:00+08:00/2024-02-28T00:00:00+08:00", ""},
    {SH, "2024-02-28T00:00:00+08:00/2024-03-01T00:00:00+08:00",
	"2024-02-26T00:00:00+08:00/2024-02-28T00:00:00+08:00",
	"2023-02-28T00:00:00+08:00/2023-03-01T00:00:00+08:00"},
    {NY, "2026-03-08T03:00:00-04:00/2026-03-08T04:00:00-04:00",
	"2026-03-08T01:00:00-05:00/2026-03-08T03:00:00-04:00",
	"2025-03-08T03:00:00-05:00/2025-03-08T04:00:00-05:00"},
    {NY, "2026-03-09T02:10:00-04:00/2026-03-09T02:50:00-04:00",
	"2026-03-09T01:30:00-04:00/2026-03-09T02:10:00-04:00", ""},
    {SH, "2024-02-29T06:00:00+08:00/2024-02-29T12:00:00+08:00",
	"2024-02-29T00:00:00+08:00/2024-02-29T06:00:00+08:00", ""},
    {SH, "1970-01-02T00:00:00+08:00/1970-01-04T00:00:00+08:00", "", ""},
};

START_TEST(compared)
{
	struct window w = window(befores[_i].window, befores[_i].zone), b = {.name = ""},
		      y = {.name = ""}, again;
	bool has = window_before(&w, &b), had = window_year_before(&w, &y);

	ck_assert_str_eq(b.name, befores[_i].before);
	ck_assert_str_eq(y.name, befores[_i].year_before);
	ck_assert_int_eq(has, befores[_i].before[0] != '\0');
	ck_assert_int_eq(had, befores[_i].year_before[0] != '\0');
	if (has) {
		ck_assert_int_eq(b.to, w.from);
		again = window(b.name, befores[_i].zone);
		ck_assert(again.from == b.from && again.to == b.to && !b.rolling);
	}
	if (had) {
		again = window(y.name, befores[_i].zone);
		ck_assert(again.from == y.from && again.to == y.to && !y.rolling);
	}
}
END_TEST

int
main(void)
{
	const char *given = getenv("SEED");
	Suite *s = suite_create("window_step");
	TCase *tc = tcase_create("window_step");
	SRunner *sr = srunner_create(s);
	int failed;

	seed = given != NULL ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_loop_test(tc, cut, 0, (int)COUNT(cuts));
	tcase_add_test(tc, a_change_of_nothing_cuts_nothing);
	tcase_add_test(tc, no_more_than_asked_for);
	tcase_add_loop_test(tc, steps_are_what_the_minutes_show, 0, (int)COUNT(zones));
	tcase_add_loop_test(tc, compared, 0, (int)COUNT(befores));
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
