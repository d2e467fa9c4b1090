/* Guards: what connections share, bytes and places, and who has to go. */
#include <stdio.h>

#include "world.h"

/* All requests together may hold so much, and give it back. */
START_TEST(held)
{
	struct world w = world_default();
	struct buf b = BUF_INIT(1u << 20);
	char bytes[60000];
	int one, two;

	w.limits.held = 100000;
	world_open(&w, &loopback);
	memset(bytes, 'a', sizeof(bytes));
	one = client_of(&w);
	two = client_of(&w);
	client_say(&w, one, "POST /later HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n");
	client_send(&w, one, bytes, sizeof(bytes));
	while (w.waiting == 0)
		turn(&w);
	client_say(&w, two, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n");
	client_send(&w, two, bytes, sizeof(bytes));
	client_await(&w, two, &b, 1);
	ck_assert_int_eq(status_of(&b), 503);
	ck_assert_ptr_nonnull(strstr(b.data, "\r\nRetry-After: "));
	close(two);
	buf_reset(&b);
	http_answer(w.later[0], &(struct answer)ANSWER_INIT);
	client_await(&w, one, &b, 1);
	for (size_t i = 2; i <= 5; i++) {
		client_say(
		    &w, one, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n");
		client_send(&w, one, bytes, sizeof(bytes));
		ck_assert(!client_await(&w, one, &b, i));
	}
	ck_assert_uint_eq(http_counts(w.http).answers[2], 5);
	close(one);
	buf_free(&b);
	world_close(&w);
}
END_TEST

/* Asks for a head that never ends: a connection that is not idle. */
static int
slow_client(struct world *w)
{
	uint64_t before = http_counts(w->http).guards.held;
	int fd = client_of(w);

	client_say(w, fd, "G");
	while (http_counts(w->http).guards.held == before)
		turn(w);
	return fd;
}

/* All places are taken by those who are not idle. */
START_TEST(cap)
{
	struct world w = world_default();
	struct buf b = BUF_INIT(1u << 20);
	int fd[200], more;

	w.limits.connections = 10;
	w.limits.linger = 60000;
	world_open(&w, &loopback);
	for (int i = 0; i < 10; i++)
		fd[i] = slow_client(&w);
	more = client_of(&w);
	client_await(&w, more, &b, 1);
	ck_assert_int_eq(status_of(&b), 503);
	ck_assert_ptr_nonnull(strstr(b.data, "\r\nRetry-After: "));
	ck_assert_ptr_nonnull(strstr(b.data, "\r\nConnection: close\r\n"));
	check_manners(&b, "cap");
	client_await_end(&w, more, &b);
	close(more);
	turn(&w);
	ck_assert_uint_eq(http_counts(w.http).connections, 10);
	ck_assert_uint_eq(http_counts(w.http).guards.met[MET_CONNECTIONS], 1);
	/* A flood is kept at the door, and let in when others leave. */
	for (int i = 10; i < 200; i++)
		fd[i] = client_of(&w);
	for (int i = 0; i < 10; i++) {
		turn(&w);
		ck_assert_uint_eq(http_counts(w.http).connections, 10 + 64);
	}
	/* Those who were first are served on. */
	for (int i = 0; i < 10; i++) {
		buf_reset(&b);
		client_say(&w, fd[i], "ET / HTTP/1.1\r\nHost: a\r\n\r\n");
		client_await(&w, fd[i], &b, 1);
		ck_assert_int_eq(status_of(&b), 200);
	}
	for (int i = 0; i < 200; i++)
		close(fd[i]);
	while (http_counts(w.http).connections > 0)
		turn(&w);
	more = client_of(&w);
	buf_reset(&b);
	client_say(&w, more, GET("/"));
	client_await(&w, more, &b, 1);
	ck_assert_int_eq(status_of(&b), 200);
	close(more);
	buf_free(&b);
	world_close(&w);
}
END_TEST

/* Who has been idle for the longest makes room, and nobody is refused. */
START_TEST(displaced)
{
	struct world w = world_default();
	struct buf b = BUF_INIT(1u << 20);
	int fd[30];

	w.limits.connections = 10;
	world_open(&w, &loopback);
	for (int i = 0; i < 10; i++) {
		fd[i] = i == 0 ? slow_client(&w) : client_of(&w);
		turn(&w);
	}
	buf_reset(&b);
	client_say(&w, fd[1], GET("/")); /* idle again, as the last of all */
	client_await(&w, fd[1], &b, 1);
	for (int i = 10; i < 18; i++) {
		fd[i] = client_of(&w);
		buf_reset(&b);
		client_say(&w, fd[i], GET("/"));
		client_await(&w, fd[i], &b, 1);
		ck_assert_int_eq(status_of(&b), 200);
		buf_reset(&b);
		client_await_end(&w, fd[i - 8], &b);
		ck_assert_uint_eq(b.len, 0);
		ck_assert_uint_le(http_counts(w.http).connections, 11);
	}
	ck_assert_uint_eq(http_counts(w.http).guards.met[MET_DISPLACED], 8);
	ck_assert_uint_eq(http_counts(w.http).guards.met[MET_CONNECTIONS], 0);
	for (int i = 0; i < 2; i++) {
		buf_reset(&b);
		client_say(&w, fd[i], i == 0 ? "ET / HTTP/1.1\r\nHost: a\r\n\r\n" : GET("/"));
		client_await(&w, fd[i], &b, 1);
		ck_assert_int_eq(status_of(&b), 200);
	}
	for (int i = 0; i < 18; i++)
		close(fd[i]);
	buf_free(&b);
	world_close(&w);
}
END_TEST

/* Requests without bodies are answered while bodies fill what may be held. */
START_TEST(heads)
{
	struct world w = world_default();
	struct buf b = BUF_INIT(1u << 20);
	char bytes[60000];
	int one, two;

	w.limits.held = sizeof(bytes);
	w.limits.heads = 2000;
	world_open(&w, &loopback);
	memset(bytes, 'a', sizeof(bytes));
	one = client_of(&w);
	client_say(&w, one, "POST /later HTTP/1.1\r\nHost: a\r\nContent-Length: 59950\r\n\r\n");
	client_send(&w, one, bytes, 59900);
	while (http_counts(w.http).guards.held < 59900)
		turn(&w);
	ck_assert_int_eq(ask(&w, GET("/"), &b), 200);
	two = client_of(&w);
	buf_reset(&b);
	client_say(&w, two, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n");
	client_send(&w, two, bytes, 20000);
	client_await(&w, two, &b, 1);
	ck_assert_int_eq(status_of(&b), 503);
	close(two);
	/* There is no more than that of it. */
	two = client_of(&w);
	buf_reset(&b);
	client_say(&w, two, "GET / HTTP/1.1\r\nHost: a\r\nX: ");
	client_send(&w, two, bytes, 2500);
	client_await(&w, two, &b, 1);
	ck_assert_int_eq(status_of(&b), 503);
	ck_assert_uint_eq(http_counts(w.http).guards.met[MET_HELD], 2);
	close(two);
	close(one);
	buf_free(&b);
	world_close(&w);
}
END_TEST

/* A handler that has read the body lets it go before its answer. */
START_TEST(spared)
{
	struct world w = world_default();
	struct buf b = BUF_INIT(1u << 20);
	int fd;

	world_open(&w, &loopback);
	fd = client_of(&w);
	client_say(&w, fd, "POST /later HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12345");
	while (w.waiting == 0)
		turn(&w);
	ck_assert_uint_gt(http_counts(w.http).guards.held, 5);
	exchange_spare(w.later[0]);
	ck_assert_uint_eq(http_counts(w.http).guards.held, 0);
	client_say(&w, fd, GET("/"));
	http_answer(w.later[0], &(struct answer)ANSWER_INIT);
	client_await(&w, fd, &b, 2);
	ck_assert_uint_eq(http_counts(w.http).answers[2], 2);
	ck_assert_uint_eq(http_counts(w.http).guards.held, 0);
	close(fd);
	buf_free(&b);
	world_close(&w);
}
END_TEST

/* Many who do not read: the longest unread goes, and the newest is served. */
START_TEST(unread)
{
	struct world w = world_default();
	struct buf b = BUF_INIT(1u << 26);
	int fd[5];

	w.limits.unread = 40u << 20;
	world_open(&w, &loopback);
	for (int i = 0; i < 5; i++) {
		fd[i] = client_of(&w);
		client_say(&w, fd[i], GET("/large?n=1000000"));
		while (http_counts(w.http).answers[2] <= (uint64_t)i)
			turn(&w);
		ck_assert_uint_le(http_counts(w.http).guards.unread, 40u << 20);
	}
	ck_assert_uint_eq(http_counts(w.http).guards.met[MET_UNREAD], 3);
	while (http_counts(w.http).connections > 2)
		turn(&w);
	for (int i = 3; i < 5; i++) {
		buf_reset(&b);
		client_await(&w, fd[i], &b, 1);
		ck_assert_uint_gt(b.len, 16000000);
	}
	while (http_counts(w.http).guards.unread > 0)
		turn(&w);
	for (int i = 0; i < 5; i++)
		close(fd[i]);
	buf_free(&b);
	world_close(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {held, cap, displaced, heads, spared, unread};

	return world_run("guard_share", tests, sizeof(tests) / sizeof(tests[0]));
}
