#include "base/bloom.h"

#include "base/hashed.h"

#define BITS 6 /* of each hash */
#define PLACE 9 /* bits that say which of a line's 512 it is */

/* The finalizer of MurmurHash3: a hash's place in the order says nothing of its bits. */
static uint64_t
mix(uint64_t x)
{
	x ^= x >> 33;
	x *= UINT64_C(0xff51afd7ed558ccd);
	x ^= x >> 33;
	x *= UINT64_C(0xc4ceb9fe1a85ec53);
	return x ^ x >> 33;
}

void
bloom_add(unsigned char *bytes, uint64_t lines, uint64_t hash)
{
	unsigned char *line = bytes + share_of(hash, lines) * BLOOM_LINE;
	uint64_t places = mix(hash);

	for (int i = 0; i < BITS; i++, places >>= PLACE)
		line[places >> 3 & (BLOOM_LINE - 1)] |= (unsigned char)(1u << (places & 7));
}

bool
bloom_has(const unsigned char *bytes, uint64_t lines, uint64_t hash)
{
	const unsigned char *line = bytes + share_of(hash, lines) * BLOOM_LINE;
	uint64_t places = mix(hash);

	for (int i = 0; i < BITS; i++, places >>= PLACE) {
		if ((line[places >> 3 & (BLOOM_LINE - 1)] & 1u << (places & 7)) == 0)
			return false;
	}
	return true;
}
