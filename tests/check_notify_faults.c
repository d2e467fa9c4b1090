#include <netdb.h>
#include <stdatomic.h>

#include "receiver.h"

/* What a raw receiver says to every request, its first part once, its second without end. */
static struct {
	const char *once, *ever;
	struct bufferevent *to;
} speech;

static void
speak(struct bufferevent *b, void *arg)
{
	(void)arg;
	if (speech.ever == NULL)
		return;
	while (evbuffer_get_length(bufferevent_get_output(b)) < 65536)
		bufferevent_write(b, speech.ever, strlen(speech.ever));
}

static void
hang_up(struct bufferevent *b, short what, void *arg)
{
	(void)what;
	(void)arg;
	bufferevent_free(b);
	speech.to = NULL;
}

static void
talk(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *a, int len, void *arg)
{
	struct bufferevent *b = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);

	(void)l;
	(void)a;
	(void)len;
	(void)arg;
	ck_assert_ptr_null(speech.to);
	speech.to = b;
	bufferevent_setcb(b, NULL, speak, hang_up, NULL);
	bufferevent_enable(b, EV_READ | EV_WRITE);
	bufferevent_write(b, speech.once, strlen(speech.once));
}

static struct evconnlistener *
talker(const char *once, const char *ever)
{
	char at[64];
	int fd = bound(at, sizeof(at));

	speech.once = once;
	speech.ever = ever;
	evutil_make_socket_nonblocking(fd);
	receiver(at, NULL);
	return evconnlistener_new(base, talk, NULL, LEV_OPT_CLOSE_ON_FREE, 8, fd);
}

/* One attempt at a talker; the time-out is far past the test's patience. */
static void
attempt_at(const char *once, const char *ever)
{
	struct evconnlistener *l;

	notify_free(notify);
	limits.curl.total = 1000 * (PATIENCE + 10);
	limits.base = limits.cap = STAMP_HOUR;
	begin();
	l = talker(once, ever);
	submit(1);
	await(&reported, 1);
	evconnlistener_free(l);
	if (speech.to != NULL)
		bufferevent_free(speech.to);
}

START_TEST(endless_body)
{
	attempt_at("HTTP/1.1 200 OK\r\n\r\n", "endless ");
	is_report(0, 1, NOTIFY_DELIVERED, 200, 1);
}
END_TEST

START_TEST(endless_error)
{
	attempt_at("HTTP/1.1 503 Later\r\nContent-Length: 999999999999\r\n\r\n", "endless ");
	is_report(0, 1, NOTIFY_RETRY, 503, 1);
}
END_TEST

START_TEST(endless_headers)
{
	attempt_at("HTTP/1.1 200 OK\r\n", "X-Endless: yes\r\n");
	is_report(0, 1, NOTIFY_RETRY, 0, 1);
	ck_assert_str_eq(errors[0], "the headers of the answer are too long");
}
END_TEST

START_TEST(no_http)
{
	attempt_at("220 mail.example ESMTP\r\n", NULL);
	is_report(0, 1, NOTIFY_RETRY, 0, 1);
}
END_TEST

static void
attempt_by(const char *at, const char *said)
{
	size_t i = reported;

	notify_free(notify);
	begin();
	receiver(at, NULL);
	submit(1);
	await(&reported, i + 1);
	is_report(i, 1, NOTIFY_RETRY, 0, 1);
	ck_assert_msg(strstr(errors[i], said) != NULL, "%s: %s", at, errors[i]);
}

START_TEST(http_only)
{
	limits.base = limits.cap = STAMP_HOUR;
	attempt_by("file:///etc/passwd", "rotocol");
	attempt_by("ftp://127.0.0.1/", "rotocol");
	attempt_by("gopher://127.0.0.1/", "rotocol");
	attempt_by("no url", "URL");
	attempt_by("", "URL");
}
END_TEST

static atomic_bool resolved;

/* libcurl finds this one before the C library's: a resolver that nobody answers. */
int
getaddrinfo(
    const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
	(void)node;
	(void)service;
	(void)hints;
	(void)found;
	sleep(PATIENCE / 2);
	resolved = true;
	return EAI_AGAIN;
}

START_TEST(resolver_holds_up_nothing)
{
	notify_free(notify);
	limits.curl.connect = 300;
	limits.base = limits.cap = 1000 * STAMP_SECOND;
	begin();
	receiver("http://slow.invalid/", NULL);
	submit(1);
	await(&reported, 1);
	is_report(0, 1, NOTIFY_RETRY, 0, 1);
	ck_assert(!resolved);
	receiver("http://slower.invalid/", NULL);
	event_base_loop(base, EVLOOP_ONCE);
	event_base_loop(base, EVLOOP_ONCE);
	notify_free(notify);
	ck_assert(!resolved);
	begin();
}
END_TEST

START_TEST(nowhere_configured)
{
	struct delivery d = delivery(3);

	d.receiver = "dev";
	d.attempts = 2;
	ck_assert_int_eq(notify_submit(notify, &d, NULL), 0);
	ck_assert_uint_eq(reported, 0);
	await(&reported, 1);
	is_report(0, 3, NOTIFY_FAILED, 0, 2);
	ck_assert_str_eq(errors[0], "no receiver 'dev' is configured");
}
END_TEST

START_TEST(removed_with_a_queue)
{
	char nobody[64];
	int fd = bound(nobody, sizeof(nobody));

	ck_assert_int_eq(listen(fd, 8), 0);
	receiver(nobody, NULL);
	submit(1);
	submit(2);
	/* One turn begins the first attempt, which nobody answers. */
	event_base_loop(base, EVLOOP_ONCE);
	receivers(NULL, 0);
	ck_assert_uint_eq(reported, 0);
	ck_assert_uint_eq(notify_waiting(notify), 2);
	await(&reported, 2);
	is_report(0, 1, NOTIFY_FAILED, 0, 1);
	is_report(1, 2, NOTIFY_FAILED, 0, 0);
	ck_assert_str_eq(errors[0], "no receiver 'ops' is configured");
	receiver(url, NULL);
	submit(3);
	await(&reported, 3);
	is_report(2, 3, NOTIFY_DELIVERED, 200, 1);
	close(fd);
}
END_TEST

static void
remove_all(const struct notify_report *r)
{
	if (r->id == 1)
		receivers(NULL, 0);
}

START_TEST(removed_by_a_report)
{
	on_report = remove_all;
	submit(1);
	submit(2);
	await(&reported, 2);
	is_report(0, 1, NOTIFY_DELIVERED, 200, 1);
	is_report(1, 2, NOTIFY_FAILED, 0, 0);
}
END_TEST

static void
submit_next(const struct notify_report *r)
{
	if (r->id < 5)
		submit(r->id + 1);
}

START_TEST(submitted_by_a_report)
{
	on_report = submit_next;
	submit(1);
	await(&reported, 5);
	is_report(4, 5, NOTIFY_DELIVERED, 200, 1);
}
END_TEST

START_TEST(full_queue)
{
	struct delivery d = delivery(3);
	struct err err = {.msg = ""};

	notify_free(notify);
	limits.queue = 2;
	begin();
	submit(1);
	submit(2);
	ck_assert_int_eq(notify_submit(notify, &d, &err), -1);
	ck_assert_str_eq(err.msg, "2 messages already wait for receiver 'ops'");
	await(&reported, 1);
	ck_assert_int_eq(notify_submit(notify, &d, &err), 0);
	await(&reported, 3);
	is_report(2, 3, NOTIFY_DELIVERED, 200, 1);
	d.receiver = "dev";
	ck_assert_int_eq(notify_submit(notify, &d, &err), 0);
	ck_assert_int_eq(notify_submit(notify, &d, &err), 0);
	ck_assert_int_eq(notify_submit(notify, &d, &err), -1);
}
END_TEST

START_TEST(not_before_its_time)
{
	struct delivery d = delivery(1);

	d.next_at = now_ms() + 300;
	d.attempts = 4;
	ck_assert_int_eq(notify_submit(notify, &d, NULL), 0);
	await(&reported, 1);
	ck_assert_int_ge(now_ms(), d.next_at);
	is_report(0, 1, NOTIFY_DELIVERED, 200, 5);
}
END_TEST

START_TEST(nothing_waits_forever)
{
	struct delivery d = delivery(1);

	notify_free(notify);
	limits.longest = 10;
	begin();
	d.next_at = STAMP_NEVER;
	ck_assert_int_eq(notify_submit(notify, &d, NULL), 0);
	await(&reported, 1);
	is_report(0, 1, NOTIFY_DELIVERED, 200, 1);
}
END_TEST

START_TEST(given_up_after_a_day)
{
	struct delivery d = delivery(1);

	for (size_t i = 0; i < 3; i++)
		replies[i].status = 500;
	d.begun = now_ms() - STAMP_DAY;
	d.attempts = 300;
	ck_assert_int_eq(notify_submit(notify, &d, NULL), 0);
	d = delivery(2);
	d.begun = now_ms() - STAMP_DAY + STAMP_HOUR;
	ck_assert_int_eq(notify_submit(notify, &d, NULL), 0);
	submit(3);
	await(&reported, 5);
	is_report(0, 1, NOTIFY_FAILED, 500, 301);
	ck_assert_str_eq(errors[0], "given up: the receiver answered 500");
	is_report(1, 2, NOTIFY_RETRY, 500, 1);
	is_report(2, 2, NOTIFY_RETRY, 500, 2);
	is_report(3, 2, NOTIFY_DELIVERED, 200, 3);
	is_report(4, 3, NOTIFY_DELIVERED, 200, 1);
}
END_TEST

static int back; /* the socket that begins to listen when the first message is given up */

static void
come_back(const struct notify_report *r)
{
	if (r->outcome != NOTIFY_FAILED)
		return;
	on_report = NULL;
	ck_assert_int_eq(listen(back, 8), 0);
	ck_assert_int_eq(evhttp_accept_socket(server, back), 0);
}

/* For a day that is a quarter of a second: its first message is given up and is sent by hand when
 * it is back; those behind it have a day of their own. */
START_TEST(down_for_a_day)
{
	char at[64];
	size_t tried;

	notify_free(notify);
	limits.base = limits.cap = 40;
	limits.give_up = 250;
	begin();
	back = bound(at, sizeof(at));
	evutil_make_socket_nonblocking(back);
	receiver(at, NULL);
	on_report = come_back;
	for (int id = 1; id <= 3; id++)
		submit(id);
	do {
		tried = reported;
		await(&reported, tried + 1);
	} while (reports[tried].outcome == NOTIFY_RETRY);
	await(&reported, tried + 3);
	submit(1);
	await(&reported, tried + 4);
	for (size_t i = 0; i < tried; i++)
		is_report(i, 1, NOTIFY_RETRY, 0, (int)i + 1);
	is_report(tried, 1, NOTIFY_FAILED, 0, (int)tried + 1);
	ck_assert_int_ge(now_ms(), reports[tried].begun + 250);
	is_report(tried + 1, 2, NOTIFY_DELIVERED, 200, 1);
	is_report(tried + 2, 3, NOTIFY_DELIVERED, 200, 1);
	is_report(tried + 3, 1, NOTIFY_DELIVERED, 200, 1);
}
END_TEST

START_TEST(freed_while_busy)
{
	struct delivery d = delivery(3);
	char nobody[64];
	int fd = bound(nobody, sizeof(nobody));

	ck_assert_int_eq(listen(fd, 8), 0);
	receiver(nobody, NULL);
	submit(1);
	submit(2);
	event_base_loop(base, EVLOOP_ONCE);
	d.receiver = "dev";
	ck_assert_int_eq(notify_submit(notify, &d, NULL), 0);
	notify_free(notify);
	ck_assert_uint_eq(reported, 0);
	begin();
	submit(1);
	await(&reported, 1);
	is_report(0, 1, NOTIFY_DELIVERED, 200, 1);
	notify_free(NULL);
	close(fd);
}
END_TEST

START_TEST(pauses)
{
	static const struct notify_limits usual = NOTIFY_LIMITS;
	static const int64_t ceilings[] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300};

	for (size_t i = 0; i < COUNT(ceilings); i++) {
		int64_t ceiling = ceilings[i] * STAMP_SECOND;

		ck_assert_int_eq(notify_pause(&usual, (int)i + 1, 0), 0);
		ck_assert_int_eq(notify_pause(&usual, (int)i + 1, (uint64_t)ceiling), ceiling);
		ck_assert_int_eq(notify_pause(&usual, (int)i + 1, (uint64_t)ceiling + 1), 0);
		ck_assert_int_le(notify_pause(&usual, (int)i + 1, UINT64_MAX), ceiling);
	}
	ck_assert_int_eq(notify_pause(&usual, INT32_MAX, 300000), 300000);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("notify_faults");
	TCase *t = tcase_create("notify_faults");
	SRunner *runner = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, endless_body);
	tcase_add_test(t, endless_error);
	tcase_add_test(t, endless_headers);
	tcase_add_test(t, no_http);
	tcase_add_test(t, http_only);
	tcase_add_test(t, resolver_holds_up_nothing);
	tcase_add_test(t, nowhere_configured);
	tcase_add_test(t, removed_with_a_queue);
	tcase_add_test(t, removed_by_a_report);
	tcase_add_test(t, submitted_by_a_report);
	tcase_add_test(t, full_queue);
	tcase_add_test(t, not_before_its_time);
	tcase_add_test(t, nothing_waits_forever);
	tcase_add_test(t, given_up_after_a_day);
	tcase_add_test(t, down_for_a_day);
	tcase_add_test(t, freed_while_busy);
	tcase_add_test(t, pauses);
	suite_add_tcase(s, t);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
