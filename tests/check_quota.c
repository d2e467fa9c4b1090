#include "suite.h"

#include "base/stamp.h"
#include "domain/quota.h"

static const int64_t at = INT64_MIN, east = 8 * STAMP_HOUR;
static const struct zone shanghai = {"Asia/Shanghai", 1, &at, &east};

static int64_t
day(int year, int month, int date)
{
	return civil_days((struct civil){year, month, date}) * STAMP_DAY - east;
}

static int64_t
agreed(int64_t from, int64_t to)
{
	const struct terms versions[] = {
	    {.from = day(2026, 1, 1),
		.until = day(2026, 3, 16),
		.zone = &shanghai,
		.incidents_per_month = 5},
	    {.from = day(2026, 3, 16),
		.until = STAMP_NEVER,
		.zone = &shanghai,
		.incidents_per_month = 10},
	};
	const struct agreement acme = {"acme", 2, versions};

	return quota_incidents(&acme, from, to);
}

START_TEST(whole_months)
{
	ck_assert_int_eq(agreed(day(2026, 1, 1), day(2026, 2, 1)), 5 * QUOTA_ONE);
	ck_assert_int_eq(agreed(day(2026, 1, 1), day(2026, 3, 1)), 10 * QUOTA_ONE);
	ck_assert_int_eq(agreed(day(2027, 1, 1), day(2028, 1, 1)), 120 * QUOTA_ONE);
}
END_TEST

START_TEST(parts_are_pro_rata)
{
	ck_assert_int_eq(agreed(day(2026, 2, 1), day(2026, 2, 8)), 1250000);
	ck_assert_int_eq(
	    agreed(day(2026, 1, 1), day(2026, 1, 1) + STAMP_HOUR), 5 * QUOTA_ONE / 31 / 24);
}
END_TEST

START_TEST(versions_share_a_month)
{
	ck_assert_int_eq(agreed(day(2026, 3, 1), day(2026, 4, 1)),
	    5 * QUOTA_ONE * 15 / 31 + 10 * QUOTA_ONE * 16 / 31);
}
END_TEST

START_TEST(nothing_before_the_agreement)
{
	ck_assert_int_eq(agreed(day(2025, 1, 1), day(2026, 1, 1)), 0);
	ck_assert_int_eq(agreed(day(2025, 12, 1), day(2026, 2, 1)), 5 * QUOTA_ONE);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, whole_months);
	tcase_add_test(t, parts_are_pro_rata);
	tcase_add_test(t, versions_share_a_month);
	tcase_add_test(t, nothing_before_the_agreement);
}

SUITE_MAIN("quota", add)
