/*
 * delivery: when the messages that wait for a receiver may go, and which of them in one.
 *
 * A policy is what a receiver asked for; a pace is what was sent to it lately. All instants and
 * durations are UTC ms, and time is an argument.
 *
 * - Hours: while the calendar is shut nothing goes, but, unless `urgent_waits`, what is urgent.
 *   Earlier messages of the same alert pass with it, so that its order is kept.
 * - Digest: the oldest message waits until `digest` after it began to wait; then all of its group
 *   go in one.
 * - Rate: at most `rate` times in any minute. What had to wait for that goes in one, whatever its
 *   group, where the receiver takes several in one; else one by one.
 *
 * Messages go in the order of the list; only another group's, within a digest, and what may pass
 * while it is shut, go before older ones; never those of the same alert.
 */
#ifndef SLAD_DOMAIN_DELIVERY_H
#define SLAD_DOMAIN_DELIVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/calendar.h"

#define DELIVERY_DIGEST_MAX 3600000 /* ms: news that is older is none */
#define DELIVERY_RATE_MAX 600 /* a minute */
#define DELIVERY_TOGETHER 30 /* messages in one, each a line: more are no longer read */

struct delivery_policy { /* all zero: each message at once, on its own */
	int64_t digest; /* 0: none */
	int64_t rate; /* a minute; 0: any */
	const struct calendar *hours; /* NULL: always */
	bool urgent_waits;
	bool several; /* the receiver takes several in one */
};

struct delivery_pace { /* all zero: nothing was sent yet */
	int64_t sent[DELIVERY_RATE_MAX]; /* a ring of the latest instants; 0: none */
	size_t next; /* its oldest */
	bool late; /* messages wait, or waited, for the rate */
};

struct delivery_item {
	int64_t alert; /* 0: none */
	const char *group; /* its rule and scope; NULL: it goes alone */
	int64_t since; /* waits since */
	bool urgent;
};

/*
 * Chooses from a list, oldest first, what may go now: their places in the list, ascending, their
 * number in `count`. Returns `now` then; else the instant at which to ask again, and a count of 0:
 * STAMP_NEVER where only a new message, or another policy, would change the answer.
 */
int64_t delivery_choose(const struct delivery_policy *p, struct delivery_pace *pace,
    const struct delivery_item *item, size_t items, int64_t now, size_t chosen[DELIVERY_TOGETHER],
    size_t *count);

/* An attempt begins. */
void delivery_sent(struct delivery_pace *pace, int64_t now);

#endif
