/*
 * Alertmanager's API v2: a list of alerts, told apart by their labels.
 *
 * - An alert that fires ends a day from now, so that neither a restart of slad nor an hour of
 *   silence makes Alertmanager tell people that it is resolved; it is sent again all the time, so
 *   that an Alertmanager that was restarted has it again. What has ended ends when it did.
 * - The level is a label, so another level is another alert there: the one of the level before is
 *   ended in the same request.
 */
#include <stdio.h>
#include <string.h>

#include "base/stamp.h"
#include "codec/message.h"
#include "domain/scope.h"

#define PATH "/api/v2/alerts"
#define LASTS STAMP_DAY

struct item { /* one event on its way into the list */
	struct message *m;
	struct alert_text text;
	json_t *list;
	int64_t now;
};

static void
set(json_t *object, const char *name, const char *value)
{
	if (value != NULL && *value != '\0')
		json_object_set_new(object, name, json_string(value));
}

static const char *
data_text(const struct item *i, const char *member)
{
	return json_string_value(json_object_get(i->text.data, member));
}

static json_t *
labels(struct item *i, const char *level)
{
	json_t *labels = json_object(), *scope = json_object_get(i->text.data, "scope");
	const char *rule = data_text(i, "rule");

	set(labels, "alertname", rule == NULL ? "slad" : rule);
	set(labels, "severity", level);
	set(labels, "slad_alert", data_text(i, "alert"));
	for (int d = 0; d < DIMENSIONS; d++)
		set(labels, dimension_names[d],
		    json_string_value(json_object_get(scope, dimension_names[d])));
	return labels;
}

static json_t *
annotations(struct item *i)
{
	json_t *annotations = json_object();
	struct buf description = BUF_INIT(MESSAGE_MAX);

	alert_text_plain(&i->text, i->m->receiver->language, &description);
	set(annotations, "summary", i->text.subject);
	set(annotations, "description", buf_text(&description));
	set(annotations, "explain", i->text.link != NULL ? i->text.link : data_text(i, "explain"));
	buf_free(&description);
	return annotations;
}

static void
add(struct item *i, const char *level, int64_t ends)
{
	char stamp[STAMP_TEXT];
	json_t *alert = json_object();

	json_object_set_new(alert, "labels", labels(i, level));
	json_object_set_new(alert, "annotations", annotations(i));
	set(alert, "startsAt", data_text(i, "since"));
	set(alert, "endsAt", stamp_format(ends, stamp));
	set(alert, "generatorURL", i->text.link);
	json_array_append_new(i->list, alert);
}

/* When the event was; no later than now, lest what has ended still fires. */
static int64_t
event_time(const struct item *i)
{
	const char *text = json_string_value(json_object_get(i->text.event, "time"));
	int64_t t;

	if (text == NULL || stamp_parse(text, &t, NULL) != 0 || t > i->now)
		return i->now;
	return t;
}

/* Ends the alert of the level that was told before, if that was another one. */
static void
end_before(struct item *i, const char *level, const char *before)
{
	json_t *event = before == NULL ? NULL : json_loads(before, 0, NULL);
	const char *was =
	    json_string_value(json_object_get(json_object_get(event, "data"), "level"));

	if (was != NULL && (level == NULL || strcmp(was, level) != 0))
		add(i, was, event_time(i));
	json_decref(event);
}

static int
item_add(struct item *i, const char *event, const char *before, struct err *err)
{
	const char *level;
	enum moved moved;

	if (alert_text(&i->text, event, i->m->receiver, err) != 0)
		return -1;
	moved = i->text.moved;
	level = data_text(i, "level");
	end_before(i, level, before);
	if (moved <= MOVED_ESCALATED && moved != MOVED_RESOLVED)
		add(i, level, i->now + LASTS);
	else if (moved == MOVED_RESOLVED)
		add(i, level, event_time(i));
	else
		add(i, level, i->now + 5 * STAMP_MINUTE);
	alert_text_free(&i->text);
	return 0;
}

static const char *
address(struct message *m)
{
	const char *base = m->receiver->url;
	size_t len = strlen(base), size = len + sizeof(PATH);
	char *url = arena_alloc(&m->arena, size, 1);

	while (len > 0 && base[len - 1] == '/')
		len--;
	snprintf(url, size, "%.*s" PATH, (int)len, base);
	return url;
}

static int
render(struct message *m, const struct message_task *task, struct err *err)
{
	struct item i = {.m = m, .list = json_array(), .now = task->now};

	message_head(m, "POST", "application/json");
	m->url = address(m);
	m->user = m->receiver->user;
	m->password = m->receiver->password;
	m->token = m->receiver->token;
	for (size_t n = 0; n < task->events; n++) {
		if (item_add(&i, task->event[n], task->events == 1 ? task->before : NULL, err) !=
		    0) {
			json_decref(i.list);
			return -1;
		}
	}
	return message_json(m, i.list, err);
}

const struct message_format message_alertmanager = {.render = render};
