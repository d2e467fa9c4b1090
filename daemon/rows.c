#include "rows.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "codec/csv.h"
#include "codec/json_cut.h"
#include "plain.h"
#include "utf8.h"

#define PIECE (64u << 10)

struct rows {
	struct plain *plain;
	struct csv *csv; /* one of the two, once it is known which */
	struct json_cut *cut;
	struct arena arena; /* of the names */
	size_t columns;
	const char **column; /* NULL: not read yet */
	json_t *object; /* given out last */
	int64_t number, line; /* of the last row */
	bool ended; /* the file */
	const char *at;
	size_t left;
	char piece[PIECE];
};

struct rows *
rows_open(const char *path, struct err *err)
{
	struct plain *plain = plain_open(path, err);
	struct rows *r;

	if (plain == NULL)
		return NULL;
	r = mem_alloc(1, sizeof(*r));
	r->plain = plain;
	return r;
}

void
rows_close(struct rows *r)
{
	if (r == NULL)
		return;
	plain_close(r->plain);
	csv_free(r->csv);
	json_cut_free(r->cut);
	json_decref(r->object);
	arena_free(&r->arena);
	free(r);
}

/* Reads on, behind what is left: -1 if that is not possible. */
static int
more(struct rows *r, struct err *err)
{
	size_t got = 0;
	int rc;

	memmove(r->piece, r->at, r->left);
	r->at = r->piece;
	rc = plain_more(r->plain, r->piece + r->left, PIECE - r->left, &got, err);
	r->left += got;
	r->ended = rc == 0;
	return rc < 0 ? -1 : 0;
}

/* Tells by the first byte that is no blank, nor of a byte order mark. */
static int
kind_tell(struct rows *r, struct err *err)
{
	size_t i = 0;

	r->at = r->piece;
	while (!r->ended && i == r->left && r->left < PIECE) {
		if (more(r, err) != 0)
			return -1;
		while (i < r->left && memchr(" \t\r\n\xef\xbb\xbf", r->piece[i], 7) != NULL)
			i++;
	}
	if (i < r->left && (r->piece[i] == '{' || r->piece[i] == '['))
		r->cut = json_cut_new();
	else
		r->csv = csv_new();
	return 0;
}

/* A name's copy without blanks around it. */
static const char *
name_copy(struct arena *a, const char *name)
{
	static const char blanks[] = " \t\r\n";
	size_t len;

	name += strspn(name, blanks);
	len = strlen(name);
	while (len > 0 && strchr(blanks, name[len - 1]) != NULL)
		len--;
	return arena_strndup(a, name, len);
}

static int
texts_check(const struct rows *r, const struct csv_row *row, struct err *err)
{
	for (size_t i = 0; i < row->count; i++) {
		if (!utf8_valid(row->cell[i], strlen(row->cell[i])))
			return err_set(err,
			    "column %zu%s%.60s%s is not UTF-8; iconv(1) converts from another "
			    "encoding, such as WINDOWS-1252",
			    i + 1, r->column == NULL ? "" : " '",
			    r->column == NULL ? "" : r->column[i], r->column == NULL ? "" : "'");
	}
	return 0;
}

static int
names_take(struct rows *r, const struct csv_row *row, struct err *err)
{
	if (texts_check(r, row, err) != 0)
		return -1;
	r->columns = row->count;
	r->column = arena_alloc(&r->arena, row->count, sizeof(*r->column));
	for (size_t i = 0; i < row->count; i++)
		r->column[i] = name_copy(&r->arena, row->cell[i]);
	return 0;
}

static enum csv_got
csv_more(struct rows *r, struct csv_row *row, struct err *err)
{
	enum csv_got got;

	while ((got = csv_next(r->csv, &r->at, &r->left, row, err)) == CSV_MORE) {
		if (r->ended)
			return csv_end(r->csv, row, err);
		row->line = r->line;
		if (more(r, err) != 0)
			return CSV_BROKEN;
	}
	return got;
}

static enum rows_got
cells_take(struct rows *r, const struct csv_row *cells, struct table_row *row, struct err *err)
{
	row->number = ++r->number;
	row->count = cells->count;
	row->cell = cells->cell;
	if (cells->count != r->columns) {
		err_set(err, "it has %zu columns, and the first row names %zu", cells->count,
		    r->columns);
		return ROWS_WRONG;
	}
	return texts_check(r, cells, err) == 0 ? ROWS_ROW : ROWS_WRONG;
}

static enum rows_got
csv_row(struct rows *r, struct table_row *row, struct err *err)
{
	struct csv_row cells;

	for (;;) {
		switch (csv_more(r, &cells, err)) {
		case CSV_MORE:
			return ROWS_END;
		case CSV_ROW:
			row->line = r->line = cells.line;
			if (r->column != NULL)
				return cells_take(r, &cells, row, err);
			if (names_take(r, &cells, err) != 0)
				return ROWS_BROKEN;
			break;
		case CSV_WRONG:
			row->line = r->line = cells.line;
			row->number = ++r->number;
			return r->column == NULL ? ROWS_BROKEN : ROWS_WRONG;
		case CSV_BROKEN:
			row->line = cells.line;
			return ROWS_BROKEN;
		}
	}
}

static enum json_cut_got
cut_more(struct rows *r, struct json_piece *piece, struct err *err)
{
	enum json_cut_got got;

	while ((got = json_cut_next(r->cut, &r->at, &r->left, piece, err)) == JSON_CUT_MORE) {
		if (r->ended)
			return json_cut_end(r->cut, piece, err);
		piece->line = r->line;
		if (more(r, err) != 0)
			return JSON_CUT_BROKEN;
	}
	return got;
}

static enum rows_got
object_take(struct rows *r, const struct json_piece *piece, struct table_row *row, struct err *err)
{
	json_error_t error;

	row->line = r->line = piece->line;
	row->number = ++r->number;
	row->text = piece->text;
	row->len = piece->len;
	row->object = r->object =
	    json_loadb(piece->text, piece->len, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
	if (r->object == NULL) {
		row->line += error.line - 1;
		err_set(err, "it is no JSON: column %d: %s", error.column, error.text);
	} else if (!json_is_object(r->object)) {
		err_set(err, "it is no object with a member for each column");
	} else {
		return ROWS_ROW;
	}
	return ROWS_WRONG;
}

static enum rows_got
json_row(struct rows *r, struct table_row *row, struct err *err)
{
	struct json_piece piece;

	switch (cut_more(r, &piece, err)) {
	case JSON_CUT_VALUE:
		return object_take(r, &piece, row, err);
	case JSON_CUT_BROKEN:
		row->line = piece.line;
		return ROWS_BROKEN;
	case JSON_CUT_MORE:
		break;
	}
	return ROWS_END;
}

enum rows_got
rows_next(struct rows *r, struct table_row *row, struct err *err)
{
	*row = (struct table_row){.line = r->line};
	json_decref(r->object);
	r->object = NULL;
	if (r->csv == NULL && r->cut == NULL && kind_tell(r, err) != 0)
		return ROWS_BROKEN;
	return r->csv != NULL ? csv_row(r, row, err) : json_row(r, row, err);
}

const char *const *
rows_columns(const struct rows *r, size_t *count)
{
	*count = r->columns;
	return (const char *const *)r->column;
}

int64_t
rows_read(const struct rows *r)
{
	return plain_read(r->plain);
}
