#include <inttypes.h>

#include "codec/report_inside.h"
#include "codec/report_text.h"
#include "codec/table.h"

/* Long form: a row a number, or a text, so that any part is a filter away. */

static const char *const head_en[] = {"section", "item", "scope", "measure", "value", NULL};
static const char *const head_zh[] = {"部分", "项目", "范围", "度量", "值", NULL};

/* The first three columns of what is being written. */
struct place {
	struct table *table;
	const char *section, *item, *scope;
};

static void
text_put(const struct place *at, const char *measure, const char *text)
{
	if (text == NULL)
		return;
	table_cell(at->table, at->section);
	table_cell(at->table, at->item);
	table_cell(at->table, at->scope);
	table_cell(at->table, measure);
	table_cell(at->table, text);
	table_end(at->table);
}

static void
count_put(const struct place *at, const char *measure, int64_t n)
{
	struct buf b = BUF_INIT(32);

	buf_putf(&b, "%" PRId64, n);
	text_put(at, measure, buf_text(&b));
	buf_free(&b);
}

static void
figure_put(const struct place *at, const char *measure, struct figure f)
{
	struct buf b = BUF_INIT(64);

	buf_putf(&b, "%.17g", f.value);
	text_put(at, measure, f.has ? buf_text(&b) : NULL);
	buf_free(&b);
}

static void
mark_put(const struct place *at, const char *measure, enum report_mark m)
{
	text_put(at, measure, m == MARK_NONE ? NULL : m == MARK_MET ? "true" : "false");
}

static void
instant_put(const struct place *at, const char *measure, int64_t t)
{
	char text[STAMP_TEXT];

	text_put(at, measure, t == STAMP_NEVER ? NULL : stamp_format(t, text));
}

static void
edge_put(const struct place *at, const struct report_head *h, const char *measure, int64_t t)
{
	char text[STAMP_TEXT];

	text_put(
	    at, measure, stamp_format_at(t, h->zone == NULL ? 0 : zone_offset(h->zone, t), text));
}

static void
head_rows(struct table *t, const struct report_head *h)
{
	const struct place at = {t, "report", "", h->agreement};

	text_put(&at, "name", h->name);
	text_put(&at, "window", h->window);
	edge_put(&at, h, "from", h->from);
	edge_put(&at, h, "to", h->to);
	text_put(&at, "cohort", h->cohort);
	instant_put(&at, "as_of", h->as_of);
	text_put(&at, "running", h->running ? "true" : "false");
	if (h->revision > 0)
		count_put(&at, "revision", h->revision);
	instant_put(&at, "closed_at", h->closed_at);
	text_put(&at, "closed_by", h->closed_by);
	for (size_t i = 0; i < h->moved; i++)
		text_put(&at, "moved", indicator_table[h->moved_indicator[i]].id);
	text_put(&at, "previous", h->previous);
}

static void
evaluation_rows(struct table *t, const struct service_report *r)
{
	const struct report_evaluation *e = &r->evaluation;
	struct place at = {t, "evaluation", e->profile, r->head.agreement};

	if (e->profile == NULL)
		return;
	figure_put(&at, "score", e->score);
	figure_put(&at, "coverage", e->coverage);
	figure_put(&at, "min_coverage", e->min_coverage);
	text_put(&at, "grade", e->grade);
	text_put(&at, "reason", e->reason);
	for (size_t i = 0; i < e->vetoes; i++) {
		at.item = indicator_table[e->veto[i].indicator].id;
		text_put(&at, "veto", e->veto[i].at_most);
	}
	at.section = "characteristic";
	for (size_t i = 0; i < e->characteristics; i++) {
		at.item = characteristic_names[e->characteristic[i].characteristic];
		figure_put(&at, "weight", e->characteristic[i].weight);
		figure_put(&at, "score", e->characteristic[i].score);
		figure_put(&at, "coverage", e->characteristic[i].coverage);
	}
}

static void
score_rows(struct table *t, const char *section, const char *scope, const struct report_score *s)
{
	const struct place at = {t, section, indicator_table[s->indicator].id, scope};

	figure_put(&at, "a", s->a);
	figure_put(&at, "b", s->b);
	figure_put(&at, "c", s->c);
	count_put(&at, "pending", s->pending);
	count_put(&at, "excluded", s->excluded);
	figure_put(&at, "value", s->value);
	figure_put(&at, "objective", s->objective);
	mark_put(&at, "met", s->met);
	text_put(&at, "reason", s->reason);
	figure_put(&at, "previous", s->previous);
	text_put(&at, "trend", s->direction);
}

static void
series_rows(struct table *t, const struct service_report *r)
{
	for (size_t i = 0; i < r->scores; i++) {
		const struct report_score *s = &r->score[i];
		const struct place at = {
		    t, "series", indicator_table[s->indicator].id, r->head.agreement};

		for (size_t k = 0; k < s->points; k++)
			figure_put(&at, s->point[k].window, s->point[k].value);
	}
}

static void
time_rows(struct table *t, const struct service_report *r)
{
	struct place at = {t, "time", "", r->head.agreement};
	struct buf item = BUF_INIT(100);

	for (size_t i = 0; i < r->times; i++) {
		buf_reset(&item);
		buf_putf(&item, "%s.%s", r->time[i].clock, r->time[i].measured);
		at.item = buf_text(&item);
		count_put(&at, "count", r->time[i].count);
		figure_put(&at, "mean", r->time[i].mean);
		figure_put(&at, "p50", r->time[i].p50);
		figure_put(&at, "p90", r->time[i].p90);
		figure_put(&at, "p95", r->time[i].p95);
		figure_put(&at, "p99", r->time[i].p99);
	}
	buf_free(&item);
	at.section = "failures";
	at.item = "";
	if (r->failures.given) {
		count_put(&at, "count", r->failures.count);
		figure_put(&at, "between", r->failures.between);
		figure_put(&at, "restore", r->failures.restore);
	}
	at.section = "satisfaction";
	for (size_t i = 0; i < r->surveys; i++) {
		at.item = r->survey[i].level;
		count_put(&at, "answered", r->survey[i].answered);
		figure_put(&at, "value", r->survey[i].value);
	}
}

static void
flow_rows(struct table *t, const struct service_report *r)
{
	struct place at = {t, "tickets", "", r->head.agreement};
	const struct report_flow *f;

	for (size_t i = 0; i < r->flows; i++) {
		f = &r->flow[i];
		at.section = "tickets";
		at.item = f->kind;
		count_put(&at, "backlog_before", f->backlog_before);
		count_put(&at, "opened", f->opened);
		count_put(&at, "resolved", f->resolved);
		count_put(&at, "backlog_after", f->backlog_after);
		count_put(&at, "reopened", f->reopened);
		figure_put(&at, "reopened_share", f->reopened_share);
		count_put(&at, "excluded", f->excluded);
		figure_put(&at, "excluded_share", f->excluded_share);
		at.section = "tickets.excluded";
		for (size_t c = 0; c < f->causes; c++)
			count_put(&at, f->cause[c].cause, f->cause[c].count);
	}
}

static void
service_rows(struct table *t, const struct service_report *r)
{
	for (size_t i = 0; i < r->services; i++) {
		const struct report_service *s = &r->service[i];
		const struct place at = {t, "service", "", s->service};

		count_put(&at, "objectives", (int64_t)s->objectives);
		count_put(&at, "missed", (int64_t)s->misses);
		count_put(&at, "late_responses", s->late_responses);
		count_put(&at, "late_recoveries", s->late_recoveries);
		count_put(&at, "late_resolutions", s->late_resolutions);
		for (size_t k = 0; k < s->misses; k++)
			score_rows(t, "service.missed", s->service, &s->miss[k]);
	}
}

/* "acme/mail//one": the dimensions in their order, as far as there are any. */
static const char *
scope_text(struct arena *a, const char *const scope[static DIMENSIONS])
{
	const char *text = scope[0] == NULL ? "" : scope[0];
	int last = 0;

	for (int d = 1; d < DIMENSIONS; d++)
		last = scope[d] == NULL ? last : d;
	for (int d = 1; d <= last; d++)
		text = report_textf(a, "%s/%s", text, scope[d] == NULL ? "" : scope[d]);
	return text;
}

static void
alert_rows(struct table *t, const struct service_report *r)
{
	const struct place all = {t, "alerts", "", r->head.agreement};

	if (r->alerts_given)
		count_put(&all, "fired", r->alerts_fired);
	for (size_t i = 0; i < r->alerts; i++) {
		const struct report_alert *a = &r->alert[i];
		const struct place at = {t, "alert", a->id, scope_text(&t->arena, a->scope)};

		text_put(&at, "rule", a->rule);
		text_put(&at, "indicator", a->indicator);
		text_put(&at, "level", a->level);
		text_put(&at, "state", a->state);
		figure_put(&at, "value", a->value);
		instant_put(&at, "fired_at", a->fired_at);
		instant_put(&at, "resolved_at", a->resolved_at);
		text_put(&at, "reason", a->reason);
	}
}

static void
improvement_rows(struct table *t, const struct service_report *r)
{
	for (size_t i = 0; i < r->improvements; i++) {
		const struct report_improvement *m = &r->improvement[i];
		const struct place at = {t, "improvement", m->id, scope_text(&t->arena, m->scope)};

		text_put(&at, "title", m->title);
		text_put(&at, "indicator", m->indicator);
		text_put(&at, "state", m->state);
		text_put(&at, "due", m->due);
		figure_put(&at, "aim", m->aim);
		figure_put(&at, "baseline", m->baseline);
		figure_put(&at, "present", m->present);
		mark_put(&at, "reached", m->reached);
	}
}

void
report_csv(const struct service_report *r, bool zh, struct buf *out)
{
	struct table t;

	table_init(&t, zh ? head_zh : head_en);
	head_rows(&t, &r->head);
	evaluation_rows(&t, r);
	for (size_t i = 0; i < r->scores; i++)
		score_rows(&t, "score", r->head.agreement, &r->score[i]);
	series_rows(&t, r);
	time_rows(&t, r);
	flow_rows(&t, r);
	service_rows(&t, r);
	alert_rows(&t, r);
	improvement_rows(&t, r);
	table_csv(&t, out);
	table_free(&t);
}
