#include <string.h>

#include "codec/markup.h"
#include "codec/report_inside.h"
#include "codec/report_page.h"
#include "codec/report_text.h"

/* Text in which nothing is markup: not GitHub's either, which makes links of bare addresses and
 * people of @names. */
static void
put(struct buf *out, const char *text)
{
	unsigned c;
	size_t len;

	for (; *text != '\0'; text += len) {
		len = markup_char(text, &c);
		if (c < 0x80 && (strchr("&<>\"'@\t\r\n", (int)c) != NULL || c == 0x7f)) {
			char one[] = {(char)c, '\0'};

			if (c == '@')
				buf_puts(out, "&#64;");
			else
				markup_put(out, one);
		} else if (c < 0x80 &&
		    (strchr("\\`*_[]|~#$!", (int)c) != NULL || strncmp(text, "://", 3) == 0)) {
			buf_putf(out, "\\%c", (char)c);
		} else if (c == 0xfffd) {
			buf_puts(out, "\xef\xbf\xbd");
		} else {
			buf_put(out, text, len);
		}
	}
}

static void
open_page(struct page *p, const char *title, const char *subtitle)
{
	buf_puts(p->out, "# ");
	put(p->out, report_word(WORD_TITLE, p->zh));
	buf_puts(p->out, ": ");
	put(p->out, title);
	buf_puts(p->out, ", ");
	put(p->out, subtitle);
	buf_puts(p->out, "\n");
}

static void
close_page(struct page *p)
{
	(void)p;
}

static void
heading(struct page *p, const char *text)
{
	buf_puts(p->out, "\n## ");
	put(p->out, text);
	buf_puts(p->out, "\n");
}

/* A text that begins like a list's item is none. */
static void
paragraph(struct page *p, const char *text, enum tone tone)
{
	buf_puts(p->out, tone == TONE_BAD ? "\n**" : "\n");
	if (strchr("-+=", text[0]) != NULL || (text[0] >= '0' && text[0] <= '9'))
		buf_puts(p->out, "&#8203;");
	put(p->out, text);
	buf_puts(p->out, tone == TONE_BAD ? "**\n" : "\n");
}

static void
cell_put(struct page *p, const struct page_cell *cell)
{
	bool strong = cell->tone == TONE_BAD || cell->tone == TONE_GROUP;

	buf_puts(p->out, strong ? " **" : " ");
	put(p->out, cell->text);
	buf_puts(p->out, strong ? "**" : "");
	if (cell->note != NULL) {
		buf_puts(p->out, "<br>");
		put(p->out, cell->note);
	}
	buf_puts(p->out, " |");
}

static void
table(struct page *p, const struct page_table *t)
{
	if (t->cells == 0)
		return;
	buf_puts(p->out, "\n|");
	for (size_t c = 0; c < t->columns; c++)
		cell_put(p, &(struct page_cell){t->head[c] + (t->head[c][0] == '>'), NULL, 0});
	buf_puts(p->out, "\n|");
	for (size_t c = 0; c < t->columns; c++)
		buf_puts(p->out, t->head[c][0] == '>' ? " ---: |" : " --- |");
	for (size_t i = 0; i < t->cells; i++) {
		if (i % t->columns == 0)
			buf_puts(p->out, "\n|");
		cell_put(p, &t->cell[i]);
	}
	buf_puts(p->out, "\n");
}

/* The numbers stand in the tables. */
static void
bars(struct page *p, const char *title, const struct svg_bar *bar, size_t count)
{
	(void)p;
	(void)title;
	(void)bar;
	(void)count;
}

static void
direction_row(
    struct page *p, struct page_table *t, const struct report_score *const *score, size_t count)
{
	page_text(p, t, report_word(WORD_TREND, p->zh));
	for (size_t i = 0; i < count; i++)
		page_text(p, t,
		    score[i]->direction == NULL ? "–" : report_name(score[i]->direction, p->zh));
}

static void
trends(struct page *p, const struct report_score *const *score, size_t count)
{
	const char **columns = arena_alloc(&p->arena, count + 2, sizeof(*columns));
	const struct figure none = {0};
	struct page_table t;

	columns[0] = report_word(WORD_STEP, p->zh);
	for (size_t i = 0; i < count; i++)
		columns[1 + i] =
		    report_textf(&p->arena, ">%s", page_indicator(p, score[i]->indicator));
	t = page_table_of(columns);
	for (size_t step = 0; step < score[0]->points; step++) {
		page_text(p, &t, score[0]->point[step].window);
		for (size_t i = 0; i < count; i++)
			page_share(p, &t,
			    step < score[i]->points ? score[i]->point[step].value : none,
			    score[i]->objective);
	}
	direction_row(p, &t, score, count);
	table(p, &t);
}

static const struct page_form form = {
    open_page, close_page, heading, paragraph, table, table, table, bars, trends};

void
report_md(const struct service_report *r, bool zh, struct buf *out)
{
	page_write(&form, r, zh, out);
}
