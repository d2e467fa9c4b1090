/* Bytes that leave a bufferevent before its loop turns: all, some, none. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "send.h"
#include "suite.h"

#define LARGE (4u << 20) /* more than any socket takes at once */

struct two {
	struct event_base *base;
	struct bufferevent *bev;
	int peer;
	int written, failed; /* how often it was called back */
};

static void
on_written(struct bufferevent *bev, void *context)
{
	struct two *t = context;

	(void)bev;
	t->written++;
}

static void
on_failed(struct bufferevent *bev, short what, void *context)
{
	struct two *t = context;

	(void)bev;
	(void)what;
	t->failed++;
}

static void
two_open(struct two *t)
{
	int fd[2];

	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
	*t = (struct two){.base = event_base_new(), .peer = fd[1]};
	t->bev = bufferevent_socket_new(t->base, fd[0], BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(t->bev, NULL, on_written, on_failed, t);
	bufferevent_enable(t->bev, EV_WRITE);
	event_base_loop(t->base, EVLOOP_NONBLOCK);
	t->written = 0;
}

static void
two_close(struct two *t)
{
	bufferevent_free(t->bev);
	event_base_free(t->base);
	close(t->peer);
}

START_TEST(all_at_once)
{
	char got[16];
	struct two t;

	two_open(&t);
	bufferevent_write(t.bev, "word", 4);
	ck_assert_int_lt((int)read(t.peer, got, sizeof(got)), 0);
	send_now(t.bev);
	ck_assert_int_eq(t.written, 1);
	ck_assert_int_eq((int)read(t.peer, got, sizeof(got)), 4);
	ck_assert_mem_eq(got, "word", 4);
	bufferevent_write(t.bev, "more", 4); /* the output is closed to others again, and works */
	ck_assert_int_lt(evbuffer_drain(bufferevent_get_output(t.bev), 1), 0);
	event_base_loop(t.base, EVLOOP_NONBLOCK);
	ck_assert_int_eq((int)read(t.peer, got, sizeof(got)), 4);
	ck_assert_mem_eq(got, "more", 4);
	two_close(&t);
}
END_TEST

START_TEST(rest_follows)
{
	unsigned char *sent = malloc(LARGE), *got = malloc(LARGE);
	size_t len = 0;
	struct two t;
	ssize_t n;

	two_open(&t);
	for (size_t i = 0; i < LARGE; i++)
		sent[i] = (unsigned char)(i * 2654435761u >> 24);
	bufferevent_write(t.bev, sent, LARGE);
	send_now(t.bev);
	ck_assert_int_eq(t.written, 0);
	ck_assert_uint_gt(evbuffer_get_length(bufferevent_get_output(t.bev)), 0);
	while (len < LARGE) {
		n = read(t.peer, got + len, LARGE - len);
		if (n > 0)
			len += (size_t)n;
		event_base_loop(t.base, EVLOOP_NONBLOCK);
	}
	ck_assert_mem_eq(sent, got, LARGE);
	event_base_loop(t.base, EVLOOP_NONBLOCK);
	ck_assert_int_eq(t.written, 1);
	ck_assert_int_eq(t.failed, 0);
	two_close(&t);
	free(sent);
	free(got);
}
END_TEST

START_TEST(nobody_reads)
{
	struct two t;

	two_open(&t);
	shutdown(t.peer, SHUT_RDWR);
	bufferevent_write(t.bev, "word", 4);
	send_now(t.bev);
	ck_assert_int_eq(t.written, 0);
	ck_assert_int_eq(t.failed, 0);
	event_base_loop(t.base, EVLOOP_NONBLOCK);
	ck_assert_int_eq(t.failed, 1);
	two_close(&t);
}
END_TEST

static void
add(TCase *tcase)
{
	tcase_add_test(tcase, all_at_once);
	tcase_add_test(tcase, rest_follows);
	tcase_add_test(tcase, nobody_reads);
}

SUITE_MAIN("send", add)
