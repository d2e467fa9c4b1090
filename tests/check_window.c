#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "codec/zoneinfo.h"
#include "domain/window.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

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

static int64_t
at(const char *text)
{
	struct err err = {""};
	int64_t t;

	ck_assert_msg(stamp_parse(text, &t, &err) == 0, "%s", err.msg);
	return t;
}

static struct window
named(const char *name, const struct zone *z, int64_t now)
{
	struct err err = {""};
	struct window w;

	ck_assert_msg(window_named(name, z, now, &w, &err) == 0, "%s", err.msg);
	ck_assert_ptr_eq(w.zone, z);
	return w;
}

#define SH "Asia/Shanghai"
#define NY "America/New_York"
#define SATURDAY "2026-11-21T01:30:00Z"

static const struct {
	const char *zone, *now, *name, *canonical, *from, *to;
} calendars[] = {
    {SH, SATURDAY, "today", "2026-11-21", "2026-11-20T16:00:00Z", "2026-11-21T16:00:00Z"},
    {SH, SATURDAY, "yesterday", "2026-11-20", "2026-11-19T16:00:00Z", "2026-11-20T16:00:00Z"},
    {SH, SATURDAY, "this-week", "2026-W47", "2026-11-15T16:00:00Z", "2026-11-22T16:00:00Z"},
    {SH, SATURDAY, "last-week", "2026-W46", "2026-11-08T16:00:00Z", "2026-11-15T16:00:00Z"},
    {SH, SATURDAY, "this-month", "2026-11", "2026-10-31T16:00:00Z", "2026-11-30T16:00:00Z"},
    {SH, SATURDAY, "last-month", "2026-10", "2026-09-30T16:00:00Z", "2026-10-31T16:00:00Z"},
    {SH, SATURDAY, "this-quarter", "2026-Q4", "2026-09-30T16:00:00Z", "2026-12-31T16:00:00Z"},
    {SH, SATURDAY, "last-quarter", "2026-Q3", "2026-06-30T16:00:00Z", "2026-09-30T16:00:00Z"},
    {SH, SATURDAY, "this-year", "2026", "2025-12-31T16:00:00Z", "2026-12-31T16:00:00Z"},
    {SH, SATURDAY, "last-year", "2025", "2024-12-31T16:00:00Z", "2025-12-31T16:00:00Z"},

    {SH, SATURDAY, "2026", "2026", "2025-12-31T16:00:00Z", "2026-12-31T16:00:00Z"},
    {SH, SATURDAY, "1970", "1970", "1970-01-01T00:00:00+08:00", "1970-12-31T16:00:00Z"},
    {SH, SATURDAY, "9998", "9998", "9997-12-31T16:00:00Z", "9998-12-31T16:00:00Z"},
    {SH, SATURDAY, "2026-Q1", "2026-Q1", "2025-12-31T16:00:00Z", "2026-03-31T16:00:00Z"},
    {SH, SATURDAY, "2026-Q4", "2026-Q4", "2026-09-30T16:00:00Z", "2026-12-31T16:00:00Z"},
    {SH, SATURDAY, "2026-02", "2026-02", "2026-01-31T16:00:00Z", "2026-02-28T16:00:00Z"},
    {SH, SATURDAY, "2024-02", "2024-02", "2024-01-31T16:00:00Z", "2024-02-29T16:00:00Z"},
    {SH, SATURDAY, "2026-12", "2026-12", "2026-11-30T16:00:00Z", "2026-12-31T16:00:00Z"},
    {SH, SATURDAY, "2026-W01", "2026-W01", "2025-12-28T16:00:00Z", "2026-01-04T16:00:00Z"},
    {SH, SATURDAY, "2026-W53", "2026-W53", "2026-12-27T16:00:00Z", "2027-01-03T16:00:00Z"},
    {SH, SATURDAY, "2025-W52", "2025-W52", "2025-12-21T16:00:00Z", "2025-12-28T16:00:00Z"},
    {SH, SATURDAY, "2027-W01", "2027-W01", "2027-01-03T16:00:00Z", "2027-01-10T16:00:00Z"},
    {SH, SATURDAY, "2024-02-29", "2024-02-29", "2024-02-28T16:00:00Z", "2024-02-29T16:00:00Z"},

    {SH, "2026-12-31T15:59:59.999Z", "today", "2026-12-31", "2026-12-30T16:00:00Z",
	"2026-12-31T16:00:00Z"},
    {SH, "2026-12-31T16:00:00Z", "today", "2027-01-01", "2026-12-31T16:00:00Z",
	"2027-01-01T16:00:00Z"},
    {"UTC", "2027-01-01T00:00:00Z", "this-week", "2026-W53", "2026-12-28T00:00:00Z",
	"2027-01-04T00:00:00Z"},
    {"UTC", "2027-01-04T00:00:00Z", "last-week", "2026-W53", "2026-12-28T00:00:00Z",
	"2027-01-04T00:00:00Z"},
    {"UTC", "2025-12-29T00:00:00Z", "this-week", "2026-W01", "2025-12-29T00:00:00Z",
	"2026-01-05T00:00:00Z"},
    {"UTC", "2021-01-03T23:59:00Z", "this-week", "2020-W53", "2020-12-28T00:00:00Z",
	"2021-01-04T00:00:00Z"},
    {"UTC", "2027-01-01T00:00:00Z", "last-month", "2026-12", "2026-12-01T00:00:00Z",
	"2027-01-01T00:00:00Z"},
    {"UTC", "2027-01-01T00:00:00Z", "last-quarter", "2026-Q4", "2026-10-01T00:00:00Z",
	"2027-01-01T00:00:00Z"},
    {"UTC", "2026-03-31T23:59:59Z", "last-month", "2026-02", "2026-02-01T00:00:00Z",
	"2026-03-01T00:00:00Z"},

    {NY, "2026-03-08T06:59:59Z", "today", "2026-03-08", "2026-03-08T05:00:00Z",
	"2026-03-09T04:00:00Z"},
    {NY, "2026-11-01T05:30:00Z", "today", "2026-11-01", "2026-11-01T04:00:00Z",
	"2026-11-02T05:00:00Z"},
    {NY, "2026-11-01T06:30:00Z", "today", "2026-11-01", "2026-11-01T04:00:00Z",
	"2026-11-02T05:00:00Z"},
    {NY, SATURDAY, "2026-03", "2026-03", "2026-03-01T05:00:00Z", "2026-04-01T04:00:00Z"},
    {NY, SATURDAY, "2026-W10", "2026-W10", "2026-03-02T05:00:00Z", "2026-03-09T04:00:00Z"},
    {"Australia/Lord_Howe", SATURDAY, "2026-04-05", "2026-04-05", "2026-04-04T13:00:00Z",
	"2026-04-05T13:30:00Z"},
    {"Asia/Kathmandu", SATURDAY, "2026-11", "2026-11", "2026-10-31T18:15:00Z",
	"2026-11-30T18:15:00Z"},
    {"Africa/Casablanca", SATURDAY, "2026-02", "2026-02", "2026-01-31T23:00:00Z",
	"2026-03-01T00:00:00Z"},

    /* no midnight; two midnights; a midnight that only comes the second time */
    {"America/Havana", "2026-03-08T05:00:00Z", "today", "2026-03-08", "2026-03-08T05:00:00Z",
	"2026-03-09T04:00:00Z"},
    {"America/Havana", "2026-03-08T05:00:00Z", "yesterday", "2026-03-07", "2026-03-07T05:00:00Z",
	"2026-03-08T05:00:00Z"},
    {"America/Havana", "2026-11-01T05:00:00Z", "today", "2026-11-01", "2026-11-01T04:00:00Z",
	"2026-11-02T05:00:00Z"},
    {"America/Sao_Paulo", SATURDAY, "2019-02-16", "2019-02-16", "2019-02-16T02:00:00Z",
	"2019-02-17T03:00:00Z"},

    /* the day that Samoa had not */
    {"Pacific/Apia", "2011-12-30T10:00:00Z", "today", "2011-12-31", "2011-12-30T10:00:00Z",
	"2011-12-31T10:00:00Z"},
    {"Pacific/Apia", "2011-12-30T10:00:00Z", "yesterday", "2011-12-29", "2011-12-29T10:00:00Z",
	"2011-12-30T10:00:00Z"},
    {"Pacific/Apia", "2011-12-30T10:00:00Z", "this-week", "2011-W52", "2011-12-26T10:00:00Z",
	"2012-01-01T10:00:00Z"},
};

START_TEST(calendar_windows)
{
	struct window w =
	    named(calendars[_i].name, zone(calendars[_i].zone), at(calendars[_i].now));

	ck_assert_str_eq(w.name, calendars[_i].canonical);
	ck_assert_int_eq(w.from, at(calendars[_i].from));
	ck_assert_int_eq(w.to, at(calendars[_i].to));
	ck_assert(!w.rolling);
}
END_TEST

static const struct {
	const char *name, *now, *from, *to;
} rollings[] = {
    {"90m", "2026-11-21T01:30:00Z", "2026-11-21T00:01:00Z", "2026-11-21T01:31:00Z"},
    {"90m", "2026-11-21T01:30:59.999Z", "2026-11-21T00:01:00Z", "2026-11-21T01:31:00Z"},
    {"1m", "2026-11-21T01:30:30Z", "2026-11-21T01:30:00Z", "2026-11-21T01:31:00Z"},
    {"60s", "2026-11-21T01:30:30Z", "2026-11-21T01:30:00Z", "2026-11-21T01:31:00Z"},
    {"24h", "2026-11-21T01:30:00Z", "2026-11-20T01:31:00Z", "2026-11-21T01:31:00Z"},
    {"8h30m", "2026-11-21T01:30:00Z", "2026-11-20T17:01:00Z", "2026-11-21T01:31:00Z"},
    {"30d", "2026-03-10T12:00:00Z", "2026-02-08T12:01:00Z", "2026-03-10T12:01:00Z"},
};

START_TEST(rolling_windows)
{
	struct window w = named(rollings[_i].name, zone(NY), at(rollings[_i].now));

	ck_assert_str_eq(w.name, rollings[_i].name);
	ck_assert_int_eq(w.from, at(rollings[_i].from));
	ck_assert_int_eq(w.to, at(rollings[_i].to));
	ck_assert(w.rolling);
}
END_TEST

#define STRANGE(name)                                                                         \
	"'" name "' is no window; one is today, yesterday, this- or last- with week, month, " \
	"quarter or year, or such as 2026, 2026-Q4, 2026-11, 2026-W47, 2026-11-20, 24h"
#define YEARS(name) "'" name "' is no window: its year is to lie from 1970 to 9998"
#define WEEKS(name) "'" name "' is no window: weeks are W01 to W52, and W53 in a long ISO year"

static const struct {
	const char *name, *sentence;
} wrongs[] = {
    {"", STRANGE("")},
    {"tomorrow", STRANGE("tomorrow")},
    {"Today", STRANGE("Today")},
    {"this-day", STRANGE("this-day")},
    {"2026-", STRANGE("2026-")},
    {"2026-1", STRANGE("2026-1")},
    {"2026-W7", STRANGE("2026-W7")},
    {"2026-w07", STRANGE("2026-w07")},
    {"2026-Q", STRANGE("2026-Q")},
    {"2026-11-2", STRANGE("2026-11-2")},
    {"2026-11-20T00:00:00Z", STRANGE("2026-11-20T00:00:00Z")},
    {" 2026", STRANGE(" 2026")},
    {"-24h", STRANGE("-24h")},
    {"24hours", STRANGE("24hours")},
    {"2026-00", "'2026-00' is no window: months are 01 to 12"},
    {"2026-13", "'2026-13' is no window: months are 01 to 12"},
    {"2026-Q0", "'2026-Q0' is no window: quarters are Q1 to Q4"},
    {"2026-Q5", "'2026-Q5' is no window: quarters are Q1 to Q4"},
    {"2026-W00", WEEKS("2026-W00")},
    {"2025-W53", WEEKS("2025-W53")},
    {"2026-W54", WEEKS("2026-W54")},
    {"2026-W99", WEEKS("2026-W99")},
    {"2026-02-29", "'2026-02-29' is no window: there is no such date"},
    {"2026-13-01", "'2026-13-01' is no window: there is no such date"},
    {"0000", YEARS("0000")},
    {"1969", YEARS("1969")},
    {"1969-12-31", YEARS("1969-12-31")},
    {"9999", YEARS("9999")},
    {"9999-W01", YEARS("9999-W01")},
    {"0m", "'0m' is no window: it is to be whole minutes, and one at least"},
    {"90s", "'90s' is no window: it is to be whole minutes, and one at least"},
    {"90", "'90' is no duration, such as 30m, 8h30m or 7d (d, h, m, s, each once, in this order)"},
    {"36526d", "'36526d' is too long; 36525d, 100 years, is the most"},
    {"2011-12-30", "there was no 2011-12-30 in Pacific/Apia: its clocks skipped it"},
};

START_TEST(wrong_names_are_refused)
{
	struct window w = {.name = "untouched"};
	struct err err = {""};
	const struct zone *z = zone("Pacific/Apia");

	ck_assert_int_eq(window_named(wrongs[_i].name, z, at(SATURDAY), &w, &err), -1);
	ck_assert_str_eq(err.msg, wrongs[_i].sentence);
	ck_assert_str_eq(w.name, "untouched");
	ck_assert_int_eq(window_named(wrongs[_i].name, z, at(SATURDAY), &w, NULL), -1);
}
END_TEST

START_TEST(endless_names_are_refused)
{
	char name[3000];
	struct window w;
	struct err err;

	memset(name, '0', sizeof(name));
	strcpy(name + sizeof(name) - 3, "1m");
	ck_assert_int_eq(window_named(name, zone("UTC"), 0, &w, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "...' is no window: too many digits"));
	memset(name, '9', sizeof(name) - 3);
	ck_assert_int_eq(window_named(name, zone("UTC"), 0, &w, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "is too long"));
}
END_TEST

/* Whatever the instant: this one holds now, the last one ends where this one begins, and its
 * canonical name names it again. */
START_TEST(windows_tile_time)
{
	static const char *const zones[] = {"UTC", SH, NY, "Europe/Berlin", "America/Havana",
	    "Africa/Casablanca", "Asia/Gaza", "Australia/Lord_Howe", "Asia/Kathmandu",
	    "Pacific/Apia"};
	static const char *const units[][2] = {{"today", "yesterday"}, {"this-week", "last-week"},
	    {"this-month", "last-month"}, {"this-quarter", "last-quarter"},
	    {"this-year", "last-year"}};
	const struct zone *z = zone(zones[_i]);
	int64_t now, outer;
	struct window w, last, again;

	srandom(seed + (unsigned)_i);
	for (int i = 0; i < 5000; i++) {
		now = z->count > 1 && i % 2 ? z->at[1 + (size_t)random() % (z->count - 1)]
					    : random() * INT64_C(1900) + random() % 1000;
		now += (random() % 600 - 300) * STAMP_MINUTE * (i % 3);
		outer = 0;
		for (size_t u = 0; now > STAMP_DAY * 800 && u < COUNT(units); u++) {
			w = named(units[u][0], z, now);
			last = named(units[u][1], z, now);
			again = named(w.name, z, 0);
			if (!(w.from <= now && now < w.to && last.to == w.from &&
				last.from < last.to && w.to - w.from >= outer &&
				again.from == w.from && again.to == w.to &&
				strcmp(again.name, w.name) == 0))
				ck_abort_msg(
				    "SEED=%u, %s: %s at %jd is %s from %jd to %jd, the last %s "
				    "from %jd to %jd",
				    seed, z->name, units[u][0], (intmax_t)now, w.name,
				    (intmax_t)w.from, (intmax_t)w.to, last.name,
				    (intmax_t)last.from, (intmax_t)last.to);
			outer = w.to - w.from;
		}
	}
}
END_TEST

START_TEST(explicit_edges)
{
	const struct zone *z = zone(SH);
	struct window w;

	ck_assert_int_eq(
	    window_between("2026-10-31T16:00:00Z", "2026-11-01T08:30:00.000+08:00", z, &w, NULL),
	    0);
	ck_assert_str_eq(w.name, "2026-11-01T00:00:00+08:00/2026-11-01T08:30:00+08:00");
	ck_assert_int_eq(w.from, at("2026-10-31T16:00:00Z"));
	ck_assert_int_eq(w.to, at("2026-11-01T00:30:00Z"));
	ck_assert_ptr_eq(w.zone, z);
	ck_assert(!w.rolling);
	z = zone(NY);
	ck_assert_int_eq(
	    window_between("2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z", z, &w, NULL), 0);
	ck_assert_str_eq(w.name, "2026-11-01T01:30:00-04:00/2026-11-01T01:30:00-05:00");
}
END_TEST

static const struct {
	const char *from, *to, *sentence;
} wrong_edges[] = {
    {"2026-11-01", "2026-11-02T00:00:00Z",
	"from: '2026-11-01' is no RFC 3339 time, such as 2026-11-21T09:30:00+08:00"},
    {"2026-11-01T00:00:00Z", "", "to: '' is no RFC 3339 time, such as 2026-11-21T09:30:00+08:00"},
    {"2026-11-01T00:00:00Z", "2026-11-02T00:00:00",
	"to: '2026-11-02T00:00:00' has no offset; add Z or one such as +08:00"},
    {"2026-11-01T00:00:01Z", "2026-11-02T00:00:00Z",
	"from: '2026-11-01T00:00:01Z' is not on a whole minute; make its seconds 00"},
    {"2026-11-01T00:00:00Z", "2026-11-02T00:00:00.001Z",
	"to: '2026-11-02T00:00:00.001Z' is not on a whole minute; make its seconds 00"},
    {"2026-11-01T00:00:00Z", "2026-11-01T08:00:00+08:00",
	"from '2026-11-01T00:00:00Z' is to lie before to '2026-11-01T08:00:00+08:00', which is not "
	"in it"},
};

START_TEST(wrong_edges_are_refused)
{
	struct window w = {.name = "untouched"};
	struct err err = {""};

	ck_assert_int_eq(
	    window_between(wrong_edges[_i].from, wrong_edges[_i].to, zone("UTC"), &w, &err), -1);
	ck_assert_str_eq(err.msg, wrong_edges[_i].sentence);
	ck_assert_str_eq(w.name, "untouched");
}
END_TEST

START_TEST(durations)
{
	static const struct {
		const char *text;
		int64_t ms;
		const char *back;
	} good[] = {
	    {"0s", 0, "0s"},
	    {"0d", 0, "0s"},
	    {"90s", 90000, "1m30s"},
	    {"30m", 1800000, "30m"},
	    {"8h30m", 30600000, "8h30m"},
	    {"7d", 604800000, "7d"},
	    {"24h", 86400000, "1d"},
	    {"1d2h3m4s", 93784000, "1d2h3m4s"},
	    {"1d4s", 86404000, "1d4s"},
	    {"007m", 420000, "7m"},
	    {"36525d", INT64_C(3155760000000), "36525d"},
	    {"36524d24h", INT64_C(3155760000000), "36525d"},
	    {"3155760000s", INT64_C(3155760000000), "36525d"},
	};
	static const char *const bad[] = {"", "s", "90", "-1m", "+1m", "1.5h", "1 h", "30m8h",
	    "1h1h", "1h30", "5w", "1M", "1h ", " 1h", "1hm", "36525d1s", "3155760001s",
	    "99999999999999999999s", "18446744073709551617d", "36524d24h1s"};
	char text[DURATION_TEXT];
	struct err err;
	int64_t ms;

	for (size_t i = 0; i < COUNT(good); i++) {
		ck_assert_int_eq(duration_parse(good[i].text, &ms, NULL), 0);
		ck_assert_int_eq(ms, good[i].ms);
		ck_assert_str_eq(duration_format(ms, text), good[i].back);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		ms = 42;
		ck_assert_msg(duration_parse(bad[i], &ms, &err) == -1, "'%s' was taken", bad[i]);
		ck_assert_int_eq(ms, 42);
		ck_assert(strstr(err.msg,
			      " is no duration, such as 30m, 8h30m or 7d (d, h, m, s, "
			      "each once, in this order)") != NULL ||
		    strstr(err.msg, " is too long; 36525d, 100 years, is the most") != NULL);
	}
	ck_assert_str_eq(duration_format(999, text), "0s");
	ck_assert_str_eq(duration_format(1999, text), "1s");
	ck_assert_str_eq(duration_format(-5000, text), "0s");
	ck_assert_str_eq(duration_format(INT64_MIN, text), "0s");
	ck_assert_str_eq(duration_format(INT64_MAX, text), "106751991167d7h12m55s");
}
END_TEST

int
main(void)
{
	const char *given = getenv("SEED");
	Suite *s = suite_create("window");
	TCase *tc = tcase_create("window");
	SRunner *sr = srunner_create(s);
	int failed;

	seed = given != NULL ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
	printf("SEED=%u\n", seed);
	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_loop_test(tc, calendar_windows, 0, (int)COUNT(calendars));
	tcase_add_loop_test(tc, rolling_windows, 0, (int)COUNT(rollings));
	tcase_add_loop_test(tc, wrong_names_are_refused, 0, (int)COUNT(wrongs));
	tcase_add_test(tc, endless_names_are_refused);
	tcase_add_loop_test(tc, windows_tile_time, 0, 10);
	tcase_add_test(tc, explicit_edges);
	tcase_add_loop_test(tc, wrong_edges_are_refused, 0, (int)COUNT(wrong_edges));
	tcase_add_test(tc, durations);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
