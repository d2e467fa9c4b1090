#include "notify.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "base/mem.h"
#include "codec/config.h"
#include "codec/message.h"
#include "log.h"
#include "notify_queue.h"
#include "notify_told.h"

static const enum notify_outcome outcomes[] = {
    [SENT_DELIVERED] = NOTIFY_DELIVERED,
    [SENT_RETRY] = NOTIFY_RETRY,
    [SENT_FAILED] = NOTIFY_FAILED,
};

struct lane { /* to one receiver */
	struct lane *next;
	struct notify *owner;
	char *name;
	struct arena arena; /* of the receiver */
	const struct receiver *to;
	struct notify_queue queue;
	struct notify_told told;
	struct event *timer; /* begins the next attempt */
	struct notify_post *post; /* of the queue's first; NULL: none is under way */
	struct message message; /* of the post */
	int64_t resume_at; /* no attempt before */
	int64_t deliver_at; /* the next attempt */
	bool unsaved; /* the last one was reported for good, and the caller has not stored that yet
		       */
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

static int64_t
now_ms(void)
{
	struct timeval now;

	evutil_gettimeofday(&now, NULL);
	return (int64_t)now.tv_sec * 1000 + now.tv_usec / 1000;
}

static struct event *
timer_new(struct event_base *base, event_callback_fn due, void *context)
{
	struct event *timer = evtimer_new(base, due, context);

	assert(timer != NULL);
	return timer;
}

static void
timer_set(struct event *timer, int64_t ms)
{
	struct timeval wait = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	evtimer_add(timer, &wait);
}

static int64_t
earliest(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
latest(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void
lane_arm(struct lane *lane)
{
	const struct notify_item *item = lane->queue.first;
	int64_t now = now_ms(), longest = now + lane->owner->limits.longest, at;

	evtimer_del(lane->timer);
	if (lane->post != NULL || lane->unsaved || lane->owner->held)
		return;
	lane->deliver_at = STAMP_NEVER;
	if (item != NULL)
		lane->deliver_at = latest(item->delivery.next_at, lane->resume_at);
	if (item != NULL && lane->deliver_at > longest)
		lane->deliver_at = longest;
	at = earliest(lane->deliver_at, notify_told_next(&lane->told, lane->to));
	if (at != STAMP_NEVER)
		timer_set(lane->timer, at > now ? earliest(at, longest) - now : 0);
}

/* What an answer means for the first of a lane's queue. */
static void
lane_settle(struct lane *lane, enum sent sent, const struct err *why, int status)
{
	struct notify *n = lane->owner;
	struct delivery *d = &lane->queue.first->delivery;
	struct err err = *why;
	struct notify_report report = {.id = d->id,
	    .receiver = lane->name,
	    .outcome = outcomes[sent],
	    .status = status,
	    .error = err.msg,
	    .attempts = d->attempts,
	    .next_at = STAMP_NEVER};

	if (sent == SENT_RETRY && now_ms() - d->since >= n->limits.give_up) {
		report.outcome = NOTIFY_FAILED;
		err_prefix(&err, "given up");
	}
	if (sent == SENT_DELIVERED)
		notify_told_learn(&lane->told, lane->to, d->message, d->body, now_ms());
	if (report.outcome == NOTIFY_RETRY)
		report.next_at = d->next_at = lane->resume_at;
	else
		notify_item_free(notify_queue_pop(&lane->queue));
	lane->unsaved = report.outcome != NOTIFY_RETRY;
	lane_arm(lane);
	n->report(n->context, &report);
}

static void
lane_answered(void *arg, const struct notify_answer *answer)
{
	struct lane *lane = arg;
	struct err why = {.msg = ""};
	enum sent sent = message_judge(&lane->message, &answer->said, &why);

	if (lane->message.method == NULL && sent == SENT_DELIVERED && answer->said.body[0] != '\0')
		log_warning("receiver '%s' got a message that not all of its recipients got: %s",
		    lane->name, answer->said.body);
	lane->post = NULL;
	message_free(&lane->message);
	if (notify_told_again(&lane->told, lane->to, sent, &why, now_ms())) {
		lane_arm(lane);
		return;
	}
	lane->resume_at = 0;
	if (sent == SENT_RETRY)
		lane->resume_at = now_ms() +
		    notify_pause_after(&lane->owner->limits, lane->queue.first->delivery.attempts,
			answer->retry_after);
	lane_settle(lane, sent, &why, answer->said.status);
}

/* Sends the message that is written. */
static void
lane_post(struct lane *lane)
{
	struct err err;

	lane->post = notify_curl_post(lane->owner->curl, &lane->message, lane_answered, lane, &err);
	if (lane->post == NULL)
		lane_answered(
		    lane, &(struct notify_answer){.said = {.error = err.msg, .body = ""}});
}

/* A message that cannot be written now cannot be written later. */
static void
lane_deliver(struct lane *lane)
{
	struct delivery *d = &lane->queue.first->delivery;
	const struct told *told = notify_told_of(&lane->told, d->body);
	struct message_task task = {.id = d->message,
	    .events = 1,
	    .event = &d->body,
	    .first = told == NULL ? NULL : told->first,
	    .before = told == NULL ? NULL : told->event,
	    .now = now_ms()};
	struct err err = {.msg = ""};

	d->attempts++;
	if (message_render(&lane->message, lane->to, &task, &err) == 0)
		lane_post(lane);
	else
		lane_settle(lane, SENT_FAILED, &err, 0);
}

static void
lane_repeat(struct lane *lane)
{
	struct err err;

	if (notify_told_render(&lane->told, lane->to, &lane->message, now_ms(), &err) == 0)
		lane_post(lane);
	else
		lane_arm(lane);
}

/* Breaks off what is only said again. */
static void
lane_hush(struct lane *lane)
{
	notify_curl_cancel(lane->post);
	lane->post = NULL;
	message_free(&lane->message);
	lane->told.under_way = false;
}

static void
lane_begin(evutil_socket_t fd, short what, void *arg)
{
	struct lane *lane = arg;
	int64_t now = now_ms();

	(void)fd;
	(void)what;
	if (lane->queue.first != NULL && lane->deliver_at <= now)
		lane_deliver(lane);
	else if (notify_told_next(&lane->told, lane->to) <= now)
		lane_repeat(lane);
	else
		lane_arm(lane);
}

static void
lane_set(struct lane *lane, const struct receiver *r)
{
	if (lane->to != NULL && receiver_same(lane->to, r))
		return;
	arena_free(&lane->arena);
	lane->to = receiver_copy(r, &lane->arena);
	lane->resume_at = lane->told.next_at = 0;
	if (lane->queue.first != NULL)
		lane->queue.first->delivery.next_at = 0;
	lane_arm(lane);
}

static struct lane *
lane_new(struct notify *n, const char *name)
{
	struct lane *lane = mem_alloc(1, sizeof(*lane));

	lane->owner = n;
	lane->name = mem_strdup(name);
	lane->timer = timer_new(n->base, lane_begin, lane);
	lane->next = n->lanes;
	n->lanes = lane;
	return lane;
}

static void
lane_free(struct lane *lane)
{
	notify_curl_cancel(lane->post);
	event_free(lane->timer);
	notify_queue_free(&lane->queue);
	notify_told_free(&lane->told);
	message_free(&lane->message);
	arena_free(&lane->arena);
	free(lane->name);
	free(lane);
}

static struct lane *
lane_find(const struct notify *n, const char *name)
{
	struct lane *lane = n->lanes;

	while (lane != NULL && strcmp(lane->name, name) != 0)
		lane = lane->next;
	return lane;
}

static void
lost_report(evutil_socket_t fd, short what, void *arg)
{
	struct notify *n = arg;
	struct notify_queue lost = {.count = 0};
	struct notify_item *item;
	struct err err;

	(void)fd;
	(void)what;
	notify_queue_append(&lost, &n->lost);
	while ((item = notify_queue_pop(&lost)) != NULL) {
		err_set(&err, "no receiver '%.64s' is configured", item->delivery.receiver);
		n->report(n->context,
		    &(struct notify_report){
			.id = item->delivery.id,
			.receiver = item->delivery.receiver,
			.outcome = NOTIFY_FAILED,
			.error = err.msg,
			.attempts = item->delivery.attempts,
			.next_at = STAMP_NEVER,
		    });
		notify_item_free(item);
	}
}

struct notify *
notify_new(struct event_base *base, const struct notify_limits *limits, notify_reported *report,
    void *context, struct err *err)
{
	static const struct notify_limits usual = NOTIFY_LIMITS;
	struct notify *n = mem_alloc(1, sizeof(*n));

	n->base = base;
	n->limits = limits == NULL ? usual : *limits;
	n->report = report;
	n->context = context;
	n->curl = notify_curl_new(base, &n->limits.curl, err);
	if (n->curl == NULL) {
		free(n);
		return NULL;
	}
	n->lost_timer = timer_new(base, lost_report, n);
	return n;
}

void
notify_free(struct notify *n)
{
	struct lane *lane;

	if (n == NULL)
		return;
	while ((lane = n->lanes) != NULL) {
		n->lanes = lane->next;
		lane_free(lane);
	}
	notify_queue_free(&n->lost);
	event_free(n->lost_timer);
	notify_curl_free(n->curl);
	free(n);
}

static bool
is_configured(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->receivers; i++) {
		if (strcmp(c->receiver[i].name, name) == 0)
			return true;
	}
	return false;
}

static void
lanes_close(struct notify *n, const struct config *c)
{
	struct lane **at = &n->lanes, *lane;

	while ((lane = *at) != NULL) {
		if (is_configured(c, lane->name)) {
			at = &lane->next;
			continue;
		}
		*at = lane->next;
		notify_queue_append(&n->lost, &lane->queue);
		lane_free(lane);
		timer_set(n->lost_timer, 0);
	}
}

void
notify_receivers(struct notify *n, const struct config *c)
{
	struct lane *lane;

	lanes_close(n, c);
	for (size_t i = 0; i < c->receivers; i++) {
		lane = lane_find(n, c->receiver[i].name);
		lane_set(lane != NULL ? lane : lane_new(n, c->receiver[i].name), &c->receiver[i]);
	}
}

int
notify_submit(struct notify *n, const struct delivery *d, struct err *err)
{
	struct lane *lane = lane_find(n, d->receiver);
	struct notify_queue *queue = lane != NULL ? &lane->queue : &n->lost;

	if (queue->count >= n->limits.queue)
		return err_set(err, "%zu messages already wait for receiver '%.64s'", queue->count,
		    d->receiver);
	notify_queue_push(queue, notify_item_new(d, now_ms()));
	if (lane == NULL)
		timer_set(n->lost_timer, 0);
	else if (queue->count == 1)
		lane_arm(lane);
	return 0;
}

void
notify_tell(struct notify *n, const char *receiver, const char *message, const char *event)
{
	struct lane *lane = lane_find(n, receiver);

	if (lane == NULL)
		return;
	notify_told_learn(&lane->told, lane->to, message, event, 0);
	lane_arm(lane);
}

size_t
notify_waiting(const struct notify *n)
{
	size_t count = n->lost.count;

	for (const struct lane *lane = n->lanes; lane != NULL; lane = lane->next)
		count += lane->queue.count;
	return count;
}

size_t
notify_hold(struct notify *n)
{
	size_t under_way = 0;

	n->held = true;
	for (struct lane *lane = n->lanes; lane != NULL; lane = lane->next) {
		if (lane->told.under_way)
			lane_hush(lane);
		under_way += lane->post != NULL;
		lane_arm(lane);
	}
	return under_way;
}

void
notify_saved(struct notify *n, const char *receiver)
{
	struct lane *lane = lane_find(n, receiver);

	if (lane != NULL) {
		lane->unsaved = false;
		lane_arm(lane);
	}
}
