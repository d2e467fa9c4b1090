#include "silence_order.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "base/stamp.h"
#include "domain/alert.h"
#include "store/store_alert.h"

#define NAME_MAX 1000 /* of a rule, or of a dimension's value */
#define TIME_MAX 60

static int
instant_read(struct order *o, const char *name, int64_t otherwise, int64_t *t, struct err *err)
{
	const char *text;

	*t = otherwise;
	if (order_text(o, name, TIME_MAX, &text, err) != 0)
		return -1;
	if (text != NULL && stamp_parse(text, t, err) != 0)
		return err_prefix(err, "%s", name);
	return 0;
}

/* When it begins and ends; not in the past. */
static int
span_read(struct order *o, int64_t now, struct silence *w, struct err *err)
{
	const char *length;
	int64_t ms;

	if (instant_read(o, "from", now, &w->from, err) != 0 ||
	    instant_read(o, "until", STAMP_NEVER, &w->until, err) != 0 ||
	    order_text(o, "for", TIME_MAX, &length, err) != 0)
		return -1;
	if (w->from < now)
		w->from = now;
	if ((length == NULL) == (w->until == STAMP_NEVER))
		return err_set(err,
		    "one of until, an instant such as 2026-11-22T06:00:00+08:00, and for, a "
		    "duration such as 2h, is wanted");
	if (length != NULL) {
		if (duration_parse(length, &ms, err) != 0)
			return err_prefix(err, "for");
		w->until = w->from + ms;
	}
	if (w->until <= w->from)
		return err_set(err, "it would be over before it begins");
	return 0;
}

static int
rule_read(struct order *o, const struct config *c, struct silence *w, struct err *err)
{
	if (order_text(o, "rule", NAME_MAX, &w->rule, err) != 0)
		return -1;
	if (w->rule == NULL)
		return 0;
	for (size_t i = 0; i < c->rules; i++) {
		if (strcmp(c->rule[i].name, w->rule) == 0)
			return 0;
	}
	return err_set(err, "rule: the configuration has no alert of the name '%.100s'", w->rule);
}

static int
level_read(struct order *o, struct silence *w, struct err *err)
{
	const char *text;

	w->level = LEVEL_NONE;
	if (order_text(o, "level", NAME_MAX, &text, err) != 0)
		return -1;
	for (int l = LEVEL_URGENT; l < LEVELS && text != NULL; l++) {
		if (strcmp(level_names[l], text) == 0)
			w->level = (enum level)l;
	}
	if (text != NULL && w->level == LEVEL_NONE)
		return err_set(err, "level: urgent, important or general is wanted");
	return 0;
}

static int
scope_read(struct order *o, const struct config *c, struct silence *w, struct err *err)
{
	const char *agreement;

	for (int d = 0; d < DIMENSIONS; d++) {
		if (order_text(o, dimension_names[d], NAME_MAX, &w->scope[d], err) != 0)
			return -1;
	}
	agreement = w->scope[DIM_AGREEMENT];
	if (agreement != NULL && agreement_find(&c->agreements, agreement) == NULL)
		return err_set(
		    err, "agreement: the configuration has none of the id '%.100s'", agreement);
	return 0;
}

static int
silence_read(struct order *o, const struct act *act, struct stored_silence *s, struct err *err)
{
	static const char *const members[] = {"reason", "until", "for", "from", "by", "rule",
	    "agreement", "service", "priority", "team", "level", NULL};
	static const char *const names[] = {NULL};

	s->created = act->now;
	s->by = o->by;
	s->what.ended = STAMP_NEVER;
	if (params_check(&o->request, names, err) != 0 || order_members(o, members, err) != 0 ||
	    order_text(o, "reason", ORDER_NOTE, &s->reason, err) != 0)
		return -1;
	if (s->reason == NULL || s->reason[0] == '\0')
		return err_set(err, "reason: a few words on why nobody is to hear of it");
	if (span_read(o, act->now, &s->what, err) != 0 ||
	    rule_read(o, act->config, &s->what, err) != 0 || level_read(o, &s->what, err) != 0)
		return -1;
	return scope_read(o, act->config, &s->what, err);
}

static json_t *
any_or(const char *text)
{
	return text == NULL ? json_null() : json_string(text);
}

static int
named_count(const struct silence *w, const struct stored_alert *live, int count)
{
	int n = 0;

	for (int i = 0; i < count; i++)
		n += live[i].state == ALERT_FIRING &&
		    silence_names(w, live[i].rule, (enum level)live[i].level, live[i].scope);
	return n;
}

json_t *
silence_json(
    const struct stored_silence *s, int64_t now, const struct stored_alert *live, int count)
{
	const struct silence *w = &s->what;

	return json_pack("{so ss ss ss so so so so so so so so so so so so si}", "id",
	    json_sprintf("%" PRId64, s->id), "state", silence_state_names[silence_state(w, now)],
	    "reason", s->reason, "by", s->by, "created_at", json_instant(s->created), "from",
	    json_instant(w->from), "until", json_instant(w->until), "rule", any_or(w->rule),
	    "level", w->level == LEVEL_NONE ? json_null() : json_string(level_names[w->level]),
	    "agreement", any_or(w->scope[DIM_AGREEMENT]), "service", any_or(w->scope[DIM_SERVICE]),
	    "priority", any_or(w->scope[DIM_PRIORITY]), "team", any_or(w->scope[DIM_TEAM]),
	    "ended_at", json_instant(w->ended), "ended_by", json_text_or_null(s->ended_by),
	    "ended_note", json_text_or_null(s->ended_note), "firing", named_count(w, live, count));
}

int
silence_named(struct store *s, const char *segment, struct arena *a, struct stored_silence *row,
    struct err *err)
{
	int64_t id = strtoll(segment, NULL, 10);
	char canonical[24];

	snprintf(canonical, sizeof(canonical), "%" PRId64, id);
	return strcmp(canonical, segment) == 0 ? store_silence(s, id, a, row, err) : 0;
}

static int
answer_silence(struct order *o, const struct act *act, int status, const struct stored_silence *s,
    struct err *err)
{
	struct stored_alert *live;
	int n = store_alerts_live(act->store, o->arena, &live, err);

	if (n < 0)
		return -1;
	answer_json(&o->answer, status, silence_json(s, act->now, live, n));
	return 0;
}

int
silence_create(struct order *o, const struct act *act, struct err *err)
{
	struct stored_silence s = {0};

	if (silence_read(o, act, &s, err) != 0) {
		answer_problem(&o->answer, 400, "%s", err->msg);
		return 0;
	}
	if (store_silence_add(act->store, &s, err) != 0)
		return -1;
	*act->moved = true;
	return answer_silence(o, act, 201, &s, err);
}

int
silence_lift(struct order *o, const struct act *act, struct err *err)
{
	static const char *const names[] = {"by", "note", NULL};
	const char *id = o->request.segment[2];
	struct stored_silence s;
	char ended[STAMP_TEXT];
	int found;

	if (params_check(&o->request, names, err) != 0) {
		answer_problem(&o->answer, 400, "%s", err->msg);
		return 0;
	}
	found = silence_named(act->store, id, o->arena, &s, err);
	if (found < 0)
		return -1;
	if (found == 0) {
		answer_problem(&o->answer, 404,
		    "there is no silence '%.40s'; GET /v1/silences?state=all lists them", id);
		return 0;
	}
	if (silence_state(&s.what, act->now) == SILENCE_ENDED) {
		answer_problem(&o->answer, 409,
		    "silence %" PRId64 " is ended, since %s: nothing is possible any more", s.id,
		    stamp_format(silence_end(&s.what), ended));
		return 0;
	}
	s.what.ended = act->now;
	s.ended_by = o->by;
	s.ended_note = o->note;
	if (store_silence_end(act->store, &s, err) != 0)
		return -1;
	*act->moved = true;
	return answer_silence(o, act, 200, &s, err);
}
