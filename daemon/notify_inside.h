/*
 * notify_inside: the notifier from within, for notify.c and notify_lane.c alone.
 *
 * notify.c is the whole: which receivers there are, and what is submitted for them. notify_lane.c
 * is the way to one receiver: what goes next, and what became of it.
 */
#ifndef SLAD_DAEMON_NOTIFY_INSIDE_H
#define SLAD_DAEMON_NOTIFY_INSIDE_H

#include <event2/event.h>

#include "codec/config.h"
#include "notify_queue.h"
#include "notify_told.h"

struct lane { /* to one receiver */
	struct lane *next;
	struct notify *owner;
	char *name;
	struct arena arena; /* of the receiver */
	const struct receiver *to;
	struct delivery_policy policy;
	struct delivery_pace pace;
	struct notify_queue queue, sent; /* what waits, and what is in the post */
	struct notify_told told;
	struct event *timer; /* looks for what may go next */
	struct notify_post *post; /* NULL: none is under way */
	struct message message; /* of the post */
	int64_t resume_at; /* no attempt before */
	int64_t failures;
	size_t unsaved; /* reports for good that the caller has not stored yet */
};

struct notify {
	struct event_base *base;
	struct notify_limits limits;
	notify_reported *report;
	void *context;
	struct notify_curl *curl;
	struct lane *lanes;
	struct notify_queue lost; /* to receivers that are not configured */
	struct event *lost_timer;
	bool held; /* no attempt begins any more */
};

int64_t notify_now(void); /* the wall clock, UTC ms */
struct event *notify_timer(struct event_base *base, event_callback_fn due, void *context);
void notify_timer_set(struct event *timer, int64_t ms);

struct lane *lane_new(struct notify *n, const char *name);
void lane_free(struct lane *lane);
void lane_set(struct lane *lane, const struct receiver *r);

/* Looks again for what may go, as soon as the receiver may get anything. */
void lane_arm(struct lane *lane);

/* Breaks off what is only said again. */
void lane_hush(struct lane *lane);

#endif
