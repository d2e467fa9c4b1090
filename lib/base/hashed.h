/*
 * hashed: numbers, each under the hash of its name; sorted, packed, and merged.
 *
 * Of a hash the 48 highest bits are kept: HASHED_MASK. Numbers are from 0 to HASHED_MAX. Several
 * numbers may stand under one hash.
 */
#ifndef SLAD_BASE_HASHED_H
#define SLAD_BASE_HASHED_H

#include <stddef.h>
#include <stdint.h>

#define HASHED_MASK (~UINT64_C(0xffff))
#define HASHED_MAX ((INT64_C(1) << 40) - 1)
#define HASHED_BYTES 11 /* of one, packed: 6 of its hash, 5 of its number */

struct hashed {
	uint64_t hash;
	int64_t n;
};

/* Packed ones, sorted by hash. */
struct hashed_span {
	const unsigned char *bytes;
	size_t count;
};

void hashed_sort(struct hashed *list, size_t count); /* by hash, then number */
void hashed_pack(unsigned char bytes[static HASHED_BYTES], const struct hashed *h);
struct hashed hashed_at(const struct hashed_span *span, size_t i);
size_t hashed_find(const struct hashed_span *span, uint64_t hash); /* the first not below it */
struct hashed_span hashed_between(const struct hashed_span *span, size_t from, size_t to);

/* All of several spans in one order; the list has room for them. Empties the spans. */
void hashed_merge(struct hashed_span *spans, size_t count, struct hashed *list);

/* Hashes cut into n shares of one size, in order, n < 2^32: which one a hash is in; and the first
 * hash of one, for i < n. */
uint64_t share_of(uint64_t hash, uint64_t n);
uint64_t share_begin(uint64_t i, uint64_t n);

#endif
