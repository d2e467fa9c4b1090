#include "codec/report_page.h"

#include <inttypes.h>
#include <string.h>

#include "codec/report_text.h"

struct page_table
page_table_of(const char *const *head)
{
	struct page_table t = {.head = head};

	while (head[t.columns] != NULL)
		t.columns++;
	return t;
}

void
page_cell(struct page *p, struct page_table *t, const char *text, const char *note, enum tone tone)
{
	struct page_cell *grown;

	if (t->cells == t->room) {
		t->room = t->room == 0 ? 64 : 2 * t->room;
		grown = arena_alloc(&p->arena, t->room, sizeof(*grown));
		if (t->cells > 0)
			memcpy(grown, t->cell, t->cells * sizeof(*grown));
		t->cell = grown;
	}
	t->cell[t->cells++] = (struct page_cell){text, note, tone};
}

void
page_text(struct page *p, struct page_table *t, const char *text)
{
	page_cell(p, t, text, NULL, TONE_PLAIN);
}

void
page_share(struct page *p, struct page_table *t, struct figure share, struct figure limit)
{
	if (share.has)
		page_text(p, t, report_percent(&p->arena, share.value, limit));
	else
		page_cell(p, t, "–", NULL, TONE_FAINT);
}

const char *
page_word(const struct page *p, unsigned word)
{
	return report_word((enum word)word, p->zh);
}

const char *
page_indicator(const struct page *p, enum indicator i)
{
	return p->zh ? indicator_table[i].name_zh : indicator_table[i].name;
}

static const char *
period_text(struct page *p)
{
	const struct report_head *h = &p->report->head;

	return report_textf(&p->arena, "%s %s %s (%s)", report_instant(&p->arena, h->zone, h->from),
	    page_word(p, WORD_TO), report_instant(&p->arena, h->zone, h->to),
	    h->zone == NULL ? "UTC" : h->zone->name);
}

static const char *
status_text(struct page *p)
{
	const struct report_head *h = &p->report->head;

	if (h->revision > 0)
		return report_textf(&p->arena, "%s %" PRId64 " (%s %s%s%s)",
		    page_word(p, WORD_REVISION), h->revision, page_word(p, WORD_CLOSED_AT),
		    report_instant(&p->arena, h->zone, h->closed_at),
		    h->closed_by == NULL ? "" : ", ", h->closed_by == NULL ? "" : h->closed_by);
	return page_word(p, h->running ? WORD_RUNNING : WORD_ENDED);
}

void
page_fact(struct page *p, struct page_table *t, unsigned name, const char *text)
{
	page_text(p, t, page_word(p, name));
	page_text(p, t, text);
}

const char *const page_two_columns[] = {"", "", NULL};

static void
name_add(struct page *p, const char **list, enum indicator i)
{
	*list = *list == NULL
	    ? page_indicator(p, i)
	    : report_textf(&p->arena, "%s%s%s", *list, p->zh ? "、" : ", ", page_indicator(p, i));
}

static void
moved(struct page *p)
{
	const struct report_head *h = &p->report->head;
	const char *names = NULL;

	for (size_t i = 0; i < h->moved; i++)
		name_add(p, &names, h->moved_indicator[i]);
	if (names != NULL)
		p->form->paragraph(
		    p, report_textf(&p->arena, "%s %s", page_word(p, WORD_MOVED), names), TONE_BAD);
}

static void
head(struct page *p)
{
	const struct report_head *h = &p->report->head;
	struct page_table t = page_table_of(page_two_columns);
	bool opened = strcmp(h->cohort, "opened") == 0;

	page_fact(p, &t, WORD_AGREEMENT, h->agreement);
	page_fact(p, &t, WORD_PERIOD, period_text(p));
	page_fact(p, &t, WORD_AS_OF, report_instant(&p->arena, h->zone, h->as_of));
	page_fact(
	    p, &t, WORD_COUNTED, page_word(p, opened ? WORD_COUNTED_OPENED : WORD_COUNTED_SETTLED));
	page_fact(p, &t, WORD_STATUS, status_text(p));
	p->form->facts(p, &t);
	moved(p);
}

/* The summary: what a reader with one minute takes away. */

struct objectives {
	int64_t met, missed, without;
	const char *missed_names, *without_names;
};

static struct objectives
objectives_of(struct page *p)
{
	const struct service_report *r = p->report;
	struct objectives o = {0};

	for (size_t i = 0; i < r->scores; i++) {
		if (!r->score[i].objective.has)
			continue;
		if (r->score[i].met == MARK_MET) {
			o.met++;
		} else if (r->score[i].met == MARK_MISSED) {
			o.missed++;
			name_add(p, &o.missed_names, r->score[i].indicator);
		} else {
			o.without++;
			name_add(p, &o.without_names, r->score[i].indicator);
		}
	}
	return o;
}

static void
summary_figures(struct page *p, const struct objectives *o)
{
	const struct service_report *r = p->report;
	const struct figure none = {0};
	struct page_table t = page_table_of(page_two_columns);

	if (r->evaluation.profile != NULL) {
		page_fact(
		    p, &t, WORD_GRADE, r->evaluation.grade == NULL ? "–" : r->evaluation.grade);
		page_text(p, &t, page_word(p, WORD_SCORE));
		page_share(p, &t, r->evaluation.score, none);
	}
	if (o->met + o->missed > 0)
		page_fact(p, &t, WORD_OBJECTIVES_MET,
		    report_textf(&p->arena, "%" PRId64 " %s %" PRId64, o->met,
			page_word(p, WORD_OF), o->met + o->missed));
	for (size_t i = 0; i < r->flows; i++) {
		if (strcmp(r->flow[i].kind, "all") == 0)
			continue;
		page_text(p, &t, report_name(r->flow[i].kind, p->zh));
		page_text(p, &t, report_amount(&p->arena, (double)r->flow[i].opened));
	}
	if (r->alerts_given)
		page_fact(
		    p, &t, WORD_ALERTS_FIRED, report_amount(&p->arena, (double)r->alerts_fired));
	p->form->figures(p, &t);
}

/* Each indicator with an objective, against it. */
static void
objective_bars(struct page *p)
{
	const struct service_report *r = p->report;
	struct svg_bar *bar = arena_alloc(&p->arena, r->scores + 1, sizeof(*bar));
	const struct report_score *s;
	const char *text;
	size_t n = 0;

	for (size_t i = 0; i < r->scores; i++) {
		s = &r->score[i];
		if (!s->objective.has)
			continue;
		text = page_word(p, WORD_NO_DATA);
		if (s->value.has)
			text = report_textf(&p->arena, "%s %s", s->met == MARK_MISSED ? "✗" : "✓",
			    report_percent(&p->arena, s->value.value, s->objective));
		bar[n++] = (struct svg_bar){page_indicator(p, s->indicator), text, s->value,
		    s->objective, s->met == MARK_MISSED};
	}
	if (n > 0)
		p->form->bars(p, page_word(p, WORD_OBJECTIVES_MET), bar, n);
}

static void
summary(struct page *p)
{
	struct objectives o = objectives_of(p);

	p->form->heading(p, page_word(p, WORD_SUMMARY));
	summary_figures(p, &o);
	if (o.met + o.missed + o.without == 0)
		p->form->paragraph(p, page_word(p, WORD_OBJECTIVES_NONE), TONE_PLAIN);
	if (o.missed > 0)
		p->form->paragraph(p,
		    report_textf(
			&p->arena, "✗ %s %s", page_word(p, WORD_MISSED_ARE), o.missed_names),
		    TONE_BAD);
	else if (o.met > 0)
		p->form->paragraph(
		    p, report_textf(&p->arena, "✓ %s", page_word(p, WORD_ALL_MET)), TONE_GOOD);
	if (o.without > 0)
		p->form->paragraph(p,
		    report_textf(
			&p->arena, "%s %s", page_word(p, WORD_OBJECTIVES_NO_DATA), o.without_names),
		    TONE_PLAIN);
	objective_bars(p);
}

static void
notes(struct page *p)
{
	p->form->heading(p, page_word(p, WORD_NOTES));
	p->form->paragraph(p, page_word(p, WORD_NOTE_STANDARD), TONE_FAINT);
	p->form->paragraph(p, page_word(p, WORD_NOTE_PENDING), TONE_FAINT);
	if (p->report->times > 0)
		p->form->paragraph(p, page_word(p, WORD_NOTE_TIMES), TONE_FAINT);
}

void
page_write(const struct page_form *form, const struct service_report *r, bool zh, struct buf *out)
{
	struct page p = {.form = form, .report = r, .zh = zh, .out = out};

	form->open(&p, r->head.name, r->head.window);
	head(&p);
	summary(&p);
	page_evaluation(&p);
	page_indicators(&p);
	page_trends(&p);
	page_times(&p);
	page_satisfaction(&p);
	page_flows(&p);
	page_services(&p);
	page_alerts(&p);
	page_improvements(&p);
	notes(&p);
	form->close(&p);
	arena_free(&p.arena);
}
