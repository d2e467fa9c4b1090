#include "guard_inside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>

#include "base/mem.h"

#define SMALL 1024 /* pieces below this are copied, lest each drip of a byte costs a block */
#define SPARE 64 /* connections past the limit that still hear why they are closed */

static void
arm(struct guard *g, int64_t ms)
{
	struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	event_add(g->timer, &tv);
}

/* What the phase asks for is done by the timer's callback, but in this turn of the loop. */
static void
arm_now(struct guard *g)
{
	event_active(g->timer, EV_TIMEOUT, 0);
}

static void
throttle(struct guards *all)
{
	unsigned most = all->limits.connections + SPARE;
	bool stop = guards_open(all) >= most;

	if (stop == all->throttled)
		return;
	all->throttled = stop;
	all->throttle(all->throttle_arg, stop);
}

static void
release(struct guard *g)
{
	struct guards *all = g->all;

	guard_holds(g, 0);
	guard_enter(g, GONE);
	all->going--;
	HASH_DEL(all->connections, g);
	evbuffer_remove_cb_entry(bufferevent_get_input(g->bev), g->watch);
	event_free(g->timer);
	if (g->stay != NULL)
		event_free(g->stay);
	evbuffer_free(g->raw);
	evbuffer_free(g->request);
	frame_free(&g->frame);
	free(g->why);
	bufferevent_decref(g->bev);
	free(g);
	throttle(all);
	if (all->draining && guards_open(all) == 0)
		event_active(all->drained, EV_TIMEOUT, 0);
}

/* Moves bytes without a block for each few of them. */
static void
move(struct evbuffer *from, struct evbuffer *to, size_t len)
{
	char bytes[SMALL];

	if (len >= sizeof(bytes)) {
		evbuffer_remove_buffer(from, to, len);
		return;
	}
	evbuffer_remove(from, bytes, len);
	evbuffer_add(to, bytes, len);
}

/* Gives evhttp what it shall read. Its input is closed to others than its socket meanwhile. */
static void
feed(struct guard *g, struct evbuffer *bytes)
{
	struct evbuffer *input = bufferevent_get_input(g->bev);

	g->feeding = true;
	evbuffer_unfreeze(input, 0);
	evbuffer_add_buffer(input, bytes);
	evbuffer_freeze(input, 0);
	g->feeding = false;
}

/* Puts a request of ours in the place of theirs. */
static void
refuse(struct guard *g, int status, const struct err *why)
{
	const char *method = frame_is_head(&g->frame) ? "HEAD" : "GET";

	guard_enter(g, REFUSED);
	g->status = status;
	g->why = mem_strdup(why->msg);
	event_del(g->timer);
	evbuffer_drain(g->raw, evbuffer_get_length(g->raw));
	evbuffer_drain(g->request, evbuffer_get_length(g->request));
	guard_holds(g, 0);
	evbuffer_add_printf(
	    g->request, "%s / HTTP/1.1\r\nHost: slad\r\nConnection: close\r\n\r\n", method);
	feed(g, g->request);
}

/* The same, when no read of evhttp's follows by itself. */
static void
refuse_now(struct guard *g, int status, const struct err *why)
{
	refuse(g, status, why);
	bufferevent_trigger(g->bev, EV_READ, 0);
}

/* The output is empty here, for evhttp is between two requests: nothing is overtaken. If the socket
 * does not take the line, the client sends its body after a while all the same. */
static void
send_continue(struct guard *g)
{
	static const char line[] = "HTTP/1.1 100 Continue\r\n\r\n";

	if (send(bufferevent_getfd(g->bev), line, sizeof(line) - 1, MSG_DONTWAIT | MSG_NOSIGNAL) <
	    0)
		return;
}

static void
begin_reading(struct guard *g)
{
	guard_enter(g, READING);
	arm(g, g->all->draining ? g->all->limits.drain : g->all->limits.request);
}

/* Reads the raw bytes up to a request's end. */
static void
pump(struct guard *g)
{
	enum frame_step step = FRAME_MORE;
	struct evbuffer_iovec piece;
	struct err why;
	size_t used;

	if (g->phase == IDLE && evbuffer_get_length(g->raw) > 0)
		begin_reading(g);
	while (step == FRAME_MORE && evbuffer_peek(g->raw, -1, NULL, &piece, 1) > 0) {
		step = frame_feed(&g->frame, piece.iov_base, piece.iov_len, &used, &why);
		move(g->raw, g->request, used);
	}
	if (step == FRAME_BAD) {
		refuse(g, g->frame.status, &why);
	} else if (step == FRAME_DONE) {
		guard_enter(g, WORKING);
		event_del(g->timer);
		feed(g, g->request);
	} else if (g->frame.waits) {
		g->frame.waits = false;
		if (evbuffer_get_length(g->request) == g->frame.head.len)
			send_continue(g);
	}
}

static void
on_input(struct evbuffer *input, const struct evbuffer_cb_info *info, void *arg)
{
	struct guard *g = arg;
	size_t len = evbuffer_get_length(input);
	struct err why;

	if (info->n_added == 0 || g->feeding || len == 0)
		return;
	if (g->phase >= REFUSED) {
		evbuffer_drain(input, len);
		return;
	}
	move(input, g->raw, len);
	guard_holds(g, g->held + len);
	if (g->phase != IDLE && g->phase != READING)
		return;
	if (guard_is_too_much(g)) {
		g->all->counts.met[MET_HELD]++;
		err_set(&why, "too many bytes of requests are on their way; try again soon");
		refuse(g, 503, &why);
		return;
	}
	pump(g);
}

/* evhttp has written the whole answer, and will close or read on. It is not fed here, but in a call
 * of our own (or by the next read): then it takes in at once what it is given, and its input never
 * holds bytes of ours that the next ones could be taken for. */
static void
on_complete(struct evhttp_request *req, void *arg)
{
	struct guard *g = arg;

	(void)req;
	if (g->phase == REFUSED)
		return;
	guard_enter(g, IDLE);
	guard_holds(g, evbuffer_get_length(g->raw));
	frame_reset(&g->frame);
	g->heard = false;
	event_add(g->stay, NULL);
	if (g->held > 0)
		arm_now(g);
	else
		arm(g, g->all->draining ? 0 : g->all->limits.idle);
}

static void
on_close(struct evhttp_connection *evcon, void *arg)
{
	struct guard *g = arg;

	(void)evcon;
	g->evcon = NULL;
	guard_enter(g, g->phase == REFUSED ? LEAVING : GONE);
	arm_now(g);
}

static void
on_left(struct bufferevent *bev, short what, void *arg)
{
	struct guard *g = arg;

	(void)bev;
	(void)what;
	guard_enter(g, GONE);
	arm_now(g);
}

/* evhttp stops reading for each answer, and goes on behind it; as long as we want to read, too, the
 * kernel need not be told. A client that says more meanwhile, or goes, would be reported in every
 * turn of the loop: then we do not, until evhttp does. But what ended the request is reported to
 * evhttp and us at once, and no reason yet. */
static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct guard *g = arg;

	(void)fd;
	(void)what;
	if ((bufferevent_get_enabled(g->bev) & EV_READ) != 0)
		return;
	if (g->heard)
		event_del(g->stay);
	g->heard = true;
}

/* evhttp has made its connection in this turn of the loop, or has failed to. It is what the
 * bufferevent's callbacks are given. */
static void
adopt(struct guard *g)
{
	struct err why;
	bool room;
	void *evcon;

	bufferevent_getcb(g->bev, NULL, NULL, NULL, &evcon);
	if (evcon == NULL) {
		release(g);
		return;
	}
	g->evcon = evcon;
	g->stay = event_new(
	    g->all->base, bufferevent_getfd(g->bev), EV_READ | EV_PERSIST, on_readable, g);
	if (g->stay == NULL)
		mem_none("libevent");
	event_add(g->stay, NULL);
	room = guards_make_room(g->all); /* not that of this one, which is not idle yet */
	guard_enter(g, IDLE);
	evhttp_connection_set_closecb(g->evcon, on_close, g);
	arm(g, g->all->limits.idle);
	if (!room) {
		err_set(&why, "%u connections are open, which is the most; try again soon",
		    g->all->limits.connections);
		refuse_now(g, 503, &why);
	} else if (g->all->draining) {
		err_set(&why, "the daemon is stopping; try again soon");
		refuse_now(g, 503, &why);
	}
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct guard *g = arg;
	struct err why;

	(void)fd;
	(void)what;
	switch (g->phase) {
	case BORN:
		adopt(g);
		break;
	case IDLE:
		if (g->held == 0) {
			guard_cut(g, BEV_EVENT_READING);
			break;
		}
		pump(g);
		bufferevent_trigger(g->bev, EV_READ, 0);
		break;
	case READING:
		g->all->counts.met[MET_REQUEST_TIME]++;
		err_set(&why, "the request was not whole after %lld ms",
		    (long long)(g->all->draining ? g->all->limits.drain : g->all->limits.request));
		refuse_now(g, 408, &why);
		break;
	case WORKING:
	case ANSWERING:
	case REFUSED:
		g->all->counts.met[MET_ANSWER_TIME]++;
		guard_cut(g, BEV_EVENT_WRITING);
		break;
	case LEAVING:
		guard_enter(g, LINGERING);
		bufferevent_setcb(g->bev, NULL, NULL, on_left, g);
		bufferevent_enable(g->bev, EV_READ);
		arm(g, g->all->limits.linger);
		break;
	case LINGERING:
	case GONE:
		release(g);
		break;
	}
}

/* evhttp asks for the bufferevent of a connection that it has accepted. */
static struct bufferevent *
on_connection(struct event_base *base, void *arg)
{
	struct guards *all = arg;
	struct guard *g = mem_alloc(1, sizeof(*g));

	g->all = all;
	g->bev = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
	g->raw = evbuffer_new();
	g->request = evbuffer_new();
	g->timer = event_new(base, -1, 0, on_timer, g);
	if (g->bev == NULL || g->raw == NULL || g->request == NULL || g->timer == NULL)
		mem_none("libevent");
	bufferevent_incref(g->bev);
	/* No call of evhttp's reader for bytes that we have taken away. */
	bufferevent_setwatermark(g->bev, EV_READ, 1, 0);
	g->watch = evbuffer_add_cb(bufferevent_get_input(g->bev), on_input, g);
	frame_init(&g->frame, all->limits.head, all->limits.body);
	HASH_ADD_PTR(all->connections, bev, g);
	throttle(all);
	arm_now(g);
	return g->bev;
}

static void
on_drained(evutil_socket_t fd, short what, void *arg)
{
	struct guards *all = arg;

	(void)fd;
	(void)what;
	if (guards_open(all) == 0)
		all->done(all->done_arg);
}

struct guards *
guards_new(struct event_base *base, struct evhttp *http, const struct http_limits *limits,
    void (*throttle_cb)(void *arg, bool stop), void *arg)
{
	struct guards *all = mem_alloc(1, sizeof(*all));

	all->base = base;
	all->limits = *limits;
	all->throttle = throttle_cb;
	all->throttle_arg = arg;
	TAILQ_INIT(&all->idle);
	TAILQ_INIT(&all->answering);
	all->drained = event_new(base, -1, 0, on_drained, all);
	if (all->drained == NULL)
		mem_none("libevent");
	evhttp_set_bevcb(http, on_connection, all);
	return all;
}

void
guards_free(struct guards *all)
{
	struct guard *g, *next;

	all->draining = all->throttled = false;
	HASH_ITER (hh, all->connections, g, next)
		release(g);
	event_free(all->drained);
	free(all);
}

struct guard *
guard_find(struct guards *all, struct evhttp_request *req)
{
	struct evhttp_connection *evcon = evhttp_request_get_connection(req);
	struct bufferevent *bev;
	struct guard *g;

	if (evcon == NULL)
		return NULL;
	bev = evhttp_connection_get_bufferevent(evcon);
	HASH_FIND_PTR(all->connections, &bev, g);
	return g;
}

struct guard *
guard_take(struct guards *all, struct evhttp_request *req)
{
	struct guard *g = guard_find(all, req);

	assert(g != NULL && (g->phase == WORKING || g->phase == REFUSED));
	evhttp_request_set_on_complete_cb(req, on_complete, g);
	return g;
}

bool
guard_refused(const struct guard *g, struct guard_refusal *refusal)
{
	if (g->phase != REFUSED)
		return false;
	*refusal = (struct guard_refusal){g->status, g->why};
	return true;
}

size_t
guard_room(const struct guard *g)
{
	size_t held = g->all->counts.held, most = g->all->limits.held;

	return held < most ? most - held : 0;
}

void
guard_hold(struct guard *g, size_t bytes)
{
	guard_holds(g, g->held + bytes);
}

void
guard_spare(struct guard *g)
{
	guard_holds(g, evbuffer_get_length(g->raw));
}

void
guard_answering(struct guard *g, size_t bytes)
{
	if (g->phase == WORKING) {
		guard_enter(g, ANSWERING);
		g->unread = bytes;
		g->all->counts.unread += bytes;
	}
	/* A client that has closed its side only still wants to read. */
	bufferevent_disable(g->bev, EV_READ);
	arm(g, g->all->limits.answer);
	guards_make_readers(g->all, g);
}

void
guards_drain(struct guards *all, void (*done)(void *arg), void *arg)
{
	struct guard *g, *next;

	all->draining = true;
	all->done = done;
	all->done_arg = arg;
	HASH_ITER (hh, all->connections, g, next) {
		if (g->phase == IDLE)
			arm(g, 0);
		else if (g->phase == READING)
			arm(g, all->limits.drain);
	}
	if (guards_open(all) == 0)
		event_active(all->drained, EV_TIMEOUT, 0);
}

unsigned
guards_open(const struct guards *all)
{
	return HASH_COUNT(all->connections);
}

struct guard_counts
guards_counts(const struct guards *all)
{
	return all->counts;
}
