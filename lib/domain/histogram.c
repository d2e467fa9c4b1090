#include "domain/histogram.h"

#define EACH 64 /* buckets of an octave */

unsigned
histogram_bucket(int64_t ms)
{
	uint64_t x = ms < 0 ? 0 : (uint64_t)ms;
	unsigned shift = 0;

	while (x >= (uint64_t)2 * EACH) {
		x >>= 1;
		shift++;
	}
	return shift * EACH + (unsigned)x;
}

int64_t
histogram_middle(unsigned bucket)
{
	unsigned shift = bucket < 2 * EACH ? 0 : bucket / EACH - 1;
	int64_t first = (int64_t)(bucket - shift * EACH) << shift;

	return shift == 0 ? first : first + (INT64_C(1) << (shift - 1));
}

int64_t
histogram_percentile(const struct histogram_bar *bars, size_t count, int percent)
{
	int64_t total = 0, rank, seen = 0;

	for (size_t i = 0; i < count; i++)
		total += bars[i].n;
	rank = total / 100 * percent + (total % 100 * percent + 99) / 100;
	for (size_t i = 0; i < count; i++) {
		seen += bars[i].n;
		if (total > 0 && seen >= rank)
			return histogram_middle(bars[i].bucket);
	}
	return -1;
}
