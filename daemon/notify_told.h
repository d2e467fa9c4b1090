/*
 * notify_told: the alerts that one receiver has heard of and that still fire, by the last event it
 * was told.
 *
 * From it the next message of an alert knows the first one (a mail's thread) and the level before
 * (Alertmanager); and Alertmanager, which holds alerts in memory and believes in none for ever, is
 * told all of them again at each `repeat`. It is in memory only: the outbox of the alerts that fire
 * gives it back at a start.
 */
#ifndef SLAD_DAEMON_NOTIFY_TOLD_H
#define SLAD_DAEMON_NOTIFY_TOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "codec/message.h"
#include "codec/receiver.h"

struct told {
	struct told *next;
	char *alert; /* its id */
	char *first; /* the id of the first message */
	char *event; /* the last one: fired, changed or escalated */
};

struct notify_told { /* all zero: empty */
	struct told *list; /* in the order in which they were first told */
	size_t count;
	int64_t next_at; /* when they are told again: those from the place `from` on */
	size_t from;
	bool under_way, unheard; /* a message of them is; the last one failed */
};

/* A message that was delivered: keeps its event, or forgets an alert that it resolves. `id` is that
 * of the message, and of the first one, unless the alert is known. Those of no alert are nothing.
 */
void notify_told_learn(struct notify_told *t, const struct receiver *to, const char *id,
    const char *event, int64_t now);

/* A message that failed for good: an alert that it resolves is over all the same, and is not said
 * again. */
void notify_told_lose(struct notify_told *t, const char *event);

/* When the receiver is told again; STAMP_NEVER: there is nothing to tell, or its kind needs none.
 */
int64_t notify_told_next(const struct notify_told *t, const struct receiver *to);

/* Writes the next message of what is told again. */
int notify_told_render(struct notify_told *t, const struct receiver *to, struct message *m,
    int64_t now, struct err *err);

/* Takes the answer if that message is under way; false: it is not. The first failure of many is
 * logged, and its end. */
bool notify_told_again(struct notify_told *t, const struct receiver *to, enum sent sent,
    const struct err *why, int64_t now);

/* What is known of the alert that an event is about; NULL if nothing. */
const struct told *notify_told_of(const struct notify_told *t, const char *event);

void notify_told_free(struct notify_told *t);

#endif
