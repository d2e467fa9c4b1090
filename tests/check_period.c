#include "suite.h"

#include <string.h>

#include "base/stamp.h"
#include "domain/period.h"

static const int64_t at = INT64_MIN, east = 8 * STAMP_HOUR;
static const struct zone shanghai = {"Asia/Shanghai", 1, &at, &east};

/* A name, and its first and last day. */
static const struct {
	const char *name;
	struct civil first, last;
} periods[] = {
    {"2026", {2026, 1, 1}, {2026, 12, 31}},
    {"2026-Q4", {2026, 10, 1}, {2026, 12, 31}},
    {"2028-02", {2028, 2, 1}, {2028, 2, 29}},
    {"2026-W01", {2025, 12, 29}, {2026, 1, 4}},
    {"2026-W53", {2026, 12, 28}, {2027, 1, 3}},
    {"2026-11-20", {2026, 11, 20}, {2026, 11, 20}},
};

START_TEST(names_and_days)
{
	char name[PERIOD_NAME];
	struct period p;
	const char *right;

	ck_assert_int_eq(period_parse(periods[_i].name, &p, &right), 1);
	ck_assert_str_eq(period_name(p, name), periods[_i].name);
	ck_assert_int_eq(p.start, civil_days(periods[_i].first));
	ck_assert_int_eq(period_next(p).start, civil_days(periods[_i].last) + 1);
	ck_assert_int_eq(period_of(p.unit, civil_days(periods[_i].last)).start, p.start);
	ck_assert_int_eq(
	    period_from(p, &shanghai), civil_days(periods[_i].first) * STAMP_DAY - east);
	ck_assert_int_eq(
	    period_to(p, &shanghai), (civil_days(periods[_i].last) + 1) * STAMP_DAY - east);
}
END_TEST

START_TEST(what_is_none)
{
	static const char *const shaped[] = {"2026-13", "2026-00", "2026-Q0", "2026-Q5", "2025-W53",
	    "2026-W00", "2026-02-30", "1969"};
	static const char *const other[] = {
	    "", "26", "2026-1", "this-month", "24h", "2026-11 ", "2026q1"};
	struct period p;
	const char *right;

	for (size_t i = 0; i < sizeof(shaped) / sizeof(shaped[0]); i++)
		ck_assert_msg(period_parse(shaped[i], &p, &right) == -1, "%s", shaped[i]);
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		ck_assert_msg(period_parse(other[i], &p, &right) == 0, "%s", other[i]);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_loop_test(t, names_and_days, 0, sizeof(periods) / sizeof(periods[0]));
	tcase_add_test(t, what_is_none);
}

SUITE_MAIN("period", add)
