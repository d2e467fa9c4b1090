#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "codec/alert_event.h"

#define T0 INT64_C(1795222800000) /* 2026-11-21T01:00:00Z */

static const int64_t at[] = {INT64_MIN}, offset[] = {8 * STAMP_HOUR};
static const struct zone shanghai = {"Asia/Shanghai", 1, at, offset};
static const struct window rolling = {
    .name = "24h", .from = T0 - STAMP_DAY, .to = T0, .zone = &shanghai, .rolling = true};
static const struct window month = {.name = "2026-11",
    .from = T0 - 20 * STAMP_DAY - 9 * STAMP_HOUR,
    .to = T0 + 10 * STAMP_DAY - 9 * STAMP_HOUR,
    .zone = &shanghai};
static const struct rule rule = {
    .name = "slow-response",
    .indicator = TIMELY_RESPONSE_RATE,
    .cohort = COHORT_SETTLED,
    .has_below = {false, false, true, true},
    .below = {{0, 0}, {0, 0}, {95, 100}, {98, 100}},
};
static const struct alert firing = {
    .state = ALERT_FIRING,
    .level = LEVEL_IMPORTANT,
    .since = T0 - 5 * STAMP_MINUTE,
    .fired_at = T0,
    .good = 94,
    .total = 100,
    .a = 6,
    .b = 100,
};

static struct buf out = BUF_INIT(ALERT_EVENT_MAX);
static struct alert_event event;
static struct alert state;

static void
setup(void)
{
	state = firing;
	event = (struct alert_event){
	    .move = MOVE_FIRED,
	    .id = "msg_17-1-ops",
	    .time = T0,
	    .alert = "17",
	    .rule = &rule,
	    .state = &state,
	    .scope = {"acme", "mail", NULL, NULL},
	    .window = &rolling,
	};
}

static void
teardown(void)
{
	buf_free(&out);
}

static const char *
text(void)
{
	struct err err = {.msg = ""};

	buf_reset(&out);
	ck_assert_msg(alert_event_text(&event, &out, &err) == 0, "%s", err.msg);
	return buf_text(&out);
}

static void
says(const char *part)
{
	ck_assert_msg(strstr(text(), part) != NULL, "%s\nis not in\n%s", part, text());
}

START_TEST(fired)
{
	ck_assert_str_eq(text(),
	    "{\"specversion\":\"1.0\",\"id\":\"msg_17-1-ops\",\"source\":\"/slad\","
	    "\"type\":\"slad.alert.fired\",\"time\":\"2026-11-21T01:00:00.000Z\",\"subject\":"
	    "\"17\","
	    "\"datacontenttype\":\"application/json\",\"data\":{\"alert\":\"17\","
	    "\"rule\":\"slow-response\",\"kind\":\"score\",\"indicator\":\"timely_response_rate\","
	    "\"scope\":{\"agreement\":\"acme\",\"service\":\"mail\"},\"about\":null,\"level\":"
	    "\"important\","
	    "\"value\":0.94,\"a\":6,\"b\":100,\"threshold\":0.95,"
	    "\"window\":{\"name\":\"24h\",\"from\":\"2026-11-20T09:00:00+08:00\","
	    "\"to\":\"2026-11-21T09:00:00+08:00\"},\"since\":\"2026-11-21T00:55:00.000Z\","
	    "\"explain\":\"/v1/scores/timely_response_rate/tickets?counted=bad"
	    "&from=2026-11-20T01%3A00%3A00Z&to=2026-11-21T01%3A00%3A00Z&cohort=settled"
	    "&agreement=acme&service=mail\"}}");
}
END_TEST

START_TEST(changed)
{
	event.move = MOVE_CHANGED;
	state.level = LEVEL_GENERAL;
	says("\"type\":\"slad.alert.changed\"");
	says("\"level\":\"general\"");
	says("\"threshold\":0.98");
	ck_assert_ptr_null(strstr(text(), "reason"));
}
END_TEST

START_TEST(resolved)
{
	event.move = MOVE_RESOLVED;
	state.good = 100;
	says("\"type\":\"slad.alert.resolved\"");
	says("\"value\":1,");
	says("\"reason\":\"cleared\"}}");
	event.reason = "the rule is gone";
	says("\"reason\":\"the rule is gone\"}}");
}
END_TEST

START_TEST(value)
{
	state.total = 0;
	says("\"value\":null");
	state.good = 113;
	state.total = 116;
	says("\"value\":0.9741379310344828,");
	state.good = -1;
	says("\"value\":0,");
	state.good = 117;
	says("\"value\":1,");
}
END_TEST

START_TEST(threshold_that_is_gone)
{
	state.level = LEVEL_URGENT;
	says("\"level\":\"urgent\"");
	says("\"threshold\":null");
}
END_TEST

START_TEST(seconds)
{
	struct rule about = rule;

	about.indicator = SERVICE_AVAILABILITY;
	event.rule = &about;
	state.a = 61500;
	state.b = 7200000;
	says("\"a\":61.5,\"b\":7200,");
}
END_TEST

START_TEST(incidents_agreed_are_parts_and_an_absence_has_no_b)
{
	struct rule about = rule;

	about.indicator = INCIDENT_CONTROL_RATE;
	event.rule = &about;
	state.a = 1;
	state.b = 2500000;
	says("\"a\":1,\"b\":2.5,");
	about.indicator = LEAKAGE_FREE;
	state.b = 0;
	says("\"a\":1,\"b\":null,");
}
END_TEST

START_TEST(calendar_window)
{
	event.window = &month;
	says("\"window\":{\"name\":\"2026-11\",\"from\":\"2026-11-01T00:00:00+08:00\","
	     "\"to\":\"2026-12-01T00:00:00+08:00\"}");
	says("tickets?counted=bad&window=2026-11&cohort=settled&agreement=acme&service=mail\"");
}
END_TEST

START_TEST(no_scope)
{
	memset(event.scope, 0, sizeof(event.scope));
	says("\"scope\":{}");
	says("&cohort=settled\"");
}
END_TEST

START_TEST(excluded_ones_are_in_the_statistics)
{
	struct rule about = rule;

	about.kind = RULE_EXCLUDED;
	event.rule = &about;
	says("\"kind\":\"excluded\",\"indicator\":null,");
	says("\"about\":null,\"level\":\"important\",\"value\":0.94,\"a\":6,\"b\":100,"
	     "\"threshold\":0.95,");
	says(
	    "\"explain\":\"/v1/statistics?from=2026-11-20T01%3A00%3A00Z&to=2026-11-21T01%3A00%3A00Z"
	    "&agreement=acme&service=mail\"");
	event.window = &month;
	says("\"/v1/statistics?window=2026-11&agreement=acme&service=mail\"");
}
END_TEST

START_TEST(a_budget_says_what_both_windows_are)
{
	struct rule about = rule;

	about.kind = RULE_BUDGET;
	event.rule = &about;
	event.about = "{\"long\":{\"window\":\"24h\"}}";
	says("\"kind\":\"budget\",\"indicator\":\"timely_response_rate\",");
	says("\"about\":{\"long\":{\"window\":\"24h\"}},\"level\"");
	says("/v1/scores/timely_response_rate/tickets?counted=bad&from=");
}
END_TEST

START_TEST(one_without_a_value)
{
	struct rule about = rule;

	about.kind = RULE_QUIET;
	event.rule = &about;
	event.window = NULL;
	event.about = "{\"source\":\"desk\"}";
	says("\"about\":{\"source\":\"desk\"},\"level\":\"important\",\"value\":null,\"a\":null,"
	     "\"b\":null,\"threshold\":null,\"window\":null,");
	says("\"explain\":null");
}
END_TEST

START_TEST(strange_names)
{
	event.scope[DIM_AGREEMENT] = NULL;
	event.scope[DIM_SERVICE] = "";
	event.scope[DIM_PRIORITY] = "a&b=c%d +/?#\"\\~-._";
	event.scope[DIM_TEAM] = "及\n";
	says("\"scope\":{\"service\":\"\",\"priority\":\"a&b=c%d "
	     "+/?#\\\"\\\\~-._\",\"team\":\"及\\n\"}");
	says("&service=&priority=a%26b%3Dc%25d%20%2B%2F%3F%23%22%5C~-._&team=%E5%8F%8A%0A\"");
}
END_TEST

START_TEST(not_utf8)
{
	struct err err = {.msg = ""};

	event.scope[DIM_TEAM] = "\xff";
	ck_assert_int_eq(alert_event_text(&event, &out, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "not UTF-8"));
	ck_assert_uint_eq(out.len, 0);
	ck_assert_ptr_null(alert_event_data(&event));
	event.scope[DIM_TEAM] = NULL;
	event.id = "\xff";
	ck_assert_int_eq(alert_event_text(&event, &out, &err), -1);
	ck_assert_uint_eq(out.len, 0);
}
END_TEST

START_TEST(no_room)
{
	struct buf small = BUF_INIT(100);
	struct err err = {.msg = ""};

	ck_assert_int_eq(alert_event_text(&event, &small, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "alert 17 has no room"));
	ck_assert_uint_eq(small.len, 0);
	buf_free(&small);
}
END_TEST

START_TEST(data_alone)
{
	json_t *data = alert_event_data(&event), *whole = json_loads(text(), 0, NULL);

	ck_assert(json_equal(data, json_object_get(whole, "data")));
	json_decref(data);
	json_decref(whole);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("alert_event");
	TCase *t = tcase_create("alert_event");
	SRunner *runner = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, fired);
	tcase_add_test(t, changed);
	tcase_add_test(t, resolved);
	tcase_add_test(t, value);
	tcase_add_test(t, threshold_that_is_gone);
	tcase_add_test(t, seconds);
	tcase_add_test(t, incidents_agreed_are_parts_and_an_absence_has_no_b);
	tcase_add_test(t, calendar_window);
	tcase_add_test(t, no_scope);
	tcase_add_test(t, excluded_ones_are_in_the_statistics);
	tcase_add_test(t, a_budget_says_what_both_windows_are);
	tcase_add_test(t, one_without_a_value);
	tcase_add_test(t, strange_names);
	tcase_add_test(t, not_utf8);
	tcase_add_test(t, no_room);
	tcase_add_test(t, data_alone);
	suite_add_tcase(s, t);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
