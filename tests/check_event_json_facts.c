/* Events that stand alone: what is right about them, and what is wrong. */
#include <stdio.h>
#include <string.h>

#include "codec/event_json.h"
#include "suite.h"

#define NOW (INT64_C(1796000000000)) /* 2026-11-29 */

static struct arena arena;
static const struct agreement acme = {.id = "acme"};
static const struct agreements agreements = {1, &acme};
static struct events events;

static void
teardown(void)
{
	arena_free(&arena);
}

/* Reads an event of a type, without a subject, with these data. */
static void
read_fact(const char *type, const char *data)
{
	char text[2048];
	struct err err;

	snprintf(text, sizeof(text),
	    "{\"specversion\":\"1.0\",\"id\":\"e-1\",\"source\":\"pbx\",\"type\":\"%s\","
	    "\"time\":\"2026-11-21T09:00:00Z\",\"data\":{%s}}",
	    type, data);
	ck_assert_int_eq(
	    events_read(text, strlen(text), FORM_ONE, &agreements, NOW, &arena, &events, &err), 0);
}

#define AGREEMENT "\"agreement\":\"acme\""
#define MEASURED(indicator) AGREEMENT ",\"indicator\":\"" indicator "\",\"period\":\"2026-10\""

static const struct {
	const char *type, *data;
} right[] = {
    {"call.answered", AGREEMENT},
    {"call.abandoned", AGREEMENT ",\"service\":\"desk\",\"count\":1000000000"},
    {"call.answered", AGREEMENT ",\"count\":5.0"},
    {"report.submitted", AGREEMENT ",\"report\":\"monthly\",\"period\":\"2026-W53\""},
    {"report.submitted",
	AGREEMENT ",\"report\":\"monthly\",\"period\":\"2026-10\",\"conforming\":false"},
    {"survey.answered", AGREEMENT ",\"score\":4.125,\"scale\":5"},
    {"survey.answered", AGREEMENT ",\"score\":0,\"scale\":0.001,\"level\":\"project\""},
    {"security.tampered", AGREEMENT ",\"count\":2"},
    {"security.leaked", AGREEMENT},
    {"change.applied", AGREEMENT},
    {"measurement.recorded", MEASURED("staff_stability") ",\"a\":0,\"b\":1000000000000"},
    {"measurement.recorded", MEASURED("staff_professionalism") ",\"a\":1,\"b\":3,\"c\":2"},
    {"assessment.recorded",
	AGREEMENT
	",\"indicator\":\"compliance\",\"level\":5,\"evidence\":\"audit\",\"assessor\":\"Li\","
	"\"valid_until\":\"2027-01-01T00:00:00+08:00\""},
    {"event.retracted", "\"id\":\"e-0\""},
};

START_TEST(a_right_one)
{
	read_fact(right[_i].type, right[_i].data);
	ck_assert_msg(events.count == 1, "%s: %s", right[_i].data,
	    events.faults > 0 ? events.fault[0].detail : "");
	ck_assert_str_eq(
	    events.event[0].entity, strcmp(right[_i].type, "event.retracted") == 0 ? "e-0" : "e-1");
}
END_TEST

static const struct {
	const char *type, *data, *pointer, *sentence;
} wrong[] = {
    {"call.answered", "", "/data/agreement", "missing"},
    {"call.answered", AGREEMENT ",\"count\":0", "/data/count", "from 1 to 1000000000"},
    {"call.answered", AGREEMENT ",\"count\":1.5", "/data/count", "whole number"},
    {"call.answered", AGREEMENT ",\"count\":true", "/data/count", "whole number"},
    {"call.answered", AGREEMENT ",\"count\":1000000001", "/data/count", "from 1 to"},
    {"security.leaked", "\"agreement\":\"globex\"", "/data/agreement", "it has: acme"},
    {"report.submitted", AGREEMENT ",\"period\":\"2026-10\"", "/data/report", "missing"},
    {"report.submitted", AGREEMENT ",\"report\":\"r\",\"period\":\"2026-13\"", "/data/period",
	"months are 01 to 12"},
    {"report.submitted", AGREEMENT ",\"report\":\"r\",\"period\":\"last-month\"", "/data/period",
	"such as 2026"},
    {"survey.answered", AGREEMENT ",\"score\":6,\"scale\":5", "/data/score", "more than 'scale'"},
    {"survey.answered", AGREEMENT ",\"score\":-1,\"scale\":5", "/data/score", "at least 0"},
    {"survey.answered", AGREEMENT ",\"score\":0,\"scale\":0", "/data/scale", "above 0"},
    {"survey.answered", AGREEMENT ",\"score\":1.2345,\"scale\":5", "/data/score", "three decimals"},
    {"survey.answered", AGREEMENT ",\"score\":1,\"scale\":5,\"level\":\"team\"", "/data/level",
	"ticket, project or customer"},
    {"measurement.recorded", MEASURED("compliance") ",\"a\":1,\"b\":2", "/data/indicator",
	"staff_stability"},
    {"measurement.recorded", MEASURED("staff_stability") ",\"a\":-1,\"b\":2", "/data/a",
	"whole number"},
    {"measurement.recorded", MEASURED("staff_stability") ",\"a\":1", "/data/b", "missing"},
    {"measurement.recorded", MEASURED("staff_stability") ",\"a\":1,\"b\":2,\"c\":3", "/data/c",
	"leave it out"},
    {"measurement.recorded", MEASURED("staff_professionalism") ",\"a\":1,\"b\":2", "/data/c",
	"missing"},
    {"assessment.recorded", AGREEMENT ",\"indicator\":\"staff_stability\",\"level\":3",
	"/data/indicator", "service_courtesy"},
    {"assessment.recorded", AGREEMENT ",\"indicator\":\"compliance\",\"level\":6", "/data/level",
	"from 1 to 5"},
    {"assessment.recorded",
	AGREEMENT ",\"indicator\":\"compliance\",\"level\":5,\"valid_until\":\"soon\"",
	"/data/valid_until", "RFC 3339"},
    {"event.retracted", "", "/data/id", "missing"},
    {"event.retracted", "\"id\":\"\"", "/data/id", "empty"},
};

START_TEST(a_wrong_one)
{
	read_fact(wrong[_i].type, wrong[_i].data);
	ck_assert_msg(events.faults == 1, "%s", wrong[_i].data);
	ck_assert_str_eq(events.fault[0].pointer, wrong[_i].pointer);
	ck_assert_msg(strstr(events.fault[0].detail, wrong[_i].sentence) != NULL, "%s: %s",
	    wrong[_i].data, events.fault[0].detail);
}
END_TEST

START_TEST(values)
{
	const struct record *r;

	read_fact("survey.answered", AGREEMENT ",\"score\":4.125,\"scale\":5");
	r = &events.event[0].record;
	ck_assert(r->m[MEMBER_SCORE].number == 4125 && r->m[MEMBER_SCALE].number == 5000);
	read_fact("measurement.recorded", MEASURED("staff_stability") ",\"a\":7,\"b\":90");
	r = &events.event[0].record;
	ck_assert(r->m[MEMBER_MEASURED].number == STAFF_STABILITY && r->m[MEMBER_B].number == 90);
	ck_assert_str_eq(r->m[MEMBER_PERIOD].text, "2026-10");
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, NULL, teardown);
	tcase_add_loop_test(t, a_right_one, 0, (int)(sizeof(right) / sizeof(right[0])));
	tcase_add_loop_test(t, a_wrong_one, 0, (int)(sizeof(wrong) / sizeof(wrong[0])));
	tcase_add_test(t, values);
}

SUITE_MAIN("event_json_facts", add)
