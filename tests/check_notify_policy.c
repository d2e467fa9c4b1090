#include "receiver.h"

#include "domain/calendar.h"

static struct calendar *elsewhen; /* not open today */

static void
policed(struct delivery_policy policy)
{
	const struct receiver ops = {.name = "ops",
	    .kind = RECEIVER_TEMPLATE,
	    .url = url,
	    .content_type = "text/plain",
	    .body = "{{message}}",
	    .policy = policy};

	receivers(&ops, 1);
}

/* An event of an alert, of the group of a service. */
static void
tell(int64_t id, const char *service, const char *level)
{
	struct delivery d = delivery(id);
	char body[128];

	snprintf(body, sizeof(body),
	    "{\"data\":{\"rule\":\"r\",\"scope\":{\"service\":\"%s\"},\"level\":\"%s\"}}", service,
	    level);
	d.alert = id;
	d.body = body;
	ck_assert_int_eq(notify_submit(notify, &d, NULL), 0);
}

/* Turns of the loop in which nothing is to happen. */
static void
nothing_happens(void)
{
	size_t before = requests;

	for (int i = 0; i < 50; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
	ck_assert_uint_eq(requests, before);
}

START_TEST(a_digest_is_one_request_and_many_reports)
{
	policed((struct delivery_policy){.digest = 200, .several = true});
	tell(1, "mail", "general");
	tell(2, "web", "general");
	tell(3, "mail", "urgent");
	await(&reported, 3);
	is_report(0, 1, NOTIFY_DELIVERED, 200, 1);
	is_report(1, 3, NOTIFY_DELIVERED, 200, 1);
	is_report(2, 2, NOTIFY_DELIVERED, 200, 1);
	ck_assert_uint_eq(requests, 2);
	ck_assert_str_eq(seen[0].body, "msg_1");
	ck_assert_uint_eq(notify_waiting(notify), 0);
}
END_TEST

START_TEST(a_digest_is_tried_again)
{
	struct delivery d = delivery(2);

	notify_free(notify);
	limits.base = limits.cap = 1;
	begin();
	policed((struct delivery_policy){.digest = 1, .several = true});
	replies[0].status = 503;
	tell(1, "mail", "general");
	d.begun = now_ms() - STAMP_DAY;
	d.attempts = 7;
	d.body = "{\"data\":{\"rule\":\"r\",\"scope\":{\"service\":\"mail\"}}}";
	d.created = 1;
	ck_assert_int_eq(notify_submit(notify, &d, NULL), 0);
	usleep(2000);
	await(&reported, 3);
	is_report(0, 1, NOTIFY_RETRY, 503, 1);
	is_report(1, 2, NOTIFY_FAILED, 503, 8);
	is_report(2, 1, NOTIFY_DELIVERED, 200, 2);
	ck_assert_int_eq(reports[2].begun, reports[0].begun);
}
END_TEST

START_TEST(a_digest_counts_from_when_its_first_was_written)
{
	struct delivery d = delivery(1);

	policed((struct delivery_policy){.digest = STAMP_HOUR, .several = true});
	d.body = "{\"data\":{\"rule\":\"r\",\"scope\":{}}}";
	d.created = now_ms() - STAMP_DAY;
	ck_assert_int_eq(notify_submit(notify, &d, NULL), 0);
	await(&reported, 1);
	is_report(0, 1, NOTIFY_DELIVERED, 200, 1);
}
END_TEST

START_TEST(until_each_of_a_digest_is_stored)
{
	unsaved = true;
	policed((struct delivery_policy){.digest = 100, .several = true});
	tell(1, "mail", "general");
	tell(2, "mail", "general");
	tell(3, "web", "general");
	await(&reported, 2);
	usleep(150000);
	notify_saved(notify, "ops");
	nothing_happens();
	notify_saved(notify, "ops");
	await(&reported, 3);
	notify_saved(notify, "ops");
	notify_saved(notify, "ops");
	unsaved = false;
}
END_TEST

START_TEST(the_rate_is_no_failure)
{
	int64_t before;

	policed((struct delivery_policy){.rate = 2});
	for (int id = 1; id <= 4; id++)
		submit(id);
	await(&reported, 2);
	nothing_happens();
	ck_assert_uint_eq(notify_waiting(notify), 2);
	before = now_ms();
	policed((struct delivery_policy){.rate = 0});
	await(&reported, 4);
	is_report(3, 4, NOTIFY_DELIVERED, 200, 1);
	ck_assert_int_ge(reports[3].begun, before);
}
END_TEST

START_TEST(hours_are_no_failure_and_the_urgent_passes)
{
	struct delivery d = delivery(1);
	int64_t before;

	policed((struct delivery_policy){.hours = elsewhen});
	d.created = now_ms() - 3 * STAMP_DAY;
	ck_assert_int_eq(notify_submit(notify, &d, NULL), 0);
	nothing_happens();
	tell(2, "mail", "urgent");
	await(&reported, 1);
	is_report(0, 2, NOTIFY_DELIVERED, 200, 1);
	nothing_happens();
	replies[1].status = 500;
	before = now_ms();
	policed((struct delivery_policy){.hours = NULL});
	await(&reported, 3);
	is_report(1, 1, NOTIFY_RETRY, 500, 1);
	ck_assert_int_ge(reports[1].begun, before);
	is_report(2, 1, NOTIFY_DELIVERED, 200, 2);
}
END_TEST

START_TEST(a_test_passes)
{
	struct delivery d = delivery(1);

	policed((struct delivery_policy){.hours = elsewhen});
	d.body = "{\"type\":\"" NOTIFY_TEST "\",\"data\":{}}";
	ck_assert_int_eq(notify_submit(notify, &d, NULL), 0);
	await(&reported, 1);
	is_report(0, 1, NOTIFY_DELIVERED, 200, 1);
}
END_TEST

START_TEST(an_older_one_goes_first)
{
	submit(5);
	submit(7);
	submit(2);
	submit(6);
	await(&reported, 4);
	is_report(0, 2, NOTIFY_DELIVERED, 200, 1);
	is_report(1, 5, NOTIFY_DELIVERED, 200, 1);
	is_report(2, 6, NOTIFY_DELIVERED, 200, 1);
	is_report(3, 7, NOTIFY_DELIVERED, 200, 1);
}
END_TEST

static void
remove_all(const struct notify_report *r)
{
	(void)r;
	receivers(NULL, 0);
}

START_TEST(removed_by_a_report_of_a_digest)
{
	on_report = remove_all;
	replies[0].status = 500;
	policed((struct delivery_policy){.digest = 1, .several = true});
	tell(1, "mail", "general");
	tell(2, "mail", "general");
	await(&reported, 4);
	is_report(0, 1, NOTIFY_RETRY, 500, 1);
	is_report(1, 2, NOTIFY_RETRY, 500, 1);
	is_report(2, 1, NOTIFY_FAILED, 0, 1);
	is_report(3, 2, NOTIFY_FAILED, 0, 1);
}
END_TEST

static void
failures(void *context, const char *name, int64_t count)
{
	ck_assert_str_eq(name, "ops");
	*(int64_t *)context = count;
}

START_TEST(attempts_that_failed_are_counted)
{
	int64_t count = -1;

	replies[0].status = replies[1].status = 500;
	replies[3].status = 404;
	submit(1);
	submit(2);
	await(&reported, 4);
	notify_failures(notify, failures, &count);
	ck_assert_int_eq(count, 3);
}
END_TEST

static void
calendar_set_up(void)
{
	static const int64_t from[] = {INT64_MIN}, offset[] = {0};
	static const struct zone utc = {.name = "UTC", .count = 1, .at = from, .offset = offset};
	static const struct span all_day = {0, CALENDAR_DAY};
	struct calendar_plan plan = {.name = "elsewhen", .zone = &utc};

	/* 1970-01-01 was a Thursday; three days from now, whatever the hour. */
	plan.week[(now_ms() / STAMP_DAY + 3 + 3) % 7] = (struct day_plan){1, &all_day};
	elsewhen = calendar_new(&plan, NULL);
	setup();
}

static void
calendar_tear_down(void)
{
	teardown();
	calendar_free(elsewhen);
}

int
main(void)
{
	Suite *s = suite_create("notify_policy");
	TCase *t = tcase_create("notify_policy");
	SRunner *runner = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, calendar_set_up, calendar_tear_down);
	tcase_add_test(t, a_digest_is_one_request_and_many_reports);
	tcase_add_test(t, a_digest_is_tried_again);
	tcase_add_test(t, a_digest_counts_from_when_its_first_was_written);
	tcase_add_test(t, until_each_of_a_digest_is_stored);
	tcase_add_test(t, the_rate_is_no_failure);
	tcase_add_test(t, hours_are_no_failure_and_the_urgent_passes);
	tcase_add_test(t, a_test_passes);
	tcase_add_test(t, an_older_one_goes_first);
	tcase_add_test(t, removed_by_a_report_of_a_digest);
	tcase_add_test(t, attempts_that_failed_are_counted);
	suite_add_tcase(s, t);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
