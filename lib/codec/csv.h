/*
 * csv: rows of delimited text (RFC 4180), piece by piece.
 *
 * The first row tells the delimiter: of comma, semicolon, tab and bar, the one that it has most of
 * outside quotes; a line "sep=;" before it, as spreadsheets write it, says so itself. Rows end with
 * LF or CRLF, and the last one need not. A cell in quotes may have delimiters, line ends, and
 * quotes written twice; a quote further on in a cell without them is a letter like others. Empty
 * lines are no rows. A byte order mark in front is left out.
 *
 * Memory is bounded, whatever the bytes are. That a row is UTF-8, and as wide as the first one, is
 * for the caller to see.
 */
#ifndef SLAD_CODEC_CSV_H
#define SLAD_CODEC_CSV_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define CSV_BYTES (256u << 10) /* of the cells of a row */
#define CSV_CELLS 1000

struct csv;

struct csv *csv_new(void);
void csv_free(struct csv *c); /* NULL is fine */

struct csv_row {
	size_t count;
	const char *const *cell; /* until the next call */
	int64_t line; /* in which it begins, from 1 */
};

enum csv_got {
	CSV_ROW,
	CSV_MORE, /* the bytes are used up */
	CSV_WRONG, /* a row that is none, which is passed over; only its line is told */
	CSV_BROKEN, /* nothing can be read from here on */
};

/* The next row of the bytes; moves *bytes and *len past those that it used. */
enum csv_got csv_next(
    struct csv *c, const char **bytes, size_t *len, struct csv_row *row, struct err *err);

/* After the last byte: until it is CSV_MORE. */
enum csv_got csv_end(struct csv *c, struct csv_row *row, struct err *err);

#endif
