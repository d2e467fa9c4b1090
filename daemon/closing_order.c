#include <string.h>

#include "api.h"
#include "base/stamp.h"
#include "closing.h"
#include "domain/period.h"
#include "watch.h"

int
closing_agreement(const struct config *c, const char *agreement, struct err *err)
{
	if (agreement_find(&c->agreements, agreement) != NULL)
		return 0;
	return err_set(err, "agreement: the configuration has none of the id '%.100s'", agreement);
}

int
closing_window(const struct config *c, const char *agreement, const char *name, int64_t now,
    struct window *w, struct err *err)
{
	if (window_named(name, watch_zone(c, agreement, now), now, w, err) != 0)
		return -1;
	if (w->rolling)
		return err_set(err,
		    "'%.40s' moves on with time: a calendar window is wanted, such as 2026-10 or "
		    "last-month",
		    name);
	return 0;
}

/* The agreement and the window that are asked for; an answer where they are not right. */
static int
order_window(struct order *o, const struct act *act, const char **agreement, struct window *w,
    struct err *err)
{
	static const char *const members[] = {"by", "note", NULL};
	static const char *const names[] = {"agreement", NULL};
	char end[STAMP_TEXT];
	int rc = 0;

	*agreement = request_param(&o->request, "agreement");
	if (params_check(&o->request, names, err) != 0 || order_members(o, members, err) != 0)
		rc = -1;
	else if (*agreement == NULL)
		rc = err_set(err, "agreement: the id of one of the configuration is wanted");
	else if (closing_agreement(act->config, *agreement, err) != 0)
		rc = -1;
	else
		rc = closing_window(
		    act->config, *agreement, o->request.segment[2], act->now, w, err);
	if (rc != 0)
		answer_problem(&o->answer, 400, "%s", err->msg);
	else if (w->to > act->now)
		answer_problem(&o->answer, 409, "%s is not over: it can be closed from %s on",
		    w->name, stamp_format_at(w->to, zone_offset(w->zone, w->to), end));
	return rc == 0 && w->to <= act->now ? 0 : -1;
}

/* The revision before it, whose id is 0 where there is none. */
static int
revision_next(struct order *o, const struct act *act, struct stored_closing *c,
    struct stored_closing *last, struct err *err)
{
	int found = store_closing(act->store, c->agreement, c->window, 0, o->arena, last, err);

	if (found <= 0)
		*last = (struct stored_closing){0};
	c->revision = last->revision + 1;
	return found < 0 ? -1 : 0;
}

/* What moved since the revision before, both of them as they are stored now. */
static int
moves_put(struct order *o, const struct act *act, const struct stored_closing *last,
    const struct stored_closing *c, json_t *json, struct err *err)
{
	const struct moved_page page = {0, CLOSING_MOVED};
	struct closed_state before = {0}, now = {0};
	int rc = -1;

	if (closing_load(act->store, last->id, o->arena, &before, err) == 0 &&
	    closing_load(act->store, c->id, o->arena, &now, err) == 0)
		rc = closing_moves_put(json, &before, &now, &page, err);
	closing_end(&before);
	closing_end(&now);
	return rc;
}

/* Gathers, and stores. */
static int
state_keep(struct order *o, const struct act *act, const struct window *w, struct stored_closing *c,
    struct closed_state *state, struct err *err)
{
	int rc = -1;

	if (closing_gather(act, c->agreement, w, o->arena, state, err) == 0 &&
	    store_last(act->store, &c->seq, err) == 0 && store_closing_add(act->store, c, err) == 0)
		rc = closing_save(act, c->id, state, err);
	closing_end(state);
	return rc;
}

int
closing_close(struct order *o, const struct act *act, struct err *err)
{
	struct stored_closing c = {
	    .closed = act->now, .judgement = act->config->judgement, .by = o->by, .note = o->note};
	struct stored_closing last;
	struct closed_state state;
	struct window w;
	json_t *json;

	if (order_window(o, act, &c.agreement, &w, err) != 0)
		return 0;
	c.window = w.name;
	c.from = w.from;
	c.to = w.to;
	if (revision_next(o, act, &c, &last, err) != 0 ||
	    state_keep(o, act, &w, &c, &state, err) != 0)
		return -1;
	json = closing_json(&c);
	json_object_set_new(json, "scores", closing_scores_json(&state));
	if (last.id > 0 && moves_put(o, act, &last, &c, json, err) != 0) {
		json_decref(json);
		return -1;
	}
	answer_json(&o->answer, 200, json);
	return 0;
}
