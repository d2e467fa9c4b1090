#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "codec/event_json.h"
#include "suite.h"

#define NOW (INT64_C(1796000000000)) /* 2026-11-29 */

static struct arena arena;
static const struct agreement acme = {.id = "acme"};
static const struct agreements agreements = {1, &acme};

static void
teardown(void)
{
	arena_free(&arena);
}

/* The same in steps as small as they can be. */
static void
check_steps(const char *body, enum event_form form, int rc, const struct events *events,
    const struct err *err)
{
	struct events again = {0};
	struct events_reading *w =
	    events_begin(body, strlen(body), form, &agreements, NOW, &arena, &again);
	struct err why;
	int got;

	do
		got = events_go_on(w, 1, &why);
	while (got == 1);
	ck_assert_int_eq(got, rc);
	if (rc != 0) {
		ck_assert_str_eq(why.msg, err->msg);
		return;
	}
	ck_assert_uint_eq(again.count, events->count);
	ck_assert_uint_eq(again.faults, events->faults);
	for (size_t i = 0; i < again.count; i++) {
		ck_assert_uint_eq(again.event[i].index, events->event[i].index);
		ck_assert_str_eq(again.event[i].body, events->event[i].body);
	}
	for (size_t i = 0; i < again.faults; i++) {
		ck_assert_uint_eq(again.fault[i].index, events->fault[i].index);
		ck_assert_str_eq(again.fault[i].detail, events->fault[i].detail);
	}
}

static int
read_body(const char *body, enum event_form form, struct events *events, struct err *err)
{
	int rc = events_read(body, strlen(body), form, &agreements, NOW, &arena, events, err);

	check_steps(body, form, rc, events, err);
	return rc;
}

/* One event with some of its parts replaced; a NULL part is left out. */
static const char *
event_text(const char *name, const char *value)
{
	static const char *const parts[][2] = {{"specversion", "\"1.0\""}, {"id", "\"e-1\""},
	    {"source", "\"desk\""}, {"type", "\"request.opened\""},
	    {"time", "\"2026-11-21T09:00:00+08:00\""}, {"subject", "\"T-1\""},
	    {"data", "{\"agreement\":\"acme\"}"}};
	struct buf b = BUF_INIT(100000);
	const char *v;
	char *text;

	for (size_t i = 0; i < 7; i++) {
		v = name != NULL && strcmp(parts[i][0], name) == 0 ? value : parts[i][1];
		if (v != NULL)
			buf_putf(&b, "%s\"%s\":%s", b.len == 0 ? "{" : ",", parts[i][0], v);
	}
	if (name != NULL && strcmp(name, "more") == 0)
		buf_putf(&b, ",%s", value);
	buf_puts(&b, "}");
	text = arena_strdup(&arena, buf_text(&b));
	buf_free(&b);
	return text;
}

START_TEST(a_right_one)
{
	struct events events;
	struct err err;
	const struct record *r;

	ck_assert_int_eq(read_body(event_text(NULL, NULL), FORM_ONE, &events, &err), 0);
	ck_assert_uint_eq(events.count, 1);
	r = &events.event[0].record;
	ck_assert_str_eq(r->id, "e-1");
	ck_assert_str_eq(events.event[0].entity, "T-1");
	ck_assert_str_eq(r->m[MEMBER_AGREEMENT].text, "acme");
	ck_assert_str_eq(events.event[0].body,
	    "{\"data\":{\"agreement\":\"acme\"},\"id\":\"e-1\",\"source\":\"desk\",\"specversion\":"
	    "\"1.0\",\"subject\":\"T-1\",\"time\":\"2026-11-21T09:00:00+08:00\",\"type\":\"request."
	    "opened\"}");
}
END_TEST

/* Each wrong event: what is replaced, with what, where the fault points, a part of its sentence. */
static const struct {
	const char *name, *value, *pointer, *sentence;
} wrong[] = {
    {"specversion", "\"0.3\"", "/specversion", "\"1.0\" is wanted"},
    {"specversion", NULL, "/specversion", "missing"},
    {"id", "7", "/id", "a whole number; a string is wanted"},
    {"id", "\"\"", "/id", "empty"},
    {"id", "\"a\\u0007b\"", "/id", "control character"},
    {"source", NULL, "/source", "missing"},
    {"type", "\"request.opene\"", "/type", "slad-events(7)"},
    {"time", "\"2026-11-21T09:00:00\"", "/time", "no offset"},
    {"time", "\"yesterday\"", "/time", "RFC 3339"},
    {"time", "\"2026-11-30T09:00:00Z\"", "/time", "ahead of slad's clock"},
    {"subject", NULL, "/subject", "missing"},
    {"subject", "null", "/subject", "null; a string"},
    {"data", "{}", "/data/agreement", "'agreement' is missing; request.opened needs it"},
    {"data", "{\"agreement\":\"globex\"}", "/data/agreement", "it has: acme"},
    {"data", "[]", "/data", "an array; an object is wanted"},
    {"data", "{\"agreement\":\"acme\",\"outage\":\"yes\"}", "/data/outage", "true or false"},
    {"data", "{\"agreement\":\"acme\",\"respond_by\":\"soon\"}", "/data/respond_by", "RFC 3339"},
    {"data", "{\"agreement\":\"acme\",\"team\":4}", "/data/team", "a string is wanted"},
    {"more", "\"sequence\":1.5", "/sequence", "whole number"},
    {"type", "\"request.excluded\"", "/data/cause", "missing"},
};

START_TEST(a_wrong_one)
{
	const char *text = event_text(wrong[_i].name, wrong[_i].value);
	struct events events;
	struct err err;

	ck_assert_int_eq(read_body(text, FORM_EITHER, &events, &err), 0);
	ck_assert_msg(events.faults == 1 && events.count == 0, "%s", text);
	ck_assert_str_eq(events.fault[0].pointer, wrong[_i].pointer);
	ck_assert_msg(strstr(events.fault[0].detail, wrong[_i].sentence) != NULL, "%s: %s", text,
	    events.fault[0].detail);
}
END_TEST

START_TEST(words_of_an_exclusion)
{
	struct events events;
	struct err err;
	char text[512];

	snprintf(text, sizeof(text),
	    "{\"specversion\":\"1.0\",\"id\":\"x\",\"source\":\"s\",\"type\":\"request.excluded\","
	    "\"time\":\"2026-11-21T09:00:00Z\",\"subject\":\"T\",\"data\":{\"cause\":\"bored\"}}");
	read_body(text, FORM_ONE, &events, &err);
	ck_assert_str_eq(events.fault[0].detail,
	    "'cause' is one of duplicate, spam, test, cancelled or invalid");
}
END_TEST

START_TEST(null_unsets_in_updates_only)
{
	static const char update[] =
	    "{\"specversion\":\"1.0\",\"id\":\"x\",\"source\":\"s\",\"type\":\"request.updated\","
	    "\"time\":\"2026-11-21T09:00:00Z\",\"subject\":\"T\",\"data\":{\"team\":null%s}}";
	struct events events;
	struct err err;
	char text[512];

	snprintf(text, sizeof(text), update, "");
	read_body(text, FORM_ONE, &events, &err);
	ck_assert_uint_eq(events.count, 1);
	ck_assert_uint_eq(events.event[0].record.unset, UINT32_C(1) << MEMBER_TEAM);
	snprintf(text, sizeof(text), update, ",\"kind\":null");
	read_body(text, FORM_ONE, &events, &err);
	ck_assert_str_eq(events.fault[0].pointer, "/data/kind");
	read_body(
	    event_text("data", "{\"agreement\":\"acme\",\"team\":null}"), FORM_ONE, &events, &err);
	ck_assert_uint_eq(events.count, 1);
	ck_assert_uint_eq(events.event[0].record.unset, 0);
}
END_TEST

START_TEST(spelling_does_not_matter)
{
	static const char *const same[] = {"{\"agreement\":\"acme\",\"n\":1,\"title\":\"\\u53ca\"}",
	    "{ \"title\" : \"及\", \"n\" : 1.0, \"agreement\" : \"acme\" }",
	    "{\"n\":10e-1,\"agreement\":\"\\u0061cme\",\"title\":\"及\"}"};
	struct events first, other;
	struct err err;

	read_body(event_text("data", same[0]), FORM_ONE, &first, &err);
	for (int i = 1; i < 3; i++) {
		read_body(event_text("data", same[i]), FORM_ONE, &other, &err);
		ck_assert_str_eq(other.event[0].body, first.event[0].body);
	}
}
END_TEST

START_TEST(forms)
{
	static const struct {
		const char *body;
		enum event_form form;
		const char *sentence; /* NULL: fine */
	} cases[] = {
	    {"[]", FORM_BATCH, NULL},
	    {"[]", FORM_EITHER, NULL},
	    {"[]", FORM_ONE, "the body is an array; one event"},
	    {"{}", FORM_BATCH, "an array of events is wanted"},
	    {"7", FORM_EITHER, "the body is a whole number"},
	    {"{", FORM_EITHER, "the body is no JSON"},
	    {"{\"id\":1,\"id\":2}", FORM_ONE, "duplicate"},
	    {"\"\\u0000\"", FORM_EITHER, "the body is no JSON"},
	    {"{\"n\":99999999999999999999}", FORM_ONE, "the body is no JSON"},
	    {"\n \n", FORM_LINES, NULL},
	};
	struct events events;
	struct err err;
	int rc;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		rc = read_body(cases[i].body, cases[i].form, &events, &err);
		ck_assert_msg(rc == (cases[i].sentence == NULL ? 0 : -1), "%s", cases[i].body);
		if (rc != 0)
			ck_assert_msg(strstr(err.msg, cases[i].sentence) != NULL, "%s", err.msg);
	}
}
END_TEST

/* An array is read element by element, but is one JSON text or none. */
START_TEST(arrays)
{
	static const struct {
		const char *body;
		int count; /* -1: no JSON */
	} bodies[] = {{"[]", 0}, {" [ \n ]\r\n", 0}, {"[1]", 1}, {"[1,2]\t", 2},
	    {"[\",\",\"]\"]", 2}, {"[\"\\\",\",[1,2],{\"a\":[1,2]}]", 3}, {"[[],{}]", 2}, {"[", -1},
	    {"]", -1}, {"[1", -1}, {"[1,]", -1}, {"[,1]", -1}, {"[,]", -1}, {"[1,,2]", -1},
	    {"[1 2]", -1}, {"[{}{}]", -1}, {"[1]]", -1}, {"[[1]", -1}, {"[1]x", -1},
	    {"[1],[2]", -1}, {"[1],", -1}, {"[1}", -1}, {"[}]", -1}, {"[{]}", -1}, {"[{]", -1},
	    {"[\"]\"", -1}, {"[\"]", -1}, {"x[1]", -1}, {"[{\"a\":1,\"a\":2}]", -1},
	    {"[1,2],3]", -1}, {"[\"a\\\"]", -1}};
	struct events events;
	struct err err;

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		int rc = read_body(bodies[i].body, FORM_EITHER, &events, &err);

		ck_assert_msg(rc == (bodies[i].count < 0 ? -1 : 0), "%s: %d", bodies[i].body, rc);
		if (rc == 0)
			ck_assert_msg((int)(events.count + events.faults) == bodies[i].count, "%s",
			    bodies[i].body);
		else
			ck_assert_msg(
			    strstr(err.msg, "no JSON") != NULL, "%s: %s", bodies[i].body, err.msg);
	}
	ck_assert_int_eq(read_body("[{\"a\":1,\n \"\u00e4\":}]", FORM_EITHER, &events, &err), -1);
	ck_assert_msg(strstr(err.msg, "line 2, column 6") != NULL, "%s", err.msg);
	ck_assert_int_eq(read_body("[1]", FORM_ONE, &events, &err), -1);
	ck_assert_msg(strstr(err.msg, "an array; one event") != NULL, "%s", err.msg);
}
END_TEST

START_TEST(nesting_is_bounded_before_parsing)
{
	struct events events;
	struct err err;
	char text[200] = "";

	for (int depth = 30; depth < 40; depth++) {
		memset(text, '[', (size_t)depth);
		memset(text + depth, ']', (size_t)depth);
		text[2 * depth] = '\0';
		ck_assert_int_eq(
		    read_body(text, FORM_BATCH, &events, &err), depth > EVENT_DEPTH + 1 ? -1 : 0);
	}
	ck_assert_int_eq(read_body("[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[\"]",
			     FORM_BATCH, &events, &err),
	    0);
}
END_TEST

START_TEST(lines_are_counted_without_blank_ones)
{
	struct buf b = BUF_INIT(16u << 20);
	struct events events;
	struct err err;

	for (int i = 0; i < EVENTS_MAX; i++)
		buf_puts(&b, "{}\n\n");
	ck_assert_int_eq(
	    events_read(buf_text(&b), b.len, FORM_LINES, &agreements, NOW, &arena, &events, &err),
	    0);
	ck_assert_uint_eq(events.faults, EVENTS_MAX);
	ck_assert_uint_eq(events.fault[EVENTS_MAX - 1].index, EVENTS_MAX - 1);
	buf_puts(&b, "{}");
	ck_assert_int_eq(
	    events_read(buf_text(&b), b.len, FORM_LINES, &agreements, NOW, &arena, &events, &err),
	    -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "10001 events"));
	buf_free(&b);
}
END_TEST

START_TEST(a_broken_line_is_one_fault)
{
	struct buf b = BUF_INIT(10000);
	struct events events;
	struct err err;

	buf_putf(&b, "%s\n{broken\n%s\r\n", event_text(NULL, NULL), event_text("id", "\"e-2\""));
	ck_assert_int_eq(read_body(buf_text(&b), FORM_LINES, &events, &err), 0);
	ck_assert(events.count == 2 && events.faults == 1);
	ck_assert_uint_eq(events.fault[0].index, 1);
	ck_assert_uint_eq(events.event[1].index, 2);
	ck_assert_str_eq(events.fault[0].body, "{broken");
	buf_free(&b);
}
END_TEST

/* A step takes in the event that is under way when its bytes are spent, and no more. */
START_TEST(a_step_has_an_end)
{
	static const char *const between[] = {"\n", ","};
	const char *text = event_text(NULL, NULL);
	struct buf b = BUF_INIT(1u << 20);
	struct events_reading *w;
	struct events events;
	size_t before;
	struct err err;
	int rc;

	for (int array = 0; array < 2; array++) {
		buf_reset(&b);
		for (int i = 0; i < 100; i++)
			buf_putf(&b, "%s%s", i > 0 ? between[array] : array ? "[" : "", text);
		buf_puts(&b, array ? "]" : "");
		events = (struct events){0};
		w = events_begin(b.data, b.len, array ? FORM_BATCH : FORM_LINES, &agreements, NOW,
		    &arena, &events);
		do {
			before = events.count;
			rc = events_go_on(w, strlen(text), &err);
			ck_assert_uint_le(events.count - before, 1);
		} while (rc == 1);
		ck_assert_uint_eq(events.count, 100);
	}
	buf_free(&b);
}
END_TEST

START_TEST(too_large)
{
	char *title = arena_alloc(&arena, EVENT_BYTES + 200, 1);
	struct events events;
	struct err err;

	strcpy(title, "{\"agreement\":\"acme\",\"title\":\"");
	memset(title + strlen(title), 'x', EVENT_BYTES);
	strcat(title, "\"}");
	read_body(event_text("data", title), FORM_ONE, &events, &err);
	ck_assert_uint_eq(events.faults, 1);
	ck_assert_ptr_nonnull(strstr(events.fault[0].detail, "larger than"));
}
END_TEST

/* No prefix of a body is more than refused. */
START_TEST(cut_anywhere)
{
	const char *text = event_text(NULL, NULL);
	struct events events;
	struct err err;

	for (size_t len = 0; len < strlen(text); len++)
		ck_assert_int_eq(
		    events_read(text, len, FORM_ONE, &agreements, NOW, &arena, &events, &err), -1);
}
END_TEST

START_TEST(the_log_reads_back)
{
	struct events events;
	struct event event;
	struct err err;

	read_body(event_text(NULL, NULL), FORM_ONE, &events, &err);
	ck_assert_int_eq(
	    event_read_stored(events.event[0].body, events.event[0].len, &arena, &event, &err), 0);
	ck_assert_str_eq(event.entity, events.event[0].entity);
	ck_assert_uint_eq(event.record.has, events.event[0].record.has);
	ck_assert_int_eq(event.record.time, events.event[0].record.time);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, NULL, teardown);
	tcase_add_test(t, a_right_one);
	tcase_add_loop_test(t, a_wrong_one, 0, (int)(sizeof(wrong) / sizeof(wrong[0])));
	tcase_add_test(t, words_of_an_exclusion);
	tcase_add_test(t, null_unsets_in_updates_only);
	tcase_add_test(t, spelling_does_not_matter);
	tcase_add_test(t, forms);
	tcase_add_test(t, arrays);
	tcase_add_test(t, nesting_is_bounded_before_parsing);
	tcase_add_test(t, lines_are_counted_without_blank_ones);
	tcase_add_test(t, a_broken_line_is_one_fault);
	tcase_add_test(t, a_step_has_an_end);
	tcase_add_test(t, too_large);
	tcase_add_test(t, cut_anywhere);
	tcase_add_test(t, the_log_reads_back);
}

SUITE_MAIN("event_json", add)
