#include "codec/table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
table_init(struct table *t, const char *const *head)
{
	*t = (struct table){.head = head};
	while (head[t->columns] != NULL)
		t->columns++;
}

void
table_cell(struct table *t, const char *text)
{
	if (t->cells == t->room) {
		t->room = t->room == 0 ? 64 : 2 * t->room;
		t->cell = mem_grow(t->cell, t->room, sizeof(*t->cell));
	}
	t->cell[t->cells++] = arena_strdup(&t->arena, text);
}

void
table_cellf(struct table *t, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	table_cell(t, text);
}

void
table_end(struct table *t)
{
	while (t->cells % t->columns != 0)
		table_cell(t, "");
}

/* Columns on a terminal: UTF-8 characters, those of East Asia two wide. */
static size_t
width(const char *s)
{
	size_t n = 0;

	for (const unsigned char *c = (const unsigned char *)s; *c != '\0'; c++) {
		if ((*c & 0xc0) != 0x80)
			n += *c >= 0xe3 && *c <= 0xed ? 2 : 1;
	}
	return n;
}

static void
padded(struct buf *out, const char *text, size_t columns, bool right, bool last)
{
	size_t w = width(text);
	int gap = w < columns ? (int)(columns - w) : 0;

	if (right)
		buf_putf(out, "%*s%s%s", gap, "", text, last ? "" : "  ");
	else
		buf_putf(out, "%s%*s", text, last ? 0 : gap + 2, "");
}

static void
line(const struct table *t, const char *const *cells, const size_t *widths, struct buf *out)
{
	const char *text;
	size_t last = t->columns;

	while (last > 0 && (cells[last - 1][0] == '\0'))
		last--;
	for (size_t i = 0; i < last; i++) {
		text = cells == t->head && cells[i][0] == '>' ? cells[i] + 1 : cells[i];
		padded(out, text, widths[i], t->head[i][0] == '>', i + 1 == last);
	}
	buf_puts(out, "\n");
}

void
table_text(const struct table *t, struct buf *out)
{
	size_t *widths = mem_alloc(t->columns, sizeof(*widths)), w;

	for (size_t i = 0; i < t->columns; i++)
		widths[i] = width(t->head[i]) - (t->head[i][0] == '>');
	for (size_t i = 0; i < t->cells; i++) {
		w = width(t->cell[i]);
		if (w > widths[i % t->columns])
			widths[i % t->columns] = w;
	}
	line(t, t->head, widths, out);
	for (size_t i = 0; i + t->columns <= t->cells; i += t->columns)
		line(t, &t->cell[i], widths, out);
	free(widths);
}

/* Quoted where needed; a text that a spreadsheet would run as a formula gets an apostrophe. */
static void
csv_cell(const char *text, struct buf *out)
{
	bool formula = text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;

	if (!formula && strpbrk(text, ",\"\r\n") == NULL) {
		buf_puts(out, text);
		return;
	}
	buf_puts(out, formula ? "\"'" : "\"");
	for (; *text != '\0'; text++)
		buf_put(out, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
	buf_puts(out, "\"");
}

static void
csv_line(const struct table *t, const char *const *cells, struct buf *out)
{
	for (size_t i = 0; i < t->columns; i++) {
		buf_puts(out, i > 0 ? "," : "");
		csv_cell(cells == t->head && cells[i][0] == '>' ? cells[i] + 1 : cells[i], out);
	}
	buf_puts(out, "\r\n");
}

void
table_csv(const struct table *t, struct buf *out)
{
	csv_line(t, t->head, out);
	for (size_t i = 0; i + t->columns <= t->cells; i += t->columns)
		csv_line(t, &t->cell[i], out);
}

void
table_free(struct table *t)
{
	free(t->cell);
	arena_free(&t->arena);
}
