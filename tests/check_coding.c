/* Bodies that come compressed, through a running server: sizes, memory, who sees what. */
#define ZLIB_CONST
#include <stdio.h>
#include <zlib.h>

#include "coding.h"
#include "suite.h"
#include "world.h"

/* A gzip of `len` bytes of one letter; the caller frees it. */
static char *
letters(size_t len, size_t *packed)
{
	z_stream z = {0};
	char *plain = malloc(len + 1), *to = malloc(len / 100 + 1000);

	memset(plain, 'a', len);
	ck_assert_int_eq(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (const Bytef *)plain;
	z.avail_in = (uInt)len;
	z.next_out = (Bytef *)to;
	z.avail_out = (uInt)(len / 100 + 1000);
	ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
	*packed = z.total_out;
	deflateEnd(&z);
	free(plain);
	return to;
}

static void
say(struct world *w, int fd, const char *path, size_t len)
{
	char head[200];
	size_t packed;
	char *body = letters(len, &packed);

	snprintf(head, sizeof(head),
	    "POST %s HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n",
	    path, packed);
	client_say(w, fd, head);
	client_send(w, fd, body, packed);
	free(body);
}

START_TEST(names)
{
	ck_assert(coding_is_identity("identity"));
	ck_assert(coding_is_identity("IDENTITY "));
	ck_assert(coding_is_identity(""));
	ck_assert(!coding_is_identity("identity, gzip"));
	ck_assert(!coding_is_identity("identityy"));
	ck_assert(!coding_is_identity("gzip"));
}
END_TEST

START_TEST(a_handler_sees_it_plain)
{
	struct world w = world_default();
	struct buf b = BUF_INIT(1u << 24);
	int fd;

	world_open(&w, &loopback);
	fd = client_of(&w);
	for (size_t i = 1; i <= 3; i++) {
		buf_reset(&b);
		say(&w, fd, "/echo", 100000 * i);
		ck_assert(!client_await(&w, fd, &b, 1));
		ck_assert_int_eq(status_of(&b), 200);
		ck_assert_uint_eq(strspn(strstr(b.data, "\r\n\r\n") + 4, "a"), 100000 * i);
	}
	close(fd);
	buf_free(&b);
	world_close(&w);
}
END_TEST

START_TEST(to_the_byte)
{
	struct world w = world_default();
	struct buf b = BUF_INIT(1u << 24);
	int fd;

	w.limits.body = 70000;
	world_open(&w, &loopback);
	fd = client_of(&w);
	say(&w, fd, "/echo", 70000);
	ck_assert(!client_await(&w, fd, &b, 1));
	ck_assert_int_eq(status_of(&b), 200);
	buf_reset(&b);
	say(&w, fd, "/echo", 70001);
	ck_assert(!client_await(&w, fd, &b, 1));
	ck_assert_int_eq(status_of(&b), 413);
	ck_assert_ptr_nonnull(strstr(b.data, "70000"));
	ck_assert_uint_eq(w.calls, 1);
	close(fd);
	buf_free(&b);
	world_close(&w);
}
END_TEST

/* Others are answered while a long one is inflated. */
START_TEST(in_steps)
{
	struct world w = world_default();
	struct buf mine = BUF_INIT(1u << 20);
	int fd, other;

	world_open(&w, &loopback);
	fd = client_of(&w);
	other = client_of(&w);
	say(&w, fd, "/later", 15u << 20);
	while (http_counts(w.http).exchanges == 0)
		turn(&w);
	for (size_t i = 1; i <= 10; i++) {
		client_say(&w, other, GET("/"));
		ck_assert(!client_await(&w, other, &mine, i));
	}
	ck_assert_uint_eq(w.waiting, 0);
	while (w.waiting == 0)
		turn(&w);
	ck_assert_uint_eq(exchange_request(w.later[0])->body_len, 15u << 20);
	http_answer(w.later[0], &(struct answer)ANSWER_INIT);
	close(fd);
	close(other);
	buf_free(&mine);
	world_close(&w);
}
END_TEST

/* What is inflated counts as held until the answer, and no longer. */
START_TEST(held)
{
	struct world w = world_default();
	struct buf b = BUF_INIT(1u << 24);
	int one, two;

	w.limits.held = 100000;
	world_open(&w, &loopback);
	one = client_of(&w);
	two = client_of(&w);
	say(&w, one, "/later", 60000);
	while (w.waiting == 0)
		turn(&w);
	ck_assert_uint_eq(exchange_request(w.later[0])->body_len, 60000);
	say(&w, two, "/echo", 30000);
	ck_assert(!client_await(&w, two, &b, 1));
	ck_assert_int_eq(status_of(&b), 200);
	buf_reset(&b);
	say(&w, two, "/echo", 60000);
	ck_assert(!client_await(&w, two, &b, 1));
	ck_assert_int_eq(status_of(&b), 503);
	ck_assert_ptr_nonnull(strstr(b.data, "\r\nRetry-After: "));
	buf_reset(&b);
	http_answer(w.later[0], &(struct answer)ANSWER_INIT);
	ck_assert(!client_await(&w, one, &b, 1));
	for (size_t i = 0; i < 10; i++) {
		buf_reset(&b);
		say(&w, two, "/echo", 60000);
		ck_assert(!client_await(&w, two, &b, 1));
		ck_assert_int_eq(status_of(&b), 200);
	}
	close(one);
	close(two);
	buf_free(&b);
	world_close(&w);
}
END_TEST

/* Its client goes, its connection with it; the body stays for who has to answer. */
START_TEST(gone)
{
	static const struct linger abort_it = {.l_onoff = 1};
	struct world w = world_default();
	int fd;

	world_open(&w, &loopback);
	fd = client_of(&w);
	say(&w, fd, "/later", 60000);
	while (w.waiting == 0)
		turn(&w);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &abort_it, sizeof(abort_it));
	close(fd);
	for (int i = 0; i < 10; i++)
		turn(&w);
	ck_assert_uint_eq(strspn(exchange_request(w.later[0])->body, "a"), 60000);
	http_answer(w.later[0], &(struct answer)ANSWER_INIT);
	ck_assert_uint_eq(http_counts(w.http).exchanges, 0);
	fd = client_of(&w);
	say(&w, fd, "/later", 60000);
	while (w.waiting == 1)
		turn(&w);
	close(fd);
	world_close(&w);
}
END_TEST

START_TEST(before_the_token)
{
	static const struct token known = {.name = "t", .scopes = SCOPE_READ};
	struct world w = world_default();
	struct buf b = BUF_INIT(1u << 20);

	world_open(&w, &loopback);
	ck_assert_int_eq(
	    ask(&w,
		"POST /secret HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\n"
		"Content-Length: 1\r\n\r\nx",
		&b),
	    400);
	http_reload(w.http, &known, 1);
	ck_assert_int_eq(
	    ask(&w,
		"POST /secret HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\n"
		"Content-Length: 1\r\n\r\nx",
		&b),
	    401);
	ck_assert_int_eq(ask(&w,
			     "POST /none HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: br\r\n"
			     "Content-Length: 1\r\n\r\nx",
			     &b),
	    404);
	ck_assert_uint_eq(w.calls, 0);
	buf_free(&b);
	world_close(&w);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, names);
	tcase_add_test(t, a_handler_sees_it_plain);
	tcase_add_test(t, to_the_byte);
	tcase_add_test(t, in_steps);
	tcase_add_test(t, held);
	tcase_add_test(t, gone);
	tcase_add_test(t, before_the_token);
}

SUITE_MAIN("coding", add)
