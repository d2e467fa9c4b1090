/*
 * receiver: an HTTP receiver on loopback, and a notify that talks to it, in one event loop.
 *
 * For the tests of notify only. The receiver answers the n-th request as replies[n] says; every
 * report lands in reports[]. Nothing waits for a time to pass: await() runs the loop until a count
 * is reached.
 */
#ifndef SLAD_TESTS_RECEIVER_H
#define SLAD_TESTS_RECEIVER_H

#include <arpa/inet.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>

#include "base/mem.h"
#include "codec/config.h"
#include "codec/standard_webhooks.h"
#include "notify.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define MANY 64
#define PATIENCE 20 /* seconds until a condition that does not come is a failure */
#define SECRET "0123456789abcdef0123456789abcdef"

struct reply {
	int status;
	const char *header, *value;
};

struct seen {
	char id[64], body[64], type[64], agent[64], signature[64], timestamp[32];
};

static struct event_base *base;
static struct evhttp *server;
static char url[64];
static struct reply replies[MANY]; /* those not given are 200 */
static struct seen seen[MANY];
static size_t requests, open_requests;

static struct notify_limits limits;
static struct notify *notify;
static struct notify_report reports[MANY];
static char errors[MANY][ERR_MAX];
static size_t reported;
static bool unsaved; /* reports are not stored, so to speak */
static void (*on_report)(const struct notify_report *report);

static inline int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static inline void
answer(evutil_socket_t fd, short what, void *arg)
{
	struct evhttp_request *r = arg;
	const struct reply *reply = &replies[requests - 1];

	(void)fd;
	(void)what;
	open_requests--;
	if (reply->header != NULL)
		evhttp_add_header(
		    evhttp_request_get_output_headers(r), reply->header, reply->value);
	evhttp_send_reply(r, reply->status != 0 ? reply->status : 200, NULL, NULL);
}

static inline void
header_copy(struct evhttp_request *r, const char *name, char *to, size_t size)
{
	const char *value = evhttp_find_header(evhttp_request_get_input_headers(r), name);

	snprintf(to, size, "%s", value != NULL ? value : "");
}

/* Answers a turn of the loop later, so that a second request could come meanwhile. */
static inline void
receive(struct evhttp_request *r, void *arg)
{
	static const struct timeval soon = {.tv_usec = 1000};
	struct evbuffer *body = evhttp_request_get_input_buffer(r);
	struct seen *s = &seen[requests++];

	(void)arg;
	ck_assert_uint_lt(requests, MANY);
	ck_assert_uint_eq(++open_requests, 1);
	ck_assert_int_eq(evhttp_request_get_command(r), EVHTTP_REQ_POST);
	evbuffer_copyout(body, s->body, sizeof(s->body) - 1);
	header_copy(r, "webhook-id", s->id, sizeof(s->id));
	header_copy(r, "webhook-timestamp", s->timestamp, sizeof(s->timestamp));
	header_copy(r, "webhook-signature", s->signature, sizeof(s->signature));
	header_copy(r, "Content-Type", s->type, sizeof(s->type));
	header_copy(r, "User-Agent", s->agent, sizeof(s->agent));
	event_base_once(base, -1, EV_TIMEOUT, answer, r, &soon);
}

static inline void
report(void *context, const struct notify_report *r)
{
	ck_assert_ptr_eq(context, &limits);
	ck_assert_uint_lt(reported, MANY);
	snprintf(errors[reported], ERR_MAX, "%s", r->error);
	reports[reported] = *r;
	reports[reported].error = errors[reported];
	reports[reported].receiver = NULL;
	reported++;
	if (!unsaved)
		notify_saved(notify, r->receiver);
	if (on_report != NULL)
		on_report(r);
}

/* Runs the loop until the count is reached. */
static inline void
await(const size_t *count, size_t wanted)
{
	static const struct timeval tick = {.tv_sec = 1};
	time_t end = time(NULL) + PATIENCE;

	while (*count < wanted) {
		ck_assert_msg(time(NULL) < end, "%zu instead of %zu", *count, wanted);
		event_base_loopexit(base, &tick);
		event_base_loop(base, EVLOOP_ONCE);
	}
}

/* A socket on a free port of loopback, and the URL there. */
static inline int
bound(char *at, size_t size)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&a, len), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	snprintf(at, size, "http://127.0.0.1:%d/hook", ntohs(a.sin_port));
	return fd;
}

static inline void
receivers(const struct receiver *list, size_t count)
{
	notify_receivers(notify, &(struct config){.receiver = list, .receivers = count});
}

static inline void
receiver(const char *at, const char *secret)
{
	receivers(&(struct receiver){.name = "ops",
		      .url = at,
		      .secret = secret,
		      .secret_len = secret != NULL ? strlen(secret) : 0},
	    1);
}

static inline void
begin(void)
{
	notify = notify_new(base, &limits, report, &limits, NULL);
	ck_assert_ptr_nonnull(notify);
	receiver(url, NULL);
}

static inline struct delivery
delivery(int64_t id)
{
	static char message[MANY][32], body[MANY][32];

	snprintf(message[id], sizeof(message[id]), "msg_%d", (int)id);
	snprintf(body[id], sizeof(body[id]), "{\"id\":%d}", (int)id);
	return (struct delivery){
	    .id = id, .message = message[id], .receiver = "ops", .body = body[id]};
}

static inline void
submit(int64_t id)
{
	struct delivery d = delivery(id);

	ck_assert_int_eq(notify_submit(notify, &d, NULL), 0);
}

static inline void
is_report(size_t i, int64_t id, enum notify_outcome outcome, int status, int attempts)
{
	const struct notify_report *r = &reports[i];

	ck_assert_msg(
	    r->id == id && r->outcome == outcome && r->status == status && r->attempts == attempts,
	    "report %zu: id %d, outcome %d, status %d, attempts %d, error '%s'", i, (int)r->id,
	    (int)r->outcome, r->status, r->attempts, r->error);
	ck_assert((r->error[0] == '\0') == (outcome == NOTIFY_DELIVERED));
	ck_assert((r->next_at == STAMP_NEVER) == (outcome != NOTIFY_RETRY));
}

static inline void
setup(void)
{
	static const struct notify_limits usual = NOTIFY_LIMITS;
	int fd = bound(url, sizeof(url));

	limits = usual;
	limits.base = 1;
	limits.cap = 4;
	base = event_base_new();
	server = evhttp_new(base);
	evutil_make_socket_nonblocking(fd);
	ck_assert_int_eq(listen(fd, 8), 0);
	ck_assert_int_eq(evhttp_accept_socket(server, fd), 0);
	evhttp_set_gencb(server, receive, NULL);
	begin();
}

static inline void
teardown(void)
{
	notify_free(notify);
	evhttp_free(server);
	event_base_free(base);
}

#endif
