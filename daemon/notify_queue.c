#include "notify_queue.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/mem.h"
#include "domain/rule.h"

static bool
is_text(const json_t *value, const char *text)
{
	return json_is_string(value) && strcmp(json_string_value(value), text) == 0;
}

/* Its rule and scope, as JSON; NULL if it has none. The caller owns it. */
static char *
group_of(const json_t *data)
{
	const json_t *rule = json_object_get(data, "rule"), *scope = json_object_get(data, "scope");
	json_t *group;
	char *text;

	if (!json_is_string(rule) || !json_is_object(scope))
		return NULL;
	group = json_pack("[OO]", rule, scope);
	text = json_dumps(group, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(group);
	return text;
}

struct notify_item *
notify_item_new(const struct delivery *d, int64_t now)
{
	struct notify_item *item = mem_alloc(1, sizeof(*item));
	json_t *event = json_loads(d->body, 0, NULL);
	const json_t *data = json_object_get(event, "data");

	item->delivery = *d;
	item->delivery.message = mem_strdup(d->message);
	item->delivery.receiver = mem_strdup(d->receiver);
	item->delivery.body = mem_strdup(d->body);
	item->wait = (struct delivery_item){.alert = d->alert,
	    .group = group_of(data),
	    .since = d->created == 0 ? now : d->created,
	    .urgent = is_text(json_object_get(data, "level"), level_names[LEVEL_URGENT]) ||
		is_text(json_object_get(event, "type"), NOTIFY_TEST)};
	json_decref(event);
	return item;
}

void
notify_item_free(struct notify_item *item)
{
	free((char *)(uintptr_t)item->delivery.message);
	free((char *)(uintptr_t)item->delivery.receiver);
	free((char *)(uintptr_t)item->delivery.body);
	free((char *)(uintptr_t)item->wait.group);
	free(item);
}

void
notify_queue_append(struct notify_queue *q, struct notify_queue *more)
{
	if (more->first == NULL)
		return;
	if (q->first == NULL)
		q->first = more->first;
	else
		q->last->next = more->first;
	q->last = more->last;
	q->count += more->count;
	*more = (struct notify_queue){.count = 0};
}

void
notify_queue_push(struct notify_queue *q, struct notify_item *item)
{
	struct notify_queue one = {.first = item, .last = item, .count = 1};
	struct notify_item **at = &q->first;

	if (q->first == NULL || q->last->delivery.id <= item->delivery.id) {
		notify_queue_append(q, &one);
		return;
	}
	while ((*at)->delivery.id <= item->delivery.id)
		at = &(*at)->next;
	item->next = *at;
	*at = item;
	q->count++;
}

struct notify_item *
notify_queue_pop(struct notify_queue *q)
{
	struct notify_item *item = q->first;

	if (item == NULL)
		return NULL;
	q->first = item->next;
	q->count--;
	item->next = NULL;
	return item;
}

/* Moves the items at some places, ascending, to the end of another queue. */
static void
take(struct notify_queue *q, const size_t *place, size_t count, struct notify_queue *to)
{
	struct notify_queue all = *q;
	struct notify_item *item;
	size_t n = 0;
	bool chosen;

	*q = (struct notify_queue){.count = 0};
	for (size_t i = 0; n < count; i++) {
		chosen = place[n] == i;
		item = notify_queue_pop(&all);
		notify_queue_push(chosen ? to : q, item);
		n += chosen;
	}
	notify_queue_append(q, &all);
}

int64_t
notify_queue_choose(struct notify_queue *q, const struct delivery_policy *p,
    struct delivery_pace *pace, int64_t now, struct notify_queue *chosen)
{
	struct delivery_item *list = mem_alloc(q->count, sizeof(*list));
	size_t place[DELIVERY_TOGETHER], count, n = 0;
	int64_t at;

	for (const struct notify_item *item = q->first; item != NULL; item = item->next)
		list[n++] = item->wait;
	at = delivery_choose(p, pace, list, n, now, place, &count);
	free(list);
	take(q, place, count, chosen);
	return at;
}

void
notify_queue_free(struct notify_queue *q)
{
	struct notify_item *item;

	while ((item = notify_queue_pop(q)) != NULL)
		notify_item_free(item);
}
