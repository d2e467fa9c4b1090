#include "notify_queue.h"

#include <stdlib.h>

#include "base/mem.h"

struct notify_item *
notify_item_new(const struct delivery *d, int64_t now)
{
	struct notify_item *item = mem_alloc(1, sizeof(*item));

	item->delivery = *d;
	item->delivery.message = mem_strdup(d->message);
	item->delivery.receiver = mem_strdup(d->receiver);
	item->delivery.body = mem_strdup(d->body);
	if (d->since == 0)
		item->delivery.since = now;
	return item;
}

void
notify_item_free(struct notify_item *item)
{
	free((char *)(uintptr_t)item->delivery.message);
	free((char *)(uintptr_t)item->delivery.receiver);
	free((char *)(uintptr_t)item->delivery.body);
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

	notify_queue_append(q, &one);
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

void
notify_queue_free(struct notify_queue *q)
{
	struct notify_item *item;

	while ((item = notify_queue_pop(q)) != NULL)
		notify_item_free(item);
}
