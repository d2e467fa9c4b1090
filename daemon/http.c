#include "http.h"

#include <assert.h>
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/resource.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>

#include "auth.h"
#include "base/mem.h"
#include "coding.h"
#include "door.h"
#include "guard.h"
#include "log.h"
#include "send.h"

#define OTHER_FILES 128 /* what the process opens beside connections */

struct exchange {
	struct http *http;
	struct evhttp_request *req; /* stays until the answer, whatever becomes of its connection */
	struct arena arena;
	struct request request;
	struct buf plain; /* its body, if that was compressed */
	const struct route *route; /* that answers it */
	LIST_ENTRY(exchange) entry;
};

struct http {
	struct event_base *base;
	struct evhttp *evhttp;
	struct guards *guards;
	const struct route *table;
	size_t count;
	size_t body; /* bytes of one, at most */
	void *context;
	struct auth *auth;
	struct doors *doors; /* NULL before listening, and when draining */
	bool local; /* they are reachable from this machine only */
	LIST_HEAD(, exchange) exchanges;
	struct http_counts counts;
	bool draining, closed; /* closed: no connection is left after draining */
	void (*done)(void *arg);
	void *done_arg;
};

/* ---- answers ---- */

static void
free_body(const void *data, size_t len, void *arg)
{
	(void)len;
	(void)arg;
	free((void *)(uintptr_t)data);
}

static void
add_headers(const struct http *h, struct evkeyvalq *to, const struct answer *a)
{
	char text[24];

	evhttp_add_header(to, "Content-Type", a->type);
	evhttp_add_header(to, "Cache-Control", "no-store");
	evhttp_add_header(to, "X-Content-Type-Options", "nosniff");
	if (a->allow != NULL)
		evhttp_add_header(to, "Allow", a->allow);
	for (size_t i = 0; i < a->headers; i++)
		evhttp_add_header(to, a->header[i].name, a->header[i].value);
	if (a->status == 401 && evhttp_find_header(to, "WWW-Authenticate") == NULL)
		evhttp_add_header(to, "WWW-Authenticate", "Bearer");
	if (a->retry_after > 0 || a->status == 503) {
		snprintf(text, sizeof(text), "%d", a->retry_after > 0 ? a->retry_after : 1);
		evhttp_add_header(to, "Retry-After", text);
	}
	if (h->draining)
		evhttp_add_header(to, "Connection", "close");
}

/* Hands the answer to evhttp; its body's memory goes along. The request may be gone then. */
static void
send_answer(struct http *h, struct evhttp_request *req, struct answer *a)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(req);
	char text[24];

	if (!buf_ok(&a->body))
		answer_problem(
		    a, 500, "the answer is larger than %u bytes; ask for less", ANSWER_MAX);
	h->counts.answers[a->status / 100 % 6]++;
	add_headers(h, headers, a);
	if (evhttp_request_get_command(req) == EVHTTP_REQ_HEAD) {
		snprintf(text, sizeof(text), "%zu", a->body.len);
		evhttp_add_header(headers, "Content-Length", text);
	} else if (a->body.len > 0) {
		evbuffer_add_reference(evhttp_request_get_output_buffer(req), a->body.data,
		    a->body.len, free_body, NULL);
		a->body = (struct buf){.max = a->body.max};
	}
	buf_free(&a->body);
	evhttp_send_reply(req, a->status, answer_title(a->status), NULL);
	guard_answering(guard_find(h->guards, req));
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

/* "Application/JSON; charset=utf-8" as "application/json". */
static const char *
media_type(const char *value, struct arena *a)
{
	char *type = arena_strndup(a, value, strcspn(value, "; \t"));

	for (char *s = type; *s != '\0'; s++)
		*s = (char)tolower((unsigned char)*s);
	return type;
}

static void
read_headers(struct exchange *x)
{
	struct request *r = &x->request;
	struct evkeyval *header;
	const char *type;

	TAILQ_FOREACH(header, evhttp_request_get_input_headers(x->req), next)
	if (r->headers < REQUEST_HEADERS)
		r->header[r->headers++] =
		    (struct param){.name = header->key, .value = header->value};
	type = request_header(r, "Content-Type");
	if (type != NULL)
		r->content_type = media_type(type, &x->arena);
}

/* What is inflated counts as held, and is let grow only as far as others leave room. */
static int
read_body(struct exchange *x, struct answer *a)
{
	struct evbuffer *body = evhttp_request_get_input_buffer(x->req);
	struct guard *g = guard_find(x->http->guards, x->req);
	struct request *r = &x->request;
	const char *coding = request_header(r, "Content-Encoding");

	if (r->method != METHOD_POST || coding == NULL || coding_is_identity(coding)) {
		r->body_len = evbuffer_get_length(body);
		if (r->body_len > 0)
			r->body = (const char *)evbuffer_pullup(body, -1);
		return 0;
	}
	if (coding_take(body, coding, x->http->body, guard_room(g), &x->plain, a) != 0)
		return -1;
	guard_hold(g, x->plain.len);
	r->body = buf_text(&x->plain);
	r->body_len = x->plain.len;
	return 0;
}

/* A browser says of every request whose page it is for. */
static bool
is_foreign(const struct request *r)
{
	const char *site = request_header(r, "Sec-Fetch-Site");

	return r->method != METHOD_GET && site != NULL && strcmp(site, "same-origin") != 0 &&
	    strcmp(site, "none") != 0;
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
	if (is_foreign(&x->request)) {
		answer_problem(a, 403, "the page of another site has sent this");
		return NULL;
	}
	status = auth_check(h->auth, request_header(&x->request, "Authorization"), route->scope,
	    &x->request.who, &err);
	if (status != 0) {
		answer_problem(a, status, "%s", err.msg);
		return NULL;
	}
	return read_body(x, a) == 0 ? route : NULL;
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

static void
on_request(struct evhttp_request *req, void *arg)
{
	struct http *h = arg;
	struct guard *g = guard_take(h->guards, req);
	struct answer a = ANSWER_INIT;
	struct guard_refusal refusal;
	const struct route *route;
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
	route = admit(x, &a);
	x->route = route;
	if (route != NULL && route->deferred != NULL) {
		route->deferred(h->context, x);
		return;
	}
	if (route != NULL)
		route->handler(h->context, &x->request, &a);
	http_answer(x, &a);
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

static unsigned
connections_possible(unsigned wanted)
{
	struct rlimit files;
	rlim_t possible;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY)
		return wanted;
	possible = files.rlim_cur > 2 * OTHER_FILES ? files.rlim_cur - OTHER_FILES : OTHER_FILES;
	if (wanted <= possible)
		return wanted;
	log_warning("at most %u connections, not %u: the process may open only %llu files",
	    (unsigned)possible, wanted, (unsigned long long)files.rlim_cur);
	return (unsigned)possible;
}

struct http *
http_new(struct event_base *base, const struct http_limits *limits, const struct route *table,
    size_t count, void *context)
{
	struct http *h = mem_alloc(1, sizeof(*h));
	struct http_limits possible = *limits;

	signal(SIGPIPE, SIG_IGN);
	event_set_log_callback(on_libevent_message);
	possible.connections = connections_possible(limits->connections);
	h->base = base;
	h->table = table;
	h->count = count;
	h->body = limits->body;
	h->context = context;
	h->auth = auth_new(NULL, 0, false);
	h->evhttp = evhttp_new(base);
	if (h->evhttp == NULL)
		abort();
	LIST_INIT(&h->exchanges);
	/* The guard's limits are reached before evhttp's, whose own answers are HTML; the same
	 * goes for methods, of which it has passed the ones that evhttp knows. */
	evhttp_set_max_headers_size(h->evhttp, (ev_ssize_t)(2 * limits->head));
	evhttp_set_max_body_size(h->evhttp, (ev_ssize_t)limits->body);
	evhttp_set_default_content_type(h->evhttp, NULL);
	evhttp_set_allowed_methods(h->evhttp, UINT16_MAX);
	evhttp_set_gencb(h->evhttp, on_request, h);
	h->guards = guards_new(base, h->evhttp, &possible, on_throttle, h);
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
