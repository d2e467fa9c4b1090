#include "notify.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <event2/event.h>

#include "base/mem.h"
#include "codec/config.h"
#include "codec/standard_webhooks.h"
#include "notify_queue.h"

struct lane { /* to one receiver */
	struct lane *next;
	struct notify *owner;
	char *name, *url, *secret;
	size_t secret_len;
	struct notify_queue queue;
	struct event *timer; /* begins the next attempt */
	struct notify_post *post; /* of the queue's first; NULL: none is under way */
	int64_t resume_at; /* no attempt before */
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

enum notify_outcome
notify_judge(int status)
{
	if (status >= 200 && status < 300)
		return NOTIFY_DELIVERED;
	if (status == 0 || status == 408 || status == 425 || status == 429 ||
	    (status >= 500 && status < 600))
		return NOTIFY_RETRY;
	return NOTIFY_FAILED;
}

int64_t
notify_pause(const struct notify_limits *limits, int attempts, uint64_t random)
{
	int64_t ceiling = limits->base;

	for (int i = 1; i < attempts && ceiling < limits->cap; i++)
		ceiling *= 2;
	if (ceiling > limits->cap)
		ceiling = limits->cap;
	return (int64_t)(random % (uint64_t)(ceiling + 1));
}

static int64_t
pause_after(const struct notify_limits *limits, int attempts, int64_t retry_after)
{
	uint64_t random = 0;
	int64_t pause, asked;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
		random = (uint64_t)now_ms();
	pause = notify_pause(limits, attempts, random);
	asked = retry_after > limits->longest / 1000 ? limits->longest : retry_after * 1000;
	return pause > asked ? pause : asked;
}

static void
lane_arm(struct lane *lane)
{
	const struct notify_item *item = lane->queue.first;
	int64_t wait;

	if (item == NULL || lane->post != NULL || lane->unsaved || lane->owner->held) {
		evtimer_del(lane->timer);
		return;
	}
	wait =
	    (item->delivery.next_at > lane->resume_at ? item->delivery.next_at : lane->resume_at) -
	    now_ms();
	if (wait > lane->owner->limits.longest)
		wait = lane->owner->limits.longest;
	timer_set(lane->timer, wait > 0 ? wait : 0);
}

static void
answer_error(const struct notify_answer *answer, bool given_up, struct err *err)
{
	if (answer->status == 0)
		err_set(err, "%s", answer->error);
	else if (answer->status >= 300 && answer->status < 400)
		err_set(
		    err, "the receiver answered %d; redirects are not followed", answer->status);
	else
		err_set(err, "the receiver answered %d", answer->status);
	if (given_up)
		err_prefix(err, "given up");
}

/* What an answer means for the first of a lane's queue. */
static void
lane_answered(void *arg, const struct notify_answer *answer)
{
	struct lane *lane = arg;
	struct notify *n = lane->owner;
	struct notify_item *item = lane->queue.first;
	enum notify_outcome outcome = notify_judge(answer->status);
	struct err err = {.msg = ""};
	struct notify_report report = {.error = err.msg, .next_at = STAMP_NEVER};
	int64_t now = now_ms();
	bool given_up = outcome == NOTIFY_RETRY && now - item->delivery.since >= n->limits.give_up;

	lane->post = NULL;
	lane->resume_at = 0;
	if (outcome == NOTIFY_RETRY)
		lane->resume_at =
		    now + pause_after(&n->limits, item->delivery.attempts, answer->retry_after);
	if (outcome != NOTIFY_DELIVERED)
		answer_error(answer, given_up, &err);
	report.id = item->delivery.id;
	report.receiver = lane->name;
	report.outcome = given_up ? NOTIFY_FAILED : outcome;
	report.status = answer->status;
	report.attempts = item->delivery.attempts;
	if (report.outcome == NOTIFY_RETRY)
		report.next_at = item->delivery.next_at = lane->resume_at;
	else
		notify_item_free(notify_queue_pop(&lane->queue));
	lane->unsaved = report.outcome != NOTIFY_RETRY;
	lane_arm(lane);
	n->report(n->context, &report);
}

static struct notify_post *
lane_post(struct lane *lane, const struct delivery *d, struct err *err)
{
	char signature[STANDARD_WEBHOOKS_SIGNATURE];
	struct standard_webhook w = {
	    .id = d->message,
	    .timestamp = now_ms() / 1000,
	    .body = d->body,
	    .body_len = strlen(d->body),
	};
	struct notify_request request = {
	    .url = lane->url, .id = d->message, .timestamp = w.timestamp, .body = d->body};

	if (lane->secret != NULL) {
		if (standard_webhooks_sign(&w, lane->secret, lane->secret_len, signature, err) != 0)
			return NULL;
		request.signature = signature;
	}
	return notify_curl_post(lane->owner->curl, &request, lane_answered, lane, err);
}

static void
lane_begin(evutil_socket_t fd, short what, void *arg)
{
	struct lane *lane = arg;
	struct delivery *d = &lane->queue.first->delivery;
	struct err err;

	(void)fd;
	(void)what;
	d->attempts++;
	lane->post = lane_post(lane, d, &err);
	if (lane->post == NULL)
		lane_answered(lane, &(struct notify_answer){.error = err.msg});
}

/* The same bytes, where NULL is only like NULL. */
static bool
same(const char *a, size_t a_len, const char *b, size_t b_len)
{
	if (a == NULL || b == NULL)
		return a == b;
	return a_len == b_len && memcmp(a, b, a_len) == 0;
}

static char *
bytes_copy(const char *bytes, size_t len)
{
	char *copy;

	if (bytes == NULL)
		return NULL;
	copy = mem_alloc(len + 1, 1);
	memcpy(copy, bytes, len);
	return copy;
}

static void
lane_set(struct lane *lane, const struct receiver *r)
{
	if (lane->url != NULL && strcmp(lane->url, r->url) == 0 &&
	    same(lane->secret, lane->secret_len, r->secret, r->secret_len))
		return;
	free(lane->url);
	free(lane->secret);
	lane->url = mem_strdup(r->url);
	lane->secret = bytes_copy(r->secret, r->secret_len);
	lane->secret_len = r->secret_len;
	lane->resume_at = 0;
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
	free(lane->name);
	free(lane->url);
	free(lane->secret);
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
