#include "notify_told.h"

#include "message.h"
#include "suite.h"

#define OF(alert, type, level)                                                                   \
	"{\"type\":\"slad.alert." type "\",\"data\":{\"alert\":\"" alert "\",\"level\":\"" level \
	"\"}}"

static const struct receiver am = {.name = "am",
				 .kind = RECEIVER_ALERTMANAGER,
				 .url = "http://x",
				 .repeat = 60000},
			     mail = {.name = "mail", .kind = RECEIVER_EMAIL};

START_TEST(test_what_is_known)
{
	struct notify_told t = {.count = 0};
	const struct told *told;

	ck_assert_ptr_null(notify_told_of(&t, OF("1", "fired", "general")));
	notify_told_learn(&t, &mail, "m1", OF("1", "fired", "general"), NOW);
	notify_told_learn(&t, &mail, "m2", OF("2", "fired", "general"), NOW);
	notify_told_learn(&t, &mail, "m3", OF("1", "changed", "urgent"), NOW);
	notify_told_learn(
	    &t, &mail, "m4", "{\"type\":\"slad.receiver.test\",\"data\":{\"alert\":\"3\"}}", NOW);
	notify_told_learn(&t, &mail, "m5", "no json", NOW);
	ck_assert_uint_eq(t.count, 2);
	told = notify_told_of(&t, OF("1", "resolved", "urgent"));
	ck_assert_str_eq(told->first, "m1");
	ck_assert_str_eq(told->event, OF("1", "changed", "urgent"));
	ck_assert_int_eq(notify_told_next(&t, &mail), STAMP_NEVER);
	notify_told_learn(&t, &mail, "m6", OF("1", "resolved", "urgent"), NOW);
	notify_told_learn(&t, &mail, "m7", OF("9", "resolved", "urgent"), NOW);
	ck_assert_uint_eq(t.count, 1);
	ck_assert_ptr_null(notify_told_of(&t, OF("1", "fired", "general")));
	ck_assert_ptr_nonnull(notify_told_of(&t, OF("2", "fired", "general")));
	notify_told_free(&t);
	ck_assert_uint_eq(t.count, 0);
}
END_TEST

START_TEST(test_an_end_that_never_arrives)
{
	struct notify_told t = {.count = 0};

	notify_told_learn(&t, &am, "m1", OF("1", "fired", "general"), NOW);
	notify_told_learn(&t, &am, "m2", OF("2", "fired", "general"), NOW);
	notify_told_lose(&t, OF("1", "changed", "urgent"));
	notify_told_lose(&t, OF("9", "resolved", "urgent"));
	notify_told_lose(&t, "no json");
	ck_assert_uint_eq(t.count, 2);
	notify_told_lose(&t, OF("1", "resolved", "general"));
	notify_told_lose(&t, OF("2", "resolved", "general"));
	ck_assert_int_eq(notify_told_next(&t, &am), STAMP_NEVER);
	notify_told_free(&t);
}
END_TEST

/* The number of alerts in the next message, which is answered. */
static size_t
again(struct notify_told *t, enum sent sent, int64_t now)
{
	struct err err = {.msg = "said by the test"};
	size_t n;
	json_t *list;

	message_free(&message);
	ck_assert_int_eq(notify_told_render(t, &am, &message, now, &err), 0);
	list = body_json();
	n = json_array_size(list);
	json_decref(list);
	ck_assert(notify_told_again(t, &am, sent, &err, now));
	return n;
}

START_TEST(test_rounds)
{
	struct notify_told t = {.count = 0};
	struct err err;
	char event[128];

	ck_assert_int_eq(notify_told_next(&t, &am), STAMP_NEVER);
	for (int i = 0; i < 450; i++) {
		snprintf(event, sizeof(event), OF("%d", "fired", "general"), i);
		notify_told_learn(&t, &am, "m", event, NOW + i);
	}
	ck_assert_int_eq(notify_told_next(&t, &am), NOW + am.repeat);
	ck_assert(!notify_told_again(&t, &am, SENT_DELIVERED, &err, NOW));
	ck_assert_uint_eq(again(&t, SENT_DELIVERED, NOW + 60000), 200);
	ck_assert_int_eq(notify_told_next(&t, &am), NOW + 60000);
	ck_assert_uint_eq(again(&t, SENT_DELIVERED, NOW + 60000), 200);
	ck_assert_uint_eq(again(&t, SENT_DELIVERED, NOW + 60001), 50);
	ck_assert_int_eq(notify_told_next(&t, &am), NOW + 120001);
	ck_assert_uint_eq(again(&t, SENT_RETRY, NOW + 120001), 200);
	ck_assert_int_eq(notify_told_next(&t, &am), NOW + 180001);
	ck_assert_uint_eq(again(&t, SENT_DELIVERED, NOW + 180001), 200);
	notify_told_free(&t);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, test_what_is_known);
	tcase_add_test(t, test_an_end_that_never_arrives);
	tcase_add_test(t, test_rounds);
}

SUITE_MAIN("notify_told", add)
