/*
 * tally_sum: numbers by measure, in memory and packed, as tallies are stored.
 *
 * Packed, each is the distance of its measure from the one before, and its number (base/pack.h);
 * none is zero, and what is an indicator's stands first.
 */
#ifndef SLAD_DOMAIN_TALLY_SUM_H
#define SLAD_DOMAIN_TALLY_SUM_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* Numbers by measure. Pure adding: order does not matter, zeros vanish. */
struct tally_sum {
	unsigned measure;
	int64_t n;
};

struct tally {
	size_t count, room;
	struct tally_sum *sum; /* ascending by measure; owned */
};

void tally_add(struct tally *t, unsigned measure, int64_t n);

/* Those under the measures [from, to), within the tally: not to be added to, nor freed. */
struct tally tally_within(const struct tally *t, unsigned from, unsigned to);

/* A packed tally and another one, added and packed; writes nothing if all are zero. */
int tally_pack_sum(
    const struct tally *t, const void *bytes, size_t len, struct buf *b, struct err *err);

/* Calls each() for the numbers of a packed tally under the measures [from, to), ascending. */
int tally_walk_packed(const void *bytes, size_t len, unsigned from, unsigned to,
    void (*each)(void *context, unsigned measure, int64_t n), void *context, struct err *err);
void tally_free(struct tally *t);

#endif
