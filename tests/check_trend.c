#include "suite.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

#include "domain/trend.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define NEAR(a, b) ck_assert_double_eq_tol(a, b, 1e-12)

static const double steps[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};

START_TEST(a_line_is_itself)
{
	const double y[] = {0.5, 0.6, 0.7, 0.8};
	struct trend t = trend_of(steps, y, 4);

	ck_assert_uint_eq(t.n, 4);
	NEAR(t.slope, 0.1);
	NEAR(t.error, 0);
	NEAR(t.from, 0.5);
	NEAR(t.to, 0.8);
	ck_assert_int_eq(t.direction, DIRECTION_RISING);
}
END_TEST

/* Worked by hand: mx 2, my 4, Sxx 10, Sxy 6, SSE 2.4. */
START_TEST(a_textbook_s_line)
{
	const double x[] = {0, 1, 2, 3, 4}, y[] = {2, 4, 5, 4, 5}, down[] = {5, 4, 5, 4, 2};
	struct trend t = trend_of(x, y, 5);

	NEAR(t.slope, 0.6);
	NEAR(t.error, sqrt(2.4 / 3 / 10));
	NEAR(t.from, 2.8);
	NEAR(t.to, 5.2);
	ck_assert_int_eq(t.direction, DIRECTION_RISING);
	t = trend_of(x, down, 5);
	NEAR(t.slope, -0.6);
	ck_assert_int_eq(t.direction, DIRECTION_FALLING);
}
END_TEST

START_TEST(steps_may_be_missing)
{
	const double x[] = {2, 3, 7}, y[] = {0.2, 0.3, 0.7};
	struct trend t = trend_of(x, y, 3);

	NEAR(t.slope, 0.1);
	NEAR(t.from, 0.2);
	NEAR(t.to, 0.7);
}
END_TEST

START_TEST(few_points)
{
	const double y[] = {0.5, 0.7};

	ck_assert_uint_eq(trend_of(steps, y, 0).n, 0);
	ck_assert_uint_eq(trend_of(steps, y, 1).n, 1);
	ck_assert_int_eq(trend_of(steps, y, 1).direction, DIRECTION_NONE);
	NEAR(trend_of(steps, y, 2).slope, 0.2);
	ck_assert_int_eq(trend_of(steps, y, 2).direction, DIRECTION_NONE);
}
END_TEST

START_TEST(directions)
{
	const double flat[] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1}, arch[] = {0, 1, 0},
		     noise[] = {0.5, 0.9, 0.4, 0.8, 0.6};
	struct trend t = trend_of(steps, flat, COUNT(flat));

	ck_assert_int_eq(t.direction, DIRECTION_FLAT);
	ck_assert(t.slope == 0 && t.error == 0 && t.from == 0.1 && t.to == 0.1);
	t = trend_of(steps, arch, 3);
	ck_assert(t.slope == 0 && t.error > 0);
	ck_assert_int_eq(t.direction, DIRECTION_UNCLEAR);
	ck_assert_int_eq(trend_of(steps, noise, 5).direction, DIRECTION_UNCLEAR);
}
END_TEST

/* Anscombe's quartet (The American Statistician 27, 1973): four pictures, the same line, the same
 * error of its slope, 0.118, and the same r, 0.816. */
START_TEST(anscombe)
{
	static const double y[4][11] = {
	    {4.26, 5.68, 7.24, 4.82, 6.95, 8.81, 8.04, 8.33, 10.84, 7.58, 9.96},
	    {3.10, 4.74, 6.13, 7.26, 8.14, 8.77, 9.14, 9.26, 9.13, 8.74, 8.10},
	    {5.39, 5.73, 6.08, 6.42, 6.77, 7.11, 7.46, 7.81, 8.15, 12.74, 8.84},
	    {6.58, 5.76, 7.71, 8.84, 8.47, 7.04, 5.25, 5.56, 7.91, 6.89, 12.50}};
	static const double x[11] = {4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14},
			    fourth[11] = {8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 19};
	struct trend t;
	struct correlation c;

	for (int i = 0; i < 4; i++) {
		t = trend_of(i == 3 ? fourth : x, y[i], 11);
		c = correlation_of(i == 3 ? fourth : x, y[i], 11);
		ck_assert_double_eq_tol(t.slope, 0.5, 0.0005);
		ck_assert_double_eq_tol(t.error, 0.118, 0.0005);
		ck_assert_double_eq_tol(t.from - t.slope * (i == 3 ? 8 : 4), 3.0, 0.003);
		ck_assert_double_eq_tol(c.pearson, 0.816, 0.001);
	}
	NEAR(correlation_of(x, y[1], 11).spearman, 76.0 / 110);
	NEAR(correlation_of(x, y[2], 11).spearman, 109.0 / 110);
	NEAR(correlation_of(fourth, y[3], 11).spearman, 0.5);
}
END_TEST

START_TEST(correlations)
{
	const double x[] = {1, 2, 3, 4, 5}, square[] = {1, 4, 9, 16, 25}, back[] = {9, 8, 7, 1, 0},
		     ties[] = {1, 1, 2, 3, 3}, flat[] = {2, 2, 2, 2, 2};
	struct correlation c = correlation_of(x, square, 5);

	NEAR(c.pearson, 60 / sqrt(10 * 374.0));
	ck_assert(c.spearman == 1);
	ck_assert(correlation_of(x, x, 5).pearson <= 1);
	NEAR(correlation_of(x, x, 5).pearson, 1);
	ck_assert(correlation_of(x, back, 5).spearman == -1);
	/* ranks 1.5 1.5 3 4.5 4.5: Sxy 9, Syy 9 of Sxx 10 */
	NEAR(correlation_of(x, ties, 5).spearman, 9 / sqrt(90));
	c = correlation_of(x, flat, 5);
	ck_assert(c.constant && !c.few);
	ck_assert(correlation_of(flat, x, 5).constant);
	c = correlation_of(x, square, 2);
	ck_assert(c.few && !c.constant);
	ck_assert_uint_eq(c.n, 2);
}
END_TEST

/* By other ways: normal equations in long doubles; n^2 comparisons against sorting. */
START_TEST(against_the_normal_equations)
{
	const char *given = getenv("SEED");
	unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
	double x[60], y[60];
	size_t n;

	printf("SEED=%u\n", seed);
	srandom(seed);
	for (int round = 0; round < 2000; round++) {
		long double sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0, slope, det, sse, r;
		struct trend t;

		n = 3 + (size_t)random() % 58;
		for (size_t i = 0; i < n; i++) {
			x[i] = (i == 0 ? 0 : x[i - 1]) + (double)(1 + random() % 3);
			y[i] = (double)(random() % 20) / 20;
			sx += x[i], sy += y[i];
			sxx += x[i] * x[i], sxy += x[i] * y[i], syy += y[i] * y[i];
		}
		det = (long double)n * sxx - sx * sx;
		slope = ((long double)n * sxy - sx * sy) / det;
		sse = syy - sy / (long double)n * sy - slope * (sxy - sx / (long double)n * sy);
		t = trend_of(x, y, n);
		NEAR(t.slope, (double)slope);
		ck_assert_double_eq_tol(t.error * t.error,
		    (double)(sse / (long double)(n - 2) / (det / (long double)n)), 1e-9);
		r = ((long double)n * syy - sy * sy) * det;
		if (r > 1e-6L)
			ck_assert_double_eq_tol(correlation_of(x, y, n).pearson,
			    (double)(((long double)n * sxy - sx * sy) / sqrtl(r)), 1e-9);
	}
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, a_line_is_itself);
	tcase_add_test(tc, a_textbook_s_line);
	tcase_add_test(tc, steps_may_be_missing);
	tcase_add_test(tc, few_points);
	tcase_add_test(tc, directions);
	tcase_add_test(tc, anscombe);
	tcase_add_test(tc, correlations);
	tcase_add_test(tc, against_the_normal_equations);
}

SUITE_MAIN("trend", add)
