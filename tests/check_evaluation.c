/*
 * Evaluations: cases worked out by hand, and random ones against floating point.
 */
#include "suite.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "domain/evaluation.h"

static const struct grade bands[] = {
    {"A", {95, 100}},
    {"B", {85, 100}},
    {"C", {7, 10}},
    {"D", {0, 1}},
};

static struct profile profile;
static struct weight weights[INDICATORS];
static struct score score[INDICATORS];
static struct evaluation got;

/* All 32 weigh 1, none has data. */
static void
set_up(void)
{
	profile = (struct profile){.name = "p",
	    .min_coverage = {0, 1},
	    .indicators = INDICATORS,
	    .indicator = weights,
	    .grades = 4,
	    .grade = bands};
	for (int c = 0; c < CHARACTERISTICS; c++)
		profile.characteristic[c] = WEIGHT_ONE;
	for (enum indicator i = 0; i < INDICATORS; i++) {
		weights[i] = (struct weight){i, WEIGHT_ONE};
		score[i] = score_without("no_data");
	}
}

static void
value(enum indicator i, int64_t num, int64_t den)
{
	score[i] = (struct score){.value = {num, den}};
}

static void
all_values(int64_t num, int64_t den)
{
	for (enum indicator i = 0; i < INDICATORS; i++)
		value(i, num, den);
}

static void
only(enum characteristic c)
{
	for (int other = 0; other < CHARACTERISTICS; other++)
		profile.characteristic[other] = other == (int)c ? WEIGHT_ONE : 0;
}

/* Only this indicator is selected. */
static void
alone(enum indicator i)
{
	only(indicator_table[i].characteristic);
	for (int j = 0; j < INDICATORS; j++)
		weights[j].weight = j == (int)i ? WEIGHT_ONE : 0;
}

static void
evaluated(int64_t points, const char *grade, const char *reason)
{
	got = evaluation_of(&profile, score);
	ck_assert_int_eq(got.score, points);
	ck_assert_str_eq(got.grade < 0 ? "-" : profile.grade[got.grade].name, grade);
	ck_assert_str_eq(got.reason == NULL ? "-" : got.reason, reason);
}

START_TEST(test_all_or_nothing)
{
	all_values(INT64_MAX, INT64_MAX);
	evaluated(EVALUATION_ONE, "A", "-");
	ck_assert_int_eq(got.coverage, EVALUATION_ONE);
	all_values(0, 1);
	evaluated(0, "D", "-");
	ck_assert_int_eq(got.coverage, EVALUATION_ONE);
	set_up();
	evaluated(EVALUATION_NONE, "-", "no_data");
	ck_assert_int_eq(got.coverage, 0);
	ck_assert_int_eq(got.reached, EVALUATION_NONE);
	for (int c = 0; c < CHARACTERISTICS; c++) {
		ck_assert_int_eq(got.characteristic[c].score, EVALUATION_NONE);
		ck_assert_int_eq(got.characteristic[c].coverage, 0);
	}
}
END_TEST

/* Security has 5 indicators, so one of them is 1/25 of the whole; reliability has 12, and one is
 * 1/60. 1/25 * 1 + 1/60 * 0.5 over 1/25 + 1/60 = 17/300: 29/34 of it. */
START_TEST(test_weights_are_renormalised)
{
	value(LEAKAGE_FREE, 1, 1);
	value(RESOLUTION_RATE, 1, 2);
	evaluated(852941176471, "B", "-");
	ck_assert_int_eq(got.coverage, 56666666667);
	ck_assert_int_eq(got.indicator[LEAKAGE_FREE].share, 40000000000);
	ck_assert_int_eq(got.indicator[RESOLUTION_RATE].share, 16666666667);
	ck_assert_int_eq(got.indicator[COMPLIANCE].share, 40000000000);
	ck_assert_int_eq(got.characteristic[SECURITY].score, EVALUATION_ONE);
	ck_assert_int_eq(got.characteristic[SECURITY].coverage, 200000000000);
	ck_assert_int_eq(got.characteristic[RELIABILITY].score, EVALUATION_ONE / 2);
	ck_assert_int_eq(got.characteristic[RELIABILITY].coverage, 83333333333);
	ck_assert_int_eq(got.characteristic[TANGIBILITY].score, EVALUATION_NONE);
}
END_TEST

/* Security twice as heavy as responsiveness, the rest 0. Leakage weighs 3 of 3 + 4 * 1 = 7, and
 * timely response 0.5 of 0.5 + 4 = 4.5: E = 2*3/7 and 0.5/4.5. */
START_TEST(test_weights)
{
	only(SECURITY);
	profile.characteristic[SECURITY] = 2 * WEIGHT_ONE;
	profile.characteristic[RESPONSIVENESS] = WEIGHT_ONE;
	weights[LEAKAGE_FREE].weight = 3 * WEIGHT_ONE;
	weights[TIMELY_RESPONSE_RATE].weight = WEIGHT_ONE / 2;
	value(LEAKAGE_FREE, 0, 1);
	value(TIMELY_RESPONSE_RATE, 9, 10);
	value(RESOLUTION_RATE, 1, 1); /* not selected */
	/* (1/9 * 0.9) / (6/7 + 1/9) = 0.1 * 63/61 */
	evaluated(103278688525, "D", "-");
	ck_assert_int_eq(got.coverage, 322751322751); /* 61/63 / 3 */
	ck_assert(!got.indicator[RESOLUTION_RATE].selected);
	ck_assert_int_eq(got.indicator[RESOLUTION_RATE].share, 0);
	ck_assert_int_eq(got.indicator[LEAKAGE_FREE].share, 285714285714);
	ck_assert_int_eq(got.indicator[LEAKAGE_FREE].weight, 3000);
	ck_assert_int_eq(got.indicator[TIMELY_RESPONSE_RATE].share, 37037037037);
	ck_assert_int_eq(got.characteristic[RELIABILITY].coverage, EVALUATION_NONE);
	ck_assert_int_eq(got.characteristic[RELIABILITY].score, EVALUATION_NONE);
	ck_assert_int_eq(got.characteristic[RESPONSIVENESS].score, 900000000000);
}
END_TEST

/* A weight of 0 takes an indicator out of the sum of weights, too. A characteristic without any
 * that is selected weighs nothing. */
START_TEST(test_weight_zero_deselects)
{
	for (enum indicator i = 0; i < INDICATORS; i++)
		if (i != LEAKAGE_FREE && i != RESOLUTION_RATE)
			weights[i].weight = 0;
	all_values(0, 1);
	value(LEAKAGE_FREE, 1, 1);
	value(RESOLUTION_RATE, 4, 5);
	evaluated(900000000000, "B", "-");
	ck_assert_int_eq(got.coverage, EVALUATION_ONE);
	ck_assert_int_eq(got.indicator[LEAKAGE_FREE].share, EVALUATION_ONE / 2);
	weights[RESOLUTION_RATE].weight = 0;
	evaluated(EVALUATION_ONE, "A", "-");
	profile.characteristic[SECURITY] = 0;
	evaluated(EVALUATION_NONE, "-", "no_data");
	ck_assert_int_eq(got.coverage, 0);
	ck_assert_int_eq(got.indicator[LEAKAGE_FREE].share, 0);
}
END_TEST

/* 2/3 and 11/15 make exactly 0.7; binary fractions make less. */
START_TEST(test_on_the_edge_of_a_band)
{
	only(SECURITY);
	value(LEAKAGE_FREE, 2, 3);
	value(CONFIDENTIALITY_MECHANISM, 11, 15);
	evaluated(700000000000, "C", "-");
	value(LEAKAGE_FREE, 95, 100);
	value(CONFIDENTIALITY_MECHANISM, 19, 20);
	evaluated(950000000000, "A", "-");
	all_values(7, 10);
	evaluated(700000000000, "C", "-");
}
END_TEST

START_TEST(test_rounded_half_up)
{
	static const struct {
		int64_t num, den, points;
		const char *grade;
	} cases[] = {
	    {6999999999995, 10000000000000, 700000000000, "C"},
	    {69999999999949999, 100000000000000000, 699999999999, "D"},
	    {6999999999994, 10000000000000, 699999999999, "D"},
	    {1, 2000000000000, 1, "D"},
	    {1, 2000000000001, 0, "D"},
	    {1999999999999, 2000000000000, EVALUATION_ONE, "A"},
	    {1999999999998, 2000000000000, EVALUATION_ONE - 1, "A"},
	    {INT64_MAX - 1, INT64_MAX, EVALUATION_ONE, "A"},
	    {1, 3, 333333333333, "D"},
	    {2, 3, 666666666667, "D"},
	};

	alone(SERVICE_AVAILABILITY);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		value(SERVICE_AVAILABILITY, cases[i].num, cases[i].den);
		evaluated(cases[i].points, cases[i].grade, "-");
	}
}
END_TEST

static void
covered(int64_t units, int64_t scale, const char *reason)
{
	profile.min_coverage = (struct decimal){units, scale};
	evaluated(EVALUATION_ONE, strcmp(reason, "-") == 0 ? "A" : "-", reason);
	ck_assert_int_eq(got.reached, strcmp(reason, "-") == 0 ? 0 : EVALUATION_NONE);
}

START_TEST(test_coverage_at_its_limit)
{
	only(SECURITY);
	for (enum indicator i = 0; i < 4; i++)
		value(i, 1, 1);
	covered(8, 10, "-");
	ck_assert_int_eq(got.coverage, 800000000000);
	covered(800000001, 1000000000, "coverage");
	ck_assert_int_eq(got.coverage, 800000000000);
	covered(1, 1, "coverage");
	covered(0, 1, "-");
	value(LEAKAGE_FREE, 1, 1);
	covered(1, 1, "-");
}
END_TEST

/* Security covers 0.8 + 0.2/(10^9+1), reliability 0.8 - 0.8/(4*10^9-4): 2e-19 too little. */
START_TEST(test_coverage_is_compared_before_it_is_rounded)
{
	only(SECURITY);
	profile.characteristic[RELIABILITY] = WEIGHT_ONE;
	for (int i = 0; i < INDICATORS; i++)
		weights[i].weight = 0;
	weights[LEAKAGE_FREE].weight = 800000001;
	weights[CONFIDENTIALITY_MECHANISM].weight = 200000000;
	for (enum indicator i = SERVICE_ITEM_COMPLETENESS; i < SERVICE_AVAILABILITY; i++)
		weights[i].weight = 799999999;
	weights[STAFF_STABILITY].weight = 800000000;
	all_values(1, 1);
	score[CONFIDENTIALITY_MECHANISM] = score[STAFF_STABILITY] = score_without("stale");
	covered(8, 10, "coverage");
	ck_assert_int_eq(got.coverage, 800000000000);
	weights[CONFIDENTIALITY_MECHANISM].weight--;
	covered(8, 10, "-");
}
END_TEST

START_TEST(test_below_the_last_band)
{
	profile.grades = 3;
	all_values(7, 10);
	evaluated(700000000000, "C", "-");
	all_values(699, 1000);
	evaluated(699000000000, "-", "no_band");
}
END_TEST

static void
vetoed(int64_t num, int64_t den, const char *grade, bool applied)
{
	value(LEAKAGE_FREE, num, den);
	got = evaluation_of(&profile, score);
	ck_assert_str_eq(profile.grade[got.grade].name, grade);
	ck_assert_int_eq(got.indicator[LEAKAGE_FREE].vetoed, applied);
	ck_assert_int_eq(got.reached, 0);
}

START_TEST(test_vetoes)
{
	struct veto veto[] = {{LEAKAGE_FREE, {9, 10}, "C"}, {RESOLUTION_RATE, {1, 1}, "B"}};

	all_values(1, 1);
	profile.vetoes = 2;
	profile.veto = veto;
	weights[LEAKAGE_FREE].weight = 1; /* so that it takes nothing from the score */
	vetoed(9, 10, "A", false);
	vetoed(899999999999999999, 1000000000000000000, "C", true);
	vetoed(0, 1, "C", true);
	value(RESOLUTION_RATE, 999, 1000); /* the worse one holds, whatever the order */
	vetoed(0, 1, "C", true);
	vetoed(1, 1, "B", false);
	ck_assert(got.indicator[RESOLUTION_RATE].vetoed);
	weights[LEAKAGE_FREE].weight = 0; /* a veto needs no selection */
	vetoed(0, 1, "C", true);
	score[LEAKAGE_FREE] = score_without("no_data");
	got = evaluation_of(&profile, score);
	ck_assert_int_eq(got.grade, 1);
	ck_assert(!got.indicator[LEAKAGE_FREE].vetoed);
}
END_TEST

/* A veto lifts nothing, and there is nothing to lower where there is no grade. */
START_TEST(test_vetoes_only_lower)
{
	struct veto veto = {LEAKAGE_FREE, {1, 1}, "C"};

	profile.vetoes = 1;
	profile.veto = &veto;
	all_values(1, 2);
	evaluated(EVALUATION_ONE / 2, "D", "-");
	ck_assert(got.indicator[LEAKAGE_FREE].vetoed);
	profile.min_coverage = (struct decimal){1, 1};
	all_values(1, 1);
	value(LEAKAGE_FREE, 0, 1);
	score[COMPLIANCE] = score_without("no_data");
	got = evaluation_of(&profile, score);
	ck_assert_str_eq(got.reason, "coverage");
	ck_assert_int_eq(got.grade, EVALUATION_NONE);
	ck_assert_int_eq(got.reached, EVALUATION_NONE);
	ck_assert(got.indicator[LEAKAGE_FREE].vetoed);
}
END_TEST

/* The widest of everything fits. */
START_TEST(test_widest)
{
	for (int i = 0; i < INDICATORS; i++)
		weights[i].weight = WEIGHT_MAX;
	for (int c = 0; c < CHARACTERISTICS; c++)
		profile.characteristic[c] = WEIGHT_MAX;
	all_values(INT64_MAX / 2, INT64_MAX);
	evaluated(EVALUATION_ONE / 2, "D", "-");
	all_values(INT64_MAX - 1, INT64_MAX);
	evaluated(EVALUATION_ONE, "A", "-");
	ck_assert_int_eq(got.coverage, EVALUATION_ONE);
}
END_TEST

static int64_t
some(int64_t most)
{
	return ((int64_t)rand() << 31 | rand()) % (most + 1);
}

static void
draw(void)
{
	static const int64_t most[] = {1, 5, 1000, INT64_C(86400000) * 366, INT64_C(1) << 61};
	int64_t den;

	for (int c = 0; c < CHARACTERISTICS; c++)
		profile.characteristic[c] = some(3) * some(rand() % 2 ? 3 : WEIGHT_MAX / 3);
	for (enum indicator i = 0; i < INDICATORS; i++) {
		weights[i].weight = some(3) * some(rand() % 2 ? 2 : WEIGHT_MAX / 3);
		den = 1 + some(most[rand() % 5] - 1);
		if (rand() % 4 == 0)
			score[i] = score_without("no_data");
		else
			value(i, some(den), den);
	}
}

/* Score [0] and coverage [1] of one characteristic, or of all (-1); below 0 for none. */
static void
floating(int of, long double quotient[2])
{
	long double sum, eff, x = 0, data = 0, all = 0;

	for (int c = 0; c < CHARACTERISTICS; c++) {
		sum = 0;
		for (int i = 0; i < INDICATORS; i++)
			if ((int)indicator_table[i].characteristic == c)
				sum += (long double)weights[i].weight;
		for (int i = 0; i < INDICATORS; i++) {
			if ((int)indicator_table[i].characteristic != c || (of >= 0 && of != c) ||
			    sum == 0)
				continue;
			eff = (long double)profile.characteristic[c] *
			    (long double)weights[i].weight / sum;
			all += eff;
			if (score[i].value.den == 0)
				continue;
			data += eff;
			x +=
			    eff * (long double)score[i].value.num / (long double)score[i].value.den;
		}
	}
	quotient[0] = data > 0 ? x / data : -1;
	quotient[1] = all > 0 ? data / all : -1;
}

static void
close_to(long double expected, int64_t parts)
{
	long double off = (long double)parts - expected * (long double)EVALUATION_ONE;

	if (expected < 0)
		ck_assert_int_eq(parts, EVALUATION_NONE);
	else
		ck_assert_msg(
		    off <= 0.5001L && off >= -0.5001L, "%lld is off by %Lg", (long long)parts, off);
}

START_TEST(test_random_against_floating_point)
{
	const char *given = getenv("CHECK_EVALUATION_SEED");
	unsigned seed = given != NULL ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
	long double expected[2];

	printf("CHECK_EVALUATION_SEED=%u\n", seed);
	fflush(stdout);
	srand(seed);
	for (int n = 0; n < 1000; n++) {
		draw();
		got = evaluation_of(&profile, score);
		floating(-1, expected);
		close_to(expected[0], got.score);
		close_to(expected[1] < 0 ? 0 : expected[1], got.coverage);
		for (int c = 0; c < CHARACTERISTICS; c++) {
			floating(c, expected);
			close_to(expected[0], got.characteristic[c].score);
			close_to(expected[1], got.characteristic[c].coverage);
		}
	}
}
END_TEST

static void
add(TCase *all)
{
	tcase_set_timeout(all, 120);
	tcase_add_checked_fixture(all, set_up, NULL);
	tcase_add_test(all, test_all_or_nothing);
	tcase_add_test(all, test_weights_are_renormalised);
	tcase_add_test(all, test_weights);
	tcase_add_test(all, test_weight_zero_deselects);
	tcase_add_test(all, test_on_the_edge_of_a_band);
	tcase_add_test(all, test_rounded_half_up);
	tcase_add_test(all, test_coverage_at_its_limit);
	tcase_add_test(all, test_coverage_is_compared_before_it_is_rounded);
	tcase_add_test(all, test_below_the_last_band);
	tcase_add_test(all, test_vetoes);
	tcase_add_test(all, test_vetoes_only_lower);
	tcase_add_test(all, test_widest);
	tcase_add_test(all, test_random_against_floating_point);
}

SUITE_MAIN("evaluation", add)
