#include "receiver.h"

START_TEST(delivered)
{
	submit(1);
	ck_assert_uint_eq(notify_waiting(notify), 1);
	await(&reported, 1);
	is_report(0, 1, NOTIFY_DELIVERED, 200, 1);
	ck_assert_uint_eq(notify_waiting(notify), 0);
	ck_assert_str_eq(seen[0].id, "msg_1");
	ck_assert_str_eq(seen[0].body, "{\"id\":1}");
	ck_assert_str_eq(seen[0].type, "application/cloudevents+json");
	ck_assert_str_eq(seen[0].agent, "slad/" SLAD_VERSION);
	ck_assert_str_eq(seen[0].signature, "");
	ck_assert_int_le(llabs(atoll(seen[0].timestamp) - now_ms() / 1000), PATIENCE);
}
END_TEST

START_TEST(no_proxy_from_the_environment)
{
	char nobody[64];
	int fd = bound(nobody, sizeof(nobody));

	setenv("http_proxy", nobody, 1);
	setenv("ALL_PROXY", nobody, 1);
	submit(1);
	await(&reported, 1);
	is_report(0, 1, NOTIFY_DELIVERED, 200, 1);
	close(fd);
}
END_TEST

/* The receiver's name as in submit(). */
START_TEST(nothing_more_until_the_report_is_stored)
{
	unsaved = true;
	submit(1);
	submit(2);
	await(&reported, 1);
	for (int i = 0; i < 20; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
	ck_assert_uint_eq(requests, 1);
	notify_saved(notify, "ops");
	await(&reported, 2);
	ck_assert_uint_eq(requests, 2);
	unsaved = false;
}
END_TEST

START_TEST(signed_at_every_attempt)
{
	replies[0].status = 503;
	receiver(url, SECRET);
	submit(7);
	await(&reported, 2);
	for (size_t i = 0; i < 2; i++) {
		char signature[STANDARD_WEBHOOKS_SIGNATURE];
		struct standard_webhook w = {
		    seen[i].id, atoll(seen[i].timestamp), seen[i].body, strlen(seen[i].body)};

		ck_assert_int_eq(
		    standard_webhooks_sign(&w, SECRET, strlen(SECRET), signature, NULL), 0);
		ck_assert_str_eq(seen[i].signature, signature);
		ck_assert_str_eq(seen[i].id, "msg_7");
	}
}
END_TEST

START_TEST(retried_in_order)
{
	static const int wanted[] = {1, 2, 2, 2, 3, 4};

	replies[1].status = 500;
	replies[2].status = 429;
	for (int id = 1; id <= 4; id++)
		submit(id);
	await(&reported, COUNT(wanted));
	is_report(0, 1, NOTIFY_DELIVERED, 200, 1);
	is_report(1, 2, NOTIFY_RETRY, 500, 1);
	is_report(2, 2, NOTIFY_RETRY, 429, 2);
	is_report(3, 2, NOTIFY_DELIVERED, 200, 3);
	is_report(4, 3, NOTIFY_DELIVERED, 200, 1);
	is_report(5, 4, NOTIFY_DELIVERED, 200, 1);
	for (size_t i = 0; i < COUNT(wanted); i++)
		ck_assert_str_eq(seen[i].id, delivery(wanted[i]).message);
	ck_assert_str_eq(errors[1], "the receiver answered 500");
}
END_TEST

START_TEST(failed_for_good)
{
	replies[0].status = 400;
	replies[1] = (struct reply){302, "Location", "/elsewhere"};
	submit(1);
	submit(2);
	submit(3);
	await(&reported, 3);
	is_report(0, 1, NOTIFY_FAILED, 400, 1);
	is_report(1, 2, NOTIFY_FAILED, 302, 1);
	ck_assert_str_eq(errors[1], "the receiver answered 302; redirects are not followed");
	is_report(2, 3, NOTIFY_DELIVERED, 200, 1);
	ck_assert_uint_eq(requests, 3);
}
END_TEST

START_TEST(retry_after)
{
	int64_t before = now_ms();

	replies[0] = (struct reply){429, "Retry-After", "1"};
	submit(1);
	await(&reported, 2);
	is_report(0, 1, NOTIFY_RETRY, 429, 1);
	ck_assert_int_ge(reports[0].next_at, before + 1000);
	ck_assert_int_le(reports[0].next_at, before + 1000 * PATIENCE);
	is_report(1, 1, NOTIFY_DELIVERED, 200, 2);
	ck_assert_int_ge(now_ms(), before + 1000);
}
END_TEST

START_TEST(retry_after_has_an_end)
{
	int64_t before = now_ms();

	replies[0] = (struct reply){503, "Retry-After", "999999999999"};
	submit(1);
	await(&reported, 1);
	is_report(0, 1, NOTIFY_RETRY, 503, 1);
	ck_assert_int_ge(reports[0].next_at, before + STAMP_HOUR);
	ck_assert_int_le(reports[0].next_at, now_ms() + STAMP_HOUR);
}
END_TEST

START_TEST(hanging_receiver)
{
	char nobody[64];
	int fd = bound(nobody, sizeof(nobody));
	struct receiver two[] = {{.name = "ops", .url = url}, {.name = "deaf", .url = nobody}};
	struct delivery d = delivery(1);

	ck_assert_int_eq(listen(fd, 8), 0);
	notify_free(notify);
	limits.curl.total = 400;
	limits.base = limits.cap = STAMP_HOUR;
	begin();
	receivers(two, 2);
	d.receiver = "deaf";
	ck_assert_int_eq(notify_submit(notify, &d, NULL), 0);
	submit(2);
	await(&reported, 2);
	is_report(0, 2, NOTIFY_DELIVERED, 200, 1);
	is_report(1, 1, NOTIFY_RETRY, 0, 1);
	ck_assert_ptr_nonnull(strstr(errors[1], "timed out"));
	close(fd);
}
END_TEST

START_TEST(no_connection)
{
	struct sockaddr_in a;
	socklen_t len = sizeof(a);
	char nobody[64];
	int fd = bound(nobody, sizeof(nobody)), fill[4];

	/* Linux answers no one once the queue of those not accepted is full. */
	ck_assert_int_eq(listen(fd, 0), 0);
	getsockname(fd, (struct sockaddr *)&a, &len);
	for (size_t i = 0; i < COUNT(fill); i++) {
		fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(fill[i], (struct sockaddr *)&a, len);
	}
	notify_free(notify);
	limits.curl.connect = 300;
	limits.curl.total = 1000 * (PATIENCE + 10);
	begin();
	receiver(nobody, NULL);
	submit(1);
	await(&reported, 1);
	is_report(0, 1, NOTIFY_RETRY, 0, 1);
	for (size_t i = 0; i < COUNT(fill); i++)
		close(fill[i]);
	close(fd);
}
END_TEST

START_TEST(refused_until_another_url)
{
	char nobody[64];
	int fd = bound(nobody, sizeof(nobody));

	notify_free(notify);
	limits.base = limits.cap = STAMP_HOUR;
	begin();
	receiver(nobody, NULL);
	submit(1);
	submit(2);
	await(&reported, 1);
	is_report(0, 1, NOTIFY_RETRY, 0, 1);
	receiver(url, NULL);
	await(&reported, 3);
	is_report(1, 1, NOTIFY_DELIVERED, 200, 2);
	is_report(2, 2, NOTIFY_DELIVERED, 200, 1);
	close(fd);
}
END_TEST

START_TEST(another_url_meanwhile)
{
	char nobody[64];
	int fd = bound(nobody, sizeof(nobody));

	ck_assert_int_eq(listen(fd, 8), 0);
	notify_free(notify);
	limits.curl.total = 400;
	begin();
	receiver(nobody, NULL);
	submit(1);
	event_base_loop(base, EVLOOP_ONCE);
	receiver(url, NULL);
	await(&reported, 2);
	is_report(0, 1, NOTIFY_RETRY, 0, 1);
	is_report(1, 1, NOTIFY_DELIVERED, 200, 2);
	close(fd);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("notify");
	TCase *t = tcase_create("notify");
	SRunner *runner = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, delivered);
	tcase_add_test(t, no_proxy_from_the_environment);
	tcase_add_test(t, nothing_more_until_the_report_is_stored);
	tcase_add_test(t, signed_at_every_attempt);
	tcase_add_test(t, retried_in_order);
	tcase_add_test(t, failed_for_good);
	tcase_add_test(t, retry_after);
	tcase_add_test(t, retry_after_has_an_end);
	tcase_add_test(t, hanging_receiver);
	tcase_add_test(t, no_connection);
	tcase_add_test(t, refused_until_another_url);
	tcase_add_test(t, another_url_meanwhile);
	suite_add_tcase(s, t);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
