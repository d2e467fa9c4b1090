/*
 * rows: the rows of a table in a file, gzip'd or not (plain.h): delimited text whose first row
 * names the columns (codec/csv), or JSON objects, one after another or in an array
 * (codec/json_cut).
 *
 * What begins with '{' or '[' is JSON. Memory is bounded by a row.
 */
#ifndef SLAD_DAEMON_ROWS_H
#define SLAD_DAEMON_ROWS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct rows;

/* path "-" is standard input. NULL with a sentence that names the path. */
struct rows *rows_open(const char *path, struct err *err);
void rows_close(struct rows *r); /* NULL is fine */

struct table_row { /* of one of the two; both live until the next call */
	int64_t line; /* in which it begins */
	int64_t number; /* among the rows, from 1; those that are wrong count */
	size_t count; /* of its cells, as many as there are columns */
	const char *const *cell; /* UTF-8 */
	const json_t *object; /* NULL: the row has cells */
	const char *text; /* of the object */
	size_t len;
};

enum rows_got {
	ROWS_ROW,
	ROWS_WRONG, /* one that is none: a sentence; it is passed over */
	ROWS_END,
	ROWS_BROKEN, /* a sentence: nothing can be read from row->line on */
};

enum rows_got rows_next(struct rows *r, struct table_row *row, struct err *err);

/* The names of the columns, once the first row was given out; NULL where it is JSON. */
const char *const *rows_columns(const struct rows *r, size_t *count);

int64_t rows_read(const struct rows *r); /* bytes of the file so far, as they lie there */

#endif
