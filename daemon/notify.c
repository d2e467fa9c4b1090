#include "notify.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "base/mem.h"
#include "codec/config.h"
#include "codec/standard_webhooks.h"
#include "notify_queue.h"
#include "notify_render.h"

struct lane { /* to one receiver */
	struct lane *next;
	struct notify *owner;
	char *name, *url, *secret;
	size_t secret_len;
	struct delivery_policy policy;
	struct delivery_pace pace;
	struct notify_queue queue, sent; /* what waits, and what is in the post */
	struct event *timer; /* looks for what may go next */
	struct notify_post *post; /* NULL: none is under way */
	struct buf body; /* of the post */
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

/* Sets the timer to an instant, or some time before it. */
static void
lane_wait(struct lane *lane, int64_t until)
{
	int64_t now = now_ms(), longest = lane->owner->limits.longest;

	timer_set(lane->timer, until <= now ? 0 : until - now < longest ? until - now : longest);
}

/* Looks again for what may go, as soon as the receiver may get anything. */
static void
lane_arm(struct lane *lane)
{
	if (lane->queue.first == NULL || lane->post != NULL || lane->unsaved > 0 ||
	    lane->owner->held)
		evtimer_del(lane->timer);
	else
		lane_wait(lane, lane->resume_at);
}

/* What is told of one delivery of a post. */
struct item_report {
	struct notify_report report;
	struct err err;
};

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

/* What an answer means for one delivery of the post; one that is to be tried again waits anew. */
static void
item_settle(struct lane *lane, struct notify_item *item, const struct notify_answer *answer,
    int64_t now, struct item_report *r)
{
	const struct delivery *d = &item->delivery;
	enum notify_outcome outcome = notify_judge(answer->status);
	bool given_up = outcome == NOTIFY_RETRY && now - d->begun >= lane->owner->limits.give_up;

	r->err.msg[0] = '\0';
	if (outcome != NOTIFY_DELIVERED)
		answer_error(answer, given_up, &r->err);
	r->report = (struct notify_report){.id = d->id,
	    .outcome = given_up ? NOTIFY_FAILED : outcome,
	    .status = answer->status,
	    .error = r->err.msg,
	    .attempts = d->attempts,
	    .begun = d->begun,
	    .next_at = STAMP_NEVER};
	if (r->report.outcome == NOTIFY_RETRY) {
		r->report.next_at = lane->resume_at;
		notify_queue_push(&lane->queue, item);
	} else {
		lane->unsaved++;
		notify_item_free(item);
	}
}

/* The report may take the lane away. */
static void
lane_answered(void *arg, const struct notify_answer *answer)
{
	struct lane *lane = arg;
	struct notify *n = lane->owner;
	enum notify_outcome outcome = notify_judge(answer->status);
	size_t count = lane->sent.count;
	struct item_report *reports = mem_alloc(count, sizeof(*reports));
	char *name = mem_strdup(lane->name);
	int64_t now = now_ms();

	lane->post = NULL;
	lane->failures += outcome != NOTIFY_DELIVERED;
	lane->resume_at = 0;
	if (outcome == NOTIFY_RETRY)
		lane->resume_at = now +
		    notify_pause_after(
			&n->limits, lane->sent.first->delivery.attempts, answer->retry_after);
	for (size_t i = 0; i < count; i++)
		item_settle(lane, notify_queue_pop(&lane->sent), answer, now, &reports[i]);
	lane_arm(lane);
	for (size_t i = 0; i < count; i++) {
		reports[i].report.receiver = name;
		n->report(n->context, &reports[i].report);
	}
	free(reports);
	free(name);
}

/* The events that are to go, as one body. */
static int
lane_render(struct lane *lane, struct err *err)
{
	const struct receiver r = {.name = lane->name, .url = lane->url};
	const char *bodies[DELIVERY_TOGETHER];
	size_t count = 0;

	for (const struct notify_item *item = lane->sent.first; item != NULL; item = item->next)
		bodies[count++] = item->delivery.body;
	buf_reset(&lane->body);
	return notify_render(&r, bodies, count, &lane->body, err);
}

/* Several go under the name of the oldest. */
static struct notify_post *
lane_post(struct lane *lane, struct err *err)
{
	const char *id = lane->sent.first->delivery.message;
	char signature[STANDARD_WEBHOOKS_SIGNATURE];
	struct standard_webhook w = {.id = id, .timestamp = now_ms() / 1000};
	struct notify_request request = {.url = lane->url, .id = id, .timestamp = w.timestamp};

	if (lane_render(lane, err) != 0)
		return NULL;
	request.body = w.body = buf_text(&lane->body);
	w.body_len = lane->body.len;
	if (lane->secret != NULL) {
		if (standard_webhooks_sign(&w, lane->secret, lane->secret_len, signature, err) != 0)
			return NULL;
		request.signature = signature;
	}
	return notify_curl_post(lane->owner->curl, &request, lane_answered, lane, err);
}

/* Sends what may go now, or looks again when something may. */
static void
lane_begin(evutil_socket_t fd, short what, void *arg)
{
	struct lane *lane = arg;
	int64_t now = now_ms(), at;
	struct err err;

	(void)fd;
	(void)what;
	if (now < lane->resume_at) {
		lane_arm(lane);
		return;
	}
	at = notify_queue_choose(&lane->queue, &lane->policy, &lane->pace, now, &lane->sent);
	if (lane->sent.first == NULL) {
		lane_wait(lane, at);
		return;
	}
	delivery_sent(&lane->pace, now);
	for (struct notify_item *item = lane->sent.first; item != NULL; item = item->next) {
		item->delivery.attempts++;
		if (item->delivery.begun == 0)
			item->delivery.begun = now;
	}
	lane->post = lane_post(lane, &err);
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
	lane->policy = r->policy;
	lane_arm(lane);
	if (lane->url != NULL && strcmp(lane->url, r->url) == 0 &&
	    same(lane->secret, lane->secret_len, r->secret, r->secret_len))
		return;
	free(lane->url);
	free(lane->secret);
	lane->url = mem_strdup(r->url);
	lane->secret = bytes_copy(r->secret, r->secret_len);
	lane->secret_len = r->secret_len;
	lane->resume_at = 0;
	lane_arm(lane);
}

static struct lane *
lane_new(struct notify *n, const char *name)
{
	struct lane *lane = mem_alloc(1, sizeof(*lane));

	lane->owner = n;
	lane->name = mem_strdup(name);
	lane->timer = timer_new(n->base, lane_begin, lane);
	lane->body = (struct buf)BUF_INIT(NOTIFY_RENDER_MAX);
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
	notify_queue_free(&lane->sent);
	buf_free(&lane->body);
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
		notify_queue_append(&n->lost, &lane->sent);
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
	size_t waiting = queue->count + (lane != NULL ? lane->sent.count : 0);
	int64_t now = now_ms();

	if (waiting >= n->limits.queue)
		return err_set(
		    err, "%zu messages already wait for receiver '%.64s'", waiting, d->receiver);
	notify_queue_push(queue, notify_item_new(d, now));
	if (lane == NULL) {
		timer_set(n->lost_timer, 0);
		return 0;
	}
	if (d->next_at > lane->resume_at)
		lane->resume_at =
		    d->next_at - now < n->limits.longest ? d->next_at : now + n->limits.longest;
	lane_arm(lane);
	return 0;
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
