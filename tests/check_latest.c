/* What came last is found by its hash, and can be taken back. */
#include "base/latest.h"

#include "suite.h"

#define MANY 5000

static struct latest l;

static void
teardown(void)
{
	latest_free(&l);
}

static uint64_t
hash_of(int i)
{
	return (uint64_t)i * UINT64_C(0x9e3779b97f4a7c15) & HASHED_MASK;
}

/* How many stand under a hash; `sum` of their numbers. */
static int
all_of(uint64_t hash, int64_t *sum)
{
	size_t at = 0;
	int64_t n;
	int count = 0;

	*sum = 0;
	while ((n = latest_next(&l, hash, &at)) >= 0) {
		*sum += n;
		count++;
	}
	return count;
}

START_TEST(an_empty_one_finds_nothing)
{
	int64_t sum;

	ck_assert_int_eq(all_of(0, &sum), 0);
}
END_TEST

START_TEST(each_is_found)
{
	int64_t sum;

	for (int i = 1; i <= MANY; i++)
		latest_add(&l, hash_of(i), i);
	for (int i = 1; i <= MANY; i++) {
		ck_assert_int_eq(all_of(hash_of(i), &sum), 1);
		ck_assert_int_eq(sum, i);
	}
	ck_assert_int_eq(all_of(hash_of(MANY + 1), &sum), 0);
}
END_TEST

START_TEST(several_stand_under_one_hash)
{
	int64_t sum;

	latest_add(&l, 0, 1);
	latest_add(&l, HASHED_MASK, 2);
	latest_add(&l, 0, 4);
	latest_add(&l, HASHED_MASK, 8);
	latest_add(&l, HASHED_MASK, 16);
	ck_assert_int_eq(all_of(0, &sum), 2);
	ck_assert_int_eq(sum, 5);
	ck_assert_int_eq(all_of(HASHED_MASK, &sum), 3);
	ck_assert_int_eq(sum, 26);
}
END_TEST

START_TEST(the_last_ones_are_taken_back)
{
	int64_t sum;

	for (int i = 1; i <= MANY; i++)
		latest_add(&l, hash_of(i % 100), i);
	latest_cut(&l, 150);
	ck_assert_int_eq(all_of(hash_of(7), &sum), 2);
	ck_assert_int_eq(sum, 7 + 107);
	ck_assert_int_eq(all_of(hash_of(60), &sum), 1);
	latest_add(&l, hash_of(60), 1000);
	ck_assert_int_eq(all_of(hash_of(60), &sum), 2);
	latest_cut(&l, 0);
	ck_assert_int_eq(all_of(hash_of(7), &sum), 0);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, NULL, teardown);
	tcase_add_test(t, an_empty_one_finds_nothing);
	tcase_add_test(t, each_is_found);
	tcase_add_test(t, several_stand_under_one_hash);
	tcase_add_test(t, the_last_ones_are_taken_back);
}

SUITE_MAIN("latest", add)
