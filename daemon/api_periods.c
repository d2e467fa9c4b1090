#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "base/stamp.h"
#include "closing.h"
#include "row.h"
#include "watch.h"

#define PAGE 100
#define PAGE_MAX 1000

/* A closed period being asked for. */
struct asked {
	struct api *api;
	struct arena arena;
	const char *agreement;
	bool live; /* of one that is configured, as of now */
	struct window window;
	int64_t revision; /* 0: the last one */
	struct moved_page page;
	int64_t now;
	struct stored_closing closing;
	struct err err;
};

void
api_periods(void *context, const struct request *r, struct answer *a)
{
	static const char *const names[] = {"agreement", "limit", "cursor", NULL};
	struct api *api = context;
	struct arena arena = {0};
	struct stored_closing *list;
	json_t *periods = json_array();
	int64_t limit, below;
	struct err err;
	int n;

	if (params_check(r, names, &err) != 0 ||
	    param_number(r, "limit", 1, PAGE_MAX, PAGE, &limit, &err) != 0 ||
	    param_number(r, "cursor", 1, INT64_MAX, INT64_MAX, &below, &err) != 0) {
		answer_problem(a, 400, "%s", err.msg);
	} else {
		n = store_closings(api->reader, below, request_param(r, "agreement"), (int)limit,
		    &arena, &list, &err);
		for (int i = 0; i < n; i++)
			json_array_append_new(periods, closing_json(&list[i]));
		if (n < 0)
			answer_problem(a, 503, "%s", err.msg);
		else
			answer_json(a, 200,
			    json_pack("{sO so}", "periods", periods, "next",
				n == limit ? json_sprintf("%" PRId64, list[n - 1].id)
					   : json_null()));
	}
	json_decref(periods);
	arena_free(&arena);
}

/* 1 and the closing; 0 and an answer that says why there is none. */
static int
closing_find(struct asked *k, const struct request *r, const char *window, struct answer *a)
{
	int found;

	k->agreement = request_param(r, "agreement");
	if (k->agreement == NULL)
		answer_problem(a, 400, "agreement: the id of one of the configuration is wanted");
	else if (param_number(r, "revision", 1, INT64_MAX, 0, &k->revision, &k->err) != 0 ||
	    (k->live && closing_agreement(k->api->config, k->agreement, &k->err) != 0) ||
	    closing_window(k->api->config, k->agreement, window, k->now, &k->window, &k->err) != 0)
		answer_problem(a, 400, "%s", k->err.msg);
	else {
		found = store_closing(k->api->reader, k->agreement, k->window.name, k->revision,
		    &k->arena, &k->closing, &k->err);
		if (found > 0)
			return 1;
		if (found < 0)
			answer_problem(a, 503, "%s", k->err.msg);
		else if (closing_agreement(k->api->config, k->agreement, &k->err) != 0)
			answer_problem(a, 400, "%s", k->err.msg);
		else if (k->revision > 0)
			answer_problem(a, 404, "%s of %s has no revision %" PRId64, k->window.name,
			    k->agreement, k->revision);
		else
			answer_problem(a, 404,
			    "%s of %s is not closed; POST /v1/periods/%s/close closes it",
			    k->window.name, k->agreement, k->window.name);
	}
	return 0;
}

/* The object with what differs; NULL if that fails. */
static json_t *
moves_put(
    struct asked *k, json_t *o, const struct closed_state *before, const struct closed_state *after)
{
	if (closing_moves_put(o, before, after, &k->page, &k->err) == 0)
		return o;
	json_decref(o);
	return NULL;
}

/* A revision, its scores, and what moved since the one before it. */
static json_t *
revision_json(struct asked *k)
{
	struct closed_state state = {0}, before = {0};
	struct stored_closing last;
	json_t *o = NULL;
	int found = 0;

	if (k->closing.revision > 1)
		found = store_closing(k->api->reader, k->agreement, k->closing.window,
		    k->closing.revision - 1, &k->arena, &last, &k->err);
	if (found >= 0 &&
	    (found > 0 ? closing_load : closing_load_scores)(
		k->api->reader, k->closing.id, &k->arena, &state, &k->err) == 0 &&
	    (found == 0 ||
		closing_load(k->api->reader, last.id, &k->arena, &before, &k->err) == 0)) {
		o = closing_json(&k->closing);
		json_object_set_new(o, "scores", closing_scores_json(&state));
		if (found > 0)
			o = moves_put(k, o, &before, &state);
	}
	closing_end(&state);
	closing_end(&before);
	return o;
}

/* What moved since a revision, as of now. */
static json_t *
moves_json(struct asked *k)
{
	const struct act act = {.store = k->api->reader, .config = k->api->config, .now = k->now};
	struct closed_state closed = {0}, live = {0};
	json_t *o = NULL;

	if (closing_load(k->api->reader, k->closing.id, &k->arena, &closed, &k->err) == 0 &&
	    closing_gather(&act, k->agreement, &k->window, &k->arena, &live, &k->err) == 0) {
		o = closing_json(&k->closing);
		json_object_set_new(o, "as_of", json_instant(k->now));
		o = moves_put(k, o, &closed, &live);
	}
	closing_end(&closed);
	closing_end(&live);
	return o;
}

static void
answer_with(
    void *context, const struct request *r, struct answer *a, json_t *(*shown)(struct asked *k))
{
	static const char *const names[] = {"agreement", "revision", "limit", "cursor", NULL};
	struct asked k = {.api = context, .live = shown == moves_json};
	json_t *json;

	if (params_check(r, names, &k.err) != 0 ||
	    param_number(r, "limit", 1, CLOSING_MOVED, CLOSING_MOVED, &k.page.limit, &k.err) != 0 ||
	    param_number(r, "cursor", 0, INT64_MAX, 0, &k.page.after, &k.err) != 0) {
		answer_problem(a, 400, "%s", k.err.msg);
		return;
	}
	if (store_begin_read(k.api->reader, &k.err) != 0 || api_as_of(k.api, &k.now, &k.err) != 0) {
		answer_problem(a, 503, "%s", k.err.msg);
	} else if (closing_find(&k, r, r->segment[2], a) > 0) {
		json = shown(&k);
		if (json == NULL)
			answer_problem(a, 503, "%s", k.err.msg);
		else
			answer_json(a, 200, json);
	}
	store_rollback(k.api->reader);
	arena_free(&k.arena);
}

/* Which of a revision's scores are asked for. */
struct chosen {
	const char *service, *indicator;
	bool by_service;
};

static bool
is_chosen(const struct chosen *c, const struct closed_score *s)
{
	if (c->indicator != NULL && strcmp(c->indicator, s->indicator) != 0)
		return false;
	if (!c->by_service && c->service == NULL)
		return s->service == NULL;
	return s->service != NULL && (c->service == NULL || strcmp(c->service, s->service) == 0);
}

static int
chosen_read(const struct request *r, struct chosen *c, struct err *err)
{
	static const char *const names[] = {
	    "window", "agreement", "service", "by", "indicator", "revision", NULL};
	const char *by = request_param(r, "by");

	*c = (struct chosen){.service = request_param(r, "service"),
	    .indicator = request_param(r, "indicator"),
	    .by_service = by != NULL};
	if (params_check(r, names, err) != 0)
		return err_prefix(err, "of a closed period");
	if (by != NULL && strcmp(by, "service") != 0)
		return err_set(err,
		    "by=%.40s: a closed period keeps the scores of the agreement and by service",
		    by);
	if (c->indicator != NULL && indicator_find(c->indicator) < 0)
		return err_set(err,
		    "indicator=%.60s: one is wanted, or none for all; GET /v1/indicators lists "
		    "them",
		    c->indicator);
	return 0;
}

static json_t *
chosen_json(struct asked *k, const struct chosen *c)
{
	struct window w = k->window;
	struct closed_state state;
	json_t *list;

	w.from = k->closing.from; /* as they lay then */
	w.to = k->closing.to;
	w.zone = watch_zone(k->api->config, k->agreement, k->closing.closed);
	if (closing_load_scores(k->api->reader, k->closing.id, &k->arena, &state, &k->err) != 0)
		return NULL;
	list = json_array();
	for (size_t i = 0; i < state.scores; i++) {
		if (is_chosen(c, &state.score[i]))
			json_array_append_new(list, json_loads(state.score[i].score, 0, NULL));
	}
	return json_pack("{so so sI so so}", "window", window_json(&w, COHORT_OPENED), "as_of",
	    json_instant(k->closing.closed), "revision", (json_int_t)k->closing.revision,
	    "closed_at", json_instant(k->closing.closed), "scores", list);
}

void
api_closed_scores(void *context, const struct request *r, struct answer *a)
{
	struct asked k = {.api = context};
	const char *name = request_param(r, "window");
	struct chosen chosen;
	json_t *json;

	if (chosen_read(r, &chosen, &k.err) != 0) {
		answer_problem(a, 400, "%s", k.err.msg);
		return;
	}
	if (store_begin_read(k.api->reader, &k.err) != 0 || api_as_of(k.api, &k.now, &k.err) != 0) {
		answer_problem(a, 503, "%s", k.err.msg);
	} else if (closing_find(&k, r, name == NULL ? "last-month" : name, a) > 0) {
		json = chosen_json(&k, &chosen);
		if (json == NULL)
			answer_problem(a, 503, "%s", k.err.msg);
		else
			answer_json(a, 200, json);
	}
	store_rollback(k.api->reader);
	arena_free(&k.arena);
}

void
api_period(void *context, const struct request *r, struct answer *a)
{
	answer_with(context, r, a, revision_json);
}

void
api_period_moves(void *context, const struct request *r, struct answer *a)
{
	answer_with(context, r, a, moves_json);
}
