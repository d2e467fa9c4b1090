#include "improvement.h"

#include <inttypes.h>
#include <string.h>

#include "api.h"
#include "base/stamp.h"
#include "domain/improvement.h"
#include "domain/period.h"
#include "row.h"
#include "watch.h"

/* The running window of a calendar unit, and the last one that is complete. */
static const struct {
	const char *running, *complete;
} units[] = {
    [UNIT_DAY] = {"today", "yesterday"},
    [UNIT_WEEK] = {"this-week", "last-week"},
    [UNIT_MONTH] = {"this-month", "last-month"},
    [UNIT_QUARTER] = {"this-quarter", "last-quarter"},
    [UNIT_YEAR] = {"this-year", "last-year"},
};

/* All scores of a scope in a window, so that records about the same ask once. */
struct improvement_asked {
	struct improvement_asked *next;
	struct scores_query query;
	const char *scope[DIMENSIONS];
	struct score score[INDICATORS];
};

static bool
asks_alike(
    const struct improvement_asked *a, const struct stored_improvement *i, const struct window *w)
{
	bool alike = a->query.window.from == w->from && a->query.window.to == w->to &&
	    a->query.window.zone == w->zone;

	for (int d = 0; d < DIMENSIONS && alike; d++)
		alike = a->scope[d] == NULL || i->scope[d] == NULL
		    ? a->scope[d] == i->scope[d]
		    : strcmp(a->scope[d], i->scope[d]) == 0;
	return alike;
}

/* Of a list all indicators are asked for at once: the tallies are read once for all of them. */
static struct improvement_asked *
ask(const struct improvement_view *v, const struct stored_improvement *i, const struct window *w,
    struct err *err)
{
	struct improvement_asked *a = v->asked == NULL ? NULL : *v->asked;
	struct arena scratch = {0};
	struct scores scores;
	int rc;

	while (a != NULL && !asks_alike(a, i, w))
		a = a->next;
	if (a != NULL)
		return a;
	a = arena_alloc(v->arena, 1, sizeof(*a));
	memcpy(a->scope, i->scope, sizeof(a->scope));
	a->query = (struct scores_query){.window = *w, .cohort = COHORT_OPENED, .now = v->now};
	for (int d = 0; d < DIMENSIONS; d++) {
		if (a->scope[d] != NULL)
			a->query.filter[d] = (struct scores_filter){1, &a->scope[d]};
	}
	for (int n = 0; n < INDICATORS; n++)
		a->query.wanted[n] = v->asked != NULL || n == indicator_find(i->indicator);
	rc = scores_ask(v->store, v->config, &a->query, &scratch, &scores, err);
	if (rc == 0)
		memcpy(a->score, scores.group[0].score, sizeof(a->score));
	arena_free(&scratch);
	if (rc == 0 && v->asked != NULL) {
		a->next = *v->asked;
		*v->asked = a;
	}
	return rc == 0 ? a : NULL;
}

json_t *
improvement_reading(const struct improvement_view *v, const struct stored_improvement *i,
    const struct window *w, struct score *score, struct err *err)
{
	enum indicator indicator = (enum indicator)indicator_find(i->indicator);
	struct improvement_asked *a = ask(v, i, w, err);
	struct row row = {.indicator = indicator, .score = score};
	char from[STAMP_TEXT], to[STAMP_TEXT];
	json_t *o;

	if (a == NULL)
		return NULL;
	row.query = &a->query;
	*score = a->score[indicator];
	o = json_pack("{ss ss ss}", "window", w->name, "from", window_edge(w, w->from, from), "to",
	    window_edge(w, w->to, to));
	row_numbers_put(o, &row);
	json_object_del(o, "objective"); /* the aim stands for it */
	json_object_del(o, "met");
	return o;
}

static json_t *
reading_of(const struct improvement_view *v, const struct stored_improvement *i, const char *window,
    struct score *score, struct err *err)
{
	struct window w;

	if (window_named(window, watch_zone(v->config, i->scope[DIM_AGREEMENT], v->now), v->now, &w,
		err) != 0)
		return NULL;
	return improvement_reading(v, i, &w, score, err);
}

static json_t *
history_json(const struct improvement_view *v, const struct stored_improvement *i, struct err *err)
{
	struct stored_move *moves;
	int n = store_improvement_moves(v->store, i->id, v->arena, &moves, err);
	json_t *list = json_array();

	for (int m = 0; m < n; m++)
		json_array_append_new(list,
		    json_pack("{so ss ss so}", "at", json_instant(moves[m].at), "move",
			moves[m].move, "by", moves[m].by, "note",
			json_text_or_null(moves[m].note)));
	if (n >= 0)
		return list;
	json_decref(list);
	return NULL;
}

static json_t *
scope_json(const struct stored_improvement *i)
{
	json_t *scope = json_object();

	for (int d = 0; d < DIMENSIONS; d++) {
		if (i->scope[d] != NULL)
			json_object_set_new(scope, dimension_names[d], json_string(i->scope[d]));
	}
	return scope;
}

static json_t *
record_json(const struct stored_improvement *i)
{
	const struct indicator_info *info = &indicator_table[indicator_find(i->indicator)];
	json_t *baseline = json_loads(i->baseline, 0, NULL);
	const json_t *value = json_object_get(baseline, "value");
	double aim = (double)i->aim / (double)IMPROVEMENT_AIM;

	return json_pack("{so ss ss ss so ss sf so ss so so so}", "id",
	    json_sprintf("%" PRId64, i->id), "indicator", info->id, "name", info->name, "name_zh",
	    info->name_zh, "scope", scope_json(i), "title", i->title, "aim", aim, "due",
	    json_text_or_null(i->due), "state", improvement_state_names[i->state], "baseline",
	    baseline, "gap",
	    json_is_number(value) ? json_real(aim - json_number_value(value)) : json_null(),
	    "result", i->result == NULL ? json_null() : json_loads(i->result, 0, NULL));
}

json_t *
improvement_json(
    const struct improvement_view *v, const struct stored_improvement *i, struct err *err)
{
	json_t *o = record_json(i), *present, *latest = json_null(), *history;
	const char *running = i->window, *right;
	struct score score, last;
	struct period period;

	if (period_parse(i->window, &period, &right) > 0) {
		running = units[period.unit].running;
		latest = reading_of(v, i, units[period.unit].complete, &last, err);
	}
	present = reading_of(v, i, running, &score, err);
	history = history_json(v, i, err);
	json_object_set_new(o, "present", present);
	json_object_set_new(o, "latest", latest);
	json_object_set_new(o, "history", history);
	if (present == NULL || latest == NULL || history == NULL) {
		json_decref(o);
		return NULL;
	}
	json_object_set_new(o, "reached",
	    score.value.den == 0 ? json_null()
				 : json_boolean(fraction_reaches(
				       score.value, (struct decimal){i->aim, IMPROVEMENT_AIM})));
	return o;
}
