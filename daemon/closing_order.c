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

/* What the revision before it was, or nothing. */
static int
before_load(struct order *o, const struct act *act, const struct stored_closing *c,
    struct closed_state *before, struct err *err)
{
	struct stored_closing last;
	int found = store_closing(
	    act->store, c->agreement, c->window, c->revision - 1, o->arena, &last, err);

	*before = (struct closed_state){0};
	return found <= 0 ? found : closing_load(act->store, last.id, o->arena, before, err);
}

static int
revision_next(struct order *o, const struct act *act, struct stored_closing *c, struct err *err)
{
	struct stored_closing last;
	int found = store_closing(act->store, c->agreement, c->window, 0, o->arena, &last, err);

	c->revision = found > 0 ? last.revision + 1 : 1;
	return found < 0 ? -1 : 0;
}

int
closing_close(struct order *o, const struct act *act, struct err *err)
{
	struct stored_closing c = {
	    .closed = act->now, .judgement = act->config->judgement, .by = o->by, .note = o->note};
	const struct moved_page page = {0, CLOSING_MOVED};
	struct closed_state before = {0}, now;
	struct window w;
	json_t *json;

	if (order_window(o, act, &c.agreement, &w, err) != 0)
		return 0;
	c.window = w.name;
	c.from = w.from;
	c.to = w.to;
	if (revision_next(o, act, &c, err) != 0 ||
	    (c.revision > 1 && before_load(o, act, &c, &before, err) < 0) ||
	    closing_gather(act, c.agreement, &w, o->arena, &now, err) != 0 ||
	    store_last(act->store, &c.seq, err) != 0 ||
	    store_closing_add(act->store, &c, err) != 0 || closing_save(act, c.id, &now, err) != 0)
		return -1;
	json = closing_json(&c);
	json_object_set_new(json, "scores", closing_scores_json(&now));
	if (c.revision > 1)
		closing_moves_put(json, &before, &now, &page);
	answer_json(&o->answer, 200, json);
	return 0;
}
