#include "notify.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "notify_inside.h"

int64_t
notify_now(void)
{
	struct timeval now;

	evutil_gettimeofday(&now, NULL);
	return (int64_t)now.tv_sec * 1000 + now.tv_usec / 1000;
}

struct event *
notify_timer(struct event_base *base, event_callback_fn due, void *context)
{
	struct event *timer = evtimer_new(base, due, context);

	assert(timer != NULL);
	return timer;
}

void
notify_timer_set(struct event *timer, int64_t ms)
{
	struct timeval wait = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	evtimer_add(timer, &wait);
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
			.begun = item->delivery.begun,
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
	n->lost_timer = notify_timer(base, lost_report, n);
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
		notify_queue_append(&n->lost, &lane->sent);
		notify_queue_append(&n->lost, &lane->queue);
		lane_free(lane);
		notify_timer_set(n->lost_timer, 0);
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
	size_t waiting = queue->count + (lane != NULL ? lane->sent.count : 0);
	int64_t now = notify_now();

	if (waiting >= n->limits.queue)
		return err_set(
		    err, "%zu messages already wait for receiver '%.64s'", waiting, d->receiver);
	notify_queue_push(queue, notify_item_new(d, now));
	if (lane == NULL) {
		notify_timer_set(n->lost_timer, 0);
		return 0;
	}
	if (d->next_at > lane->resume_at)
		lane->resume_at =
		    d->next_at - now < n->limits.longest ? d->next_at : now + n->limits.longest;
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
		count += lane->queue.count + lane->sent.count;
	return count;
}

void
notify_failures(const struct notify *n,
    void (*each)(void *context, const char *receiver, int64_t failures), void *context)
{
	for (const struct lane *lane = n->lanes; lane != NULL; lane = lane->next)
		each(context, lane->name, lane->failures);
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

	if (lane != NULL && lane->unsaved > 0) {
		lane->unsaved--;
		lane_arm(lane);
	}
}
