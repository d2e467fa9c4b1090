#include <inttypes.h>
#include <string.h>

#include "api.h"
#include "base/stamp.h"
#include "codec/table.h"

/* A score with what surrounds it: one row of any format. */
struct row {
	const struct question *q;
	enum indicator indicator;
	const struct score *score;
	const char *scope[DIMENSIONS]; /* NULL: not part of it */
	const struct objective *objective;
};

static double
value_of(struct fraction f)
{
	return (double)f.num / (double)f.den;
}

static json_t *
json_fraction(struct fraction f)
{
	return f.den == 0 ? json_null() : json_real(value_of(f));
}

/* A score that is not counted at all has no A and B; some never have a B. */
static bool
has_a(const struct row *row)
{
	return row->score->reason == NULL || strcmp(row->score->reason, "not_in_scope") != 0;
}

static bool
has_b(const struct row *row)
{
	return has_a(row) && indicator_table[row->indicator].formula != FORMULA_ABSENCE;
}

static bool
has_c(const struct row *row)
{
	return has_a(row) && indicator_table[row->indicator].formula == FORMULA_WEIGHTED;
}

static json_t *
json_a(const struct row *row)
{
	return has_a(row) ? json_parts(row->score->a, score_unit_a(row->indicator)) : json_null();
}

static json_t *
json_b(const struct row *row)
{
	return has_b(row) ? json_parts(row->score->b, score_unit_b(row->indicator)) : json_null();
}

static json_t *
json_excluded(const struct score *s)
{
	json_t *o = json_object();

	for (int x = 0; x < EXCLUSIONS; x++) {
		if (s->excluded[x] != 0)
			json_object_set_new(o, exclusion_names[x], json_integer(s->excluded[x]));
	}
	return o;
}

static json_t *
json_met(const struct row *row)
{
	if (row->objective == NULL || row->score->value.den == 0)
		return json_null();
	return json_boolean(fraction_reaches(row->score->value, row->objective->at_least));
}

static double
objective_value(const struct objective *o)
{
	return (double)o->at_least.units / (double)o->at_least.scale;
}

static json_t *
json_objective(const struct row *row)
{
	if (row->objective == NULL)
		return json_null();
	return json_real(objective_value(row->objective));
}

static json_t *
json_row(const struct row *row)
{
	const struct indicator_info *info = &indicator_table[row->indicator];
	const struct score *s = row->score;
	json_t *scope = json_object(), *o = json_object();

	for (int d = 0; d < DIMENSIONS; d++) {
		if (row->scope[d] != NULL)
			json_object_set_new(scope, dimension_names[d], json_string(row->scope[d]));
	}
	json_object_set_new(o, "indicator", json_string(info->id));
	json_object_set_new(
	    o, "characteristic", json_string(characteristic_names[info->characteristic]));
	json_object_set_new(o, "name", json_string(info->name));
	json_object_set_new(o, "name_zh", json_string(info->name_zh));
	json_object_set_new(o, "scope", scope);
	json_object_set_new(o, "a", json_a(row));
	json_object_set_new(o, "b", json_b(row));
	if (info->formula == FORMULA_WEIGHTED)
		json_object_set_new(o, "c", has_c(row) ? json_integer(s->c) : json_null());
	json_object_set_new(o, "pending", json_integer(s->pending));
	json_object_set_new(o, "excluded", json_excluded(s));
	json_object_set_new(o, "value", json_fraction(s->value));
	json_object_set_new(o, "decided", json_fraction(s->decided));
	json_object_set_new(o, "low", json_fraction(s->low));
	json_object_set_new(o, "high", json_fraction(s->high));
	json_object_set_new(o, "objective", json_objective(row));
	json_object_set_new(o, "met", json_met(row));
	json_object_set_new(o, "reason", json_text_or_null(s->reason));
	json_object_set_new(o, "clamped", json_boolean(s->clamped));
	if (s->late_maintenance > 0)
		json_object_set_new(o, "late_maintenance", json_integer(s->late_maintenance));
	return o;
}

/* The objective of the one agreement that the scope names, in its version at the window's end. */
static const struct objective *
objective_of(struct api *api, const struct row *row)
{
	const struct scores_query *q = &row->q->query;
	const struct agreement *a;
	const struct terms *terms;
	int64_t at = q->window.to - 1 < q->now ? q->window.to - 1 : q->now;

	if (row->scope[DIM_AGREEMENT] == NULL)
		return NULL;
	a = agreement_find(&api->config->agreements, row->scope[DIM_AGREEMENT]);
	terms = a == NULL ? NULL : agreement_at(a, at);
	return terms == NULL ? NULL : terms_objective(terms, (int)row->indicator);
}

/* Calls each() for every score of the answer, in its order. */
static void
rows_each(struct api *api, const struct question *q, const struct scores *scores,
    void (*each)(void *context, const struct row *row), void *context)
{
	struct row row = {.q = q};

	for (size_t g = 0; g < scores->count; g++) {
		for (int d = 0; d < DIMENSIONS; d++)
			row.scope[d] = scores_only(&q->query, (enum dimension)d);
		for (size_t b = 0; b < q->query.bys; b++)
			row.scope[q->query.by[b]] = scores->group[g].by[b];
		for (enum indicator i = 0; i < INDICATORS; i++) {
			if (!q->query.wanted[i])
				continue;
			row.indicator = i;
			row.score = &scores->group[g].score[row.indicator];
			row.objective = objective_of(api, &row);
			each(context, &row);
		}
	}
}

static const char *
edge(const struct window *w, int64_t t, char text[static STAMP_TEXT])
{
	return stamp_format_at(t, zone_offset(w->zone, t), text);
}

static void
row_to_json(void *context, const struct row *row)
{
	json_array_append_new(context, json_row(row));
}

static void
answer_as_json(
    struct api *api, const struct question *q, const struct scores *scores, struct answer *a)
{
	const struct window *w = &q->query.window;
	char from[STAMP_TEXT], to[STAMP_TEXT];
	json_t *list = json_array();

	rows_each(api, q, scores, row_to_json, list);
	answer_json(a, 200,
	    json_pack("{s{ssssssss}soso}", "window", "name", w->name, "from",
		edge(w, w->from, from), "to", edge(w, w->to, to), "cohort",
		cohort_names[q->query.cohort], "as_of", json_instant(q->as_of), "scores", list));
}

static void
fraction_put(struct buf *b, struct fraction f)
{
	if (f.den > 0)
		buf_putf(b, "%.17g", value_of(f));
}

static void
csv_fractions(struct table *t, const struct score *s)
{
	const struct fraction all[] = {s->value, s->decided, s->low, s->high};
	struct buf b = BUF_INIT(64);

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		buf_reset(&b);
		fraction_put(&b, all[i]);
		table_cell(t, buf_text(&b));
	}
	buf_free(&b);
}

static void
csv_amount(struct table *t, bool has, int64_t n, int64_t unit)
{
	if (has)
		table_cellf(t, "%.15g", (double)n / (double)unit);
	else
		table_cell(t, "");
}

static void
csv_numbers(struct table *t, const struct row *row)
{
	const struct score *s = row->score;
	int64_t excluded = 0;

	for (int x = 0; x < EXCLUSIONS; x++)
		excluded += s->excluded[x];
	csv_amount(t, has_a(row), s->a, score_unit_a(row->indicator));
	csv_amount(t, has_b(row), s->b, score_unit_b(row->indicator));
	table_cellf(t, "%" PRId64, s->pending);
	table_cellf(t, "%" PRId64, excluded);
}

static void
row_to_csv(void *context, const struct row *row)
{
	const struct indicator_info *info = &indicator_table[row->indicator];
	const struct window *w = &row->q->query.window;
	char from[STAMP_TEXT], to[STAMP_TEXT];
	struct table *t = context;
	json_t *met = json_met(row);

	table_cell(t, info->id);
	table_cell(
	    t, (row->q->zh ? characteristic_names_zh : characteristic_names)[info->characteristic]);
	table_cell(t, row->q->zh ? info->name_zh : info->name);
	for (int d = 0; d < DIMENSIONS; d++)
		table_cell(t, row->scope[d] == NULL ? "" : row->scope[d]);
	table_cell(t, edge(w, w->from, from));
	table_cell(t, edge(w, w->to, to));
	table_cell(t, cohort_names[row->q->query.cohort]);
	csv_numbers(t, row);
	csv_fractions(t, row->score);
	if (row->objective == NULL)
		table_cell(t, "");
	else
		table_cellf(t, "%.9g", objective_value(row->objective));
	table_cell(t, json_is_true(met) ? "true" : json_is_false(met) ? "false" : "");
	table_cell(t, row->score->reason == NULL ? "" : row->score->reason);
	csv_amount(t, has_c(row), row->score->c, 1);
	table_end(t);
	json_decref(met);
}

static void
answer_as_csv(
    struct api *api, const struct question *q, const struct scores *scores, struct answer *a)
{
	static const char *const head[] = {"indicator", "characteristic", "name", "agreement",
	    "service", "priority", "team", "from", "to", "cohort", "a", "b", "pending", "excluded",
	    "value", "decided", "low", "high", "objective", "met", "reason", "c", NULL};
	static const char *const head_zh[] = {"指标", "特性", "名称", "协议", "服务", "优先级",
	    "团队", "起", "止", "口径", "A", "B", "未决", "排除", "值", "已决值", "下限", "上限",
	    "目标", "达标", "原因", "C", NULL};
	struct table t;

	table_init(&t, q->zh ? head_zh : head);
	rows_each(api, q, scores, row_to_csv, &t);
	table_csv(&t, &a->body);
	table_free(&t);
	a->type = "text/csv; charset=utf-8";
}

static void
percent_cell(struct table *t, struct fraction f)
{
	if (f.den == 0)
		table_cell(t, "-");
	else
		table_cellf(t, "%.2f %%", 100 * value_of(f));
}

static void
amount_cell(struct table *t, bool has, int64_t n, int64_t unit)
{
	if (!has)
		table_cell(t, "-");
	else
		table_cellf(t, "%.*f", n % unit == 0 ? 0 : 2, (double)n / (double)unit);
}

static const char *
met_text(const json_t *met, bool zh)
{
	if (json_is_true(met))
		return zh ? "达标" : "met";
	if (json_is_false(met))
		return zh ? "未达标" : "MISSED";
	return "-";
}

static void
row_to_text(void *context, const struct row *row)
{
	const struct indicator_info *info = &indicator_table[row->indicator];
	const struct score *s = row->score;
	struct table *t = context;
	json_t *met = json_met(row);

	table_cell(t, row->q->zh ? info->name_zh : info->name);
	for (size_t b = 0; b < row->q->query.bys; b++)
		table_cell(t,
		    row->scope[row->q->query.by[b]][0] == '\0' ? "-"
							       : row->scope[row->q->query.by[b]]);
	percent_cell(t, s->value);
	amount_cell(t, has_a(row), s->a, score_unit_a(row->indicator));
	amount_cell(t, has_b(row), s->b, score_unit_b(row->indicator));
	table_cellf(t, "%" PRId64, s->pending);
	if (row->objective == NULL)
		table_cell(t, "-");
	else
		percent_cell(t,
		    (struct fraction){
			row->objective->at_least.units, row->objective->at_least.scale});
	table_cell(t, met_text(met, row->q->zh));
	table_cell(t, s->reason == NULL ? "" : s->reason);
	table_end(t);
	json_decref(met);
}

static void
answer_as_text(
    struct api *api, const struct question *q, const struct scores *scores, struct answer *a)
{
	const char *head[DIMENSIONS + 9] = {q->zh ? "指标" : "INDICATOR"};
	const struct window *w = &q->query.window;
	char from[STAMP_TEXT], to[STAMP_TEXT];
	static const char *const rest[] = {
	    ">VALUE", ">A", ">B", ">PENDING", ">OBJECTIVE", "", "", NULL};
	static const char *const rest_zh[] = {">值", ">A", ">B", ">未决", ">目标", "", "", NULL};
	struct table t;
	size_t n = 1;

	for (size_t b = 0; b < q->query.bys; b++)
		head[n++] = (q->zh ? dimension_names_zh : dimension_names)[q->query.by[b]];
	memcpy(&head[n], q->zh ? rest_zh : rest, sizeof(rest));
	buf_putf(&a->body, "%s  %s to %s  cohort %s\n\n", w->name, edge(w, w->from, from),
	    edge(w, w->to, to), cohort_names[q->query.cohort]);
	table_init(&t, head);
	rows_each(api, q, scores, row_to_text, &t);
	table_text(&t, &a->body);
	table_free(&t);
	a->type = "text/plain; charset=utf-8";
}

#define QUESTION                                                                                   \
	"window", "from", "to", "cohort", "indicator", "agreement", "service", "priority", "team", \
	    "by"

typedef void answer_as(
    struct api *api, const struct question *q, const struct scores *scores, struct answer *a);

static void
answer_scores(struct api *api, const struct request *r, struct answer *a, const char *const *names,
    answer_as *as)
{
	struct arena arena = {0};
	struct scores scores;
	struct question q;
	struct err err;

	if (store_begin_read(api->reader, &err) != 0)
		answer_problem(a, 503, "%s", err.msg);
	else if (question_read(api, r, names, &arena, &q, &err) != 0)
		answer_problem(a, 400, "%s", err.msg);
	else if (scores_ask(api->reader, api->config, &q.query, &arena, &scores, &err) != 0)
		answer_problem(a, 503, "%s", err.msg);
	else if (scores.crowded)
		answer_problem(a, 400,
		    "there are more than %d groups; ask by fewer dimensions, or of one agreement "
		    "or "
		    "service",
		    SCORES_GROUPS);
	else
		(as != NULL ? as : q.csv ? answer_as_csv : answer_as_json)(api, &q, &scores, a);
	store_rollback(api->reader);
	arena_free(&arena);
}

void
api_scores(void *context, const struct request *r, struct answer *a)
{
	static const char *const names[] = {QUESTION, "format", "profile", "lang", NULL};

	answer_scores(context, r, a, names, NULL);
}

void
api_scores_text(void *context, const struct request *r, struct answer *a)
{
	static const char *const names[] = {QUESTION, "lang", NULL};

	answer_scores(context, r, a, names, answer_as_text);
}
