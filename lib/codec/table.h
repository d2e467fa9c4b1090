/*
 * table: rows of cells as aligned text for eyes, or as CSV (RFC 4180, and no formula of a
 * stranger).
 */
#ifndef SLAD_CODEC_TABLE_H
#define SLAD_CODEC_TABLE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/mem.h"

struct table {
	struct arena arena;
	const char *const *head; /* NULL-terminated; one that begins with '>' is aligned right */
	size_t columns, cells, room;
	const char **cell;
};

void table_init(struct table *t, const char *const *head); /* head outlives the table */
void table_cell(struct table *t, const char *text); /* copied */
void table_cellf(struct table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void table_end(struct table *t); /* fills the row up with empty cells */
void table_text(const struct table *t, struct buf *out);
void table_csv(const struct table *t, struct buf *out);
void table_free(struct table *t);

#endif
