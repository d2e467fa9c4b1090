/*
 * notify_queue: deliveries that wait for one receiver, or are under way to it, in the order of
 * their ids.
 */
#ifndef SLAD_DAEMON_NOTIFY_QUEUE_H
#define SLAD_DAEMON_NOTIFY_QUEUE_H

#include <stddef.h>
#include <stdint.h>

#include "domain/delivery.h"
#include "notify.h"

struct notify_item {
	struct notify_item *next;
	struct delivery delivery; /* its strings are owned */
	struct delivery_item wait; /* what a policy looks at, read out of the body */
};

struct notify_queue { /* all zero: empty */
	struct notify_item *first, *last; /* last only counts while there is a first */
	size_t count;
};

/* A test, for which somebody waits, is urgent; a body that is no event of an alert has no group. */
struct notify_item *notify_item_new(const struct delivery *d, int64_t now); /* created 0: now */
void notify_item_free(struct notify_item *item);

void notify_queue_push(struct notify_queue *q, struct notify_item *item); /* before later ids */

/* Moves what may go now to `chosen`, which is empty. The time is that of delivery_choose(). */
int64_t notify_queue_choose(struct notify_queue *q, const struct delivery_policy *p,
    struct delivery_pace *pace, int64_t now, struct notify_queue *chosen);

struct notify_item *notify_queue_pop(struct notify_queue *q); /* NULL if empty; caller owns it */
void notify_queue_append(struct notify_queue *q, struct notify_queue *more); /* empties more */
void notify_queue_free(struct notify_queue *q);

#endif
