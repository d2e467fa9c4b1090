#include "suite.h"

#include <stdio.h>
#include <time.h>

#include "domain/alert.h"
#include "domain/budget.h"
#include "domain/score.h"

static bool
reached(int64_t good, int64_t b, struct decimal at_least)
{
	return fraction_reaches((struct fraction){good, b}, at_least);
}

static void
expect(int64_t good, int64_t b, int64_t units, int64_t scale, int64_t affords, int64_t needs)
{
	struct budget made = budget_of(good, b, (struct decimal){units, scale});

	ck_assert_int_eq(made.affords, affords);
	ck_assert_int_eq(made.needs, needs);
}

START_TEST(known)
{
	expect(95, 100, 95, 100, 0, 0);
	expect(100, 100, 95, 100, 5, 0);
	expect(117, 120, 95, 100, 3, 0);
	expect(94, 100, 95, 100, 0, 20); /* 114/120 */
	expect(0, 3, 1, 2, 0, 3);
	expect(0, 1, 0, 1, 0, 0);
	expect(1, 1, 0, 1, 1, 0);
	expect(10, 10, 1, 1, 0, 0);
	expect(9, 10, 1, 1, 0, BUDGET_NONE);
	expect(0, 0, 95, 100, 0, 0);
	expect(0, INT64_MAX, 999999999, 1000000000, 0, BUDGET_NONE);
	expect(INT64_MAX, INT64_MAX, 0, 1, INT64_MAX, 0);
}
END_TEST

/* By trying: one more bad, one more good, until it turns. */
START_TEST(by_trying)
{
	const char *given = getenv("SEED");
	unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);

	printf("SEED=%u\n", seed);
	srandom(seed);
	for (int round = 0; round < 20000; round++) {
		static const int64_t scales[] = {1, 10, 100, 1000};
		struct decimal t = {.scale = scales[random() % 4]};
		int64_t b = 1 + random() % 60, good = random() % (b + 1), affords = 0, needs = 0;
		struct budget made;

		t.units = t.scale - random() % (t.scale < 20 ? t.scale + 1 : 20);
		made = budget_of(good, b, t);
		while (affords < good && reached(good - affords - 1, b, t))
			affords++;
		while (t.units < t.scale && !reached(good + needs, b + needs, t))
			needs++;
		if (t.units == t.scale && good < b)
			needs = BUDGET_NONE;
		if (!reached(good, b, t))
			affords = 0;
		if (made.affords != affords || made.needs != needs)
			ck_abort_msg("SEED=%u: %jd/%jd against %jd/%jd gives %jd and %jd, not %jd "
				     "and %jd",
			    seed, (intmax_t)good, (intmax_t)b, (intmax_t)t.units, (intmax_t)t.scale,
			    (intmax_t)made.affords, (intmax_t)made.needs, (intmax_t)affords,
			    (intmax_t)needs);
	}
}
END_TEST

START_TEST(which_indicators)
{
	static const enum indicator counted[] = {ON_TIME_RECOVERY_RATE, CONTACT_CONNECTION_RATE,
	    REPORT_ON_TIME_RATE, FIRST_CONTACT_RESOLUTION_RATE, RESOLUTION_RATE,
	    TIMELY_RESPONSE_RATE, TIMELY_RESOLUTION_RATE, REPORT_SUBMISSION_RATE,
	    COMPLAINT_HANDLING_RATE};
	size_t n = 0;

	for (enum indicator i = 0; i < INDICATORS; i++) {
		if (n < sizeof(counted) / sizeof(counted[0]) && i == counted[n])
			n++;
		else
			ck_assert_msg(!budget_applies(i), "%s", indicator_table[i].id);
	}
	ck_assert_uint_eq(n, sizeof(counted) / sizeof(counted[0]));
	for (n = 0; n < sizeof(counted) / sizeof(counted[0]); n++)
		ck_assert(budget_applies(counted[n]));
}
END_TEST

/* The burn of good of b is above `times`: bad/b / (1-T) > times, without a division. */
static bool
burns(int64_t good, int64_t b, struct decimal t, struct decimal times)
{
	__int128 spare = t.scale - t.units;

	return (__int128)(b - good) * t.scale * times.scale > (__int128)times.units * spare * b;
}

/* The level of what an alert that just begins makes of the better one of two windows. */
static enum level
level_of(const struct rule *rule, const int64_t good[static 2], const int64_t b[static 2])
{
	int w = budget_better(good[1], b[1], good[0], b[0]) ? 1 : 0;
	const struct alert_reading r = {.data = true, .good = good[w], .total = b[w], .b = b[w]};
	struct alert a = ALERT_INIT;

	alert_step(rule, &a, &r, 0);
	return a.level;
}

static struct decimal
some_decimal(int64_t most)
{
	static const int64_t scales[] = {1, 10, 100, 1000};
	struct decimal d = {.scale = scales[random() % 4]};

	d.units = random() % (most * d.scale + 1);
	return d;
}

START_TEST(pace_by_burn)
{
	const char *given = getenv("SEED");
	unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
	int seen[LEVELS] = {0};

	printf("SEED=%u\n", seed);
	srandom(seed);
	for (int round = 0; round < 20000; round++) {
		struct decimal t = some_decimal(1), times[LEVELS];
		int64_t b[2] = {1 + random() % 40, 1 + random() % 40};
		int64_t good[2] = {random() % (b[0] + 1), random() % (b[1] + 1)};
		struct rule rule = {.kind = RULE_BUDGET};
		enum level wanted = LEVEL_NONE;

		for (int l = LEVEL_GENERAL; l >= LEVEL_URGENT; l--) {
			times[l] = some_decimal(l == LEVEL_GENERAL ? 2 : 20);
			rule.has_below[l] = true;
			rule.below[l] = budget_pace(t, times[l]);
		}
		for (enum level l = LEVEL_GENERAL; l >= LEVEL_URGENT; l--) {
			if (burns(good[0], b[0], t, times[l]) && burns(good[1], b[1], t, times[l]))
				wanted = l;
		}
		seen[wanted]++;
		ck_assert_msg(level_of(&rule, good, b) == wanted, "SEED=%u: round %d is not %s",
		    seed, round, level_names[wanted]);
	}
	for (int l = 0; l < LEVELS; l++)
		ck_assert_int_gt(seen[l], 100);
}
END_TEST

START_TEST(pace_known)
{
	static const struct decimal t = {95, 100}, finest = {999999999, 1000000000};
	struct decimal d = budget_pace(t, (struct decimal){6, 1});

	ck_assert_int_eq(d.units * 100, 70 * d.scale);
	d = budget_pace(t, (struct decimal){1, 1});
	ck_assert_int_eq(d.units * 100, 95 * d.scale);
	d = budget_pace(t, (struct decimal){1000000, 1000});
	ck_assert_int_eq(d.units, -49 * d.scale);
	d = budget_pace(finest, (struct decimal){1500, 1000});
	ck_assert_int_eq(d.units, d.scale - 1500);
	d = budget_pace((struct decimal){1, 1}, (struct decimal){6, 1});
	ck_assert_int_eq(d.units, d.scale);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, pace_known);
	tcase_add_test(tc, pace_by_burn);
	tcase_add_test(tc, known);
	tcase_add_test(tc, by_trying);
	tcase_add_test(tc, which_indicators);
}

SUITE_MAIN("budget", add)
