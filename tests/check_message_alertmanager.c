#include "message.h"
#include "suite.h"

static const struct receiver am = {.name = "am",
    .kind = RECEIVER_ALERTMANAGER,
    .url = "http://127.0.0.1:9093/prefix//",
    .base_url = "https://slad.example.org",
    .token = "t0ken"};

static const char *
text_of(const json_t *alert, const char *object, const char *member)
{
	const json_t *in = object == NULL ? alert : json_object_get(alert, object);

	return json_string_value(json_object_get(in, member));
}

START_TEST(test_fired)
{
	json_t *list, *alert;

	render(&am, FIRED, (struct message_task){.id = NULL});
	ck_assert_str_eq(message.url, "http://127.0.0.1:9093/prefix/api/v2/alerts");
	ck_assert_str_eq(message.method, "POST");
	ck_assert_str_eq(message.token, "t0ken");
	ck_assert_str_eq(header("Content-Type"), "application/json");
	list = body_json();
	ck_assert_uint_eq(json_array_size(list), 1);
	alert = json_array_get(list, 0);
	ck_assert_uint_eq(json_object_size(json_object_get(alert, "labels")), 5);
	ck_assert_str_eq(text_of(alert, "labels", "alertname"), "slow");
	ck_assert_str_eq(text_of(alert, "labels", "severity"), "important");
	ck_assert_str_eq(text_of(alert, "labels", "slad_alert"), "17");
	ck_assert_str_eq(text_of(alert, "labels", "agreement"), "acme");
	ck_assert_str_eq(text_of(alert, "labels", "service"), "mail");
	ck_assert_str_eq(text_of(alert, "annotations", "summary"),
	    "[important] slow (acme / mail): Timely response rate 94% (A 6 of B 100), below 95%");
	ck_assert_str_eq(text_of(alert, NULL, "startsAt"), "2026-11-21T00:55:00.000Z");
	ck_assert_str_eq(text_of(alert, NULL, "endsAt"), "2026-11-22T01:00:00.000Z");
	ck_assert_str_eq(text_of(alert, NULL, "generatorURL"),
	    "https://slad.example.org/v1/scores/timely_response_rate/tickets?counted=bad");
	json_decref(list);
}
END_TEST

START_TEST(test_resolved)
{
	json_t *list;

	render(&am, RESOLVED, (struct message_task){.before = FIRED});
	list = body_json();
	ck_assert_uint_eq(json_array_size(list), 1);
	ck_assert_str_eq(
	    text_of(json_array_get(list, 0), NULL, "endsAt"), "2026-11-21T00:59:00.000Z");
	json_decref(list);
}
END_TEST

/* The alert of the level before ends with the same request. */
START_TEST(test_changed)
{
	static const char before[] = "{\"data\":{\"level\":\"general\"}}";
	json_t *list;

	render(&am, EVENT("alert.changed", "mail", ""), (struct message_task){.before = before});
	list = body_json();
	ck_assert_uint_eq(json_array_size(list), 2);
	ck_assert_str_eq(text_of(json_array_get(list, 0), "labels", "severity"), "general");
	ck_assert_str_eq(
	    text_of(json_array_get(list, 0), NULL, "endsAt"), "2026-11-21T00:59:00.000Z");
	ck_assert_str_eq(text_of(json_array_get(list, 1), "labels", "severity"), "important");
	ck_assert_str_eq(
	    text_of(json_array_get(list, 1), NULL, "endsAt"), "2026-11-22T01:00:00.000Z");
	json_decref(list);
	render(&am, RESOLVED, (struct message_task){.before = before});
	list = body_json();
	ck_assert_uint_eq(json_array_size(list), 2);
	ck_assert_str_eq(
	    text_of(json_array_get(list, 1), NULL, "endsAt"), "2026-11-21T00:59:00.000Z");
	json_decref(list);
}
END_TEST

START_TEST(test_hostile_and_several)
{
	const char *events[] = {
	    EVENT("alert.fired", HOSTILE_JSON, ""), EVENT("alert.fired", "", "")};
	struct message_task task = {
	    .id = "", .events = 2, .event = events, .now = NOW, .before = RESOLVED};
	json_t *list;

	message_free(&message);
	ck_assert_int_eq(message_render(&message, &am, &task, NULL), 0);
	list = body_json();
	ck_assert_uint_eq(json_array_size(list), 2);
	ck_assert_str_eq(text_of(json_array_get(list, 0), "labels", "service"), HOSTILE);
	ck_assert_ptr_null(text_of(json_array_get(list, 1), "labels", "service"));
	json_decref(list);
}
END_TEST

/* A test message is an alert that is over soon. */
START_TEST(test_test)
{
	json_t *list;

	render(&am, "{\"id\":\"m\",\"type\":\"slad.receiver.test\",\"data\":{}}",
	    (struct message_task){.id = NULL});
	list = body_json();
	ck_assert_str_eq(text_of(json_array_get(list, 0), "labels", "alertname"), "slad");
	ck_assert_str_eq(
	    text_of(json_array_get(list, 0), NULL, "endsAt"), "2026-11-21T01:05:00.000Z");
	json_decref(list);
}
END_TEST

START_TEST(test_answers)
{
	render(&am, FIRED, (struct message_task){.id = NULL});
	judged(200, "", SENT_DELIVERED, "");
	judged(400, "{}", SENT_FAILED, "answered 400");
	judged(503, "", SENT_RETRY, "answered 503");
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, test_fired);
	tcase_add_test(t, test_resolved);
	tcase_add_test(t, test_changed);
	tcase_add_test(t, test_hostile_and_several);
	tcase_add_test(t, test_test);
	tcase_add_test(t, test_answers);
}

SUITE_MAIN("message_alertmanager", add)
