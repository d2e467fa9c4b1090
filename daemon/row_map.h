/*
 * row_map: the rows of a table to events, by a mapping.
 *
 * The mapping's table `columns` says which column each of its fields is: a field that names none is
 * the column of its own name, if there is one. `#` is the row's number. What is empty, or a key of
 * the table `none`, is nothing. The fields that are keys of the table `needed` have to have a
 * column. Of JSON a column is a member, or a path of members with points.
 */
#ifndef SLAD_DAEMON_ROW_MAP_H
#define SLAD_DAEMON_ROW_MAP_H

#include <jansson.h>

#include "base/buf.h"
#include "domain/mapping.h"
#include "rows.h"

struct row_setting { /* what the command line says */
	const char *mapping; /* its name, or its file */
	const char *source;
	const char *agreement, *zone; /* or NULL */
	size_t tables; /* they go before the mapping's own */
	const struct mapping_table *table;
};

struct row_map;

/* NULL after a line for each mistake. */
struct row_map *row_map_new(const struct row_setting *s, struct buf *mistakes);
void row_map_free(struct row_map *m); /* NULL is fine */

/* Begins a file. */
void row_map_begin(struct row_map *m);

/* Finds the fields' columns; -1 if one that is named is not there. */
int row_map_columns(struct row_map *m, const char *const *column, size_t count, struct err *err);

/* The events of a row, an array to be dropped; NULL if it is wrong. */
json_t *row_map_events(struct row_map *m, const struct table_row *row, struct err *err);

/* Ends a file of JSON: -1 if a member that is named was in no row. */
int row_map_end(const struct row_map *m, struct err *err);

#endif
