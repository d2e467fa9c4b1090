#include <jansson.h>
#include <string.h>

#include "codec/json_text.h"
#include "codec/report_inside.h"

static json_t *
number(struct figure f)
{
	return f.has ? json_real(f.value) : json_null();
}

static json_t *
text(const char *s)
{
	return s == NULL ? json_null() : json_string(s);
}

static json_t *
instant(int64_t t)
{
	char utc[STAMP_TEXT];

	return t == STAMP_NEVER ? json_null() : json_string(stamp_format(t, utc));
}

static json_t *
mark(enum report_mark m)
{
	return m == MARK_NONE ? json_null() : json_boolean(m == MARK_MET);
}

static json_t *
edge(const struct report_head *h, int64_t t)
{
	char wall[STAMP_TEXT];

	return json_string(stamp_format_at(t, h->zone == NULL ? 0 : zone_offset(h->zone, t), wall));
}

static void
head_put(json_t *o, const struct report_head *h)
{
	json_t *moved = json_array();

	for (size_t i = 0; i < h->moved; i++)
		json_array_append_new(
		    moved, json_string(indicator_table[h->moved_indicator[i]].id));
	json_object_set_new(o, "agreement", text(h->agreement));
	json_object_set_new(o, "name", text(h->name));
	json_object_set_new(o, "window",
	    json_pack("{so so so so}", "name", text(h->window), "from", edge(h, h->from), "to",
		edge(h, h->to), "cohort", text(h->cohort)));
	json_object_set_new(o, "zone", text(h->zone == NULL ? "UTC" : h->zone->name));
	json_object_set_new(o, "as_of", instant(h->as_of));
	json_object_set_new(o, "running", json_boolean(h->running));
	json_object_set_new(
	    o, "revision", h->revision > 0 ? json_integer(h->revision) : json_null());
	json_object_set_new(o, "closed_at", instant(h->closed_at));
	json_object_set_new(o, "closed_by", text(h->closed_by));
	json_object_set_new(o, "moved", moved);
	json_object_set_new(o, "previous", text(h->previous));
	json_object_set_new(o, "step", text(h->step));
}

static json_t *
characteristics_json(const struct report_evaluation *e)
{
	json_t *list = json_array();

	for (size_t i = 0; i < e->characteristics; i++) {
		const struct report_characteristic *c = &e->characteristic[i];

		json_array_append_new(list,
		    json_pack("{ss ss so so so}", "characteristic",
			characteristic_names[c->characteristic], "name_zh",
			characteristic_names_zh[c->characteristic], "weight", number(c->weight),
			"score", number(c->score), "coverage", number(c->coverage)));
	}
	return list;
}

static json_t *
evaluation_json(const struct report_evaluation *e)
{
	json_t *bands = json_array(), *vetoes = json_array();

	for (size_t i = 0; i < e->bands; i++)
		json_array_append_new(bands,
		    json_pack(
			"{ss sf}", "grade", e->band[i].grade, "at_least", e->band[i].at_least));
	for (size_t i = 0; i < e->vetoes; i++)
		json_array_append_new(vetoes,
		    json_pack("{ss sf ss}", "indicator", indicator_table[e->veto[i].indicator].id,
			"below", e->veto[i].below, "at_most", e->veto[i].at_most));
	return json_pack("{ss so so so so so so so so}", "profile", e->profile, "score",
	    number(e->score), "coverage", number(e->coverage), "grade", text(e->grade), "reason",
	    text(e->reason), "min_coverage", number(e->min_coverage), "characteristics",
	    characteristics_json(e), "bands", bands, "vetoes", vetoes);
}

static json_t *
points_json(const struct report_score *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->points; i++)
		json_array_append_new(list,
		    json_pack("{ss so}", "window", s->point[i].window, "value",
			number(s->point[i].value)));
	return list;
}

static json_t *
score_json(const struct report_score *s)
{
	const struct indicator_info *info = &indicator_table[s->indicator];
	json_t *o = json_pack("{ss ss ss ss so so}", "indicator", info->id, "characteristic",
	    characteristic_names[info->characteristic], "name", info->name, "name_zh",
	    info->name_zh, "a", number(s->a), "b", number(s->b));

	if (s->c.has)
		json_object_set_new(o, "c", number(s->c));
	json_object_set_new(o, "pending", json_integer(s->pending));
	json_object_set_new(o, "excluded", json_integer(s->excluded));
	json_object_set_new(o, "value", number(s->value));
	json_object_set_new(o, "objective", number(s->objective));
	json_object_set_new(o, "met", mark(s->met));
	json_object_set_new(o, "reason", text(s->reason));
	json_object_set_new(o, "previous", number(s->previous));
	json_object_set_new(o, "trend", text(s->direction));
	json_object_set_new(o, "points", points_json(s));
	return o;
}

static json_t *
scores_json(const struct report_score *score, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, score_json(&score[i]));
	return list;
}

static json_t *
times_json(const struct service_report *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->times; i++) {
		const struct report_time *t = &r->time[i];

		json_array_append_new(list,
		    json_pack("{ss ss sI so so so so so}", "clock", t->clock, "measured",
			t->measured, "count", (json_int_t)t->count, "mean", number(t->mean), "p50",
			number(t->p50), "p90", number(t->p90), "p95", number(t->p95), "p99",
			number(t->p99)));
	}
	return list;
}

static json_t *
surveys_json(const struct service_report *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->surveys; i++)
		json_array_append_new(list,
		    json_pack("{ss sI so}", "level", r->survey[i].level, "answered",
			(json_int_t)r->survey[i].answered, "value", number(r->survey[i].value)));
	return list;
}

static json_t *
flows_json(const struct service_report *r)
{
	json_t *list = json_array(), *excluded;

	for (size_t i = 0; i < r->flows; i++) {
		const struct report_flow *f = &r->flow[i];

		excluded = json_object();
		for (size_t c = 0; c < f->causes; c++)
			json_object_set_new(
			    excluded, f->cause[c].cause, json_integer(f->cause[c].count));
		json_array_append_new(list,
		    json_pack("{ss sI sI sI sI sI so so so}", "kind", f->kind, "backlog_before",
			(json_int_t)f->backlog_before, "opened", (json_int_t)f->opened, "resolved",
			(json_int_t)f->resolved, "backlog_after", (json_int_t)f->backlog_after,
			"reopened", (json_int_t)f->reopened, "reopened_share",
			number(f->reopened_share), "excluded", excluded, "excluded_share",
			number(f->excluded_share)));
	}
	return list;
}

static json_t *
services_json(const struct service_report *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->services; i++) {
		const struct report_service *s = &r->service[i];

		json_array_append_new(list,
		    json_pack("{ss sI sI so sI sI sI}", "service", s->service, "objectives",
			(json_int_t)s->objectives, "missed", (json_int_t)s->misses, "scores",
			scores_json(s->miss, s->misses), "late_responses",
			(json_int_t)s->late_responses, "late_recoveries",
			(json_int_t)s->late_recoveries, "late_resolutions",
			(json_int_t)s->late_resolutions));
	}
	return list;
}

static json_t *
scope_json(const char *const scope[static DIMENSIONS])
{
	json_t *o = json_object();

	for (int d = 0; d < DIMENSIONS; d++) {
		if (scope[d] != NULL)
			json_object_set_new(o, dimension_names[d], json_string(scope[d]));
	}
	return o;
}

static json_t *
alerts_json(const struct service_report *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->alerts; i++) {
		const struct report_alert *a = &r->alert[i];

		json_array_append_new(list,
		    json_pack("{ss ss ss so ss ss so so so so}", "id", a->id, "rule", a->rule,
			"indicator", a->indicator, "scope", scope_json(a->scope), "level", a->level,
			"state", a->state, "value", number(a->value), "fired_at",
			instant(a->fired_at), "resolved_at", instant(a->resolved_at), "reason",
			text(a->reason)));
	}
	return json_pack("{sI so}", "fired", (json_int_t)r->alerts_fired, "alerts", list);
}

static json_t *
improvements_json(const struct service_report *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->improvements; i++) {
		const struct report_improvement *m = &r->improvement[i];

		json_array_append_new(list,
		    json_pack("{ss ss ss so ss so so so so so}", "id", m->id, "title", m->title,
			"indicator", m->indicator, "scope", scope_json(m->scope), "state", m->state,
			"due", text(m->due), "aim", number(m->aim), "baseline", number(m->baseline),
			"present", number(m->present), "reached", mark(m->reached)));
	}
	return list;
}

static json_t *
failures_json(const struct report_failures *f)
{
	return json_pack("{sI so so}", "count", (json_int_t)f->count, "between", number(f->between),
	    "restore", number(f->restore));
}

/* Everything in both languages: JSON is not for one reader. */
void
report_json(const struct service_report *r, bool zh, struct buf *out)
{
	json_t *o = json_object();

	(void)zh;
	head_put(o, &r->head);
	json_object_set_new(o, "evaluation",
	    r->evaluation.profile == NULL ? json_null() : evaluation_json(&r->evaluation));
	json_object_set_new(o, "scores", scores_json(r->score, r->scores));
	json_object_set_new(o, "times", r->times == 0 ? json_null() : times_json(r));
	json_object_set_new(
	    o, "failures", r->failures.given ? failures_json(&r->failures) : json_null());
	json_object_set_new(o, "satisfaction", r->surveys == 0 ? json_null() : surveys_json(r));
	json_object_set_new(o, "tickets", r->flows == 0 ? json_null() : flows_json(r));
	json_object_set_new(o, "services", r->services_given ? services_json(r) : json_null());
	json_object_set_new(o, "alerts", r->alerts_given ? alerts_json(r) : json_null());
	json_object_set_new(
	    o, "improvements", r->improvements_given ? improvements_json(r) : json_null());
	json_text(o, out, false);
	json_decref(o);
}
