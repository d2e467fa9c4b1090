/*
 * packed: what slad keeps of its own beside the log, as compact bytes.
 *
 * Facts are the records of one entity, as far as the fold reads them, in the order they were
 * stored. Counts are what the entity contributes, in runs of one minute and cycle. All of it can be
 * made again from the log. (What is packed of tallies is domain/tally_sum.h's and tally_row.h's.)
 */
#ifndef SLAD_CODEC_PACKED_H
#define SLAD_CODEC_PACKED_H

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "domain/record.h"
#include "domain/tally.h"

/* Raise it with every change of the packed form, of the tables it holds indices of (record_types,
 * members, measures), of buckets, or of what the fold makes of records: a database of another
 * version is folded anew from its log. */
#define PACKED_VERSION "6"

void record_pack(struct buf *facts, const struct record *r);

/* All records of the facts into the arena, with the given source and subject; returns how many, or
 * -1 where the bytes are damaged. */
int records_unpack(const void *facts, size_t len, const char *source, const char *subject,
    struct arena *a, struct record **records, struct err *err);

/* Counts sorted by counts_sort(), and back. */
void counts_pack(struct buf *b, const struct count *counts, size_t n);
int counts_unpack(
    const void *bytes, size_t len, struct arena *a, struct count **counts, struct err *err);

#endif
