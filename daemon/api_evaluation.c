#include "api.h"
#include "evaluate.h"
#include "row.h"

static double
parts_value(int64_t parts)
{
	return (double)parts / (double)EVALUATION_ONE;
}

static json_t *
parts_json(int64_t parts)
{
	return parts == EVALUATION_NONE ? json_null() : json_real(parts_value(parts));
}

static json_t *
decimal_json(struct decimal d)
{
	return json_real((double)d.units / (double)d.scale);
}

static json_t *
grade_json(const struct profile *p, int grade)
{
	return grade == EVALUATION_NONE ? json_null() : json_string(p->grade[grade].name);
}

static struct row
selected_row(const struct evaluated *e, enum indicator i)
{
	struct row row = {.query = &e->query, .indicator = i, .score = &e->score[i]};

	row.scope[DIM_AGREEMENT] = e->agreement;
	return row;
}

static json_t *
requirement_json(const struct evaluated *e)
{
	const struct terms *terms = e->terms;
	json_t *objectives = json_array();

	for (size_t i = 0; terms != NULL && i < terms->objectives; i++)
		json_array_append_new(objectives,
		    json_pack("{ss so}", "indicator",
			indicator_table[terms->objective[i].indicator].id, "at_least",
			decimal_json(terms->objective[i].at_least)));
	return json_pack("{so so so ss ss so so}", "agreement", json_text_or_null(e->agreement),
	    "name", json_text_or_null(terms == NULL ? NULL : terms->name), "version",
	    json_version(terms), "window", e->query.window.name, "profile", e->profile->name,
	    "min_coverage", decimal_json(e->profile->min_coverage), "objectives", objectives);
}

static void
weight_put(json_t *o, const struct evaluated *e, enum indicator i)
{
	json_object_set_new(o, "weight", json_parts(e->evaluation.indicator[i].weight, WEIGHT_ONE));
	json_object_set_new(o, "share", parts_json(e->evaluation.indicator[i].share));
}

static json_t *
selection_json(const struct evaluated *e)
{
	const struct indicator_info *info;
	json_t *list = json_array(), *o;

	for (enum indicator i = 0; i < INDICATORS; i++) {
		if (!e->evaluation.indicator[i].selected)
			continue;
		info = &indicator_table[i];
		o = json_pack("{ss ss}", "indicator", info->id, "characteristic",
		    characteristic_names[info->characteristic]);
		weight_put(o, e, i);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *
indicators_json(const struct evaluated *e, enum characteristic c)
{
	const struct indicator_info *info;
	json_t *list = json_array(), *o;
	struct row row;

	for (enum indicator i = 0; i < INDICATORS; i++) {
		info = &indicator_table[i];
		if (info->characteristic != c || !e->evaluation.indicator[i].selected)
			continue;
		row = selected_row(e, i);
		o = json_pack("{ss ss ss so}", "indicator", info->id, "name", info->name, "name_zh",
		    info->name_zh, "value", fraction_json(e->score[i].value));
		row_amounts_put(o, &row);
		weight_put(o, e, i);
		json_object_set_new(o, "reason", json_text_or_null(e->score[i].reason));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *
characteristics_json(const struct evaluated *e)
{
	json_t *list = json_array();

	for (enum characteristic c = 0; c < CHARACTERISTICS; c++)
		json_array_append_new(list,
		    json_pack("{ss ss so so so so}", "characteristic", characteristic_names[c],
			"name_zh", characteristic_names_zh[c], "weight",
			json_parts(e->profile->characteristic[c], WEIGHT_ONE), "score",
			parts_json(e->evaluation.characteristic[c].score), "coverage",
			parts_json(e->evaluation.characteristic[c].coverage), "indicators",
			indicators_json(e, c)));
	return list;
}

static json_t *
grading_json(const struct evaluated *e)
{
	json_t *bands = json_array(), *vetoes = json_array();
	const struct profile *p = e->profile;
	const struct veto *v;

	for (size_t i = 0; i < p->grades; i++)
		json_array_append_new(bands,
		    json_pack("{ss so}", "grade", p->grade[i].name, "at_least",
			decimal_json(p->grade[i].at_least)));
	for (size_t i = 0; i < p->vetoes; i++) {
		v = &p->veto[i];
		json_array_append_new(vetoes,
		    json_pack("{ss so ss so sb}", "indicator", indicator_table[v->indicator].id,
			"below", decimal_json(v->below), "at_most", v->at_most, "value",
			fraction_json(e->score[v->indicator].value), "applied",
			e->evaluation.indicator[v->indicator].vetoed));
	}
	return json_pack("{so so so so}", "bands", bands, "min_coverage",
	    decimal_json(p->min_coverage), "reached", grade_json(p, e->evaluation.reached),
	    "vetoes", vetoes);
}

static void
answer_as_json(const struct question *q, const struct evaluated *e, struct answer *a)
{
	const struct evaluation *v = &e->evaluation;
	json_t *body = json_pack("{so so so ss so so so so}", "window",
	    window_json(&q->query.window, q->query.cohort), "as_of", json_instant(q->as_of),
	    "agreement", json_text_or_null(e->agreement), "profile", e->profile->name, "score",
	    parts_json(v->score), "coverage", parts_json(v->coverage), "grade",
	    grade_json(e->profile, v->grade), "reason", json_text_or_null(v->reason));

	json_object_set_new(body, "requirement", requirement_json(e));
	json_object_set_new(body, "selection", selection_json(e));
	json_object_set_new(body, "characteristics", characteristics_json(e));
	json_object_set_new(body, "grading", grading_json(e));
	answer_json(a, 200, body);
}

static const char *const csv_head[] = {"indicator", "characteristic", "name", "agreement",
    "profile", "from", "to", "cohort", "a", "b", "c", "value", "weight", "share", "reason",
    "characteristic_score", "score", "coverage", "grade", NULL};
static const char *const csv_head_zh[] = {"指标", "特性", "名称", "协议", "方案", "起", "止",
    "口径", "A", "B", "C", "值", "权重", "占比", "原因", "特性得分", "总分", "覆盖率", "等级",
    NULL};

static void
parts_cell(struct table *t, int64_t parts)
{
	if (parts == EVALUATION_NONE)
		table_cell(t, "");
	else
		table_cellf(t, "%.15g", parts_value(parts));
}

static void
csv_whole(struct table *t, const struct evaluated *e, enum characteristic c)
{
	const struct evaluation *v = &e->evaluation;

	parts_cell(t, v->characteristic[c].score);
	parts_cell(t, v->score);
	parts_cell(t, v->coverage);
	table_cell(t, v->grade == EVALUATION_NONE ? "" : e->profile->grade[v->grade].name);
}

static void
csv_row(struct table *t, const struct evaluated *e, enum indicator i, bool zh)
{
	const struct indicator_info *info = &indicator_table[i];
	const struct score *s = &e->score[i];
	const struct window *w = &e->query.window;
	char from[STAMP_TEXT], to[STAMP_TEXT];
	struct row row = selected_row(e, i);

	table_cell(t, info->id);
	table_cell(t, (zh ? characteristic_names_zh : characteristic_names)[info->characteristic]);
	table_cell(t, zh ? info->name_zh : info->name);
	table_cell(t, e->agreement == NULL ? "" : e->agreement);
	table_cell(t, e->profile->name);
	table_cell(t, window_edge(w, w->from, from));
	table_cell(t, window_edge(w, w->to, to));
	table_cell(t, cohort_names[e->query.cohort]);
	row_csv_amount(t, row_has_a(&row), s->a, score_unit_a(i));
	row_csv_amount(t, row_has_b(&row), s->b, score_unit_b(i));
	row_csv_amount(t, row_has_c(&row), s->c, 1);
	if (s->value.den == 0)
		table_cell(t, "");
	else
		table_cellf(t, "%.17g", fraction_value(s->value));
	table_cellf(t, "%.15g", (double)e->evaluation.indicator[i].weight / WEIGHT_ONE);
	parts_cell(t, e->evaluation.indicator[i].share);
	table_cell(t, s->reason == NULL ? "" : s->reason);
	csv_whole(t, e, info->characteristic);
	table_end(t);
}

static void
answer_as_csv(const struct question *q, const struct evaluated *e, struct answer *a)
{
	struct table t;

	table_init(&t, q->zh ? csv_head_zh : csv_head);
	for (enum indicator i = 0; i < INDICATORS; i++) {
		if (e->evaluation.indicator[i].selected)
			csv_row(&t, e, i, q->zh);
	}
	table_csv(&t, &a->body);
	table_free(&t);
	a->type = "text/csv; charset=utf-8";
}

static int
evaluation_read(struct api *api, const struct request *r, struct arena *arena, struct question *q,
    struct err *err)
{
	static const char *const names[] = {
	    "window", "from", "to", "cohort", "agreement", "profile", "format", "lang", NULL};

	if (question_read(api, r, names, arena, q, err) != 0)
		return -1;
	if (q->query.filter[DIM_AGREEMENT].count > 1)
		return err_set(err,
		    "agreement: an evaluation is of one agreement; without this parameter it is "
		    "over all");
	return 0;
}

void
api_evaluation(void *context, const struct request *r, struct answer *a)
{
	struct api *api = context;
	struct arena arena = {0};
	struct evaluated e;
	struct question q;
	struct err err;

	if (store_begin_read(api->reader, &err) != 0)
		answer_problem(a, 503, "%s", err.msg);
	else if (evaluation_read(api, r, &arena, &q, &err) != 0)
		answer_problem(a, 400, "%s", err.msg);
	else if (evaluate(api->reader, api->config, &q.query, q.profile, &arena, &e, &err) != 0)
		answer_problem(a, 503, "%s", err.msg);
	else
		(q.csv ? answer_as_csv : answer_as_json)(&q, &e, a);
	store_rollback(api->reader);
	arena_free(&arena);
}
