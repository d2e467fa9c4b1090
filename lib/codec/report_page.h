/*
 * report_page: a report as people read it: a sequence of blocks, in a language. HTML and Markdown
 * are two ways to write such blocks, so that they say the same.
 */
#ifndef SLAD_CODEC_REPORT_PAGE_H
#define SLAD_CODEC_REPORT_PAGE_H

#include "base/mem.h"
#include "codec/report.h"
#include "codec/report_svg.h"

enum tone { TONE_PLAIN, TONE_GOOD, TONE_BAD, TONE_FAINT, TONE_SHORT, TONE_GROUP };

/* TONE_SHORT: a word or an instant, not to be broken. TONE_GROUP in the first cell: the row is a
 * heading of those below it. */
struct page_cell {
	const char *text, *note; /* note: a smaller second line, or NULL */
	enum tone tone;
};

struct page_table {
	const char *const *head; /* NULL-terminated; one that begins with '>' holds numbers */
	size_t columns, cells, room;
	struct page_cell *cell; /* row by row */
};

struct page;

struct page_form {
	void (*open)(struct page *p, const char *title, const char *subtitle);
	void (*close)(struct page *p);
	void (*heading)(struct page *p, const char *text);
	void (*paragraph)(struct page *p, const char *text, enum tone tone);
	void (*facts)(struct page *p, const struct page_table *t); /* two columns: name, text */
	void (*figures)(struct page *p, const struct page_table *t); /* the same, to stand out */
	void (*table)(struct page *p, const struct page_table *t);
	void (*bars)(struct page *p, const char *title, const struct svg_bar *bar, size_t count);
	void (*trends)(struct page *p, const struct report_score *const *score, size_t count);
};

struct page {
	const struct page_form *form;
	const struct service_report *report;
	bool zh;
	struct buf *out;
	struct arena arena;
};

void page_write(
    const struct page_form *form, const struct service_report *r, bool zh, struct buf *out);

/* For the parts of a page: tables in the page's arena. */
struct page_table page_table_of(const char *const *head);
void page_cell(
    struct page *p, struct page_table *t, const char *text, const char *note, enum tone tone);
void page_text(struct page *p, struct page_table *t, const char *text);
void page_share(struct page *p, struct page_table *t, struct figure share, struct figure limit);
const char *page_word(const struct page *p, unsigned word); /* enum word */
const char *page_indicator(const struct page *p, enum indicator i);

/* A row of two cells, for facts and figures. */
extern const char *const page_two_columns[];
void page_fact(struct page *p, struct page_table *t, unsigned word, const char *text);

/* The parts after the summary: report_page_scores.c, report_page_more.c. */
void page_evaluation(struct page *p);
void page_indicators(struct page *p);
void page_trends(struct page *p);
void page_times(struct page *p);
void page_satisfaction(struct page *p);
void page_flows(struct page *p);
void page_services(struct page *p);
void page_alerts(struct page *p);
void page_improvements(struct page *p);

#endif
