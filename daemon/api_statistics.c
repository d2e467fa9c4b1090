#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "api.h"
#include "base/stamp.h"
#include "codec/table.h"
#include "row.h"
#include "statistics.h"

#define NOT_IN_SCOPE "not_in_scope"

static const char *const percentile_names[PERCENTILES] = {"p50", "p90", "p95", "p99"};

static const char *
kind_name(int kind)
{
	return kind == STATISTICS_ALL ? "all" : kind_names[kind];
}

/* Whether a kind of ticket has the clock: only incidents are recovered. */
static bool
has_clock(int kind, enum clock_kind clock)
{
	return clock != CLOCK_RECOVERY || kind == KIND_INCIDENT || kind == STATISTICS_ALL;
}

/* What is shown, as fractions: times in seconds. Without a value their den is 0. */

static struct fraction
mean_of(const struct times *t)
{
	return (struct fraction){t->sum, t->count * STAMP_SECOND};
}

static struct fraction
percentile_of(const struct times *t, int p)
{
	return (struct fraction){t->percentile[p], t->count > 0 ? STAMP_SECOND : 0};
}

static struct fraction
reopened_share(const struct flow *f)
{
	return (struct fraction){f->reopened, f->opened};
}

static struct fraction
excluded_share(const struct flow *f)
{
	int64_t excluded = flow_excluded(f);

	return (struct fraction){excluded, f->opened + excluded};
}

static struct fraction
satisfaction_of(const struct satisfaction *s)
{
	return (struct fraction){s->ratios, s->answered * SATISFACTION_UNIT};
}

static struct fraction
between_failures(const struct availability *a)
{
	return (struct fraction){a->agreed - a->down, a->failures * STAMP_SECOND};
}

static struct fraction
time_to_restore(const struct availability *a)
{
	return (struct fraction){a->down, a->failures * STAMP_SECOND};
}

static json_t *
value_json(struct fraction f)
{
	return f.den == 0 ? json_null() : json_parts(f.num, f.den);
}

static json_t *
flow_json(const struct flow *f)
{
	json_t *excluded = json_object();

	for (int x = 0; x < EXCLUSIONS; x++) {
		if (f->excluded[x] != 0)
			json_object_set_new(
			    excluded, exclusion_names[x], json_integer(f->excluded[x]));
	}
	return json_pack("{sI sI sI sI sI so so so}", "opened", (json_int_t)f->opened, "resolved",
	    (json_int_t)f->resolved, "backlog_before", (json_int_t)f->backlog_before,
	    "backlog_after", (json_int_t)f->backlog_after, "reopened", (json_int_t)f->reopened,
	    "reopened_share", value_json(reopened_share(f)), "excluded", excluded, "excluded_share",
	    value_json(excluded_share(f)));
}

static json_t *
tickets_json(const struct statistics_group *g)
{
	json_t *o = json_object();

	for (int k = 0; k < STATISTICS_KINDS; k++)
		json_object_set_new(o, kind_name(k), flow_json(&g->flow[k]));
	return o;
}

static json_t *
time_json(const struct times *t)
{
	json_t *o =
	    json_pack("{sI so}", "count", (json_int_t)t->count, "mean", value_json(mean_of(t)));

	for (int p = 0; p < PERCENTILES; p++)
		json_object_set_new(o, percentile_names[p], value_json(percentile_of(t, p)));
	return o;
}

static json_t *
times_json(const struct statistics_group *g, int kind)
{
	json_t *o = json_object(), *spans;

	for (enum clock_kind c = 0; c < CLOCKS; c++) {
		if (!has_clock(kind, c))
			continue;
		spans = json_object();
		for (int s = 0; s < SPANS; s++)
			json_object_set_new(spans, span_names[s], time_json(&g->times[kind][c][s]));
		json_object_set_new(o, clock_kind_names[c], spans);
	}
	return o;
}

static json_t *
times_by_kind_json(const struct statistics_group *g)
{
	json_t *o = json_object();

	for (int k = 0; k < KINDS; k++)
		json_object_set_new(o, kind_names[k], times_json(g, k));
	return o;
}

static json_t *
satisfaction_json(const struct statistics_group *g, bool in_scope)
{
	json_t *o = json_object(), *level;

	for (int i = 0; i < SURVEY_LEVELS; i++) {
		level = json_pack("{sI so}", "answered", (json_int_t)g->satisfaction[i].answered,
		    "value", value_json(satisfaction_of(&g->satisfaction[i])));
		if (!in_scope)
			json_object_set_new(level, "reason", json_string(NOT_IN_SCOPE));
		json_object_set_new(o, survey_level_names[i], level);
	}
	return o;
}

static json_t *
failures_json(const struct availability *a, bool in_scope)
{
	json_t *o = json_pack("{sI so so}", "count", (json_int_t)a->failures, "between",
	    value_json(between_failures(a)), "restore", value_json(time_to_restore(a)));

	if (!in_scope)
		json_object_set_new(o, "reason", json_string(NOT_IN_SCOPE));
	return o;
}

/* The group as a row without a score: its scope. */
static struct row
row_begin(const struct scores_query *q, const struct statistics_group *g)
{
	struct row row = {.query = q};

	for (enum dimension d = 0; d < DIMENSIONS; d++)
		row.scope[d] = scores_only(q, d);
	for (size_t b = 0; b < q->bys; b++)
		row.scope[q->by[b]] = g->by[b];
	return row;
}

static void
answer_as_json(const struct question *q, const struct statistics *s, struct answer *a)
{
	json_t *list = json_array();
	const struct statistics_group *g;
	struct row row;

	for (size_t i = 0; i < s->count; i++) {
		g = &s->group[i];
		row = row_begin(&q->query, g);
		json_array_append_new(list,
		    json_pack("{so so so so so so}", "scope", row_scope_json(&row), "tickets",
			tickets_json(g), "times", times_json(g, STATISTICS_ALL), "times_by_kind",
			times_by_kind_json(g), "satisfaction",
			satisfaction_json(g, s->surveys_in_scope), "failures",
			failures_json(&g->availability, s->failures_in_scope)));
	}
	answer_json(a, 200,
	    json_pack("{so so so}", "window", window_json(&q->query.window, q->query.cohort),
		"as_of", json_instant(q->as_of), "statistics", list));
}

/* A group's lines of CSV, being written. */
struct sheet {
	struct table table;
	struct row row;
	const char *kind;
	char statistic[48];
};

static void
line_begin(struct sheet *s, const char *measure)
{
	for (int d = 0; d < DIMENSIONS; d++)
		table_cell(&s->table, s->row.scope[d] == NULL ? "" : s->row.scope[d]);
	table_cell(&s->table, s->kind);
	table_cell(&s->table, s->statistic);
	table_cell(&s->table, measure);
}

/* In as few digits as read back the same. */
static void
real_cell(struct table *t, double x)
{
	char text[32];

	snprintf(text, sizeof(text), "%.15g", x);
	if (strtod(text, NULL) != x)
		snprintf(text, sizeof(text), "%.17g", x);
	table_cell(t, text);
}

static void
line(struct sheet *s, const char *measure, struct fraction f)
{
	line_begin(s, measure);
	if (f.den == 0)
		table_cell(&s->table, "");
	else if (f.num % f.den == 0)
		table_cellf(&s->table, "%" PRId64, f.num / f.den);
	else
		real_cell(&s->table, fraction_value(f));
	table_end(&s->table);
}

static void
line_number(struct sheet *s, const char *measure, int64_t n)
{
	line(s, measure, (struct fraction){n, 1});
}

static void
line_reason(struct sheet *s, bool in_scope)
{
	if (in_scope)
		return;
	line_begin(s, "reason");
	table_cell(&s->table, NOT_IN_SCOPE);
	table_end(&s->table);
}

static void
flow_lines(struct sheet *s, const struct flow *f)
{
	snprintf(s->statistic, sizeof(s->statistic), "tickets");
	line_number(s, "opened", f->opened);
	line_number(s, "resolved", f->resolved);
	line_number(s, "backlog_before", f->backlog_before);
	line_number(s, "backlog_after", f->backlog_after);
	line_number(s, "reopened", f->reopened);
	line(s, "reopened_share", reopened_share(f));
	line(s, "excluded_share", excluded_share(f));
	snprintf(s->statistic, sizeof(s->statistic), "tickets.excluded");
	for (int x = 0; x < EXCLUSIONS; x++) {
		if (f->excluded[x] != 0)
			line_number(s, exclusion_names[x], f->excluded[x]);
	}
}

static void
time_lines(struct sheet *s, const struct times *t)
{
	line_number(s, "count", t->count);
	line(s, "mean", mean_of(t));
	for (int p = 0; p < PERCENTILES; p++)
		line(s, percentile_names[p], percentile_of(t, p));
}

static void
times_lines(struct sheet *s, const struct statistics_group *g, int kind)
{
	for (enum clock_kind c = 0; c < CLOCKS; c++) {
		for (int span = 0; span < SPANS && has_clock(kind, c); span++) {
			snprintf(s->statistic, sizeof(s->statistic), "times.%s.%s",
			    clock_kind_names[c], span_names[span]);
			time_lines(s, &g->times[kind][c][span]);
		}
	}
}

static void
group_lines(struct sheet *s, const struct statistics *all, const struct statistics_group *g)
{
	for (int k = 0; k < STATISTICS_KINDS; k++) {
		s->kind = kind_name(k);
		flow_lines(s, &g->flow[k]);
		times_lines(s, g, k);
	}
	s->kind = "";
	for (int i = 0; i < SURVEY_LEVELS; i++) {
		snprintf(
		    s->statistic, sizeof(s->statistic), "satisfaction.%s", survey_level_names[i]);
		line_number(s, "answered", g->satisfaction[i].answered);
		line(s, "value", satisfaction_of(&g->satisfaction[i]));
		line_reason(s, all->surveys_in_scope);
	}
	snprintf(s->statistic, sizeof(s->statistic), "failures");
	line_number(s, "count", g->availability.failures);
	line(s, "between", between_failures(&g->availability));
	line(s, "restore", time_to_restore(&g->availability));
	line_reason(s, all->failures_in_scope);
}

static void
answer_as_csv(const struct question *q, const struct statistics *all, struct answer *a)
{
	static const char *const head[] = {"agreement", "service", "priority", "team", "kind",
	    "statistic", "measure", "value", NULL};
	static const char *const head_zh[] = {
	    "协议", "服务", "优先级", "团队", "类别", "统计项", "度量", "值", NULL};
	struct sheet sheet;

	table_init(&sheet.table, q->zh ? head_zh : head);
	for (size_t i = 0; i < all->count; i++) {
		sheet.row = row_begin(&q->query, &all->group[i]);
		group_lines(&sheet, all, &all->group[i]);
	}
	table_csv(&sheet.table, &a->body);
	table_free(&sheet.table);
	a->type = "text/csv; charset=utf-8";
}

void
api_statistics(void *context, const struct request *r, struct answer *a)
{
	static const char *const names[] = {"window", "from", "to", "cohort", "agreement",
	    "service", "priority", "team", "by", "format", "lang", NULL};
	struct api *api = context;
	struct arena arena = {0};
	struct statistics all;
	struct question q;
	struct err err;

	if (store_begin_read(api->reader, &err) != 0)
		answer_problem(a, 503, "%s", err.msg);
	else if (question_read(api, r, names, &arena, &q, &err) != 0)
		answer_problem(a, 400, "%s", err.msg);
	else if (statistics_ask(api->reader, api->config, &q.query, &arena, &all, &err) != 0)
		answer_problem(a, 503, "%s", err.msg);
	else if (all.crowded)
		answer_problem(a, 400,
		    "there are more than %d groups, or too many different times in them; ask by "
		    "fewer dimensions, of one agreement or service, or of a shorter window",
		    STATISTICS_GROUPS);
	else if (q.csv)
		answer_as_csv(&q, &all, a);
	else
		answer_as_json(&q, &all, a);
	store_rollback(api->reader);
	arena_free(&arena);
}
