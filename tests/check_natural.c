#include "suite.h"

#include <signal.h>

#include "base/natural.h"

static struct natural
power(uint64_t base, int times)
{
	struct natural n = natural_of(1);

	while (times-- > 0)
		natural_times(&n, base);
	return n;
}

START_TEST(test_a_carry_goes_through_all_limbs)
{
	struct natural n = power(UINT64_MAX, 1), one = natural_of(1);

	for (int i = 0; i < 4; i++)
		n.limb[i] = UINT64_MAX;
	n.used = 4;
	natural_plus(&n, &one);
	ck_assert_uint_eq(n.used, 5);
	for (int i = 0; i < 4; i++)
		ck_assert_uint_eq(n.limb[i], 0);
	ck_assert_uint_eq(n.limb[4], 1);
}
END_TEST

/* (2^64-1)^2 = 2^128 - 2^65 + 1. */
START_TEST(test_products)
{
	struct natural n = power(UINT64_MAX, 2), m;

	ck_assert_uint_eq(n.used, 2);
	ck_assert_uint_eq(n.limb[0], 1);
	ck_assert_uint_eq(n.limb[1], UINT64_MAX - 1);
	m = power(10, 100);
	n = power(100, 50);
	ck_assert_int_eq(natural_compare(&n, &m), 0);
	natural_times(&n, 0);
	ck_assert_uint_eq(n.used, 0);
	m = natural_of(0);
	ck_assert_int_eq(natural_compare(&n, &m), 0);
}
END_TEST

/* (a + 1) * b = a * b + b, and the order holds. */
START_TEST(test_sums_and_order)
{
	struct natural one = natural_of(1), ab, b, n;

	for (int digits = 1; digits < 700; digits += 23) {
		ab = power(10, digits);
		b = natural_of(999999999989);
		n = ab;
		natural_plus(&n, &one);
		ck_assert_int_eq(natural_compare(&n, &ab), 1);
		ck_assert_int_eq(natural_compare(&ab, &n), -1);
		natural_times(&n, 999999999989);
		natural_times(&ab, 999999999989);
		natural_plus(&ab, &b);
		ck_assert_int_eq(natural_compare(&n, &ab), 0);
	}
}
END_TEST

START_TEST(test_what_does_not_fit_aborts)
{
	struct natural n = power(2, 64 * NATURAL_LIMBS - 1);

	ck_assert_uint_eq(n.used, NATURAL_LIMBS);
	natural_times(&n, 2);
}
END_TEST

static void
add(TCase *all)
{
	tcase_add_test(all, test_a_carry_goes_through_all_limbs);
	tcase_add_test(all, test_products);
	tcase_add_test(all, test_sums_and_order);
	tcase_add_test_raise_signal(all, test_what_does_not_fit_aborts, SIGABRT);
}

SUITE_MAIN("natural", add)
