/* Members are never strangers; strangers seldom members. */
#include "base/bloom.h"

#include "base/hashed.h"
#include "base/mem.h"
#include "suite.h"

#define LINES 1000
#define MEMBERS (LINES * BLOOM_KEYS)

static unsigned char *bytes;

/* SplitMix64, cut as hashes are. */
static uint64_t
hash_of(uint64_t i)
{
	uint64_t x = i * UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return (x ^ x >> 31) & HASHED_MASK;
}

static void
setup(void)
{
	bytes = mem_alloc(LINES, BLOOM_LINE);
	for (uint64_t i = 1; i <= MEMBERS; i++)
		bloom_add(bytes, LINES, hash_of(i));
}

static void
teardown(void)
{
	free(bytes);
}

START_TEST(members_are_known)
{
	for (uint64_t i = 1; i <= MEMBERS; i++)
		ck_assert(bloom_has(bytes, LINES, hash_of(i)));
}
END_TEST

START_TEST(few_strangers_are_taken_for_members)
{
	int taken = 0;

	for (uint64_t i = MEMBERS + 1; i <= MEMBERS + 100000; i++)
		taken += bloom_has(bytes, LINES, hash_of(i));
	ck_assert_msg(taken > 0 && taken < 1500, "%d of 100000", taken);
}
END_TEST

START_TEST(a_filter_is_made_of_pieces_in_order)
{
	unsigned char *pieces = mem_alloc(LINES, BLOOM_LINE);
	uint64_t hash;

	for (int half = 0; half < 2; half++) {
		for (uint64_t i = 1; i <= MEMBERS; i++) {
			hash = hash_of(i);
			if (share_of(hash, 2) == (uint64_t)half)
				bloom_add(pieces, LINES, hash);
		}
		for (int i = half * LINES / 2 * BLOOM_LINE; i < (half + 1) * LINES / 2 * BLOOM_LINE;
		     i++)
			ck_assert_int_eq(pieces[i], bytes[i]);
	}
	free(pieces);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, members_are_known);
	tcase_add_test(t, few_strangers_are_taken_for_members);
	tcase_add_test(t, a_filter_is_made_of_pieces_in_order);
}

SUITE_MAIN("bloom", add)
