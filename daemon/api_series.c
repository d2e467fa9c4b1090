#include "api.h"
#include "codec/table.h"
#include "row.h"
#include "series.h"

/* What is answered. */
struct telling {
	struct api *api;
	const struct question *question;
	struct series series;
	struct series_other previous, year_before;
};

/* The row of an indicator in a group, with another window's numbers: `at` is the question of that
 * window, and lives as long as the row. */
static struct row
row_at(const struct telling *t, struct scores_query *at, const struct window *w, size_t group,
    enum indicator i, const struct score *score)
{
	struct row row;

	*at = t->question->query;
	at->window = *w;
	row = row_of(t->api->config, at, &t->series.whole.group[group], i);
	row.score = score;
	return row;
}

static void
window_put(json_t *o, const struct window *w)
{
	char from[STAMP_TEXT], to[STAMP_TEXT];

	json_object_set_new(o, "window", json_string(w->name));
	json_object_set_new(o, "from", json_string(window_edge(w, w->from, from)));
	json_object_set_new(o, "to", json_string(window_edge(w, w->to, to)));
}

static json_t *
points_json(const struct telling *t, size_t group, enum indicator i)
{
	struct scores_query at;
	struct row row;
	json_t *list = json_array(), *o;

	for (size_t n = 0; n < t->series.steps; n++) {
		row = row_at(
		    t, &at, &t->series.step[n], group, i, series_point(&t->series, group, i, n));
		o = json_object();
		window_put(o, &t->series.step[n]);
		row_numbers_put(o, &row);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *
other_json(
    const struct telling *t, const struct series_other *other, size_t group, enum indicator i)
{
	struct fraction value = t->series.whole.group[group].score[i].value;
	const struct score *theirs;
	struct scores_query at;
	struct row row;
	json_t *o;

	if (!other->there)
		return json_null();
	theirs = &other->scores.group[group].score[i];
	row = row_at(t, &at, &other->window, group, i, theirs);
	o = json_object();
	window_put(o, &other->window);
	json_object_set_new(o, "value", fraction_json(theirs->value));
	json_object_set_new(o, "a", row_a_json(&row));
	json_object_set_new(o, "b", row_b_json(&row));
	json_object_set_new(o, "difference",
	    value.den == 0 || theirs->value.den == 0
		? json_null()
		: json_real(fraction_difference(value, theirs->value)));
	return o;
}

static json_t *
series_json(const struct telling *t, size_t group, enum indicator i)
{
	const struct scores_group *whole = &t->series.whole.group[group];
	struct row row = row_of(t->api->config, &t->question->query, whole, i);
	struct trend trend = series_trend(&t->series, group, i);
	json_t *o = json_object();

	row_head_put(o, &row);
	json_object_set_new(o, "points", points_json(t, group, i));
	json_object_set_new(o, "trend", trend_json(&trend));
	json_object_set_new(o, "compared",
	    json_pack("{so so so}", "value", fraction_json(whole->score[i].value), "previous",
		other_json(t, &t->previous, group, i), "year_before",
		other_json(t, &t->year_before, group, i)));
	return o;
}

static void
answer_as_json(const struct telling *t, struct answer *a)
{
	const struct scores_query *q = &t->question->query;
	json_t *list = json_array();

	for (size_t g = 0; g < t->series.whole.count; g++) {
		for (enum indicator i = 0; i < INDICATORS; i++) {
			if (q->wanted[i])
				json_array_append_new(list, series_json(t, g, i));
		}
	}
	answer_json(a, 200,
	    json_pack("{so ss so so}", "window", window_json(&q->window, q->cohort), "step",
		step_names[t->series.unit], "as_of", json_instant(t->question->as_of), "series",
		list));
}

static void
points_csv(const struct telling *t, struct table *table, size_t group, enum indicator i)
{
	struct scores_query at;
	struct row row;

	for (size_t n = 0; n < t->series.steps; n++) {
		row = row_at(
		    t, &at, &t->series.step[n], group, i, series_point(&t->series, group, i, n));
		row_csv(table, &row, t->question->zh);
	}
}

static void
answer_as_csv(const struct telling *t, struct answer *a)
{
	struct table table;

	table_init(&table, row_csv_head[t->question->zh]);
	for (size_t g = 0; g < t->series.whole.count; g++) {
		for (enum indicator i = 0; i < INDICATORS; i++) {
			if (t->question->query.wanted[i])
				points_csv(t, &table, g, i);
		}
	}
	table_csv(&table, &a->body);
	table_free(&table);
	a->type = "text/csv; charset=utf-8";
}

/* 0, or the status that err explains. */
static int
tell(struct telling *t, struct arena *arena, struct err *err)
{
	const struct scores_query *q = &t->question->query;
	struct store *reader = t->api->reader;
	struct config *c = t->api->config;
	struct series *s = &t->series;

	if (series_cut(q, t->question->step, arena, s, err) != 0)
		return 400;
	if (scores_ask(reader, c, q, arena, &s->whole, err) != 0)
		return 503;
	if (s->whole.crowded) {
		err_set(
		    err, "there are more groups than %d; ask by fewer dimensions", SCORES_GROUPS);
		return 400;
	}
	if (series_crowded(s, s->whole.count, err))
		return 400;
	if (series_ask(reader, c, s, arena, err) != 0)
		return 503;
	if (t->question->csv)
		return 0;
	if (series_beside(reader, c, s, window_before, arena, &t->previous, err) != 0 ||
	    series_beside(reader, c, s, window_year_before, arena, &t->year_before, err) != 0)
		return 503;
	return 0;
}

void
api_series(void *context, const struct request *r, struct answer *a)
{
	static const char *const names[] = {"window", "from", "to", "cohort", "indicator",
	    "agreement", "service", "priority", "team", "by", "step", "format", "lang", NULL};
	struct api *api = context;
	struct arena arena = {0};
	struct question q;
	struct telling t = {.api = api, .question = &q};
	struct err err;
	int status;

	if (store_begin_read(api->reader, &err) != 0)
		answer_problem(a, 503, "%s", err.msg);
	else if (question_read(api, r, names, &arena, &q, &err) != 0)
		answer_problem(a, 400, "%s", err.msg);
	else if (request_param(r, "indicator") == NULL)
		answer_problem(a, 400,
		    "an indicator is wanted, or a list of them; GET /v1/indicators lists them all");
	else if ((status = tell(&t, &arena, &err)) != 0)
		answer_problem(a, status, "%s", err.msg);
	else
		(q.csv ? answer_as_csv : answer_as_json)(&t, a);
	store_rollback(api->reader);
	arena_free(&arena);
}
