#include "notify_told.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "log.h"

#define TOGETHER 200 /* alerts in one message */

/* The alert of an event, to be freed; NULL if it is of none. `ends`: that the alert is over. */
static char *
alert_of(const char *event, bool *ends)
{
	json_t *json = json_loads(event, 0, NULL);
	const char *type = json_string_value(json_object_get(json, "type")),
		   *alert =
		       json_string_value(json_object_get(json_object_get(json, "data"), "alert"));
	char *copy = NULL;

	*ends = type != NULL && strcmp(type, "slad.alert.resolved") == 0;
	if (type != NULL && strncmp(type, "slad.alert.", strlen("slad.alert.")) == 0 &&
	    alert != NULL)
		copy = mem_strdup(alert);
	json_decref(json);
	return copy;
}

/* Where the alert's entry is linked, or would be. */
static struct told **
place_of(const struct notify_told *t, const char *alert)
{
	struct told **at = (struct told **)(uintptr_t)&t->list;

	while (*at != NULL && strcmp((*at)->alert, alert) != 0)
		at = &(*at)->next;
	return at;
}

static void
told_free(struct told *told)
{
	free(told->alert);
	free(told->first);
	free(told->event);
	free(told);
}

static void
forget(struct notify_told *t, struct told **at)
{
	struct told *told = *at;

	*at = told->next;
	t->count--;
	told_free(told);
}

void
notify_told_learn(struct notify_told *t, const struct receiver *to, const char *id,
    const char *event, int64_t now)
{
	struct told **at, *told;
	bool ends;
	char *alert = alert_of(event, &ends);

	if (alert == NULL)
		return;
	if (t->count == 0)
		t->next_at = now + to->repeat;
	at = place_of(t, alert);
	told = *at;
	if (told != NULL && ends) {
		forget(t, at);
	} else if (told != NULL) {
		free(told->event);
		told->event = mem_strdup(event);
	} else if (!ends) {
		told = *at = mem_alloc(1, sizeof(*told));
		told->alert = mem_strdup(alert);
		told->first = mem_strdup(id);
		told->event = mem_strdup(event);
		t->count++;
	}
	free(alert);
}

void
notify_told_lose(struct notify_told *t, const char *event)
{
	bool ends;
	char *alert = alert_of(event, &ends);
	struct told **at = alert == NULL ? NULL : place_of(t, alert);

	if (at != NULL && *at != NULL && ends)
		forget(t, at);
	free(alert);
}

const struct told *
notify_told_of(const struct notify_told *t, const char *event)
{
	bool ends;
	char *alert = alert_of(event, &ends);
	const struct told *told = alert == NULL ? NULL : *place_of(t, alert);

	free(alert);
	return told;
}

int64_t
notify_told_next(const struct notify_told *t, const struct receiver *to)
{
	return to->kind == RECEIVER_ALERTMANAGER && t->count > 0 ? t->next_at : STAMP_NEVER;
}

/* The next page of the round; gives how many. */
static size_t
page(struct notify_told *t, const char **events)
{
	size_t at = 0, n = 0;

	if (t->from >= t->count)
		t->from = 0;
	for (const struct told *told = t->list; told != NULL && n < TOGETHER; told = told->next)
		if (at++ >= t->from)
			events[n++] = told->event;
	t->from += n;
	return n;
}

/* After the last page, and after one that failed, the next round waits: what is told lasts far
 * longer than that. */
static void
page_end(struct notify_told *t, const struct receiver *to, bool fine, int64_t now)
{
	t->under_way = false;
	if (!fine || t->from >= t->count)
		t->from = 0;
	if (t->from == 0)
		t->next_at = now + to->repeat;
}

int
notify_told_render(struct notify_told *t, const struct receiver *to, struct message *m, int64_t now,
    struct err *err)
{
	const char *events[TOGETHER];
	struct message_task task = {
	    .id = "", .event = events, .events = page(t, events), .now = now};

	t->under_way = message_render(m, to, &task, err) == 0;
	if (t->under_way)
		return 0;
	log_error("receiver '%s' is not told again what fires: %s", to->name, err->msg);
	page_end(t, to, false, now);
	return -1;
}

bool
notify_told_again(struct notify_told *t, const struct receiver *to, enum sent sent,
    const struct err *why, int64_t now)
{
	bool fine = sent == SENT_DELIVERED;

	if (!t->under_way)
		return false;
	if (!fine && !t->unheard)
		log_warning(
		    "receiver '%s' could not be told again what fires: %s", to->name, why->msg);
	if (fine && t->unheard)
		log_info("receiver '%s' is told again what fires", to->name);
	t->unheard = !fine;
	page_end(t, to, fine, now);
	return true;
}

void
notify_told_free(struct notify_told *t)
{
	struct told *told;

	while ((told = t->list) != NULL) {
		t->list = told->next;
		told_free(told);
	}
	*t = (struct notify_told){.count = 0};
}
