#include <inttypes.h>
#include <string.h>

#include "codec/report_page.h"
#include "codec/report_text.h"

static const struct figure none;

static const char *
numbers(struct page *p, enum word w)
{
	return report_textf(&p->arena, ">%s", page_word(p, w));
}

static void
word_cell(struct page *p, struct page_table *t, const char *text)
{
	page_cell(p, t, text, NULL, TONE_SHORT);
}

static void
time_cell(struct page *p, struct page_table *t, struct figure seconds)
{
	if (seconds.has)
		page_text(p, t, report_duration(&p->arena, seconds.value, p->zh));
	else
		page_cell(p, t, "–", NULL, TONE_FAINT);
}

static void
count_cell(struct page *p, struct page_table *t, int64_t n, const char *note)
{
	page_cell(p, t, report_amount(&p->arena, (double)n), note, TONE_PLAIN);
}

static void
failures(struct page *p)
{
	const struct report_failures *f = &p->report->failures;
	struct page_table t = page_table_of(page_two_columns);

	if (!f->given)
		return;
	page_text(p, &t, page_word(p, WORD_FAILURES));
	count_cell(p, &t, f->count, NULL);
	page_text(p, &t, page_word(p, WORD_BETWEEN));
	time_cell(p, &t, f->between);
	page_text(p, &t, page_word(p, WORD_RESTORE));
	time_cell(p, &t, f->restore);
	p->form->facts(p, &t);
}

void
page_times(struct page *p)
{
	const struct service_report *r = p->report;
	const char *const columns[] = {page_word(p, WORD_TIME), numbers(p, WORD_COUNT),
	    numbers(p, WORD_MEAN), ">P50", ">P90", ">P95", ">P99", NULL};
	struct page_table t = page_table_of(columns);

	if (r->times == 0 && !r->failures.given)
		return;
	p->form->heading(p, page_word(p, WORD_TIMES));
	for (size_t i = 0; i < r->times; i++) {
		const struct report_time *time = &r->time[i];

		page_text(p, &t,
		    report_textf(&p->arena, p->zh ? "%s（%s）" : "%s, %s",
			report_name(time->clock, p->zh), report_name(time->measured, p->zh)));
		count_cell(p, &t, time->count, NULL);
		time_cell(p, &t, time->mean);
		time_cell(p, &t, time->p50);
		time_cell(p, &t, time->p90);
		time_cell(p, &t, time->p95);
		time_cell(p, &t, time->p99);
	}
	if (r->times > 0)
		p->form->table(p, &t);
	failures(p);
}

void
page_satisfaction(struct page *p)
{
	const struct service_report *r = p->report;
	const char *const columns[] = {page_word(p, WORD_LEVEL), numbers(p, WORD_ANSWERED),
	    numbers(p, WORD_SATISFACTION), NULL};
	struct page_table t = page_table_of(columns);

	if (r->surveys == 0)
		return;
	p->form->heading(p, page_word(p, WORD_SATISFACTION));
	for (size_t i = 0; i < r->surveys; i++) {
		page_text(p, &t, report_name(r->survey[i].level, p->zh));
		count_cell(p, &t, r->survey[i].answered, NULL);
		page_share(p, &t, r->survey[i].value, none);
	}
	p->form->table(p, &t);
}

static const char *
causes_text(struct page *p, const struct report_flow *f)
{
	const char *text = NULL, *comma = p->zh ? "，" : ", ";

	for (size_t i = 0; i < f->causes; i++)
		text = report_textf(&p->arena, "%s%s%s %" PRId64, text == NULL ? "" : text,
		    text == NULL ? "" : comma, report_name(f->cause[i].cause, p->zh),
		    f->cause[i].count);
	return text;
}

static const char *
share_note(struct page *p, struct figure share)
{
	return share.has && share.value > 0 ? report_percent(&p->arena, share.value, none) : NULL;
}

void
page_flows(struct page *p)
{
	const struct service_report *r = p->report;
	const char *const columns[] = {page_word(p, WORD_KIND), numbers(p, WORD_BACKLOG_BEFORE),
	    numbers(p, WORD_OPENED), numbers(p, WORD_RESOLVED), numbers(p, WORD_BACKLOG_AFTER),
	    numbers(p, WORD_REOPENED), numbers(p, WORD_EXCLUDED), NULL};
	struct page_table t = page_table_of(columns);
	const char *why;

	if (r->flows == 0)
		return;
	p->form->heading(p, page_word(p, WORD_TICKETS));
	for (size_t i = 0; i < r->flows; i++) {
		const struct report_flow *f = &r->flow[i];

		page_text(p, &t, report_name(f->kind, p->zh));
		count_cell(p, &t, f->backlog_before, NULL);
		count_cell(p, &t, f->opened, NULL);
		count_cell(p, &t, f->resolved, NULL);
		count_cell(p, &t, f->backlog_after, NULL);
		count_cell(p, &t, f->reopened, share_note(p, f->reopened_share));
		count_cell(p, &t, f->excluded, share_note(p, f->excluded_share));
	}
	p->form->table(p, &t);
	why = causes_text(p, &r->flow[r->flows - 1]);
	if (why != NULL)
		p->form->paragraph(p,
		    report_textf(
			&p->arena, p->zh ? "%s：%s" : "%s: %s", page_word(p, WORD_EXCLUDED), why),
		    TONE_FAINT);
}

static const char *
misses_text(struct page *p, const struct report_service *s)
{
	const char *text = NULL;

	for (size_t i = 0; i < s->misses; i++)
		text = report_textf(&p->arena, "%s%s%s %s", text == NULL ? "" : text,
		    text == NULL ? "" : "; ", page_indicator(p, s->miss[i].indicator),
		    report_percent(&p->arena, s->miss[i].value.value, s->miss[i].objective));
	return text;
}

void
page_services(struct page *p)
{
	const struct service_report *r = p->report;
	const char *const columns[] = {page_word(p, WORD_SERVICE), page_word(p, WORD_RESULT),
	    numbers(p, WORD_LATE_RESPONSES), numbers(p, WORD_LATE_RECOVERIES),
	    numbers(p, WORD_LATE_RESOLUTIONS), NULL};
	struct page_table t = page_table_of(columns);

	if (!r->services_given)
		return;
	p->form->heading(p, page_word(p, WORD_SERVICES));
	for (size_t i = 0; i < r->services; i++) {
		const struct report_service *s = &r->service[i];

		page_text(
		    p, &t, s->service[0] == '\0' ? page_word(p, WORD_NO_SERVICE) : s->service);
		if (s->misses > 0)
			page_cell(p, &t,
			    report_textf(&p->arena, "✗ %zu %s %zu %s", s->misses,
				page_word(p, WORD_OF), s->objectives, page_word(p, WORD_MISSED)),
			    misses_text(p, s), TONE_BAD);
		else if (s->objectives > 0)
			page_cell(p, &t, report_textf(&p->arena, "✓ %s", page_word(p, WORD_MET)),
			    NULL, TONE_GOOD);
		else
			page_cell(p, &t, "–", NULL, TONE_FAINT);
		count_cell(p, &t, s->late_responses, NULL);
		count_cell(p, &t, s->late_recoveries, NULL);
		count_cell(p, &t, s->late_resolutions, NULL);
	}
	if (r->services > 0)
		p->form->table(p, &t);
	else
		p->form->paragraph(p, page_word(p, WORD_SERVICES_NONE), TONE_PLAIN);
}

static const char *
indicator_word(struct page *p, const char *id)
{
	int i = indicator_find(id);

	return i < 0 ? id : page_indicator(p, (enum indicator)i);
}

/* What is below the agreement; and that there is none, for what is about all of them. */
static const char *
scope_text(struct page *p, const char *const scope[static DIMENSIONS])
{
	const char *text = scope[DIM_AGREEMENT] == NULL ? page_word(p, WORD_AGREEMENTS_ALL) : "";

	for (int d = DIM_SERVICE; d < DIMENSIONS; d++) {
		if (scope[d] != NULL)
			text = report_textf(
			    &p->arena, "%s%s%s", text, text[0] == '\0' ? "" : " · ", scope[d]);
	}
	return text[0] == '\0' ? scope[DIM_AGREEMENT] : text;
}

void
page_alerts(struct page *p)
{
	const struct service_report *r = p->report;
	const char *const columns[] = {page_word(p, WORD_FIRED), page_word(p, WORD_ENDED_AT),
	    page_word(p, WORD_LEVEL), page_word(p, WORD_RULE), page_word(p, WORD_SCOPE),
	    numbers(p, WORD_VALUE), NULL};
	struct page_table t = page_table_of(columns);

	if (!r->alerts_given)
		return;
	p->form->heading(p, page_word(p, WORD_ALERTS));
	for (size_t i = 0; i < r->alerts; i++) {
		const struct report_alert *a = &r->alert[i];

		word_cell(p, &t, report_instant(&p->arena, r->head.zone, a->fired_at));
		if (a->resolved_at != STAMP_NEVER)
			word_cell(p, &t, report_instant(&p->arena, r->head.zone, a->resolved_at));
		else
			page_cell(p, &t, report_name(a->state, p->zh), NULL, TONE_BAD);
		word_cell(p, &t, report_name(a->level, p->zh));
		page_cell(p, &t, a->rule, indicator_word(p, a->indicator), TONE_PLAIN);
		page_text(p, &t, scope_text(p, a->scope));
		page_share(p, &t, a->value, none);
	}
	if (r->alerts > 0)
		p->form->table(p, &t);
	else
		p->form->paragraph(p, page_word(p, WORD_ALERTS_NONE), TONE_PLAIN);
	if (r->alerts_fired > (int64_t)r->alerts)
		p->form->paragraph(p,
		    report_textf(
			&p->arena, "%s %" PRId64, page_word(p, WORD_ALERTS_MORE), r->alerts_fired),
		    TONE_FAINT);
}

static void
present_cell(struct page *p, struct page_table *t, const struct report_improvement *m)
{
	const char *mark = m->reached == MARK_MET ? "✓" : "✗";

	if (!m->present.has || m->reached == MARK_NONE)
		page_share(p, t, m->present, m->aim);
	else
		page_cell(p, t,
		    report_textf(&p->arena, "%s %s", mark,
			report_percent(&p->arena, m->present.value, m->aim)),
		    NULL, m->reached == MARK_MET ? TONE_GOOD : TONE_BAD);
}

void
page_improvements(struct page *p)
{
	const struct service_report *r = p->report;
	const char *const columns[] = {page_word(p, WORD_MEASURE), page_word(p, WORD_SCOPE),
	    page_word(p, WORD_STATE), numbers(p, WORD_BASELINE), numbers(p, WORD_AIM),
	    numbers(p, WORD_PRESENT), page_word(p, WORD_DUE), NULL};
	struct page_table t = page_table_of(columns);

	if (!r->improvements_given)
		return;
	p->form->heading(p, page_word(p, WORD_IMPROVEMENTS));
	for (size_t i = 0; i < r->improvements; i++) {
		const struct report_improvement *m = &r->improvement[i];

		page_cell(p, &t, m->title, indicator_word(p, m->indicator), TONE_PLAIN);
		page_text(p, &t, scope_text(p, m->scope));
		word_cell(p, &t, report_name(m->state, p->zh));
		page_share(p, &t, m->baseline, m->aim);
		page_text(p, &t, m->aim.has ? report_objective(&p->arena, m->aim.value) : "–");
		present_cell(p, &t, m);
		word_cell(p, &t, m->due == NULL ? "–" : m->due);
	}
	if (r->improvements > 0)
		p->form->table(p, &t);
	else
		p->form->paragraph(p, page_word(p, WORD_IMPROVEMENTS_NONE), TONE_PLAIN);
}
