#include "http.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>

#include "auth.h"
#include "base/mem.h"
#include "chore.h"
#include "coding.h"
#include "door.h"
#include "files.h"
#include "guard.h"
#include "host.h"
#include "log.h"
#include "send.h"

#define AT_ONCE (512u << 10) /* bytes of a body that may well be copied in one go */

struct exchange {
	struct http *http;
	struct evhttp_request *req; /* stays until the answer, whatever becomes of its connection */
	struct arena arena;
	struct request request;
	struct buf plain; /* its body, if that was compressed, or is large */
	struct coding *coding; /* of which that is taken off; NULL: none */
	struct chore chore; /* what is done about it in steps */
	const struct route *route; /* that answers it */
	LIST_ENTRY(exchange) entry;
};

struct http {
	struct event_base *base;
	struct evhttp *evhttp;
	struct guards *guards;
	struct chores *chores;
	const struct route *table;
	size_t count;
	size_t body; /* bytes of one, at most */
	void *context;
	struct auth *auth;
	struct doors *doors; /* NULL before listening, and when draining */
	bool local; /* they are reachable from this machine only */
	LIST_HEAD(, exchange) exchanges;
	struct http_counts counts;
	unsigned most; /* connections */
	bool draining, closed; /* closed: no connection is left after draining */
	void (*done)(void *arg);
	void *done_arg;
	void (*check)(void *arg, struct answer *a);
	void *check_arg;
};

/* ---- answers ---- */

/* The request may be gone then. */
static void
send_answer(struct http *h, struct evhttp_request *req, struct answer *a)
{
	size_t len;

	if (!buf_ok(&a->body))
		answer_problem(
		    a, 500, "the answer is larger than %u bytes; ask for less", ANSWER_MAX);
	h->counts.answers[a->status / 100 % 6]++;
	len = send_reply(req, a, h->draining);
	guard_answering(guard_find(h->guards, req), len);
	send_now(evhttp_connection_get_bufferevent(evhttp_request_get_connection(req)));
}

static void
check_drained(struct http *h)
{
	if (h->closed && LIST_EMPTY(&h->exchanges))
		h->done(h->done_arg);
}

static void
exchange_free(struct exchange *x)
{
	LIST_REMOVE(x, entry);
	coding_free(x->coding);
	buf_free(&x->plain);
	arena_free(&x->arena);
	free(x);
}

void
http_answer(struct exchange *x, struct answer *a)
{
	struct http *h = x->http;

	if (guard_find(h->guards, x->req) != NULL) {
		send_answer(h, x->req, a);
	} else {
		buf_free(&a->body);
		evhttp_request_free(x->req);
	}
	h->counts.exchanges--;
	exchange_free(x);
	check_drained(h);
}

/* ---- requests ---- */

const struct request *
exchange_request(const struct exchange *x)
{
	return &x->request;
}

void
exchange_spare(struct exchange *x)
{
	struct evbuffer *body = evhttp_request_get_input_buffer(x->req);
	struct guard *g = guard_find(x->http->guards, x->req);

	x->request.body = NULL;
	x->request.body_len = 0;
	evbuffer_drain(body, evbuffer_get_length(body));
	buf_free(&x->plain);
	if (g != NULL)
		guard_spare(g);
}

void
exchange_chore(struct exchange *x, bool (*step)(void *arg), void (*drop)(void *arg), void *arg)
{
	x->chore = (struct chore){.step = step, .drop = drop, .arg = arg};
	chores_add(x->http->chores, &x->chore);
}

const struct route *
exchange_route(const struct exchange *x)
{
	return x->route;
}

static enum method
method_of(struct evhttp_request *req)
{
	switch (evhttp_request_get_command(req)) {
	case EVHTTP_REQ_GET:
	case EVHTTP_REQ_HEAD:
		return METHOD_GET;
	case EVHTTP_REQ_POST:
		return METHOD_POST;
	case EVHTTP_REQ_DELETE:
		return METHOD_DELETE;
	case EVHTTP_REQ_OPTIONS:
		return METHOD_OPTIONS;
	default:
		return METHOD_OTHER;
	}
}

static void
read_headers(struct exchange *x)
{
	struct request *r = &x->request;
	struct evkeyval *header;
	size_t n = 0;

	TAILQ_FOREACH(header, evhttp_request_get_input_headers(x->req), next)
	n++;
	r->header = arena_alloc(&x->arena, n, sizeof(*r->header));
	TAILQ_FOREACH(header, evhttp_request_get_input_headers(x->req), next)
	r->header[r->headers++] = (struct param){.name = header->key, .value = header->value};
	r->content_type = request_media_type(request_header(r, "Content-Type"), &x->arena);
}

/* A browser reaches no Unix socket, and what is before one may call it anything. */
static bool
is_unix(struct evhttp_request *req)
{
	struct evhttp_connection *evcon = evhttp_request_get_connection(req);
	struct sockaddr address = {0};
	socklen_t len = sizeof(address);
	int fd = bufferevent_getfd(evhttp_connection_get_bufferevent(evcon));

	return getsockname(fd, &address, &len) == 0 && address.sa_family == AF_UNIX;
}

/* 0, or a status and a sentence. */
static int
authorize(struct exchange *x, const struct route *route, struct err *err)
{
	struct http *h = x->http;
	struct request *r = &x->request;
	const char *host = request_header(r, "Host");

	if (request_is_foreign(r)) {
		err_set(err, "the page of another site has sent this");
		return 403;
	}
	if (route->scope != 0 && auth_is_open(h->auth) && !host_is_plain(host) &&
	    !is_unix(x->req)) {
		err_set(err,
		    "without tokens slad answers to an address or localhost only, not to '%.80s', "
		    "which may be anybody's name for this machine",
		    host);
		return 403;
	}
	return auth_check(h->auth, request_header(r, "Authorization"), route->scope, &r->who, err);
}

/* The route to take, or NULL and an answer that says why none. */
static const struct route *
admit(struct exchange *x, struct answer *a)
{
	struct http *h = x->http;
	const struct route *route;
	struct err err;
	int status;

	if (request_parse(&x->request, method_of(x->req), evhttp_request_get_uri(x->req), &x->arena,
		&err) != 0) {
		answer_problem(a, 400, "%s", err.msg);
		return NULL;
	}
	read_headers(x);
	route = route_find(h->table, h->count, &x->request, &a->allow);
	if (route == NULL && a->allow != NULL) {
		answer_problem(a, 405, "this path knows %s", a->allow);
		return NULL;
	}
	if (route == NULL) {
		answer_problem(a, 404, "there is nothing at '%.200s'", x->request.path);
		return NULL;
	}
	status = authorize(x, route, &err);
	if (status != 0) {
		answer_problem(a, status, "%s", err.msg);
		return NULL;
	}
	return route;
}

static void
answer_refusal(struct http *h, struct evhttp_request *req, const struct guard_refusal *refusal)
{
	struct answer a = ANSWER_INIT;

	h->counts.refused++;
	log_debug("refused: %d %s", refusal->status, refusal->sentence);
	answer_problem(&a, refusal->status, "%s", refusal->sentence);
	send_answer(h, req, &a);
}

/* The request is as its handler wants it. */
static void
serve(struct exchange *x)
{
	struct answer a = ANSWER_INIT;
	struct http *h = x->http;

	if (x->route->deferred != NULL) {
		x->route->deferred(h->context, x);
		return;
	}
	x->route->handler(h->context, &x->request, &a);
	if (h->check != NULL)
		h->check(h->check_arg, &a);
	http_answer(x, &a);
}

/* What is inflated counts as held, and is let grow only as far as others leave room. */
static bool
body_step(void *arg)
{
	struct exchange *x = arg;
	struct evbuffer *body = evhttp_request_get_input_buffer(x->req);
	struct guard *g = guard_find(x->http->guards, x->req);
	size_t before = evbuffer_get_length(body) + x->plain.len, after;
	struct answer a = ANSWER_INIT;
	int rc =
	    coding_step(x->coding, x->http->body, g == NULL ? 0 : guard_room(g), &x->plain, &a);

	after = evbuffer_get_length(body) + x->plain.len;
	if (g != NULL && after > before)
		guard_hold(g, after - before);
	if (rc == 1)
		return true;
	if (rc < 0) {
		exchange_spare(x);
		http_answer(x, &a);
		return false;
	}
	x->request.body = buf_text(&x->plain);
	x->request.body_len = x->plain.len;
	serve(x);
	return false;
}

/* A large body is a matter of steps, and so is one that may become large. */
static void
read_body(struct exchange *x)
{
	struct evbuffer *body = evhttp_request_get_input_buffer(x->req);
	struct request *r = &x->request;
	const char *coding = request_header(r, "Content-Encoding");
	struct answer a = ANSWER_INIT;

	if (r->method != METHOD_POST || coding == NULL)
		coding = "";
	r->body_len = evbuffer_get_length(body);
	if (coding_is_identity(coding) && r->body_len <= AT_ONCE) {
		if (r->body_len > 0)
			r->body = (const char *)evbuffer_pullup(body, -1);
		serve(x);
		return;
	}
	x->coding = coding_new(coding, body, &a);
	if (x->coding == NULL)
		http_answer(x, &a);
	else
		exchange_chore(x, body_step, NULL, x);
}

static void
on_request(struct evhttp_request *req, void *arg)
{
	struct http *h = arg;
	struct guard *g = guard_take(h->guards, req);
	struct answer a = ANSWER_INIT;
	struct guard_refusal refusal;
	struct exchange *x;

	if (guard_refused(g, &refusal)) {
		answer_refusal(h, req, &refusal);
		return;
	}
	x = mem_alloc(1, sizeof(*x));
	x->http = h;
	x->req = req;
	LIST_INSERT_HEAD(&h->exchanges, x, entry);
	h->counts.exchanges++;
	x->route = admit(x, &a);
	if (x->route == NULL)
		http_answer(x, &a);
	else
		read_body(x);
}

/* ---- the server ---- */

static void
on_libevent_message(int severity, const char *text)
{
	switch (severity) {
	case EVENT_LOG_DEBUG:
		log_debug("libevent: %s", text);
		break;
	case EVENT_LOG_MSG:
		log_info("libevent: %s", text);
		break;
	case EVENT_LOG_WARN:
		log_warning("libevent: %s", text);
		break;
	default:
		log_error("libevent: %s", text);
		break;
	}
}

static void
on_throttle(void *arg, bool stop)
{
	struct http *h = arg;

	doors_throttle(h->doors, stop);
}

struct http *
http_new(struct event_base *base, const struct http_limits *limits, const struct route *table,
    size_t count, void *context)
{
	struct http *h = mem_alloc(1, sizeof(*h));
	struct http_limits possible = *limits;

	signal(SIGPIPE, SIG_IGN);
	event_set_log_callback(on_libevent_message);
	possible.connections = files_connections(limits->connections);
	h->most = possible.connections;
	h->base = base;
	h->table = table;
	h->count = count;
	h->body = limits->body;
	h->context = context;
	h->auth = auth_new(NULL, 0, false);
	h->evhttp = evhttp_new(base);
	if (h->evhttp == NULL)
		mem_none("libevent");
	LIST_INIT(&h->exchanges);
	/* The guard's limits are reached before evhttp's, whose own answers are HTML; the same
	 * goes for methods, of which it has passed the ones that evhttp knows. */
	evhttp_set_max_headers_size(h->evhttp, (ev_ssize_t)(2 * limits->head));
	evhttp_set_max_body_size(h->evhttp, (ev_ssize_t)limits->body);
	evhttp_set_default_content_type(h->evhttp, NULL);
	evhttp_set_allowed_methods(h->evhttp, UINT16_MAX);
	evhttp_set_gencb(h->evhttp, on_request, h);
	h->guards = guards_new(base, h->evhttp, &possible, on_throttle, h);
	h->chores = chores_new(base);
	return h;
}

int
http_listen(struct http *h, const struct listener *listener, size_t count, struct err *err)
{
	assert(h->doors == NULL);
	h->doors = doors_open(h->base, h->evhttp, listener, count, err);
	if (h->doors == NULL)
		return -1;
	h->local = doors_local(h->doors);
	return 0;
}

uint16_t
http_port(const struct http *h, size_t i)
{
	return doors_port(h->doors, i);
}

void
http_reload(struct http *h, const struct token *token, size_t count)
{
	auth_free(h->auth);
	h->auth = auth_new(token, count, h->local);
}

void
http_check(struct http *h, void (*check)(void *arg, struct answer *a), void *arg)
{
	h->check = check;
	h->check_arg = arg;
}

static void
on_drained(void *arg)
{
	struct http *h = arg;

	h->closed = true;
	check_drained(h);
}

void
http_drain(struct http *h, void (*done)(void *arg), void *arg)
{
	h->draining = true;
	h->done = done;
	h->done_arg = arg;
	doors_close(h->doors);
	h->doors = NULL;
	guards_drain(h->guards, on_drained, h);
}

struct http_counts
http_counts(const struct http *h)
{
	struct http_counts counts = h->counts;

	counts.connections = guards_open(h->guards);
	counts.most = h->most;
	counts.guards = guards_counts(h->guards);
	return counts;
}

void
http_free(struct http *h)
{
	struct exchange *x;

	if (h == NULL)
		return;
	doors_close(h->doors);
	h->doors = NULL;
	chores_free(h->chores);
	while ((x = LIST_FIRST(&h->exchanges)) != NULL) {
		if (guard_find(h->guards, x->req) == NULL)
			evhttp_request_free(x->req);
		exchange_free(x);
	}
	evhttp_free(h->evhttp);
	guards_free(h->guards);
	auth_free(h->auth);
	free(h);
}
