/*
 * tally_row: the tallies of an era, which is some buckets that follow each other, packed into one
 * row: what events of one time change is read and written at once.
 *
 * Packed, each tally that is not empty is the distance of its bucket from the one before it (of the
 * first, from the era's first), its length, and its bytes (tally_sum.h).
 */
#ifndef SLAD_DOMAIN_TALLY_ROW_H
#define SLAD_DOMAIN_TALLY_ROW_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/pack.h"

int64_t tally_era(int level, int64_t bucket); /* that the bucket lies in */

/* A row being read. The bytes must stay as they are. */
struct tally_row {
	int64_t bucket; /* of the tally at hand */
	const void *counts;
	size_t len;
	/* inside: */
	struct unpack rest;
	int64_t end; /* behind the era */
};

void tally_row_begin(struct tally_row *r, int level, int64_t era, const void *bytes, size_t len);

/* 1: the next tally is at hand; 0: there is none; -1: the bytes are damaged. */
int tally_row_next(struct tally_row *r, struct err *err);

/* A row being written into a buffer. */
struct tally_row_pen {
	struct buf *b;
	int64_t before; /* the bucket that was written last */
};

struct tally_row_pen tally_row_pen(struct buf *b, int level, int64_t era);

/* Buckets of the era, ascending; what is empty leaves nothing. */
void tally_row_put(struct tally_row_pen *p, int64_t bucket, const void *counts, size_t len);

#endif
