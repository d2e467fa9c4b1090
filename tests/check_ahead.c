/* Records of a log, read ahead: all of them, in their order, however many there are, up to the
 * first that cannot be read. */
#include "ahead.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "suite.h"

#define LONG 60000 /* bytes */

static struct store *s;
static struct err err;
static int64_t source, stored;

static void
setup(void)
{
	s = store_open(NULL, STORE_SCRATCH, &err);
	ck_assert_msg(s != NULL, "%s", err.msg);
	ck_assert_int_eq(store_begin(s, &err), 0);
	ck_assert_int_eq(store_source(s, "desk", true, &source, &err), 1);
	stored = 0;
}

static void
teardown(void)
{
	store_close(s);
}

static const char *
id_of(int64_t n)
{
	static char id[32];

	snprintf(id, sizeof(id), "e-%lld", (long long)n);
	return id;
}

static void
append_text(const char *body, size_t len)
{
	int64_t seq;

	ck_assert_int_eq(
	    store_append(s, source, id_of(stored + 1), 1000, body, len, &seq, &err), 0);
	ck_assert_int_eq(seq, ++stored);
}

/* An event with a title of so many bytes. */
static void
append(int title)
{
	struct buf b = BUF_INIT(LONG + 1000);

	buf_putf(&b,
	    "{\"data\":{\"agreement\":\"acme\",\"title\":\"%0*d\"},\"id\":\"%s\","
	    "\"source\":\"desk\",\"specversion\":\"1.0\",\"subject\":\"T%lld\","
	    "\"time\":\"2026-01-01T00:00:00Z\",\"type\":\"request.opened\"}",
	    title, 0, id_of(stored + 1), (long long)(stored % 7));
	append_text(buf_text(&b), b.len);
	buf_free(&b);
}

static void
append_many(int64_t count)
{
	for (int64_t i = 0; i < count; i++)
		append(10);
}

/* Takes those after `from` and up to `last`, and says how that ended. */
static int
take(struct ahead *a, int64_t from, int64_t last)
{
	const struct event *event;
	char subject[32];
	int more = 1;

	while (from < last && (more = ahead_next(a, &event, &err)) > 0) {
		from++;
		snprintf(subject, sizeof(subject), "T%lld", (long long)((from - 1) % 7));
		ck_assert_int_eq(event->record.seq, from);
		ck_assert_str_eq(event->record.id, id_of(from));
		ck_assert_str_eq(event->entity, subject);
		ck_assert_uint_gt(event->len, 150);
	}
	ck_assert_int_eq(more < 0 ? last : from, last);
	return more < 0 ? -1 : ahead_next(a, &event, &err);
}

static void
take_all(int64_t from, int64_t last)
{
	struct ahead *a = ahead_new(s, from, last);

	ck_assert_msg(take(a, from, last < stored ? last : stored) == 0, "%s", err.msg);
	ahead_free(a);
}

START_TEST(all_come_in_order)
{
	static const int64_t counts[] = {0, 1, 255, 256, 257, 511, 512, 513, 3000, 40000};

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		append_many(counts[i] - stored);
		take_all(0, INT64_MAX);
		take_all(0, stored);
	}
}
END_TEST

START_TEST(some_come_from_a_place_to_another)
{
	append_many(2000);
	for (int64_t from = 0; from <= 2000; from += 250) {
		for (int64_t last = from; last <= 2000; last += 125)
			take_all(from, last);
	}
}
END_TEST

START_TEST(long_ones_come_too)
{
	for (int i = 0; i < 300; i++)
		append(i % 3 == 0 ? LONG : 10);
	take_all(0, INT64_MAX);
}
END_TEST

/* The one who takes is slower than who parses, or stops. */
START_TEST(nobody_needs_to_take_all)
{
	const struct event *event;
	struct ahead *a;

	append_many(40000);
	for (int taken = 0; taken < 40000; taken = 3 * taken + 1) {
		a = ahead_new(s, 0, INT64_MAX);
		for (int i = 0; i < taken; i++) {
			ck_assert_int_eq(ahead_next(a, &event, &err), 1);
			ck_assert_int_eq(event->record.seq, i + 1);
			if (i % 5000 == 0)
				usleep(2000);
		}
		ahead_free(a);
	}
	ahead_free(NULL);
}
END_TEST

static void
expect_broken(int64_t seq, const char *why)
{
	struct ahead *a = ahead_new(s, 0, INT64_MAX);
	char named[64];

	snprintf(named, sizeof(named), "record %lld of the log: ", (long long)seq);
	ck_assert_int_eq(take(a, 0, seq), -1);
	ck_assert_msg(strncmp(err.msg, named, strlen(named)) == 0, "%s", err.msg);
	ck_assert_msg(strstr(err.msg, why) != NULL, "%s", err.msg);
	ahead_free(a);
}

START_TEST(a_broken_one_is_named)
{
	append_many(_i);
	append_text("{\"id\":", 6);
	append_many(1000);
	append_text("{}", 2);
	expect_broken(_i + 1, "column");
}
END_TEST

START_TEST(one_that_is_no_event_is_named)
{
	append_many(_i);
	append_text("{}", 2);
	expect_broken(_i + 1, "'specversion' is missing");
}
END_TEST

static void
add_tests(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, all_come_in_order);
	tcase_add_test(t, some_come_from_a_place_to_another);
	tcase_add_test(t, long_ones_come_too);
	tcase_add_test(t, nobody_needs_to_take_all);
	tcase_add_loop_test(t, a_broken_one_is_named, 0, 3);
	tcase_add_loop_test(t, a_broken_one_is_named, 255, 258);
	tcase_add_loop_test(t, a_broken_one_is_named, 1000, 1001);
	tcase_add_loop_test(t, one_that_is_no_event_is_named, 0, 2);
	tcase_add_loop_test(t, one_that_is_no_event_is_named, 600, 601);
}

SUITE_MAIN("ahead", add_tests)
