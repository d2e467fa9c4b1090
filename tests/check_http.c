/* The server: routes, tokens, connections that are kept, answers that come later, the end. */
#include <stdio.h>
#include <sys/un.h>

#include "scratch_dir.h"
#include "world.h"

START_TEST(routes)
{
	struct world w = world_default();
	struct buf b = BUF_INIT(1u << 20);

	world_open(&w, &loopback);
	ck_assert_int_eq(ask(&w, GET("/"), &b), 200);
	ck_assert_int_eq(
	    ask(&w, "GET /things/a%2Fb?q=1+1 HTTP/1.1\r\nHost: a\r\nx-one:  2 \r\n\r\n", &b), 200);
	ck_assert_ptr_nonnull(strstr(b.data, "[\"a/b\",\"1 1\",\"2\"]"));
	ck_assert_int_eq(ask(&w, GET("/none"), &b), 404);
	ck_assert_int_eq(ask(&w, GET("/things"), &b), 404);
	ck_assert_int_eq(ask(&w, GET("/things/"), &b), 404);
	ck_assert_int_eq(ask(&w, GET("/things/1/2"), &b), 404);
	ck_assert_int_eq(ask(&w, GET("/echo/"), &b), 404);
	ck_assert_int_eq(ask(&w, GET("/things/%zz"), &b), 400);
	ck_assert_ptr_nonnull(strstr(b.data, "application/problem+json"));
	ck_assert_int_eq(ask(&w, GET("/things/%ff"), &b), 400);
	ck_assert_int_eq(ask(&w, GET("/echo"), &b), 405);
	ck_assert_ptr_nonnull(strstr(b.data, "\r\nAllow: POST\r\n"));
	ck_assert_int_eq(ask(&w, "OPTIONS /things/1 HTTP/1.1\r\nHost: a\r\n\r\n", &b), 405);
	ck_assert_ptr_nonnull(strstr(b.data, "\r\nAllow: GET, HEAD, DELETE\r\n"));
	ck_assert_int_eq(
	    ask(&w, "PUT /things/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n1", &b), 405);
	ck_assert_int_eq(ask(&w, "DELETE /things/1 HTTP/1.1\r\nHost: a\r\n\r\n", &b), 200);
	buf_free(&b);
	world_close(&w);
}
END_TEST

START_TEST(head)
{
	struct world w = world_default();
	struct buf b = BUF_INIT(1u << 20);
	int fd;

	world_open(&w, &loopback);
	fd = client_of(&w);
	client_say(&w, fd, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
	while (answers(&b, true) < 1) {
		turn(&w);
		ck_assert(!client_read(fd, &b));
	}
	ck_assert_int_eq(status_of(&b), 200);
	ck_assert_ptr_nonnull(strstr(b.data, "\r\nContent-Length: 5\r\n"));
	ck_assert_str_eq(strstr(b.data, "\r\n\r\n"), "\r\n\r\n");
	/* The connection is in step. */
	client_say(&w, fd, "HEAD /none HTTP/1.1\r\nHost: a\r\n\r\n" GET("/"));
	while (answers(&b, true) < 3) {
		turn(&w);
		ck_assert(!client_read(fd, &b));
	}
	ck_assert_ptr_nonnull(strstr(b.data, "HTTP/1.1 404 Not Found"));
	ck_assert_str_eq(b.data + b.len - 9, "\r\n\r\nhere\n");
	close(fd);
	buf_free(&b);
	world_close(&w);
}
END_TEST

START_TEST(tokens)
{
	/* SHA-256 of "abc" (FIPS 180-4, appendix). */
	static const struct token known = {
	    .name = "t",
	    .sha256 = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d,
		0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff,
		0x61, 0xf2, 0x00, 0x15, 0xad},
	    .scopes = SCOPE_READ,
	};
	struct world w = world_default();
	struct buf b = BUF_INIT(1u << 20);

	world_open(&w, &loopback);
	ck_assert_int_eq(ask(&w, GET("/secret"), &b), 200);
	http_reload(w.http, &known, 1);
	ck_assert_int_eq(ask(&w, GET("/secret"), &b), 401);
	ck_assert_ptr_nonnull(strstr(b.data, "\r\nWWW-Authenticate: Bearer\r\n"));
	ck_assert_int_eq(ask(&w, GET("/"), &b), 200);
	ck_assert_int_eq(
	    ask(&w, "GET /secret HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer abd\r\n\r\n",
		&b),
	    401);
	ck_assert_ptr_null(strstr(b.data, "abd"));
	ck_assert_int_eq(
	    ask(&w, "GET /secret HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer abc\r\n\r\n",
		&b),
	    200);
	ck_assert_int_eq(
	    ask(&w, "POST /secret HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer abc\r\n\r\n",
		&b),
	    403);
	ck_assert_ptr_nonnull(strstr(b.data, "operate"));
	buf_free(&b);
	world_close(&w);
}
END_TEST

/* A name that may be anybody's, which a page could have led here. */
START_TEST(names_of_others)
{
	static const struct token known = {.name = "t", .scopes = SCOPE_READ};
	static const char evil[] = "GET /secret HTTP/1.1\r\nHost: evil.example:7523\r\n\r\n";
	struct world w = world_default();
	struct listener unix_socket = {.loopback = true};
	struct buf b = BUF_INIT(1u << 20);
	char path[SCRATCH_PATH], text[SCRATCH_PATH + 8];
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int fd;

	world_open(&w, &loopback);
	ck_assert_int_eq(ask(&w, evil, &b), 403);
	ck_assert_ptr_nonnull(strstr(b.data, "evil.example"));
	ck_assert_int_eq(ask(&w, "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", &b), 200);
	ck_assert_int_eq(ask(&w, "GET /secret HTTP/1.0\r\n\r\n", &b), 200);
	ck_assert_int_eq(ask(&w, "GET /secret HTTP/1.1\r\nHost: [::1]:1\r\n\r\n", &b), 200);
	http_reload(w.http, &known, 1); /* then it is the token that counts */
	ck_assert_int_eq(ask(&w, evil, &b), 401);
	world_close(&w);

	scratch_make();
	scratch_path(path, "s");
	snprintf(text, sizeof(text), "unix:%s", path);
	unix_socket.text = text;
	unix_socket.path = path;
	w = world_default();
	world_open(&w, &unix_socket);
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	ck_assert_int_eq(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	client_say(&w, fd, evil);
	buf_reset(&b);
	client_await(&w, fd, &b, 1);
	ck_assert_int_eq(status_of(&b), 200);
	close(fd);
	buf_free(&b);
	world_close(&w);
	scratch_remove();
}
END_TEST

START_TEST(foreign_pages)
{
	struct world w = world_default();
	struct buf b = BUF_INIT(1u << 20);

	world_open(&w, &loopback);
	ck_assert_int_eq(
	    ask(&w, "POST /echo HTTP/1.1\r\nHost: a\r\nSec-Fetch-Site: cross-site\r\n\r\n", &b),
	    403);
	ck_assert_int_eq(
	    ask(&w, "POST /echo HTTP/1.1\r\nHost: a\r\nSec-Fetch-Site: same-site\r\n\r\n", &b),
	    403);
	ck_assert_int_eq(
	    ask(&w, "POST /echo HTTP/1.1\r\nHost: a\r\nSec-Fetch-Site: same-origin\r\n\r\n", &b),
	    200);
	ck_assert_int_eq(
	    ask(&w, "GET / HTTP/1.1\r\nHost: a\r\nSec-Fetch-Site: cross-site\r\n\r\n", &b), 200);
	buf_free(&b);
	world_close(&w);
}
END_TEST

START_TEST(keep_alive)
{
	struct world w = world_default();
	struct buf b = BUF_INIT(1u << 20);
	int fd;

	world_open(&w, &loopback);
	fd = client_of(&w);
	for (size_t i = 1; i <= 20; i++) {
		client_say(&w, fd,
		    i % 2 ? GET("/")
			  : "POST /echo HTTP/1.1\r\nHost: a\r\n"
			    "Content-Length: 2\r\n\r\nab");
		ck_assert(!client_await(&w, fd, &b, i));
	}
	ck_assert_uint_eq(http_counts(w.http).answers[2], 20);
	ck_assert_uint_eq(http_counts(w.http).connections, 1);
	client_say(&w, fd, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
	client_await_end(&w, fd, &b);
	ck_assert_uint_eq(answers(&b, false), 21);
	close(fd);
	buf_reset(&b);
	/* HTTP/1.0 closes by itself. */
	fd = client_of(&w);
	client_say(&w, fd, "GET / HTTP/1.0\r\n\r\n");
	client_await_end(&w, fd, &b);
	ck_assert_int_eq(status_of(&b), 200);
	close(fd);
	buf_free(&b);
	world_close(&w);
}
END_TEST

/* Many requests at once, in pieces that cut them anywhere, are answered in order. */
START_TEST(pipelined)
{
	struct world w = world_default();
	struct buf bytes = BUF_INIT(1u << 20), b = BUF_INIT(1u << 20);
	char text[32];
	const char *at;
	int fd;

	world_open(&w, &loopback);
	for (int i = 0; i < 50; i++) {
		buf_puts(&bytes, GET("/"));
		buf_putf(
		    &bytes, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nn%03d", i);
		buf_putf(&bytes,
		    "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
		    "1\r\nc\r\n3\r\n%03d\r\n0\r\n\r\n",
		    i);
	}
	for (size_t piece = 1; piece <= bytes.len * 7; piece *= 7) {
		buf_reset(&b);
		fd = client_of(&w);
		for (size_t i = 0; i < bytes.len; i += piece)
			client_send(
			    &w, fd, bytes.data + i, bytes.len - i < piece ? bytes.len - i : piece);
		ck_assert(!client_await(&w, fd, &b, 150));
		at = b.data;
		for (int i = 0; i < 50; i++) {
			snprintf(text, sizeof(text), "\r\n\r\nn%03dHTTP", i);
			ck_assert_ptr_nonnull(at = strstr(at, text));
			snprintf(text, sizeof(text), "\r\n\r\nc%03d", i);
			ck_assert_ptr_nonnull(at = strstr(at, text));
		}
		close(fd);
	}
	buf_free(&bytes);
	buf_free(&b);
	world_close(&w);
}
END_TEST

START_TEST(too_large_an_answer)
{
	struct world w = world_default();
	struct buf b = BUF_INIT(1u << 30);

	world_open(&w, &loopback);
	ck_assert_int_eq(ask(&w, GET("/large?n=100000"), &b), 200);
	ck_assert_uint_gt(b.len, 1600000);
	ck_assert_int_eq(ask(&w, GET("/large?n=4194305"), &b), 500);
	buf_free(&b);
	world_close(&w);
}
END_TEST

/* A client that has said all may close its side, and still reads the whole answer. */
START_TEST(half_closed)
{
	struct world w = world_default();
	struct buf b = BUF_INIT(1u << 26);
	int fd;

	world_open(&w, &loopback);
	fd = client_of(&w);
	client_say(&w, fd, GET("/large?n=1000000"));
	shutdown(fd, SHUT_WR);
	client_await_end(&w, fd, &b);
	ck_assert_uint_gt(b.len, 16000000);
	close(fd);
	buf_reset(&b);
	fd = client_of(&w);
	client_say(&w, fd, GET("/later"));
	shutdown(fd, SHUT_WR);
	while (w.waiting == 0)
		turn(&w);
	for (int i = 0; i < 10; i++)
		turn(&w);
	http_answer(w.later[0], &(struct answer)ANSWER_INIT);
	client_await_end(&w, fd, &b);
	ck_assert_int_eq(status_of(&b), 200);
	close(fd);
	buf_free(&b);
	world_close(&w);
}
END_TEST

START_TEST(deferred)
{
	struct world w = world_default();
	struct buf b = BUF_INIT(1u << 20);
	struct answer a = ANSWER_INIT;
	int fd;

	world_open(&w, &loopback);
	fd = client_of(&w);
	client_say(&w, fd,
	    "POST /later HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
	    "Content-Type: Application/JSON; charset=utf-8\r\n\r\nabc" GET("/"));
	while (w.waiting == 0)
		turn(&w);
	for (int i = 0; i < 10; i++)
		turn(&w);
	/* What follows waits for its turn. */
	ck_assert_uint_eq(w.calls, 0);
	ck_assert_str_eq(exchange_request(w.later[0])->content_type, "application/json");
	ck_assert(memcmp(exchange_request(w.later[0])->body, "abc", 3) == 0);
	ck_assert_uint_eq(http_counts(w.http).exchanges, 1);
	a.status = 202;
	http_answer(w.later[0], &a);
	ck_assert(!client_await(&w, fd, &b, 2));
	ck_assert_int_eq(status_of(&b), 202);
	ck_assert_ptr_nonnull(strstr(b.data, "here\n"));
	ck_assert_uint_eq(http_counts(w.http).exchanges, 0);
	close(fd);
	buf_free(&b);
	world_close(&w);
}
END_TEST

/* Who says more before the answer is heard once, and then no more until it has come. */
START_TEST(impatient)
{
	struct world w = world_default();
	struct buf b = BUF_INIT(1u << 20);
	int fd, waiting;

	world_open(&w, &loopback);
	fd = client_of(&w);
	client_say(&w, fd, "POST /later HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
	while (w.waiting == 0)
		turn(&w);
	waiting = event_base_get_num_events(w.base, EVENT_BASE_COUNT_ADDED);
	client_say(&w, fd, GET("/"));
	for (int i = 0; i < 10; i++)
		turn(&w);
	ck_assert_int_eq(event_base_get_num_events(w.base, EVENT_BASE_COUNT_ADDED), waiting - 1);
	ck_assert_uint_eq(w.calls, 0);
	http_answer(w.later[0], &(struct answer)ANSWER_INIT);
	ck_assert(!client_await(&w, fd, &b, 2));
	ck_assert_ptr_nonnull(strstr(b.data, "here\n"));
	close(fd);
	buf_free(&b);
	world_close(&w);
}
END_TEST

/* The client goes, politely or not, and its answer comes. */
START_TEST(vanished)
{
	static const struct linger abort_it = {.l_onoff = 1};
	static const char *const asks[] = {
	    "POST /later HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
	    GET("/later"),
	    GET("/later") GET("/later"),
	};
	struct world w = world_default();
	struct answer a = ANSWER_INIT;
	int fd;

	world_open(&w, &loopback);
	for (size_t i = 0; i < 2 * sizeof(asks) / sizeof(asks[0]); i++) {
		fd = client_of(&w);
		client_say(&w, fd, asks[i / 2]);
		while (w.waiting == 0)
			turn(&w);
		if (i % 2 == 1)
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &abort_it, sizeof(abort_it));
		close(fd);
		for (int k = 0; k < 10; k++)
			turn(&w);
		for (; w.waiting > 0; w.waiting--) {
			buf_puts(&a.body, "[1]");
			http_answer(w.later[w.waiting - 1], &a);
		}
		while (http_counts(w.http).connections > 0) {
			turn(&w);
			while (w.waiting > 0)
				http_answer(w.later[--w.waiting], &a);
		}
		ck_assert_uint_eq(http_counts(w.http).exchanges, 0);
	}
	world_close(&w);
}
END_TEST

/* The server ends while answers are due. */
START_TEST(freed_meanwhile)
{
	struct world w = world_default();
	int fd[3];

	world_open(&w, &loopback);
	for (int i = 0; i < 3; i++) {
		fd[i] = client_of(&w);
		client_say(&w, fd[i], i == 2 ? "POST /la" : GET("/later"));
	}
	while (w.waiting < 2)
		turn(&w);
	close(fd[0]);
	turn(&w);
	world_close(&w);
	close(fd[1]);
	close(fd[2]);
}
END_TEST

static void
on_drained(void *arg)
{
	struct world *w = arg;

	w->drained = true;
}

START_TEST(drain)
{
	struct world w = world_default();
	struct buf b = BUF_INIT(1u << 20);
	int quiet, busy, half;

	w.limits.drain = 50;
	w.limits.request = 3600000;
	w.limits.linger = 0;
	world_open(&w, &loopback);
	quiet = client_of(&w);
	busy = client_of(&w);
	half = client_of(&w);
	client_say(&w, quiet, GET("/"));
	client_await(&w, quiet, &b, 1);
	client_say(&w, busy, GET("/later"));
	client_say(&w, half, "GET / HTTP/1.1\r\nHo");
	while (w.waiting == 0)
		turn(&w);
	http_drain(w.http, on_drained, &w);
	client_await_end(&w, quiet, &b);
	buf_reset(&b);
	client_await_end(&w, half, &b);
	ck_assert_int_eq(status_of(&b), 408);
	for (int i = 0; i < 10; i++)
		turn(&w);
	ck_assert(!w.drained);
	buf_reset(&b);
	http_answer(w.later[0], &(struct answer)ANSWER_INIT);
	client_await_end(&w, busy, &b);
	ck_assert_int_eq(status_of(&b), 200);
	ck_assert_ptr_nonnull(strstr(b.data, "\r\nConnection: close\r\n"));
	while (!w.drained)
		turn(&w);
	ck_assert_uint_eq(http_counts(w.http).connections, 0);
	close(quiet);
	close(busy);
	close(half);
	buf_free(&b);
	world_close(&w);
}
END_TEST

static void
free_it(void *arg)
{
	struct world *w = arg;

	http_free(w->http);
	w->http = NULL;
	w->drained = true;
}

START_TEST(drain_of_none)
{
	struct world w = world_default();

	world_open(&w, &loopback);
	http_drain(w.http, free_it, &w);
	ck_assert(!w.drained);
	while (!w.drained)
		turn(&w);
	world_close(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {routes, head, tokens, foreign_pages, names_of_others,
	    keep_alive, pipelined, too_large_an_answer, half_closed, deferred, impatient, vanished,
	    freed_meanwhile, drain, drain_of_none};

	return world_run("http", tests, sizeof(tests) / sizeof(tests[0]));
}
