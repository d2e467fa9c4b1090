#include "domain/histogram.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "suite.h"

START_TEST(below_128_each_is_exact)
{
	for (int64_t ms = 0; ms < 128; ms++) {
		ck_assert_uint_eq(histogram_bucket(ms), (unsigned)ms);
		ck_assert_int_eq(histogram_middle((unsigned)ms), ms);
	}
	ck_assert_uint_eq(histogram_bucket(-1), 0);
	ck_assert_uint_eq(histogram_bucket(INT64_MIN), 0);
}
END_TEST

static void
bounded(int64_t ms)
{
	int64_t middle = histogram_middle(histogram_bucket(ms));
	int64_t error = middle > ms ? middle - ms : ms - middle;

	ck_assert_uint_lt(histogram_bucket(ms), HISTOGRAM_BUCKETS);
	ck_assert_msg(error <= ms / 128, "%lld is shown as %lld", (long long)ms, (long long)middle);
}

/* Around every edge of an octave, and anywhere between. */
START_TEST(the_error_is_1_in_128)
{
	unsigned seed = (unsigned)time(NULL);

	printf("seed %u\n", seed);
	for (int bit = 7; bit < 63; bit++) {
		for (int64_t d = -3; d <= 3; d++)
			bounded((INT64_C(1) << bit) + d);
		for (int i = 0; i < 2000; i++)
			bounded((INT64_C(1) << bit) +
			    ((int64_t)rand_r(&seed) << 31 | rand_r(&seed)) % (INT64_C(1) << bit));
	}
	bounded(INT64_MAX);
}
END_TEST

/* A bucket ends where the next begins, and holds its middle. */
START_TEST(buckets_ascend_without_a_gap)
{
	unsigned before = histogram_bucket(0), bucket;

	for (int64_t ms = 1; ms < 200000; ms++) {
		bucket = histogram_bucket(ms);
		ck_assert_uint_le(bucket - before, 1);
		before = bucket;
	}
	for (unsigned b = 0; b <= histogram_bucket(INT64_MAX); b++)
		ck_assert_uint_eq(histogram_bucket(histogram_middle(b)), b);
}
END_TEST

static int
by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

#define MOST 700

/* Sorted values as bars. */
static size_t
bars_of(const int64_t *values, size_t n, struct histogram_bar *bars)
{
	size_t count = 0;
	unsigned bucket;

	for (size_t i = 0; i < n; i++) {
		bucket = histogram_bucket(values[i]);
		if (count == 0 || bars[count - 1].bucket != bucket)
			bars[count++] = (struct histogram_bar){bucket, 0};
		bars[count - 1].n++;
	}
	return count;
}

START_TEST(percentiles_are_those_of_the_sorted)
{
	static const int percents[] = {1, 50, 90, 95, 99, 100};
	struct histogram_bar bars[MOST];
	unsigned seed = (unsigned)time(NULL);
	int64_t values[MOST], exact;
	size_t n, count;

	printf("seed %u\n", seed);
	for (int round = 0; round < 3000; round++) {
		n = 1 + (size_t)rand_r(&seed) % (round % 2 == 0 ? 5 : MOST);
		for (size_t i = 0; i < n; i++)
			values[i] = rand_r(&seed) >> (rand_r(&seed) % 31);
		qsort(values, n, sizeof(values[0]), by_value);
		count = bars_of(values, n, bars);
		for (size_t p = 0; p < sizeof(percents) / sizeof(percents[0]); p++) {
			exact = values[(n * (size_t)percents[p] + 99) / 100 - 1];
			ck_assert_int_eq(histogram_percentile(bars, count, percents[p]),
			    histogram_middle(histogram_bucket(exact)));
		}
	}
}
END_TEST

START_TEST(of_nothing_there_is_none)
{
	struct histogram_bar many = {9, INT64_MAX / 2};

	ck_assert_int_eq(histogram_percentile(NULL, 0, 50), -1);
	ck_assert_int_eq(histogram_percentile(&many, 1, 99), 9);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, below_128_each_is_exact);
	tcase_add_test(t, the_error_is_1_in_128);
	tcase_add_test(t, buckets_ascend_without_a_gap);
	tcase_add_test(t, percentiles_are_those_of_the_sorted);
	tcase_add_test(t, of_nothing_there_is_none);
}

SUITE_MAIN("histogram", add)
