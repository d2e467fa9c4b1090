#include "codec/csv.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

enum state {
	BEGIN, /* of a cell */
	PLAIN,
	QUOTED,
	QUOTE, /* one within a quoted cell: its end, or the first of two */
	PASS, /* over the rest of a wrong row */
};

struct csv {
	char delimiter; /* 0: the first row has not been seen whole */
	struct buf head; /* its bytes until then */
	bool within; /* quotes of it */
	enum state state;
	int64_t line, begun, opened; /* where it is, and where the row and its last quote began */
	size_t len, count;
	size_t at[CSV_CELLS];
	const char *cell[CSV_CELLS];
	struct err wrong;
	char text[CSV_BYTES];
};

struct csv *
csv_new(void)
{
	struct csv *c = mem_alloc(1, sizeof(*c));

	c->head.max = CSV_BYTES;
	c->line = c->begun = 1;
	return c;
}

void
csv_free(struct csv *c)
{
	if (c == NULL)
		return;
	buf_free(&c->head);
	free(c);
}

static void
row_begin(struct csv *c)
{
	c->state = BEGIN;
	c->len = c->count = 0;
	c->begun = c->line;
	c->at[0] = 0;
}

static void
spoil(struct csv *c)
{
	c->state = PASS;
	c->len = c->count = 0;
}

static void
put(struct csv *c, char byte)
{
	if (byte == '\0') {
		err_set(&c->wrong, "column %zu: it holds a NUL, which no text does", c->count + 1);
		spoil(c);
	} else if (c->len + 1 >= sizeof(c->text)) {
		err_set(&c->wrong, "the row has more than %zu bytes", sizeof(c->text));
		spoil(c);
	} else {
		c->text[c->len++] = byte;
	}
}

static void
cell_end(struct csv *c)
{
	if (c->len >= sizeof(c->text) || c->count + 1 >= CSV_CELLS) {
		err_set(&c->wrong, "the row has more than %zu bytes, or %d columns",
		    sizeof(c->text), CSV_CELLS - 1);
		spoil(c);
		return;
	}
	c->text[c->len++] = '\0';
	c->at[++c->count] = c->len;
	c->state = BEGIN;
}

static enum csv_got
row_end(struct csv *c, struct csv_row *row, struct err *err)
{
	bool empty;

	if (c->state == PLAIN && c->len > c->at[c->count] && c->text[c->len - 1] == '\r')
		c->len--;
	empty = c->state <= PLAIN && c->count == 0 && c->len == 0;
	if (c->state != PASS && !empty)
		cell_end(c);
	row->line = c->begun;
	if (c->state == PASS) {
		*err = c->wrong;
		row_begin(c);
		return CSV_WRONG;
	}
	for (size_t i = 0; i < c->count; i++)
		c->cell[i] = c->text + c->at[i];
	row->count = c->count;
	row->cell = c->cell;
	row_begin(c);
	return empty ? CSV_MORE : CSV_ROW;
}

/* A byte behind a quote within quotes. */
static void
quote_after(struct csv *c, char byte)
{
	if (byte == '"') {
		c->state = QUOTED;
		put(c, byte);
	} else if (byte == c->delimiter) {
		cell_end(c);
	} else if (byte != '\r') {
		err_set(&c->wrong,
		    "column %zu: its quotes end before the cell does; a quote within quotes is "
		    "written twice",
		    c->count + 1);
		spoil(c);
	}
}

/* Any byte but a LF that ends the row. */
static void
byte_take(struct csv *c, char byte)
{
	switch (c->state) {
	case BEGIN:
		if (byte == '"') {
			c->state = QUOTED;
			c->opened = c->line;
			break;
		}
		c->state = PLAIN;
		/* FALLTHROUGH */
	case PLAIN:
		if (byte == c->delimiter)
			cell_end(c);
		else
			put(c, byte);
		break;
	case QUOTED:
		if (byte == '"')
			c->state = QUOTE;
		else
			put(c, byte);
		break;
	case QUOTE:
		quote_after(c, byte);
		break;
	case PASS:
		break;
	}
}

/* A row that grew too long within quotes has lost its way: so have those that follow. */
static bool
is_lost(const struct csv *c, bool quoted, struct csv_row *row, struct err *err)
{
	if (!quoted || c->state != PASS)
		return false;
	row->line = c->begun;
	err_set(err, "%s: is the quote that opens in line %lld ever closed?", c->wrong.msg,
	    (long long)c->opened);
	return true;
}

static enum csv_got
rows_take(struct csv *c, const char **bytes, size_t *len, struct csv_row *row, struct err *err)
{
	enum csv_got got = CSV_MORE;
	bool quoted;
	char byte;

	while (*len > 0 && got == CSV_MORE) {
		byte = *(*bytes)++;
		(*len)--;
		c->line += byte == '\n';
		quoted = c->state == QUOTED;
		if (byte == '\n' && !quoted)
			got = row_end(c, row, err);
		else
			byte_take(c, byte);
		if (is_lost(c, quoted, row, err))
			return CSV_BROKEN;
	}
	return got;
}

/* Of the candidates, the one that the first row has most of. */
static char
commonest(const char *text)
{
	static const char candidates[] = ",;\t|";
	size_t count[sizeof(candidates)] = {0}, best = 0;
	bool within = false;
	const char *found;

	for (; *text != '\0'; text++) {
		within = within != (*text == '"');
		found = within ? NULL : strchr(candidates, *text);
		if (found != NULL)
			count[found - candidates]++;
	}
	for (size_t i = 1; i < sizeof(candidates) - 1; i++) {
		if (count[i] > count[best])
			best = i;
	}
	return candidates[best];
}

/* Whether a line says which it is, and nothing else. */
static bool
is_hint(const char *text)
{
	return strncmp(text, "sep=", 4) == 0 && text[4] != '\0' && text[4] != '"' &&
	    text[5 + strspn(text + 5, "\r")] == '\n';
}

/* Reads the first row, whole as it is now. */
static enum csv_got
head_take(struct csv *c, struct csv_row *row, struct err *err)
{
	const char *text = buf_text(&c->head);
	size_t len = c->head.len;

	row->line = 1;
	if (len >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0)) {
		err_set(err, "it is UTF-16; save it as UTF-8, or send it through iconv(1)");
		return CSV_BROKEN;
	}
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		len -= 3;
	}
	if (is_hint(text)) {
		c->delimiter = text[4];
		c->line = c->begun = 2;
		return CSV_MORE;
	}
	c->delimiter = commonest(text);
	return rows_take(c, &text, &len, row, err);
}

/* Gathers the first row: CSV_ROW once it is whole. */
static enum csv_got
head_gather(struct csv *c, const char **bytes, size_t *len, struct csv_row *row, struct err *err)
{
	size_t n = 0;
	bool whole = false;

	for (; n < *len && !whole; n++) {
		c->within = c->within != ((*bytes)[n] == '"');
		whole = !c->within && (*bytes)[n] == '\n';
	}
	buf_put(&c->head, *bytes, n);
	*bytes += n;
	*len -= n;
	if (buf_ok(&c->head))
		return whole ? CSV_ROW : CSV_MORE;
	row->line = 1;
	err_set(err, "the first row, which names the columns, has more than %u bytes", CSV_BYTES);
	return CSV_BROKEN;
}

enum csv_got
csv_next(struct csv *c, const char **bytes, size_t *len, struct csv_row *row, struct err *err)
{
	enum csv_got got;

	if (c->delimiter == '\0') {
		got = head_gather(c, bytes, len, row, err);
		if (got == CSV_ROW)
			got = head_take(c, row, err);
		if (got != CSV_MORE)
			return got;
	}
	return c->delimiter == '\0' ? CSV_MORE : rows_take(c, bytes, len, row, err);
}

enum csv_got
csv_end(struct csv *c, struct csv_row *row, struct err *err)
{
	enum csv_got got;

	if (c->delimiter == '\0' && c->head.len > 0) {
		got = head_take(c, row, err);
		if (got != CSV_MORE)
			return got;
	}
	if (c->state == QUOTED) {
		row->line = c->begun;
		err_set(
		    err, "the quote that opens in line %lld is never closed", (long long)c->opened);
		return CSV_BROKEN;
	}
	return c->state == BEGIN && c->count == 0 ? CSV_MORE : row_end(c, row, err);
}
