/* Sorted hashes, packed and merged; shares of all hashes. */
#include "base/hashed.h"

#include "suite.h"

#define COUNT 1000

static struct hashed list[COUNT], merged[COUNT];
static unsigned char bytes[COUNT * HASHED_BYTES];

static uint64_t
next_of(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (*state ^ *state << 29) & HASHED_MASK;
}

static void
fill(void)
{
	uint64_t state = 1;

	for (int i = 0; i < COUNT; i++)
		list[i] = (struct hashed){next_of(&state), HASHED_MAX - i};
}

START_TEST(what_is_packed_comes_back)
{
	struct hashed_span span = {bytes, COUNT};
	struct hashed h;

	fill();
	for (int i = 0; i < COUNT; i++)
		hashed_pack(bytes + i * HASHED_BYTES, &list[i]);
	for (int i = 0; i < COUNT; i++) {
		h = hashed_at(&span, (size_t)i);
		ck_assert(h.hash == list[i].hash && h.n == list[i].n);
	}
}
END_TEST

START_TEST(sorted_ones_are_found)
{
	struct hashed_span span = {bytes, COUNT}, part;

	fill();
	list[7].hash = list[8].hash = 0;
	list[9].hash = HASHED_MASK;
	hashed_sort(list, COUNT);
	for (int i = 0; i < COUNT; i++)
		hashed_pack(bytes + i * HASHED_BYTES, &list[i]);
	ck_assert(list[0].hash == 0 && list[1].hash == 0 && list[0].n < list[1].n);
	ck_assert_uint_eq(hashed_find(&span, 0), 0);
	ck_assert_uint_eq(hashed_find(&span, 1), 2);
	ck_assert_uint_eq(hashed_find(&span, HASHED_MASK), COUNT - 1);
	ck_assert_uint_eq(hashed_find(&span, UINT64_MAX), COUNT);
	part = hashed_between(&span, 10, 20);
	ck_assert_uint_eq(part.count, 10);
	ck_assert_uint_eq(hashed_at(&part, 3).hash, list[13].hash);
}
END_TEST

START_TEST(several_become_one)
{
	struct hashed_span spans[4] = {{0}};
	size_t from[] = {0, 400, 400, 950, COUNT};

	fill();
	for (int k = 0; k < 4; k++) {
		hashed_sort(list + from[k], from[k + 1] - from[k]);
		spans[k] =
		    (struct hashed_span){bytes + from[k] * HASHED_BYTES, from[k + 1] - from[k]};
	}
	for (int i = 0; i < COUNT; i++)
		hashed_pack(bytes + i * HASHED_BYTES, &list[i]);
	hashed_merge(spans, 4, merged);
	hashed_sort(list, COUNT);
	for (int i = 0; i < COUNT; i++)
		ck_assert(merged[i].hash == list[i].hash && merged[i].n == list[i].n);
}
END_TEST

START_TEST(shares_begin_where_the_one_before_ends)
{
	static const uint64_t counts[] = {1, 2, 3, 57, 1000, 111111, UINT32_MAX};
	uint64_t n, begin;

	for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++) {
		n = counts[k];
		ck_assert_uint_eq(share_begin(0, n), 0);
		ck_assert_uint_eq(share_of(UINT64_MAX, n), n - 1);
		for (uint64_t i = 1; i < n && i < 2000; i++) {
			begin = share_begin(i, n);
			ck_assert_uint_eq(share_of(begin, n), i);
			ck_assert_uint_eq(share_of(begin - 1, n), i - 1);
		}
	}
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, what_is_packed_comes_back);
	tcase_add_test(t, sorted_ones_are_found);
	tcase_add_test(t, several_become_one);
	tcase_add_test(t, shares_begin_where_the_one_before_ends);
}

SUITE_MAIN("hashed", add)
