#include "codec/alert_event.h"

#include <assert.h>
#include <string.h>

#include "codec/json_text.h"
#include "domain/indicator.h"
#include "domain/score.h"
#include "domain/zone.h"

static const char *const types[MOVES] = {
    [MOVE_FIRED] = "slad.alert.fired",
    [MOVE_CHANGED] = "slad.alert.changed",
    [MOVE_RESOLVED] = "slad.alert.resolved",
    [MOVE_ESCALATED] = "slad.alert.escalated",
};

static json_t *
stamp_json(int64_t t)
{
	char text[STAMP_TEXT];

	return t == STAMP_NEVER ? json_null() : json_string(stamp_format(t, text));
}

static json_t *
wall_json(const struct window *w, int64_t t)
{
	char text[STAMP_TEXT];

	return json_string(stamp_format_at(t, zone_offset(w->zone, t), text));
}

static json_t *
count_json(int64_t n, int64_t unit)
{
	return n % unit == 0 ? json_integer(n / unit) : json_real((double)n / (double)unit);
}

static json_t *
value_json(const struct rule *rule, const struct alert *a)
{
	double value;

	if (!rule_has_value(rule) || a->total == 0)
		return json_null();
	value = (double)a->good / (double)a->total;
	return json_real(value < 0 ? 0 : value > 1 ? 1 : value);
}

static json_t *
threshold_json(const struct rule *rule, enum level level)
{
	const struct decimal *d = &rule->below[level];

	if (!rule_has_value(rule) || !rule->has_below[level])
		return json_null();
	return json_real((double)d->units / (double)d->scale);
}

/* Sets a member, taking the value over; a value of NULL makes `*bad` true. */
static void
set(json_t *object, const char *name, json_t *value, bool *bad)
{
	if (json_object_set_new(object, name, value) != 0)
		*bad = true;
}

static json_t *
scope_json(const struct alert_event *e, bool *bad)
{
	json_t *scope = json_object();

	for (int i = 0; i < DIMENSIONS; i++) {
		if (e->scope[i] != NULL)
			set(scope, dimension_names[i], json_string(e->scope[i]), bad);
	}
	return scope;
}

static json_t *
window_json(const struct window *w, bool *bad)
{
	json_t *window;

	if (w == NULL)
		return json_null();
	window = json_object();
	set(window, "name", json_string(w->name), bad);
	set(window, "from", wall_json(w, w->from), bad);
	set(window, "to", wall_json(w, w->to), bad);
	return window;
}

/* Everything but the unreserved characters of RFC 3986 percent-encoded. */
static void
percent_put(struct buf *out, const char *value)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					 "0123456789-._~";

	for (const char *s = value; *s != '\0'; s++) {
		if (strchr(unreserved, *s) != NULL)
			buf_put(out, s, 1);
		else
			buf_putf(out, "%%%02X", (unsigned)(unsigned char)*s);
	}
}

/* "?NAME=VALUE", or "&NAME=VALUE" behind another one */
static void
query_put(struct buf *out, const char *name, const char *value)
{
	buf_putf(out, "%s%s=", strchr(buf_text(out), '?') == NULL ? "?" : "&", name);
	percent_put(out, value);
}

/* "/v1/tickets/ID?source=…", where it is about a ticket. */
static json_t *
ticket_explain_json(const json_t *about)
{
	const char *ticket = json_string_value(json_object_get(about, "ticket"));
	const char *source = json_string_value(json_object_get(about, "source"));
	struct buf path = BUF_INIT(ALERT_EVENT_MAX);
	json_t *explain;

	if (ticket == NULL || source == NULL)
		return json_null();
	buf_puts(&path, "/v1/tickets/");
	percent_put(&path, ticket);
	buf_puts(&path, "?source=");
	percent_put(&path, source);
	explain = json_string(buf_text(&path));
	buf_free(&path);
	return explain;
}

static bool
has_indicator(const struct rule *rule)
{
	return rule->kind == RULE_SCORE || rule->kind == RULE_BUDGET;
}

static json_t *
explain_json(const struct alert_event *e)
{
	struct buf path = BUF_INIT(ALERT_EVENT_MAX);
	char text[STAMP_TEXT];
	json_t *explain = NULL;

	if (has_indicator(e->rule)) {
		buf_putf(&path, "/v1/scores/%s/tickets", indicator_table[e->rule->indicator].id);
		query_put(&path, "counted", "bad");
	} else {
		buf_puts(&path, "/v1/statistics");
	}
	if (e->window->rolling) {
		query_put(&path, "from", stamp_format_at(e->window->from, 0, text));
		query_put(&path, "to", stamp_format_at(e->window->to, 0, text));
	} else {
		query_put(&path, "window", e->window->name);
	}
	if (has_indicator(e->rule))
		query_put(&path, "cohort", cohort_names[e->rule->cohort]);
	for (int i = 0; i < DIMENSIONS; i++) {
		if (e->scope[i] != NULL)
			query_put(&path, dimension_names[i], e->scope[i]);
	}
	if (buf_ok(&path))
		explain = json_string(buf_text(&path));
	buf_free(&path);
	return explain;
}

static json_t *
a_json(const struct rule *rule, const struct alert *a)
{
	if (!rule_has_value(rule))
		return json_null();
	return count_json(a->a, has_indicator(rule) ? score_unit_a(rule->indicator) : 1);
}

static json_t *
b_json(const struct rule *rule, const struct alert *a)
{
	bool absence =
	    has_indicator(rule) && indicator_table[rule->indicator].formula == FORMULA_ABSENCE;

	if (!rule_has_value(rule) || absence)
		return json_null();
	return count_json(a->b, has_indicator(rule) ? score_unit_b(rule->indicator) : 1);
}

json_t *
alert_event_data(const struct alert_event *e)
{
	const struct alert *a = e->state;
	json_t *about = e->about == NULL ? json_null() : json_loads(e->about, 0, NULL);
	json_t *data = json_object();
	bool bad = false;

	set(data, "alert", json_string(e->alert), &bad);
	set(data, "rule", json_string(e->rule->name), &bad);
	set(data, "kind", json_string(rule_kind_names[e->rule->kind]), &bad);
	set(data, "indicator",
	    has_indicator(e->rule) ? json_string(indicator_table[e->rule->indicator].id)
				   : json_null(),
	    &bad);
	set(data, "scope", scope_json(e, &bad), &bad);
	set(data, "about", about, &bad);
	set(data, "level", json_string(level_names[a->level]), &bad);
	set(data, "value", value_json(e->rule, a), &bad);
	set(data, "a", a_json(e->rule, a), &bad);
	set(data, "b", b_json(e->rule, a), &bad);
	set(data, "threshold", threshold_json(e->rule, a->level), &bad);
	set(data, "window", window_json(e->window, &bad), &bad);
	set(data, "since", stamp_json(a->since), &bad);
	set(data, "explain", rule_has_value(e->rule) ? explain_json(e) : ticket_explain_json(about),
	    &bad);
	if (e->move == MOVE_RESOLVED)
		set(data, "reason", json_string(e->reason == NULL ? "cleared" : e->reason), &bad);
	if (bad) {
		json_decref(data);
		return NULL;
	}
	return data;
}

int
alert_event_text(const struct alert_event *e, struct buf *out, struct err *err)
{
	json_t *event = json_object();
	bool bad = false;
	int r;

	assert(types[e->move] != NULL);
	set(event, "specversion", json_string("1.0"), &bad);
	set(event, "id", json_string(e->id), &bad);
	set(event, "source", json_string(ALERT_EVENT_SOURCE), &bad);
	set(event, "type", json_string(types[e->move]), &bad);
	set(event, "time", stamp_json(e->time), &bad);
	set(event, "subject", json_string(e->alert), &bad);
	set(event, "datacontenttype", json_string("application/json"), &bad);
	set(event, "data", alert_event_data(e), &bad);
	r = bad ? -1 : json_text(event, out, false);
	json_decref(event);
	if (bad)
		return err_set(err, "a name in alert %.64s is not UTF-8, or too long", e->alert);
	if (r != 0)
		return err_set(err, "the event of alert %.64s has no room left", e->alert);
	return 0;
}
