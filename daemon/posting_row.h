/*
 * posting_row: a row of tallies as the store has it, with what lines of the daybook add.
 */
#ifndef SLAD_DAEMON_POSTING_ROW_H
#define SLAD_DAEMON_POSTING_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "domain/tally_sum.h"
#include "store/daybook.h"

/* A line, and the tally that it is posted to. */
struct posting_item {
	struct tally_place place;
	const struct daybook_line *line;
};

/* One row after the other. */
struct posting_rows {
	struct store *store;
	int64_t times; /* that each line counts */
	struct tally_place *last; /* behind it the store has no tallies yet; or NULL */
	/* inside: */
	struct tally tally; /* of a bucket: what is added */
	struct buf counts, row; /* of a bucket, and of all */
	bool beyond; /* more was added than is the first half's */
};

struct posting_rows posting_rows(struct store *s, int64_t times, struct tally_place *last);
void posting_rows_free(struct posting_rows *p);

/* Adds the items, which are those of one row, by place. */
int posting_row(
    struct posting_rows *p, const struct posting_item *item, size_t items, struct err *err);

#endif
