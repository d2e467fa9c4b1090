#include "base/hashed.h"

#include <stdlib.h>

#define HASH_BYTES 6

static int
by_hash(const void *x, const void *y)
{
	const struct hashed *a = x, *b = y;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return (a->n > b->n) - (a->n < b->n);
}

void
hashed_sort(struct hashed *list, size_t count)
{
	if (count > 0)
		qsort(list, count, sizeof(*list), by_hash);
}

void
hashed_pack(unsigned char bytes[static HASHED_BYTES], const struct hashed *h)
{
	for (int i = 0; i < HASH_BYTES; i++)
		bytes[i] = (unsigned char)(h->hash >> (56 - 8 * i));
	for (int i = HASH_BYTES; i < HASHED_BYTES; i++)
		bytes[i] = (unsigned char)(h->n >> 8 * (HASHED_BYTES - 1 - i));
}

static uint64_t
hash_at(const struct hashed_span *span, size_t i)
{
	const unsigned char *bytes = span->bytes + i * HASHED_BYTES;
	uint64_t hash = 0;

	for (int k = 0; k < HASH_BYTES; k++)
		hash = hash << 8 | bytes[k];
	return hash << 16;
}

struct hashed
hashed_at(const struct hashed_span *span, size_t i)
{
	const unsigned char *bytes = span->bytes + i * HASHED_BYTES;
	struct hashed h = {hash_at(span, i), 0};

	for (int k = HASH_BYTES; k < HASHED_BYTES; k++)
		h.n = h.n << 8 | bytes[k];
	return h;
}

size_t
hashed_find(const struct hashed_span *span, uint64_t hash)
{
	size_t from = 0, to = span->count, middle;

	while (from < to) {
		middle = from + (to - from) / 2;
		if (hash_at(span, middle) < hash)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

struct hashed_span
hashed_between(const struct hashed_span *span, size_t from, size_t to)
{
	return (struct hashed_span){span->bytes + from * HASHED_BYTES, to - from};
}

static struct hashed
take(struct hashed_span *span)
{
	struct hashed h = hashed_at(span, 0);

	*span = hashed_between(span, 1, span->count);
	return h;
}

void
hashed_merge(struct hashed_span *spans, size_t count, struct hashed *list)
{
	struct hashed_span *least;

	for (;;) {
		least = NULL;
		for (size_t i = 0; i < count; i++) {
			if (spans[i].count > 0 &&
			    (least == NULL || hash_at(&spans[i], 0) < hash_at(least, 0)))
				least = &spans[i];
		}
		if (least == NULL)
			return;
		*list++ = take(least);
	}
}

uint64_t
share_of(uint64_t hash, uint64_t n)
{
	return (uint64_t)((unsigned __int128)hash * n >> 64);
}

uint64_t
share_begin(uint64_t i, uint64_t n)
{
	uint64_t whole = UINT64_MAX / n, rest = UINT64_MAX % n + 1; /* 2^64 = whole * n + rest */

	return i * whole + (i * rest + n - 1) / n;
}
