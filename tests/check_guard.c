/* Guards: the table of tests/edge against a running server, sizes, and time. Where time must pass,
 * the limits are milliseconds. */
#include <poll.h>
#include <stdio.h>

#include "edge.h"
#include "world.h"

static void
check_case(struct world *w, const struct edge_case *c, size_t piece)
{
	struct buf b = BUF_INIT(1u << 20);
	unsigned calls = w->calls;
	int fd = client_of(w);
	bool closed, head = strncmp(c->bytes.data, "HEAD ", 5) == 0;

	for (size_t at = 0; at < c->bytes.len; at += piece)
		client_send(w, fd, c->bytes.data + at,
		    c->bytes.len - at < piece ? c->bytes.len - at : piece);
	closed = client_await(w, fd, &b, 1);
	ck_assert_msg(status_of(&b) == c->status, "%s: %s", c->name, buf_text(&b));
	check_manners(&b, c->name);
	if (c->status != 200) {
		if (!closed)
			client_await_end(w, fd, &b);
		ck_assert_msg(answers(&b, head) == 1, "%s: %s", c->name, buf_text(&b));
		ck_assert_msg(
		    strstr(buf_text(&b), "\r\nConnection: close\r\n") != NULL, "%s", c->name);
		ck_assert_msg(w->calls == calls, "%s has reached a handler", c->name);
		ck_assert_msg(strstr(buf_text(&b), "application/problem+json") != NULL, "%s: %s",
		    c->name, buf_text(&b));
		ck_assert_msg(
		    (buf_text(&b)[b.len - 1] == '}') != head, "%s: %s", c->name, buf_text(&b));
	} else
		ck_assert_msg(w->calls == calls + 1, "%s", c->name);
	close(fd);
	buf_free(&b);
}

START_TEST(malformed)
{
	struct world w = world_default();
	struct edge e = edge_load();

	world_open(&w, &loopback);
	for (size_t i = 0; i < e.count; i++) {
		check_case(&w, &e.cases[i], SIZE_MAX);
		if (e.cases[i].bytes.len < 1000)
			check_case(&w, &e.cases[i], 1);
	}
	ck_assert_uint_gt(http_counts(w.http).refused, 200);
	edge_free(&e);
	world_close(&w);
}
END_TEST

/* Good requests with some bytes changed, taken away or doubled: whatever comes of it is an answer
 * of ours, or none. */
START_TEST(mutated)
{
	struct world w = world_default();
	struct edge e = edge_load();
	unsigned seed = getenv("SEED") != NULL ? (unsigned)atoi(getenv("SEED")) : 1;
	static const char odd[] = "\r\n\t :,;+-0x\0\x7f\xff/#?%9aH";
	struct buf bytes = BUF_INIT(1u << 20), b = BUF_INIT(1u << 20);
	const struct edge_case *c;
	int fd;

	printf("mutated: SEED=%u\n", seed);
	w.limits.request = 1;
	w.limits.linger = 0;
	world_open(&w, &loopback);
	for (int i = 0; i < 2000; i++) {
		c = &e.cases[(size_t)rand_r(&seed) % e.count];
		if (c->bytes.len > 1000)
			continue;
		buf_reset(&bytes);
		buf_reset(&b);
		for (size_t k = 0; k < c->bytes.len; k++) {
			int dice = rand_r(&seed) % 60;

			if (dice == 0)
				buf_put(&bytes, &odd[(size_t)rand_r(&seed) % (sizeof(odd) - 1)], 1);
			if (dice != 1)
				buf_put(&bytes, &c->bytes.data[k], 1);
			if (dice == 2)
				buf_put(&bytes, &c->bytes.data[k], 1);
		}
		fd = client_of(&w);
		client_send(&w, fd, bytes.data, bytes.len);
		client_await(&w, fd, &b, 1);
		ck_assert_msg(strcasestr(buf_text(&b), "html") == NULL, "%s\n--\n%s",
		    buf_text(&bytes), buf_text(&b));
		close(fd);
	}
	buf_free(&bytes);
	buf_free(&b);
	edge_free(&e);
	world_close(&w);
}
END_TEST

/* What follows a request's end is never its body, and after a refusal nothing is believed. */
START_TEST(refused_in_a_row)
{
	struct world w = world_default();
	struct buf b = BUF_INIT(1u << 20);
	int fd;

	world_open(&w, &loopback);
	fd = client_of(&w);
	client_say(&w, fd, GET("/") "GET / HTTP/1.1\r\n\r\n" GET("/"));
	client_await_end(&w, fd, &b);
	ck_assert_uint_eq(answers(&b, false), 2);
	ck_assert_ptr_nonnull(strstr(b.data, "HTTP/1.1 400 Bad Request"));
	ck_assert_uint_eq(w.calls, 1);
	close(fd);
	buf_free(&b);
	world_close(&w);
}
END_TEST

START_TEST(expect_continue)
{
	struct world w = world_default();
	struct buf b = BUF_INIT(1u << 20);
	int fd;

	world_open(&w, &loopback);
	fd = client_of(&w);
	client_say(&w, fd, GET("/"));
	client_await(&w, fd, &b, 1);
	buf_reset(&b);
	client_say(&w, fd,
	    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
	client_await(&w, fd, &b, 1);
	ck_assert_str_eq(b.data, "HTTP/1.1 100 Continue\r\n\r\n");
	client_say(&w, fd, "abc");
	client_await(&w, fd, &b, 2);
	ck_assert_str_eq(b.data + b.len - 3, "abc");
	close(fd);
	/* Not when the body would be refused. */
	ck_assert_int_eq(ask(&w,
			     "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n"
			     "Expect: 100-continue\r\n\r\n",
			     &b),
	    413);
	buf_free(&b);
	world_close(&w);
}
END_TEST

START_TEST(large_bodies)
{
	struct world w = world_default();
	struct buf body = BUF_INIT(1u << 24), b = BUF_INIT(1u << 24);
	char text[128];
	int fd;

	world_open(&w, &loopback);
	while (body.len < 3000000)
		buf_putf(&body, "%zu,", body.len);
	fd = client_of(&w);
	snprintf(text, sizeof(text),
	    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n", body.len);
	client_say(&w, fd, text);
	client_send(&w, fd, body.data, body.len);
	client_await(&w, fd, &b, 1);
	ck_assert_int_eq(status_of(&b), 200);
	ck_assert_str_eq(b.data + b.len - body.len, body.data);
	/* The same in chunks, on the same connection. */
	buf_reset(&b);
	client_say(&w, fd, "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
	for (size_t at = 0, n; at < body.len; at += n) {
		n = body.len - at < 70001 ? body.len - at : 70001;
		snprintf(text, sizeof(text), "%zx\r\n", n);
		client_say(&w, fd, text);
		client_send(&w, fd, body.data + at, n);
		client_say(&w, fd, "\r\n");
	}
	client_say(&w, fd, "0\r\n\r\n");
	client_await(&w, fd, &b, 1);
	ck_assert_str_eq(b.data + b.len - body.len, body.data);
	close(fd);
	buf_free(&body);
	buf_free(&b);
	world_close(&w);
}
END_TEST

/* A client that sends all of a body that is refused still reads why. */
START_TEST(too_large)
{
	struct world w = world_default();
	struct buf b = BUF_INIT(1u << 20);
	char bytes[65536];
	int fd;

	w.limits.body = 100000;
	world_open(&w, &loopback);
	memset(bytes, 'a', sizeof(bytes));
	fd = client_of(&w);
	client_say(&w, fd, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 6553600\r\n\r\n");
	for (int i = 0; i < 100; i++)
		ck_assert(client_send(&w, fd, bytes, sizeof(bytes)));
	client_await(&w, fd, &b, 1);
	ck_assert_int_eq(status_of(&b), 413);
	close(fd);
	buf_reset(&b);
	fd = client_of(&w);
	client_say(&w, fd, "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; i < 100; i++) {
		client_say(&w, fd, "10000\r\n");
		ck_assert(client_send(&w, fd, bytes, sizeof(bytes)));
		client_say(&w, fd, "\r\n");
	}
	client_await(&w, fd, &b, 1);
	ck_assert_int_eq(status_of(&b), 413);
	close(fd);
	buf_free(&b);
	world_close(&w);
}
END_TEST

/* One byte with every turn, for as long as the server bears it: the deadline is not renewed. */
static void
drip(struct world *w, const char *first, const char *again, struct buf *b)
{
	int fd = client_of(w);

	client_say(w, fd, first);
	while (!client_read(fd, b) && answers(b, false) == 0) {
		client_say(w, fd, again);
		poll(NULL, 0, 1);
	}
	close(fd);
}

START_TEST(drips)
{
	struct world w = world_default();
	struct buf b = BUF_INIT(1u << 20);

	w.limits.request = 50;
	world_open(&w, &loopback);
	drip(&w, "G", "E", &b);
	ck_assert_int_eq(status_of(&b), 408);
	buf_reset(&b);
	drip(&w, "GET / HTTP/1.1\r\nX:", "a", &b);
	ck_assert_int_eq(status_of(&b), 408);
	buf_reset(&b);
	drip(&w, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n", "a", &b);
	ck_assert_int_eq(status_of(&b), 408);
	buf_reset(&b);
	drip(&w, "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
	    "1\r\na\r\n", &b);
	ck_assert_int_eq(status_of(&b), 408);
	ck_assert_uint_eq(w.calls, 0);
	buf_free(&b);
	world_close(&w);
}
END_TEST

START_TEST(idle)
{
	struct world w = world_default();
	struct buf b = BUF_INIT(1u << 20);
	int fd;

	w.limits.idle = 20;
	world_open(&w, &loopback);
	fd = client_of(&w);
	client_await_end(&w, fd, &b);
	ck_assert_uint_eq(b.len, 0);
	close(fd);
	fd = client_of(&w);
	client_say(&w, fd, GET("/"));
	client_await_end(&w, fd, &b);
	ck_assert_int_eq(status_of(&b), 200);
	while (http_counts(w.http).connections > 0)
		turn(&w);
	close(fd);
	buf_free(&b);
	world_close(&w);
}
END_TEST

/* A client that asks and does not read is let go, whatever it does not read. */
START_TEST(deaf)
{
	struct world w = world_default();
	int fd;

	w.limits.answer = 50;
	world_open(&w, &loopback);
	fd = client_of(&w);
	client_say(&w, fd, GET("/large?n=4000000"));
	while (http_counts(w.http).connections > 0)
		turn(&w);
	ck_assert_uint_eq(http_counts(w.http).answers[2], 1);
	close(fd);
	world_close(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {malformed, mutated, refused_in_a_row, expect_continue,
	    large_bodies, too_large, drips, idle, deaf};

	return world_run("guard", tests, sizeof(tests) / sizeof(tests[0]));
}
