/*
 * world: a real server on a port of its own, in the test's loop, and raw sockets for its clients.
 */
#ifndef SLAD_TESTS_WORLD_H
#define SLAD_TESTS_WORLD_H

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/buf.h"
#include "http.h"

#define LATER 8 /* exchanges that wait to be answered */

struct world {
	struct event_base *base;
	struct http *http;
	struct http_limits limits;
	struct exchange *later[LATER];
	size_t waiting;
	unsigned calls; /* of handlers */
	bool drained;
};

/* ---- the handlers ---- */

static inline void
get_root(void *context, const struct request *r, struct answer *a)
{
	struct world *w = context;

	(void)r;
	w->calls++;
	a->type = "text/plain; charset=utf-8";
	buf_puts(&a->body, "here\n");
}

static inline void
post_echo(void *context, const struct request *r, struct answer *a)
{
	struct world *w = context;

	w->calls++;
	a->type = "application/octet-stream";
	buf_put(&a->body, r->body, r->body_len);
}

static inline void
get_thing(void *context, const struct request *r, struct answer *a)
{
	struct world *w = context;

	w->calls++;
	buf_putf(&a->body, "[\"%s\",\"%s\",\"%s\"]", r->segment[1],
	    request_param(r, "q") != NULL ? request_param(r, "q") : "-",
	    request_header(r, "X-One") != NULL ? request_header(r, "X-One") : "-");
}

static inline void
get_large(void *context, const struct request *r, struct answer *a)
{
	size_t n = (size_t)strtoul(request_param(r, "n"), NULL, 10);

	(void)context;
	while (n-- > 0)
		buf_puts(&a->body, "0123456789abcdef");
}

static inline void
post_later(void *context, struct exchange *x)
{
	struct world *w = context;

	ck_assert_uint_lt(w->waiting, LATER);
	w->later[w->waiting++] = x;
}

static const struct route world_table[] __attribute__((unused)) = {
    {METHOD_GET, "/", 0, get_root, NULL, NULL},
    {METHOD_POST, "/echo", 0, post_echo, NULL, NULL},
    {METHOD_GET, "/large", 0, get_large, NULL, NULL},
    {METHOD_POST, "/later", 0, NULL, post_later, NULL},
    {METHOD_GET, "/later", 0, NULL, post_later, NULL},
    {METHOD_GET, "/things/{id}", 0, get_thing, NULL, NULL},
    {METHOD_DELETE, "/things/{id}", 0, get_root, NULL, NULL},
    {METHOD_GET, "/secret", SCOPE_READ, get_root, NULL, NULL},
    {METHOD_POST, "/secret", SCOPE_OPERATE, post_echo, NULL, NULL},
};

static const struct listener loopback __attribute__((unused)) = {
    .text = "127.0.0.1:0",
    .host = "127.0.0.1",
    .loopback = true,
};

static inline void
world_open(struct world *w, const struct listener *l)
{
	struct err err;

	w->base = event_base_new();
	w->http = http_new(
	    w->base, &w->limits, world_table, sizeof(world_table) / sizeof(world_table[0]), w);
	ck_assert_msg(http_listen(w->http, l, 1, &err) == 0, "%s", err.msg);
	http_reload(w->http, NULL, 0);
}

static inline struct world
world_default(void)
{
	return (struct world){.limits = HTTP_LIMITS};
}

static inline void
world_close(struct world *w)
{
	http_free(w->http);
	event_base_free(w->base);
}

/* ---- the clients ---- */

static inline int
client_of(const struct world *w)
{
	struct sockaddr_in in = {
	    .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	    .sin_port = htons(http_port(w->http, 0)),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(connect(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	ck_assert_int_eq(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return fd;
}

/* One turn of the server. */
static inline void
turn(struct world *w)
{
	event_base_loop(w->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

/* False if the other side has had enough. */
static inline bool
client_send(struct world *w, int fd, const void *bytes, size_t len)
{
	const char *at = bytes;
	ssize_t n;

	while (len > 0) {
		n = send(fd, at, len, MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN)
			n = 0;
		if (n < 0)
			return false;
		at += n;
		len -= (size_t)n;
		turn(w);
	}
	return true;
}

static inline void
client_say(struct world *w, int fd, const char *text)
{
	client_send(w, fd, text, strlen(text));
}

/* What has come; true at the connection's end. */
static inline bool
client_read(int fd, struct buf *b)
{
	char bytes[4096];
	ssize_t n;

	while ((n = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		buf_put(b, bytes, (size_t)n);
	return n == 0 || errno != EAGAIN;
}

/* How many whole answers these bytes are; `head` says that they have no bodies. */
static inline size_t
answers(const struct buf *b, bool head)
{
	const char *at = buf_text(b), *end, *length;
	size_t count = 0, size;

	while ((end = strstr(at, "\r\n\r\n")) != NULL) {
		length = strcasestr(at, "\r\nContent-Length: ");
		size = length != NULL && length < end && !head
		    ? (size_t)strtoul(length + 18, NULL, 10)
		    : 0;
		if ((size_t)(buf_text(b) + b->len - end - 4) < size)
			break;
		at = end + 4 + size;
		count++;
	}
	return count;
}

/* Turns the server until so many answers have come, or the end. What comes is appended. */
static inline bool
client_await(struct world *w, int fd, struct buf *b, size_t count)
{
	bool ended = false;

	while (!ended && answers(b, false) < count) {
		turn(w);
		ended = client_read(fd, b);
	}
	return ended;
}

/* Turns the server until the connection ends. */
static inline void
client_await_end(struct world *w, int fd, struct buf *b)
{
	while (!client_read(fd, b))
		turn(w);
}

static inline int
status_of(const struct buf *b)
{
	int status = 0;

	sscanf(buf_text(b), "HTTP/1.%*d %d", &status);
	return status;
}

static inline void
check_manners(const struct buf *b, const char *what)
{
	const char *s = buf_text(b);

	ck_assert_msg(strstr(s, "\r\nContent-Type: ") != NULL, "%s: %s", what, s);
	ck_assert_msg(strstr(s, "\r\nCache-Control: no-store\r\n") != NULL, "%s: %s", what, s);
	ck_assert_msg(
	    strstr(s, "\r\nX-Content-Type-Options: nosniff\r\n") != NULL, "%s: %s", what, s);
	ck_assert_msg(strcasestr(s, "html") == NULL, "%s: %s", what, s);
}

/* Says `text` on a connection of its own; the answer is in *b, and its status returned. */
static inline int
ask(struct world *w, const char *text, struct buf *b)
{
	int fd = client_of(w);

	buf_reset(b);
	client_say(w, fd, text);
	client_await(w, fd, b, 1);
	close(fd);
	check_manners(b, text);
	return status_of(b);
}

#define GET(target) "GET " target " HTTP/1.1\r\nHost: localhost\r\n\r\n"

/* Runs the tests of a file. */
static inline int
world_run(const char *name, const TTest *const tests[], size_t count)
{
	Suite *s = suite_create(name);
	TCase *tc = tcase_create(name);
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_set_timeout(tc, 60);
	for (size_t i = 0; i < count; i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
