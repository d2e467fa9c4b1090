/*
 * notify: takes what the outbox holds to its receivers, at least once, in order.
 *
 * Each receiver has a queue in memory with at most one attempt under way, so that a receiver sees
 * its messages in the order of their ids, and a slow one holds up nobody else. A delivery that
 * fails for a reason that may pass is tried again before any later one; after each attempt the
 * caller is told and stores it. Nothing here is durable: what was not reported as delivered or
 * failed is submitted again at the next start, with the same message id.
 *
 * What may go, and when, is the receiver's policy (domain/delivery): its hours, its rate, its
 * digests. To wait for these is no attempt. The deliveries that go in one are reported one by one.
 *
 * What an answer means is its kind's to say (codec/message): delivered, failed, or to be tried
 * again, until a day has passed since the first attempt. No redirect is followed.
 *
 * The pause before a retry is random between 0 and a ceiling that doubles with each attempt (full
 * jitter), and at least what Retry-After says. It holds for the receiver: the next delivery waits
 * for it too, when the one that met it is given up.
 *
 * Everything runs in the thread of the event loop. The report is called from the loop, never from
 * within a call; it may submit and set receivers, but not free.
 */
#ifndef SLAD_DAEMON_NOTIFY_H
#define SLAD_DAEMON_NOTIFY_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/stamp.h"
#include "notify_curl.h"

#define NOTIFY_TEST "slad.receiver.test" /* the type of a message that an operator asked for */

struct config;
struct event_base;
struct notify;

struct notify_limits {
	struct notify_curl_limits curl;
	size_t queue; /* deliveries that wait for one receiver */
	int64_t base, cap; /* ms: the first ceiling of a pause, and the last */
	int64_t longest; /* ms: no Retry-After and no next_at is waited for longer */
	int64_t give_up; /* ms after the first attempt began */
};

#define NOTIFY_LIMITS                                                                           \
	{                                                                                       \
		.curl = {.connect = 5000, .total = 15000, .answer = 64u << 10}, .queue = 10000, \
		.base = STAMP_SECOND, .cap = 5 * STAMP_MINUTE, .longest = STAMP_HOUR,           \
		.give_up = STAMP_DAY                                                            \
	}

/* Strings are copied. */
struct delivery {
	int64_t id;
	int64_t alert; /* that it is about; 0: none */
	const char *message; /* webhook-id: the same at every attempt, has no '.' */
	const char *receiver;
	const char *body; /* application/cloudevents+json */
	int64_t created; /* 0: when it is submitted */
	int attempts; /* so far */
	int64_t next_at; /* its receiver gets nothing before; 0: at once */
	int64_t begun; /* the first attempt; 0: there was none */
};

enum notify_outcome { NOTIFY_DELIVERED, NOTIFY_RETRY, NOTIFY_FAILED };

/* After each attempt, or (FAILED, with no attempt more) when its receiver is not configured. */
struct notify_report {
	int64_t id;
	const char *receiver; /* lives as long as the call */
	enum notify_outcome outcome;
	int status; /* of the answer; 0: there was none */
	const char *error; /* a sentence, "" when delivered; lives as long as the call */
	int attempts; /* this one included */
	int64_t begun; /* the first of them; 0: there was none */
	int64_t next_at; /* of a retry, else STAMP_NEVER */
};

typedef void notify_reported(void *context, const struct notify_report *report);

/* limits NULL: NOTIFY_LIMITS. Call before other threads use libcurl. */
struct notify *notify_new(struct event_base *base, const struct notify_limits *limits,
    notify_reported *report, void *context, struct err *err);

/* Cancels what is under way, unreported. NULL is fine. */
void notify_free(struct notify *n);

/* At the start and at each reload. Deliveries to receivers that are no longer there fail; those to
 * a receiver whose URL or secret changed are tried at once. Of the configuration only the calendars
 * are kept: it must live until the next call. */
void notify_receivers(struct notify *n, const struct config *c);

/* Fails only if the receiver's queue is full: offer it again later. */
int notify_submit(struct notify *n, const struct delivery *d, struct err *err);

size_t notify_waiting(const struct notify *n); /* deliveries in all queues, under way included */

/* Attempts that each receiver did not take, since it was configured here. */
void notify_failures(const struct notify *n,
    void (*each)(void *context, const char *receiver, int64_t failures), void *context);

/* At the start: an alert that fires, by the last message about it that the receiver had, and the id
 * of the first. Alertmanager is told of it again, now and from then on. */
void notify_tell(struct notify *n, const char *receiver, const char *message, const char *event);

/* The caller has stored a report of a receiver that was not a retry; until it has stored them all
 * the receiver gets nothing more, so that a crash repeats one message to it at most. May be called
 * from the report. */
void notify_saved(struct notify *n, const char *receiver);

/* Before a stop: begins no attempt any more, and says how many are still under way. What is only
 * said again is broken off. */
size_t notify_hold(struct notify *n);

/* The pause after the given number of attempts (1 or more), from 64 random bits. */
int64_t notify_pause(const struct notify_limits *limits, int attempts, uint64_t random);

/* The same with bits of the kernel, and at least the seconds that the receiver asked for. */
int64_t notify_pause_after(const struct notify_limits *limits, int attempts, int64_t retry_after);

#endif
