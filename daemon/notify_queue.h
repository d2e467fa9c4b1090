/*
 * notify_queue: deliveries that wait, first in, first out.
 */
#ifndef SLAD_DAEMON_NOTIFY_QUEUE_H
#define SLAD_DAEMON_NOTIFY_QUEUE_H

#include <stddef.h>
#include <stdint.h>

#include "notify.h"

struct notify_item {
	struct notify_item *next;
	struct delivery delivery; /* its strings are owned */
};

struct notify_queue { /* all zero: empty */
	struct notify_item *first, *last; /* last only counts while there is a first */
	size_t count;
};

struct notify_item *notify_item_new(const struct delivery *d, int64_t now); /* since 0: now */
void notify_item_free(struct notify_item *item);

void notify_queue_push(struct notify_queue *q, struct notify_item *item);
struct notify_item *notify_queue_pop(struct notify_queue *q); /* NULL if empty; caller owns it */
void notify_queue_append(struct notify_queue *q, struct notify_queue *more); /* empties more */
void notify_queue_free(struct notify_queue *q);

#endif
