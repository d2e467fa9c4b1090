/* Frames: the table of tests/edge, in pieces of every size; requests in a row; limits. */
#include <check.h>
#include <stdlib.h>

#include "base/err.h"
#include "edge.h"
#include "frame.h"

#define HEAD_MAX (16u << 10)
#define BODY_MAX (16u << 20)

/* Feeds bytes in pieces of `piece`, up to the verdict. */
static enum frame_step
feed_all(
    struct frame *f, const char *bytes, size_t len, size_t piece, size_t *used, struct err *err)
{
	enum frame_step step = FRAME_MORE;
	size_t n;

	for (*used = 0; *used < len && step == FRAME_MORE; *used += n)
		step = frame_feed(
		    f, bytes + *used, len - *used < piece ? len - *used : piece, &n, err);
	return step;
}

static void
check_case(const struct edge_case *c, size_t piece)
{
	enum frame_step step;
	struct err err = {""};
	struct frame f;
	size_t used;

	frame_init(&f, HEAD_MAX, BODY_MAX);
	step = feed_all(&f, c->bytes.data, c->bytes.len, piece, &used, &err);
	if (c->status == 200) {
		ck_assert_msg(step == FRAME_DONE && used == c->bytes.len, "%s in pieces of %zu: %s",
		    c->name, piece, err.msg);
	} else {
		ck_assert_msg(step == FRAME_BAD && f.status == c->status,
		    "%s in pieces of %zu: %d %s, not %d", c->name, piece, f.status, err.msg,
		    c->status);
		ck_assert_msg(strstr(err.msg, c->words) != NULL,
		    "%s in pieces of %zu: '%s' does not say '%s'", c->name, piece, err.msg,
		    c->words);
	}
	frame_free(&f);
}

START_TEST(table)
{
	struct edge e = edge_load();

	ck_assert_uint_ge(e.count, 120);
	for (size_t i = 0; i < e.count; i++) {
		for (size_t piece = 1; piece <= 40; piece++)
			check_case(&e.cases[i], piece);
		check_case(&e.cases[i], SIZE_MAX);
	}
	edge_free(&e);
}
END_TEST

START_TEST(in_a_row)
{
	static const char bytes[] = "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab"
				    "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
				    "POST /3 HTTP/1.1\r\nHost: a\r\n"
				    "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"
				    "HEAD /4 HTTP/1.0\r\n\r\n";
	const char *at = bytes;
	struct frame f;
	struct err err;
	size_t used;

	frame_init(&f, HEAD_MAX, BODY_MAX);
	for (int i = 1; i <= 4; i++) {
		frame_reset(&f);
		ck_assert(feed_all(&f, at, strlen(at), 7, &used, &err) == FRAME_DONE);
		ck_assert(f.head.data[i == 1 || i == 3 || i == 4 ? 6 : 5] == '0' + i);
		ck_assert(frame_is_head(&f) == (i == 4));
		at += used;
	}
	ck_assert_str_eq(at, "");
	frame_free(&f);
}
END_TEST

/* The last byte that fits, and the first that does not. */
START_TEST(limits)
{
	static const char head[] = "GET / HTTP/1.0\r\n\r\n";
	static const char body[] = "POST / HTTP/1.0\r\nContent-Length: 10\r\n\r\n0123456789";
	static const char chunks[] = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
				     "\r\n5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n";
	const struct {
		const char *bytes;
		size_t head_max, body_max;
		int status;
	} cases[] = {
	    {head, sizeof(head) - 1, 0, 0},
	    {head, sizeof(head) - 2, 0, 431},
	    {body, 100, 10, 0},
	    {body, 100, 9, 413},
	    {chunks, 100, 10, 0},
	    {chunks, 100, 9, 413},
	};
	struct frame f;
	struct err err;
	size_t used;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		frame_init(&f, cases[i].head_max, cases[i].body_max);
		feed_all(&f, cases[i].bytes, strlen(cases[i].bytes), 3, &used, &err);
		ck_assert_msg(f.status == cases[i].status, "case %zu: %d", i, f.status);
		ck_assert(cases[i].status != 0 || f.state == FRAME_END);
		frame_free(&f);
	}
}
END_TEST

START_TEST(waits)
{
	static const struct {
		const char *head;
		bool waits;
	} cases[] = {
	    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-Continue\r\n\r\n",
		true},
	    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n"
	     "\r\n",
		true},
	    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nExpect: 100-continue\r\n\r\n",
		false},
	    {"POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n", false},
	    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n", false},
	};
	struct frame f;
	struct err err;
	size_t used;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		frame_init(&f, HEAD_MAX, BODY_MAX);
		feed_all(&f, cases[i].head, strlen(cases[i].head), 5, &used, &err);
		ck_assert_msg(f.status == 0 && f.waits == cases[i].waits, "case %zu", i);
		frame_free(&f);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("frame");
	TCase *tc = tcase_create("frame");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, table);
	tcase_add_test(tc, in_a_row);
	tcase_add_test(tc, limits);
	tcase_add_test(tc, waits);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
