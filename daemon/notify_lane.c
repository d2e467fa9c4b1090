#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "log.h"
#include "notify_inside.h"

static const enum notify_outcome outcomes[] = {
    [SENT_DELIVERED] = NOTIFY_DELIVERED,
    [SENT_RETRY] = NOTIFY_RETRY,
    [SENT_FAILED] = NOTIFY_FAILED,
};

static int64_t
earliest(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Sets the timer to an instant, or some time before it. */
static void
lane_wait(struct lane *lane, int64_t until)
{
	int64_t now = notify_now(), longest = lane->owner->limits.longest;

	notify_timer_set(lane->timer,
	    until <= now                ? 0
		: until - now < longest ? until - now
					: longest);
}

void
lane_arm(struct lane *lane)
{
	int64_t at = notify_told_next(&lane->told, lane->to);

	evtimer_del(lane->timer);
	if (lane->post != NULL || lane->unsaved > 0 || lane->owner->held)
		return;
	if (lane->queue.first != NULL)
		at = earliest(at, lane->resume_at);
	if (at != STAMP_NEVER)
		lane_wait(lane, at);
}

/* What is told of one delivery of a post. */
struct item_report {
	struct notify_report report;
	struct err err;
};

/* What became of a post. */
struct verdict {
	enum sent sent;
	const struct err *why;
	int status;
	const char *message; /* its id */
	int64_t now;
};

/* What that means for one delivery; one that is to be tried again waits anew. */
static void
item_settle(
    struct lane *lane, struct notify_item *item, const struct verdict *v, struct item_report *r)
{
	const struct delivery *d = &item->delivery;
	bool given_up = v->sent == SENT_RETRY && v->now - d->begun >= lane->owner->limits.give_up;

	r->err = *v->why;
	if (given_up)
		err_prefix(&r->err, "given up");
	r->report = (struct notify_report){.id = d->id,
	    .outcome = given_up ? NOTIFY_FAILED : outcomes[v->sent],
	    .status = v->status,
	    .error = r->err.msg,
	    .attempts = d->attempts,
	    .begun = d->begun,
	    .next_at = STAMP_NEVER};
	if (v->sent == SENT_DELIVERED)
		notify_told_learn(&lane->told, lane->to, v->message, d->body, v->now);
	if (r->report.outcome == NOTIFY_FAILED)
		notify_told_lose(&lane->told, d->body);
	if (r->report.outcome == NOTIFY_RETRY) {
		r->report.next_at = lane->resume_at;
		notify_queue_push(&lane->queue, item);
	} else {
		lane->unsaved++;
		notify_item_free(item);
	}
}

/* Settles all that went in one. The reports may take the lane away. */
static void
lane_settle(struct lane *lane, struct verdict *v)
{
	struct notify *n = lane->owner;
	size_t count = lane->sent.count;
	struct item_report *reports = mem_alloc(count, sizeof(*reports));
	char *name = mem_strdup(lane->name);
	char *message = mem_strdup(lane->sent.first->delivery.message);

	v->now = notify_now();
	v->message = message;
	lane->failures += v->sent != SENT_DELIVERED;
	for (size_t i = 0; i < count; i++)
		item_settle(lane, notify_queue_pop(&lane->sent), v, &reports[i]);
	lane_arm(lane);
	for (size_t i = 0; i < count; i++) {
		reports[i].report.receiver = name;
		n->report(n->context, &reports[i].report);
	}
	free(reports);
	free(name);
	free(message);
}

static void
lane_answered(void *arg, const struct notify_answer *answer)
{
	struct lane *lane = arg;
	struct err why = {.msg = ""};
	enum sent sent = message_judge(&lane->message, &answer->said, &why);
	struct verdict v = {.sent = sent, .why = &why, .status = answer->said.status};

	if (lane->message.method == NULL && sent == SENT_DELIVERED && answer->said.body[0] != '\0')
		log_warning("receiver '%s' got a message that not all of its recipients got: %s",
		    lane->name, answer->said.body);
	lane->post = NULL;
	message_free(&lane->message);
	if (notify_told_again(&lane->told, lane->to, sent, &why, notify_now())) {
		lane_arm(lane);
		return;
	}
	lane->resume_at = 0;
	if (sent == SENT_RETRY)
		lane->resume_at = notify_now() +
		    notify_pause_after(&lane->owner->limits, lane->sent.first->delivery.attempts,
			answer->retry_after);
	lane_settle(lane, &v);
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

/* Several go under the name of the oldest. A message that cannot be written now cannot be written
 * later. */
static void
lane_deliver(struct lane *lane, int64_t now)
{
	const struct delivery *d = &lane->sent.first->delivery;
	const struct told *told = notify_told_of(&lane->told, d->body);
	const char *bodies[DELIVERY_TOGETHER];
	struct message_task task = {.id = d->message,
	    .event = bodies,
	    .first = told == NULL ? NULL : told->first,
	    .before = told == NULL ? NULL : told->event,
	    .now = now};
	struct err err = {.msg = ""};
	struct verdict v = {.sent = SENT_FAILED, .why = &err};

	delivery_sent(&lane->pace, now);
	for (struct notify_item *item = lane->sent.first; item != NULL; item = item->next) {
		bodies[task.events++] = item->delivery.body;
		item->delivery.attempts++;
		if (item->delivery.begun == 0)
			item->delivery.begun = now;
	}
	if (message_render(&lane->message, lane->to, &task, &err) == 0)
		lane_post(lane);
	else
		lane_settle(lane, &v);
}

static void
lane_repeat(struct lane *lane)
{
	struct err err;

	if (notify_told_render(&lane->told, lane->to, &lane->message, notify_now(), &err) == 0)
		lane_post(lane);
	else
		lane_arm(lane);
}

void
lane_hush(struct lane *lane)
{
	notify_curl_cancel(lane->post);
	lane->post = NULL;
	message_free(&lane->message);
	lane->told.under_way = false;
}

/* Sends what may go now, or says again what fires, or looks again when something may go. */
static void
lane_begin(evutil_socket_t fd, short what, void *arg)
{
	struct lane *lane = arg;
	int64_t now = notify_now(), at = STAMP_NEVER,
		again = notify_told_next(&lane->told, lane->to);

	(void)fd;
	(void)what;
	if (lane->queue.first != NULL && now >= lane->resume_at)
		at =
		    notify_queue_choose(&lane->queue, &lane->policy, &lane->pace, now, &lane->sent);
	else if (lane->queue.first != NULL)
		at = lane->resume_at;
	if (lane->sent.first != NULL)
		lane_deliver(lane, now);
	else if (again <= now)
		lane_repeat(lane);
	else if (earliest(at, again) != STAMP_NEVER)
		lane_wait(lane, earliest(at, again));
}

void
lane_set(struct lane *lane, const struct receiver *r)
{
	lane->policy = r->policy;
	if (lane->to == NULL || !receiver_same(lane->to, r)) {
		arena_free(&lane->arena);
		lane->to = receiver_copy(r, &lane->arena);
		lane->resume_at = lane->told.next_at = 0;
	}
	lane_arm(lane);
}

struct lane *
lane_new(struct notify *n, const char *name)
{
	struct lane *lane = mem_alloc(1, sizeof(*lane));

	lane->owner = n;
	lane->name = mem_strdup(name);
	lane->timer = notify_timer(n->base, lane_begin, lane);
	lane->next = n->lanes;
	n->lanes = lane;
	return lane;
}

void
lane_free(struct lane *lane)
{
	notify_curl_cancel(lane->post);
	event_free(lane->timer);
	notify_queue_free(&lane->queue);
	notify_queue_free(&lane->sent);
	notify_told_free(&lane->told);
	message_free(&lane->message);
	arena_free(&lane->arena);
	free(lane->name);
	free(lane);
}
