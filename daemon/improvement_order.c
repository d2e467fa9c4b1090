#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "base/stamp.h"
#include "codec/json_text.h"
#include "domain/improvement.h"
#include "domain/period.h"
#include "improvement.h"
#include "watch.h"

#define TITLE_MAX 300
#define NAME_MAX 1000 /* of a dimension's value */
#define READING_MAX 8192 /* of a score as JSON */

static int
scope_read(struct order *o, const struct config *c, struct stored_improvement *i, struct err *err)
{
	for (int d = 0; d < DIMENSIONS; d++) {
		if (order_text(o, dimension_names[d], NAME_MAX, &i->scope[d], err) != 0)
			return -1;
	}
	if (i->scope[DIM_AGREEMENT] == NULL)
		return err_set(err, "agreement: the id of one of the configuration is wanted");
	if (agreement_find(&c->agreements, i->scope[DIM_AGREEMENT]) == NULL)
		return err_set(err, "agreement: the configuration has none of the id '%.100s'",
		    i->scope[DIM_AGREEMENT]);
	return 0;
}

static int
indicator_read(struct order *o, struct stored_improvement *i, struct err *err)
{
	struct scores_query q = {0};
	int indicator;

	if (order_text(o, "indicator", 100, &i->indicator, err) != 0)
		return -1;
	indicator = i->indicator == NULL ? -1 : indicator_find(i->indicator);
	if (indicator < 0)
		return err_set(
		    err, "indicator: the id of one of the 32 is wanted; GET /v1/indicators");
	for (int d = 0; d < DIMENSIONS; d++)
		q.filter[d].count = i->scope[d] != NULL;
	if (!scores_in_scope(&q, (enum indicator)indicator))
		return err_set(
		    err, "%s is not counted by all of the dimensions that are given", i->indicator);
	return 0;
}

/* The aim of the body, else the agreement's objective. */
static int
aim_read(
    const struct order *o, const struct act *act, struct stored_improvement *i, struct err *err)
{
	const json_t *aim = json_object_get(o->body, "aim");
	const struct terms *terms = agreement_at(
	    agreement_find(&act->config->agreements, i->scope[DIM_AGREEMENT]), act->now);
	const struct objective *objective =
	    terms == NULL ? NULL : terms_objective(terms, indicator_find(i->indicator));

	if (json_is_number(aim) && json_number_value(aim) > 0 && json_number_value(aim) <= 1) {
		i->aim = llround(json_number_value(aim) * (double)IMPROVEMENT_AIM);
		if (i->aim > 0)
			return 0;
	}
	if (aim != NULL && !json_is_null(aim))
		return err_set(err, "aim: a number above 0, up to 1, is wanted, such as 0.95");
	if (objective == NULL)
		return err_set(err, "aim: a number is wanted, for %s has no objective for %s",
		    i->scope[DIM_AGREEMENT], i->indicator);
	i->aim = objective->at_least.units * (IMPROVEMENT_AIM / objective->at_least.scale);
	return 0;
}

static int
words_read(struct order *o, struct stored_improvement *i, struct err *err)
{
	struct period due;
	const char *right;

	if (order_text(o, "title", TITLE_MAX, &i->title, err) != 0 ||
	    order_text(o, "due", 10, &i->due, err) != 0)
		return -1;
	if (i->title == NULL || i->title[0] == '\0')
		return err_set(err, "title: a few words on what is to become better are wanted");
	if (i->due != NULL && (period_parse(i->due, &due, &right) <= 0 || due.unit != UNIT_DAY))
		return err_set(err, "due: a date is wanted, such as 2026-12-31");
	return 0;
}

static int
record_read(struct order *o, const struct act *act, struct stored_improvement *i, struct window *w,
    struct err *err)
{
	static const char *const members[] = {"indicator", "agreement", "service", "priority",
	    "team", "title", "aim", "window", "due", "by", "note", NULL};
	const char *window;

	if (order_members(o, members, err) != 0 || scope_read(o, act->config, i, err) != 0 ||
	    indicator_read(o, i, err) != 0 || aim_read(o, act, i, err) != 0 ||
	    words_read(o, i, err) != 0 || order_text(o, "window", WINDOW_NAME, &window, err) != 0 ||
	    window_named(window == NULL ? "last-month" : window,
		watch_zone(act->config, i->scope[DIM_AGREEMENT], act->now), act->now, w, err) != 0)
		return -1;
	i->window = w->name;
	return 0;
}

/* The score in a window as text, in the order's arena. */
static const char *
reading_text(struct order *o, const struct improvement_view *v, const struct stored_improvement *i,
    const struct window *w, struct err *err)
{
	struct score score;
	json_t *reading = improvement_reading(v, i, w, &score, err);
	struct buf text = BUF_INIT(READING_MAX);
	const char *copy = NULL;

	if (reading != NULL && json_text(reading, &text, false) == 0)
		copy = arena_strdup(o->arena, buf_text(&text));
	json_decref(reading);
	buf_free(&text);
	return copy;
}

static int
move_add(struct order *o, const struct act *act, int64_t id, const char *move, struct err *err)
{
	const struct stored_move m = {act->now, move, o->by, o->note};

	return store_improvement_moved(act->store, id, &m, err);
}

static int
answer_record(struct order *o, const struct improvement_view *v, int status,
    const struct stored_improvement *i, struct err *err)
{
	json_t *json = improvement_json(v, i, err);

	if (json == NULL)
		return -1;
	answer_json(&o->answer, status, json);
	return 0;
}

int
improvement_create(struct order *o, const struct act *act, struct err *err)
{
	const struct improvement_view v = {act->store, act->config, act->now, o->arena, NULL};
	static const char *const names[] = {NULL};
	struct stored_improvement i = {0};
	struct window w;

	if (params_check(&o->request, names, err) != 0 || record_read(o, act, &i, &w, err) != 0) {
		answer_problem(&o->answer, 400, "%s", err->msg);
		return 0;
	}
	i.baseline = reading_text(o, &v, &i, &w, err);
	if (i.baseline == NULL || store_improvement_add(act->store, &i, err) != 0 ||
	    move_add(o, act, i.id, "create", err) != 0)
		return -1;
	return answer_record(o, &v, 201, &i, err);
}

/* 1 and the record that the path names; 0 and an answer that there is none; -1. */
static int
record_find(struct order *o, const struct act *act, struct stored_improvement *i, struct err *err)
{
	const char *text = o->request.segment[2];
	int64_t id = strtoll(text, NULL, 10);
	char canonical[24];
	int found = 0;

	snprintf(canonical, sizeof(canonical), "%" PRId64, id);
	if (strcmp(canonical, text) == 0)
		found = store_improvement(act->store, id, o->arena, i, err);
	if (found == 0)
		answer_problem(&o->answer, 404,
		    "there is no improvement '%.40s'; GET /v1/improvements lists them", text);
	return found;
}

static void
answer_no_move(struct order *o, const struct stored_improvement *i)
{
	struct buf possible = BUF_INIT(200);

	for (int m = 0; m < IMPROVEMENT_MOVES; m++) {
		if (improvement_moved((enum improvement_state)i->state, (enum improvement_move)m) >=
		    0)
			buf_putf(&possible, "%s%s", possible.len > 0 ? ", " : "",
			    improvement_move_names[m]);
	}
	answer_problem(&o->answer, 409, "improvement %" PRId64 " is %s: possible is %s", i->id,
	    improvement_state_names[i->state], buf_text(&possible));
	buf_free(&possible);
}

/* What the number was when the record was closed; NULL while it is not. */
static int
result_set(struct order *o, const struct improvement_view *v, struct stored_improvement *i,
    struct err *err)
{
	json_t *shown, *present;
	struct buf text = BUF_INIT(READING_MAX);

	i->result = NULL;
	if (i->state != IMPROVEMENT_CLOSED)
		return 0;
	shown = improvement_json(v, i, err);
	present = json_object_get(shown, "present");
	if (present != NULL && json_text(present, &text, false) == 0)
		i->result = arena_strdup(o->arena, buf_text(&text));
	json_decref(shown);
	buf_free(&text);
	return i->result == NULL ? -1 : 0;
}

static int
move_wanted(const char *name)
{
	int m = 0;

	while (improvement_move_names[m] != NULL && strcmp(improvement_move_names[m], name) != 0)
		m++;
	return m;
}

int
improvement_move(struct order *o, const struct act *act, struct err *err)
{
	const struct improvement_view v = {act->store, act->config, act->now, o->arena, NULL};
	static const char *const members[] = {"by", "note", NULL};
	static const char *const names[] = {NULL};
	int move = move_wanted(o->request.segment[3]), found, to;
	struct stored_improvement i;

	if (params_check(&o->request, names, err) != 0 || order_members(o, members, err) != 0) {
		answer_problem(&o->answer, 400, "%s", err->msg);
		return 0;
	}
	if (o->note[0] == '\0') {
		answer_problem(&o->answer, 400, "note: a few words on it are wanted");
		return 0;
	}
	found = record_find(o, act, &i, err);
	if (found <= 0)
		return found;
	to = improvement_moved((enum improvement_state)i.state, (enum improvement_move)move);
	if (to < 0) {
		answer_no_move(o, &i);
		return 0;
	}
	i.state = to;
	if (result_set(o, &v, &i, err) != 0 || store_improvement_set(act->store, &i, err) != 0 ||
	    move_add(o, act, i.id, improvement_move_names[move], err) != 0)
		return -1;
	return answer_record(o, &v, 200, &i, err);
}
