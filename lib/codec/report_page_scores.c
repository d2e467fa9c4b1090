#include <inttypes.h>
#include <string.h>

#include "codec/report_page.h"
#include "codec/report_text.h"

static const char *
characteristic_word(struct page *p, enum characteristic c)
{
	char *name =
	    arena_strdup(&p->arena, (p->zh ? characteristic_names_zh : characteristic_names)[c]);

	if (!p->zh)
		name[0] = (char)(name[0] - 'a' + 'A');
	return name;
}

/* The evaluation by a profile. */

static const char *
bands_text(struct page *p)
{
	const struct report_evaluation *e = &p->report->evaluation;
	const char *text = "";

	for (size_t i = 0; i < e->bands; i++)
		text = report_textf(&p->arena, "%s%s%s %s %s", text,
		    i > 0 ? p->zh ? "；" : "; " : "", e->band[i].grade, page_word(p, WORD_FROM),
		    report_objective(&p->arena, e->band[i].at_least));
	return text;
}

static void
evaluation_facts(struct page *p)
{
	const struct report_evaluation *e = &p->report->evaluation;
	const struct figure none = {0};
	struct page_table t = page_table_of(page_two_columns);
	const char *grade = e->grade == NULL ? page_word(p, WORD_UNGRADED) : e->grade;

	if (e->reason != NULL)
		grade = report_textf(&p->arena, "%s (%s)", grade, report_name(e->reason, p->zh));
	page_fact(p, &t, WORD_PROFILE, e->profile);
	page_fact(p, &t, WORD_GRADE, grade);
	page_text(p, &t, page_word(p, WORD_SCORE));
	page_share(p, &t, e->score, none);
	page_text(p, &t, page_word(p, WORD_COVERAGE));
	page_share(p, &t, e->coverage, e->min_coverage);
	if (e->bands > 0)
		page_fact(p, &t, WORD_BANDS, bands_text(p));
	for (size_t i = 0; i < e->vetoes; i++)
		page_fact(p, &t, WORD_VETO,
		    report_textf(&p->arena, "%s (%s < %s)", e->veto[i].at_most,
			page_indicator(p, e->veto[i].indicator),
			report_objective(&p->arena, e->veto[i].below)));
	p->form->facts(p, &t);
	if (e->min_coverage.has)
		p->form->paragraph(p,
		    report_textf(&p->arena, "%s %s", page_word(p, WORD_MIN_COVERAGE),
			report_objective(&p->arena, e->min_coverage.value)),
		    TONE_FAINT);
}

static void
characteristics(struct page *p, const struct report_evaluation *e)
{
	const char *const columns[] = {page_word(p, WORD_CHARACTERISTIC),
	    report_textf(&p->arena, ">%s", page_word(p, WORD_WEIGHT)),
	    report_textf(&p->arena, ">%s", page_word(p, WORD_SCORE)),
	    report_textf(&p->arena, ">%s", page_word(p, WORD_COVERAGE)), NULL};
	const struct figure none = {0};
	struct page_table t = page_table_of(columns);
	struct svg_bar *bar = arena_alloc(&p->arena, e->characteristics, sizeof(*bar));

	for (size_t i = 0; i < e->characteristics; i++) {
		const struct report_characteristic *c = &e->characteristic[i];
		const char *name = characteristic_word(p, c->characteristic);

		page_text(p, &t, name);
		page_text(p, &t, c->weight.has ? report_amount(&p->arena, c->weight.value) : "–");
		page_share(p, &t, c->score, none);
		page_share(p, &t, c->coverage, none);
		bar[i] = (struct svg_bar){name,
		    c->score.has ? report_percent(&p->arena, c->score.value, none)
				 : page_word(p, WORD_NO_DATA),
		    c->score, none, false};
	}
	p->form->bars(p, page_word(p, WORD_EVALUATION), bar, e->characteristics);
	p->form->table(p, &t);
}

void
page_evaluation(struct page *p)
{
	const struct report_evaluation *e = &p->report->evaluation;

	if (e->profile == NULL)
		return;
	p->form->heading(p, page_word(p, WORD_EVALUATION));
	evaluation_facts(p);
	if (e->characteristics > 0)
		characteristics(p, e);
}

/* All 32. */

static void
amount_cell(struct page *p, struct page_table *t, const struct report_score *s, struct figure n,
    const char *note)
{
	bool seconds = indicator_table[s->indicator].input == INPUT_OUTAGES;

	if (!n.has)
		page_cell(p, t, "–", NULL, TONE_FAINT);
	else
		page_cell(p, t,
		    seconds ? report_duration(&p->arena, n.value, p->zh)
			    : report_amount(&p->arena, n.value),
		    note, TONE_PLAIN);
}

static void
value_cell(struct page *p, struct page_table *t, const struct report_score *s)
{
	const char *note = s->reason == NULL ? NULL : report_name(s->reason, p->zh);

	if (s->pending > 0)
		note = report_textf(
		    &p->arena, "%" PRId64 " %s", s->pending, page_word(p, WORD_PENDING));
	if (s->value.has)
		page_cell(p, t, report_percent(&p->arena, s->value.value, s->objective), note,
		    s->met == MARK_MISSED ? TONE_BAD : TONE_PLAIN);
	else
		page_cell(p, t, note == NULL ? page_word(p, WORD_NO_DATA) : note, NULL, TONE_FAINT);
}

static void
result_cell(struct page *p, struct page_table *t, enum report_mark met)
{
	if (met == MARK_NONE)
		page_cell(p, t, "–", NULL, TONE_FAINT);
	else
		page_cell(p, t,
		    report_textf(&p->arena, "%s %s", met == MARK_MET ? "✓" : "✗",
			page_word(p, met == MARK_MET ? WORD_MET : WORD_MISSED)),
		    NULL, met == MARK_MET ? TONE_GOOD : TONE_BAD);
}

static void
previous_cell(struct page *p, struct page_table *t, const struct report_score *s)
{
	const struct figure none = {0};
	const char *note = NULL;
	double difference = s->value.value - s->previous.value;

	if (s->value.has && s->previous.has && (difference >= 0.00005 || difference <= -0.00005))
		note = report_textf(&p->arena, "%s" NBSP "%.2f" NBSP "%s",
		    difference > 0 ? "▲" : "▼", 100 * (difference > 0 ? difference : -difference),
		    page_word(p, WORD_POINTS));
	if (s->previous.has)
		page_cell(
		    p, t, report_percent(&p->arena, s->previous.value, none), note, TONE_PLAIN);
	else
		page_cell(p, t, "–", NULL, TONE_FAINT);
}

static const char *
counted_text(struct page *p, enum indicator i)
{
	const char *a = report_counted(i, false, p->zh), *b = report_counted(i, true, p->zh);

	if (indicator_table[i].input == INPUT_ASSESSMENT)
		return NULL;
	if (b[0] == '\0')
		return report_textf(&p->arena, p->zh ? "A：%s" : "A: %s", a);
	return report_textf(&p->arena, p->zh ? "A：%s；B：%s" : "A: %s; B: %s", a, b);
}

static void
score_row(struct page *p, struct page_table *t, const struct report_score *s)
{
	const char *weighted = NULL;

	if (s->c.has && s->value.has)
		weighted = report_textf(&p->arena, "C %s", report_amount(&p->arena, s->c.value));
	page_cell(p, t, page_indicator(p, s->indicator), counted_text(p, s->indicator), TONE_PLAIN);
	amount_cell(p, t, s, s->a, weighted);
	amount_cell(p, t, s, s->b, NULL);
	value_cell(p, t, s);
	if (s->objective.has)
		page_text(p, t, report_objective(&p->arena, s->objective.value));
	else
		page_cell(p, t, "–", NULL, TONE_FAINT);
	result_cell(p, t, s->met);
	previous_cell(p, t, s);
}

void
page_indicators(struct page *p)
{
	const struct service_report *r = p->report;
	const char *const columns[] = {page_word(p, WORD_INDICATOR), ">A", ">B",
	    report_textf(&p->arena, ">%s", page_word(p, WORD_VALUE)),
	    report_textf(&p->arena, ">%s", page_word(p, WORD_OBJECTIVE)), page_word(p, WORD_RESULT),
	    report_textf(&p->arena, ">%s", page_word(p, WORD_PREVIOUS)), NULL};
	struct page_table t = page_table_of(columns);
	int group = -1;

	if (r->scores == 0)
		return;
	p->form->heading(p, page_word(p, WORD_INDICATORS));
	for (size_t i = 0; i < r->scores; i++) {
		enum characteristic c = indicator_table[r->score[i].indicator].characteristic;

		if ((int)c != group) {
			page_cell(p, &t, characteristic_word(p, c), NULL, TONE_GROUP);
			for (size_t k = 1; k < t.columns; k++)
				page_text(p, &t, "");
		}
		group = (int)c;
		score_row(p, &t, &r->score[i]);
	}
	p->form->table(p, &t);
}

void
page_trends(struct page *p)
{
	const struct service_report *r = p->report;
	const struct report_score **list = arena_alloc(&p->arena, r->scores + 1, sizeof(*list));
	size_t n = 0, values;

	for (size_t i = 0; i < r->scores; i++) {
		values = 0;
		for (size_t k = 0; k < r->score[i].points; k++)
			values += r->score[i].point[k].value.has;
		if (values > 1)
			list[n++] = &r->score[i];
	}
	if (n == 0)
		return;
	p->form->heading(p, page_word(p, WORD_TRENDS));
	p->form->trends(p, list, n);
}
