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
characteristic_word(struct page *p, enum characteristic c)
{
	char *name =
	    arena_strdup(&p->arena, (p->zh ? characteristic_names_zh : characteristic_names)[c]);

	if (!p->zh)
		name[0] = (char)(name[0] - 'a' + 'A');
	return name;
}

/* The name of the agreement, and of the period. */

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

static void
fact(struct page *p, struct page_table *t, enum word name, const char *text)
{
	page_text(p, t, page_word(p, name));
	page_text(p, t, text);
}

static const char *const two_columns[] = {"", "", NULL};

static void
head(struct page *p)
{
	const struct report_head *h = &p->report->head;
	struct page_table t = page_table_of(two_columns);
	bool opened = strcmp(h->cohort, "opened") == 0;

	fact(p, &t, WORD_AGREEMENT, h->agreement);
	fact(p, &t, WORD_PERIOD, period_text(p));
	fact(p, &t, WORD_AS_OF, report_instant(&p->arena, h->zone, h->as_of));
	fact(
	    p, &t, WORD_COUNTED, page_word(p, opened ? WORD_COUNTED_OPENED : WORD_COUNTED_SETTLED));
	fact(p, &t, WORD_STATUS, status_text(p));
	p->form->facts(p, &t);
}

/* The summary: what a reader with one minute takes away. */

struct objectives {
	int64_t met, missed, without;
	const char *missed_names, *without_names;
};

static void
name_add(struct page *p, const char **list, enum indicator i)
{
	*list = *list == NULL
	    ? page_indicator(p, i)
	    : report_textf(&p->arena, "%s%s%s", *list, p->zh ? "、" : ", ", page_indicator(p, i));
}

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
	struct page_table t = page_table_of(two_columns);

	if (r->evaluation.profile != NULL) {
		fact(p, &t, WORD_GRADE, r->evaluation.grade == NULL ? "–" : r->evaluation.grade);
		page_text(p, &t, page_word(p, WORD_SCORE));
		page_share(p, &t, r->evaluation.score, none);
	}
	if (o->met + o->missed > 0)
		fact(p, &t, WORD_OBJECTIVES_MET,
		    report_textf(&p->arena, "%" PRId64 " %s %" PRId64, o->met,
			page_word(p, WORD_OF), o->met + o->missed));
	for (size_t i = 0; i < r->flows; i++) {
		if (strcmp(r->flow[i].kind, "all") == 0)
			continue;
		page_text(p, &t, report_name(r->flow[i].kind, p->zh));
		page_text(p, &t, report_amount(&p->arena, (double)r->flow[i].opened));
	}
	if (r->alerts_given)
		fact(p, &t, WORD_ALERTS_FIRED, report_amount(&p->arena, (double)r->alerts_fired));
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
	struct page_table t = page_table_of(two_columns);
	const char *grade = e->grade == NULL ? page_word(p, WORD_UNGRADED) : e->grade;

	if (e->reason != NULL)
		grade = report_textf(&p->arena, "%s (%s)", grade, report_name(e->reason, p->zh));
	fact(p, &t, WORD_PROFILE, e->profile);
	fact(p, &t, WORD_GRADE, grade);
	page_text(p, &t, page_word(p, WORD_SCORE));
	page_share(p, &t, e->score, none);
	page_text(p, &t, page_word(p, WORD_COVERAGE));
	page_share(p, &t, e->coverage, e->min_coverage);
	if (e->bands > 0)
		fact(p, &t, WORD_BANDS, bands_text(p));
	for (size_t i = 0; i < e->vetoes; i++)
		fact(p, &t, WORD_VETO,
		    report_textf(&p->arena, "%s: %s < %s", e->veto[i].at_most,
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
evaluation(struct page *p)
{
	const struct report_evaluation *e = &p->report->evaluation;
	const char *const columns[] = {page_word(p, WORD_CHARACTERISTIC), ">", ">", ">", NULL};
	const struct figure none = {0};
	struct page_table t;
	const char **names;
	struct svg_bar *bar = arena_alloc(&p->arena, e->characteristics + 1, sizeof(*bar));

	if (e->profile == NULL)
		return;
	names = arena_alloc(&p->arena, 5, sizeof(*names));
	memcpy(names, columns, sizeof(columns));
	names[1] = report_textf(&p->arena, ">%s", page_word(p, WORD_WEIGHT));
	names[2] = report_textf(&p->arena, ">%s", page_word(p, WORD_SCORE));
	names[3] = report_textf(&p->arena, ">%s", page_word(p, WORD_COVERAGE));
	t = page_table_of(names);
	p->form->heading(p, page_word(p, WORD_EVALUATION));
	evaluation_facts(p);
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
	if (e->characteristics == 0)
		return;
	p->form->bars(p, page_word(p, WORD_EVALUATION), bar, e->characteristics);
	p->form->table(p, &t);
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
		note = report_textf(&p->arena, "%s %.2f %s", difference > 0 ? "▲" : "▼",
		    100 * (difference > 0 ? difference : -difference), page_word(p, WORD_POINTS));
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

	if (s->c.has)
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

static void
indicators(struct page *p)
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

static void
trends(struct page *p)
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
	evaluation(&p);
	indicators(&p);
	trends(&p);
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
