/*
 * The calendar against counting: minute by minute, over random plans around the days on which ten
 * zones change their clocks. SEED=N repeats a run.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "codec/zoneinfo.h"
#include "domain/calendar.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define H STAMP_HOUR

static unsigned seed;
static struct arena memory;
static struct calendar *last;

static void
teardown(void)
{
	calendar_free(last);
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
day(const char *text)
{
	int64_t days;

	ck_assert_int_eq(civil_parse(text, &days), 0);
	return days;
}

/* Lives until the next one. */
static const struct calendar *
calendar(const struct calendar_plan *plan)
{
	calendar_free(last);
	last = calendar_new(plan, NULL);
	ck_assert_ptr_nonnull(last);
	return last;
}

/* The truth by counting: each minute of a window open or shut, by the plan's words. Zones and spans
 * change on whole minutes in the years asked about. */
struct count {
	int64_t from;
	size_t minutes;
	bool *open;
	int64_t *sum; /* open ms before the minute */
};

static bool
covers(const struct day_plan *plan, int64_t minute)
{
	for (size_t i = 0; i < plan->count; i++)
		if (minute >= plan->spans[i].open && minute < plan->spans[i].shut)
			return true;
	return false;
}

static const struct day_plan *
plan_on(const struct calendar_plan *plan, int64_t d)
{
	for (size_t i = 0; i < plan->dates; i++)
		if (plan->date[i].day == d)
			return &plan->date[i].plan;
	return &plan->week[civil_weekday(d)];
}

static struct count
count_open(const struct calendar_plan *plan, int64_t from, size_t minutes)
{
	struct count n = {from, minutes, arena_alloc(&memory, minutes, sizeof(*n.open)),
	    arena_alloc(&memory, minutes + 1, sizeof(*n.sum))};
	int64_t wall, d;

	for (size_t i = 0; i < minutes; i++) {
		wall = from + (int64_t)i * STAMP_MINUTE;
		wall = (wall + zone_offset(plan->zone, wall)) / STAMP_MINUTE;
		d = stamp_floor(wall, CALENDAR_DAY) / CALENDAR_DAY;
		n.open[i] = covers(plan_on(plan, d), wall - d * CALENDAR_DAY) ||
		    covers(plan_on(plan, d - 1), wall - (d - 1) * CALENDAR_DAY);
		n.sum[i + 1] = n.sum[i] + (n.open[i] ? STAMP_MINUTE : 0);
	}
	return n;
}

static int64_t
count_until(const struct count *n, int64_t t)
{
	size_t i = (size_t)((t - n->from) / STAMP_MINUTE);

	return n->sum[i] + ((t - n->from) % STAMP_MINUTE) * (i < n->minutes && n->open[i]);
}

/* STAMP_NEVER if it lies past the window. */
static int64_t
count_after(const struct count *n, int64_t s, int64_t ms)
{
	int64_t want = count_until(n, s) + ms;

	if (ms == 0)
		return s;
	for (size_t i = (size_t)((s - n->from) / STAMP_MINUTE); i < n->minutes; i++)
		if (n->sum[i + 1] >= want)
			return n->from + (int64_t)i * STAMP_MINUTE + want - n->sum[i];
	return STAMP_NEVER;
}

static const struct {
	const char *zone, *around;
} changes[] = {
    {"America/New_York", "2026-03-08"},
    {"America/New_York", "2026-11-01"},
    {"Europe/Berlin", "2026-03-29"},
    {"Europe/Berlin", "2026-10-25"},
    {"Australia/Lord_Howe", "2026-04-05"},
    {"Australia/Lord_Howe", "2026-10-04"},
    {"Asia/Shanghai", "1991-09-15"},
    {"Asia/Kathmandu", "1986-01-01"},
    {"Pacific/Apia", "2011-12-30"},
    {"America/Havana", "2026-03-08"},
    {"America/Havana", "2026-11-01"},
    {"Africa/Casablanca", "2026-02-15"},
    {"Africa/Casablanca", "2026-03-22"},
    {"Asia/Gaza", "2027-02-06"},
    {"UTC", "1969-12-31"},
};

static int64_t
below(int64_t n)
{
	return (((int64_t)random() << 31) + random()) % n;
}

static struct day_plan
random_day(void)
{
	struct span *s = arena_alloc(&memory, 3, sizeof(*s));
	size_t count = (size_t)below(4);

	for (size_t i = 0; i < count; i++) {
		s[i].open = (int)(below(3) == 0 ? below(24) * 60 : below(1440));
		s[i].shut = s[i].open + 1 + (int)below(below(2) ? 600 : 2880 - s[i].open);
		if (s[i].open < 1440 && below(4) == 0)
			s[i].shut = 1440;
	}
	return (struct day_plan){count, s};
}

static struct calendar_plan
random_plan(const struct zone *z, int64_t middle)
{
	struct date_plan *dates = arena_alloc(&memory, 14, sizeof(*dates));
	struct calendar_plan plan = {.name = "random", .zone = z, .date = dates};

	for (int d = 0, empty = below(5) == 0; d < 7; d++)
		plan.week[d] = empty ? (struct day_plan){0, NULL} : random_day();
	for (int64_t d = middle + 7; d-- > middle - 7;)
		if (below(3) == 0)
			dates[plan.dates++] = (struct date_plan){d, random_day()};
	return plan;
}

#define SAME(got, want, x, y)                                                                     \
	do {                                                                                      \
		int64_t got_ = (got), want_ = (want);                                             \
		if (got_ != want_)                                                                \
			ck_abort_msg("SEED=%u, %s: %s of %jd, %jd is %jd, not %jd", seed,         \
			    changes[_i].zone, #got, (intmax_t)(x), (intmax_t)(y), (intmax_t)got_, \
			    (intmax_t)want_);                                                     \
	} while (0)

START_TEST(equals_the_count)
{
	const struct zone *z = zone(changes[_i].zone);
	int64_t middle = day(changes[_i].around), s, e, n;
	int64_t from = (middle - 8) * STAMP_DAY, length = 16 * STAMP_DAY;
	struct calendar_plan plan;
	const struct calendar *c;
	struct count truth;

	srandom(seed + (unsigned)_i);
	for (int trial = 0; trial < 12; trial++) {
		plan = random_plan(z, middle);
		c = calendar(&plan);
		truth = count_open(&plan, from, (size_t)(length / STAMP_MINUTE));
		for (int64_t t = from; t < from + length; t += STAMP_MINUTE / 2)
			SAME(calendar_open(c, t), truth.open[(t - from) / STAMP_MINUTE], t, t);
		for (int i = 0; i < 200; i++) {
			s = from + below(length);
			e = from + below(length + 1);
			s = i % 2 ? stamp_floor(s, 15 * STAMP_MINUTE) : s;
			e = i % 3 ? stamp_floor(e, 15 * STAMP_MINUTE) : e;
			n = s < e ? count_until(&truth, e) - count_until(&truth, s) : below(9 * H);
			SAME(calendar_elapsed(c, s, e), s < e ? n : 0, s, e);
			e = count_after(&truth, s, n);
			if (e != STAMP_NEVER)
				SAME(calendar_after(c, s, n), e, s, n);
			else
				ck_assert_int_gt(calendar_after(c, s, n), from + length);
		}
	}
}
END_TEST

#define ROOM 2000

/* Intervals from s to e: as long as they can be, apart, and open all through. */
START_TEST(intervals_are_the_open_time)
{
	static struct interval whole[ROOM], parts[ROOM];
	int64_t middle = day(changes[_i].around), s, e, m, sum;
	struct calendar_plan plan;
	const struct calendar *c;
	size_t n, k;

	srandom(seed + 77 * (unsigned)_i);
	for (int trial = 0; trial < 200; trial++) {
		plan = random_plan(zone(changes[_i].zone), middle);
		c = calendar(&plan);
		s = (middle - 8) * STAMP_DAY + below(16 * STAMP_DAY);
		e = s + below(8 * STAMP_DAY);
		m = s + below(e - s + 1);
		n = calendar_intervals(c, s, e, whole, 0, ROOM);
		sum = 0;
		for (size_t i = 0; i < n; i++) {
			sum += whole[i].to - whole[i].from;
			SAME(calendar_elapsed(c, whole[i].from, whole[i].to),
			    whole[i].to - whole[i].from, whole[i].from, whole[i].to);
			SAME(i == 0 || whole[i - 1].to < whole[i].from, true, s, e);
			SAME(
			    whole[i].from == s || !calendar_open(c, whole[i].from - 1), true, s, e);
			SAME(whole[i].to == e || !calendar_open(c, whole[i].to), true, s, e);
		}
		SAME(calendar_elapsed(c, s, e), sum, s, e);
		k = calendar_intervals(c, s, m, parts, 0, ROOM);
		k = calendar_intervals(c, m, e, parts, k, ROOM);
		SAME((int64_t)k, (int64_t)n, s, e);
		SAME(memcmp(whole, parts, n * sizeof(whole[0])), 0, s, e);
		k = calendar_intervals(c, s, e, parts, 0, n / 2);
		SAME((int64_t)k, (int64_t)(n / 2), s, e);
		SAME(memcmp(whole, parts, k * sizeof(whole[0])), 0, s, e);
	}
}
END_TEST

START_TEST(laws_hold_over_decades)
{
	const struct zone *z = zone(changes[_i].zone);
	int64_t low = STAMP_DAY, length = 150 * 365 * STAMP_DAY, a, b, c3, n, t;
	struct calendar_plan plan;
	const struct calendar *c;

	srandom(seed - (unsigned)_i);
	for (int trial = 0; trial < 300; trial++) {
		plan = random_plan(z, day(changes[_i].around));
		c = calendar(&plan);
		a = low + below(length);
		b = a + below(below(2) ? length : 3 * STAMP_DAY);
		c3 = b + below(length);
		SAME(calendar_elapsed(c, a, b) + calendar_elapsed(c, b, c3),
		    calendar_elapsed(c, a, c3), a, c3);
		n = 1 + below(below(2) ? 40 * H : 20000 * H);
		t = calendar_after(c, a, n);
		if (t == STAMP_NEVER) {
			ck_assert_int_lt(calendar_elapsed(c, a, day("2200-01-01") * STAMP_DAY), n);
			continue;
		}
		SAME(calendar_elapsed(c, a, t), n, a, t);
		SAME(calendar_elapsed(c, a, t - 1), n - 1, a, t);
		SAME(calendar_open(c, t - 1), true, a, t);
		ck_assert_int_gt(calendar_after(c, a, n + 1), t);
	}
}
END_TEST

START_TEST(equals_the_count_over_years)
{
	const struct zone *z = zone(changes[_i].zone);
	int64_t from = (day(changes[_i].around) - 500) * STAMP_DAY, length = 1000 * STAMP_DAY, s, e;
	struct calendar_plan plan;
	const struct calendar *c;
	struct count truth;

	srandom(seed + 1000 + (unsigned)_i);
	plan = random_plan(z, day(changes[_i].around));
	c = calendar(&plan);
	truth = count_open(&plan, from, (size_t)(length / STAMP_MINUTE));
	for (int i = 0; i < 100; i++) {
		s = from + below(length);
		e = s + below(from + length - s);
		SAME(calendar_elapsed(c, s, e), count_until(&truth, e) - count_until(&truth, s), s,
		    e);
	}
}
END_TEST

int
main(void)
{
	const char *given = getenv("SEED");
	Suite *s = suite_create("calendar_count");
	TCase *tc = tcase_create("calendar_count");
	SRunner *sr = srunner_create(s);
	int failed;

	seed = given != NULL ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
	printf("SEED=%u\n", seed);
	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_loop_test(tc, equals_the_count, 0, (int)COUNT(changes));
	tcase_add_loop_test(tc, intervals_are_the_open_time, 0, (int)COUNT(changes));
	tcase_add_loop_test(tc, laws_hold_over_decades, 0, (int)COUNT(changes));
	tcase_add_loop_test(tc, equals_the_count_over_years, 0, (int)COUNT(changes));
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
