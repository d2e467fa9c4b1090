/* Events whose attributes are headers: the same as in JSON, and every mistake named. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "codec/event_binary.h"
#include "suite.h"

#define NOW (INT64_C(1796000000000)) /* 2026-11-29 */
#define DATA "{\"agreement\":\"acme\"}"
#define HEADERS 12
#define ROUNDS 20000

static struct arena arena;
static const struct agreement acme = {.id = "acme"};
static const struct agreements agreements = {1, &acme};

static const struct event_header right[] = {
    {"ce-specversion", "1.0"},
    {"CE-Id", "e-1"},
    {"ce-source", "desk"},
    {"Ce-type", "request.opened"},
    {"ce-time", "2026-11-21T09:00:00+08:00"},
    {"ce-subject", "T-1"},
};
#define RIGHT (sizeof(right) / sizeof(right[0]))

static void
teardown(void)
{
	arena_free(&arena);
}

static int
read_all(const struct event_header *h, size_t n, const char *body, struct events *events,
    struct err *err)
{
	struct event_message m = {h, n, "application/json", body, strlen(body)};

	return event_binary_read(&m, &agreements, NOW, &arena, events, err);
}

/* The right headers, with one that stands in another's place or comes last. */
static int
read_with(const char *name, const char *value, struct events *events, struct err *err)
{
	struct event_header h[HEADERS];
	size_t n = RIGHT;

	memcpy(h, right, sizeof(right));
	for (size_t i = 0; i < RIGHT; i++)
		if (strcmp(h[i].name, name) == 0)
			n = i;
	h[n] = (struct event_header){name, value};
	return read_all(h, n == RIGHT ? n + 1 : RIGHT, DATA, events, err);
}

static void
read_json(const char *text, struct events *events)
{
	struct err err;

	ck_assert_msg(
	    events_read(text, strlen(text), FORM_ONE, &agreements, NOW, &arena, events, &err) == 0,
	    "%s", err.msg);
	ck_assert_uint_eq(events->count, 1);
}

static bool
same(const struct events *x, const struct events *y)
{
	return event_same(x->event->body, x->event->len, y->event->body, y->event->len);
}

START_TEST(a_right_one)
{
	struct events events, json;
	const struct record *r;
	struct err err;

	ck_assert_int_eq(read_all(right, RIGHT, DATA, &events, &err), 0);
	ck_assert_uint_eq(events.count, 1);
	ck_assert_uint_eq(events.faults, 0);
	r = &events.event[0].record;
	ck_assert_str_eq(r->id, "e-1");
	ck_assert_str_eq(r->source, "desk");
	ck_assert_str_eq(r->subject, "T-1");
	ck_assert_int_eq(r->time, INT64_C(1795222800000));
	ck_assert_str_eq(r->m[MEMBER_AGREEMENT].text, "acme");
	read_json("{\"data\":" DATA ",\"id\":\"e-1\",\"source\":\"desk\",\"specversion\":\"1.0\","
		  "\"subject\":\"T-1\",\"time\":\"2026-11-21T09:00:00+08:00\","
		  "\"type\":\"request.opened\"}",
	    &json);
	ck_assert(same(&events, &json));
}
END_TEST

START_TEST(extensions_are_kept)
{
	struct events events, json;
	struct err err;

	ck_assert_int_eq(read_with("ce-Tenant1", "a%20b", &events, &err), 0);
	ck_assert_uint_eq(events.count, 1);
	ck_assert_ptr_nonnull(strstr(events.event[0].body, "\"tenant1\":\"a b\""));
	ck_assert_int_eq(read_with("ce-sequence", "7", &events, &err), 0);
	ck_assert_int_eq(events.event[0].record.sequence, 7);
	read_json("{\"data\":" DATA ",\"id\":\"e-1\",\"source\":\"desk\",\"specversion\":\"1.0\","
		  "\"subject\":\"T-1\",\"time\":\"2026-11-21T09:00:00+08:00\","
		  "\"type\":\"request.opened\",\"sequence\":7}",
	    &json);
	ck_assert(same(&events, &json));
}
END_TEST

/* What a mode makes of an event is no difference, and everything else is. */
START_TEST(modes)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
	    {"{\"id\":1}", "{\"id\":1}", true},
	    {"{\"id\":1}", "{\"id\":2}", false},
	    {"{\"sequence\":7}", "{\"sequence\":\"7\"}", true},
	    {"{\"sequence\":\"-07\"}", "{\"sequence\":-7}", true},
	    {"{\"sequence\":7}", "{\"sequence\":\"8\"}", false},
	    {"{\"sequence\":0}", "{}", false},
	    {"{\"tenant\":7}", "{\"tenant\":\"7\"}", false},
	    {"{\"datacontenttype\":\"application/json\"}", "{}", true},
	    {"{\"datacontenttype\":\"Application/JSON; charset=utf-8\"}", "{}", true},
	    {"{\"datacontenttype\":\"application/jsonx\"}", "{}", false},
	    {"{\"datacontenttype\":\"text/plain\"}", "{}", false},
	    {"{\"datacontenttype\":7}", "{}", false},
	    {"{\"data\":{\"sequence\":7}}", "{\"data\":{\"sequence\":\"7\"}}", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *a = cases[i].a, *b = cases[i].b;

		ck_assert_msg(event_same(a, strlen(a), b, strlen(b)) == cases[i].same, "%s", a);
		ck_assert_msg(event_same(b, strlen(b), a, strlen(a)) == cases[i].same, "%s", a);
	}
}
END_TEST

START_TEST(without_data)
{
	struct events events;
	struct err err;

	ck_assert_int_eq(read_all(right, RIGHT, "", &events, &err), 0);
	ck_assert_uint_eq(events.faults, 1);
	ck_assert_str_eq(events.fault[0].pointer, "/data/agreement");
}
END_TEST

static const struct {
	const char *sent, *subject;
} decoded[] = {
    {"T-1", "T-1"},
    {"Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € 😀"},
    {"%e2%82%ac", "€"},
    {"%54-1", "T-1"},
    {"100%25", "100%"},
    {"%2525", "%25"},
    {"a b", "a b"},
    {"a+b", "a+b"},
    {"€", "€"},
    {"\"a b\"", "a b"},
    {"\"a \\\"b\\\" \\\\ %20\"", "a \"b\" \\  "},
    {"%22a%22", "\"a\""},
    {"a\"b", "a\"b"},
};

START_TEST(values)
{
	struct events events;
	struct err err;

	ck_assert_msg(read_with("ce-subject", decoded[_i].sent, &events, &err) == 0, "%s", err.msg);
	ck_assert_uint_eq(events.count, 1);
	ck_assert_str_eq(events.event[0].record.subject, decoded[_i].subject);
}
END_TEST

static const struct {
	const char *name, *value, *says;
} unreadable[] = {
    {"ce-subject", "100%", "percent sign is %25"},
    {"ce-subject", "%4", "%25"},
    {"ce-subject", "%4g", "%25"},
    {"ce-subject", "%00", "'%00'"},
    {"ce-subject", "%C0%A0", "UTF-8"},
    {"ce-subject", "\xff", "UTF-8"},
    {"ce-subject", "%ED%A0%80", "UTF-8"},
    {"ce-subject", "\"a", "quote"},
    {"ce-subject", "\"a\"b", "quote"},
    {"ce-subject", "\"a\\\"", "quote"},
    {"ce-subject", "\"a\\", "quote"},
    {"ce-", "x", "ce-"},
    {"ce-a-b", "x", "ce-a-b"},
    {"ce-a_b", "x", "ce-a_b"},
    {"ce-data", "{}", "the data is the body"},
    {"ce-datacontenttype", "application/json", "Content-Type"},
    {"CE-SUBJECT", "T-1", "ce-subject stands twice"},
};

START_TEST(headers_that_cannot_be_read)
{
	struct events events;
	struct err err;

	ck_assert_int_eq(read_with(unreadable[_i].name, unreadable[_i].value, &events, &err), -1);
	ck_assert_msg(strstr(err.msg, unreadable[_i].says) != NULL, "%s", err.msg);
	ck_assert_msg(strstr(err.msg, unreadable[_i].name) != NULL || _i == 16, "%s", err.msg);
}
END_TEST

static const struct {
	const char *name, *value, *pointer;
} wrong[] = {
    {"ce-specversion", "0.3", "/specversion"},
    {"ce-source", "", "/source"},
    {"ce-subject", "%0A", "/subject"},
    {"ce-time", "yesterday", "/time"},
    {"Ce-type", "request.fell", "/type"},
    {"ce-sequence", "first", "/sequence"},
};

START_TEST(the_same_checks)
{
	struct events events;
	struct err err;

	ck_assert_int_eq(read_with(wrong[_i].name, wrong[_i].value, &events, &err), 0);
	ck_assert_uint_eq(events.faults, 1);
	ck_assert_str_eq(events.fault[0].pointer, wrong[_i].pointer);
	ck_assert_str_eq(events.fault[0].id, "e-1");
}
END_TEST

START_TEST(each_that_is_missing)
{
	struct event_header h[RIGHT];
	struct events events;
	struct err err;
	size_t n;

	for (size_t out = 0; out < RIGHT; out++) {
		n = 0;
		for (size_t i = 0; i < RIGHT; i++)
			if (i != out)
				h[n++] = right[i];
		ck_assert_int_eq(read_all(h, n, DATA, &events, &err), 0);
		ck_assert_uint_eq(events.faults, 1);
		ck_assert_ptr_nonnull(strstr(events.fault[0].detail, "missing"));
	}
}
END_TEST

START_TEST(bodies)
{
	struct events events;
	struct err err;

	ck_assert_int_eq(read_all(right, RIGHT, "{", &events, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "no JSON"));
	ck_assert_int_eq(read_all(right, RIGHT, DATA ",\"id\":\"x\"", &events, &err), -1);
	ck_assert_int_eq(
	    read_all(right, RIGHT, "{\"specversion\":\"1.0\",\"data\":{}}", &events, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "a whole event"));
	ck_assert_int_eq(read_all(right, RIGHT, "[]", &events, &err), 0);
	ck_assert_uint_eq(events.faults, 1);
	ck_assert_str_eq(events.fault[0].pointer, "/data");
}
END_TEST

/* What is taken can be read back from the log. */
START_TEST(depth)
{
	struct buf body = BUF_INIT(4096);
	struct events events;
	struct event event;
	struct err err;
	int levels = 1, rc = 0;

	for (; rc == 0; levels++) {
		buf_reset(&body);
		buf_puts(&body, "{\"agreement\":\"acme\",\"deep\":");
		for (int i = 1; i < levels; i++)
			buf_puts(&body, "[");
		buf_puts(&body, "1");
		for (int i = 1; i < levels; i++)
			buf_puts(&body, "]");
		buf_puts(&body, "}");
		rc = read_all(right, RIGHT, body.data, &events, &err);
		if (rc == 0)
			ck_assert_msg(event_read_stored(events.event->body, events.event->len,
					  &arena, &event, &err) == 0,
			    "%d levels: %s", levels, err.msg);
	}
	ck_assert_ptr_nonnull(strstr(err.msg, "nested"));
	ck_assert_int_eq(levels - 1, EVENT_DEPTH + 1);
	buf_free(&body);
}
END_TEST

START_TEST(headers_beside_an_event)
{
	struct event_header h[] = {{"ce-id", "e-1"}, {"ce-subject", "%54-1"}, {"ce-sequence", "7"}};
	const struct event_message m = {.header = h, .headers = 3};
	struct events json;
	struct err err;

	read_json("{\"data\":" DATA ",\"id\":\"e-1\",\"source\":\"desk\",\"specversion\":\"1.0\","
		  "\"subject\":\"T-1\",\"time\":\"2026-11-21T09:00:00+08:00\","
		  "\"type\":\"request.opened\",\"sequence\":7}",
	    &json);
	ck_assert_int_eq(event_headers_agree(&m, json.event, &arena, &err), 0);
	h[0].value = "e-2";
	ck_assert_int_eq(event_headers_agree(&m, json.event, &arena, &err), -1);
	ck_assert_str_eq(err.msg,
	    "the header ce-id is 'e-2', but the event has 'e-1'; leave the header out, or let it "
	    "say the same");
	h[0] = (struct event_header){"ce-tenant", "a"};
	ck_assert_int_eq(event_headers_agree(&m, json.event, &arena, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "ce-tenant is not in the event"));
	h[0] = (struct event_header){"ce-id", "%"};
	ck_assert_int_eq(event_headers_agree(&m, json.event, &arena, &err), -1);
}
END_TEST

/* ---- any text ---- */

static uint64_t state;

static uint32_t
any(uint32_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * UINT64_C(2685821657736338717)) >> 33) % below;
}

static void
seed(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	state = (uint64_t)t.tv_nsec << 20 ^ (uint64_t)t.tv_sec;
	if (getenv("SEED") != NULL)
		state = strtoull(getenv("SEED"), NULL, 0);
	printf("SEED=%llu\n", (unsigned long long)state);
	fflush(stdout);
}

/* A character as a sender has to write it, or as it may be. */
static void
put_encoded(struct buf *to, const char *c, bool all)
{
	for (; *c != '\0'; c++)
		buf_putf(to,
		    *c <= ' ' || *c > '~' || *c == '%' || *c == '"' || all ? "%%%02X" : "%c",
		    (unsigned char)*c);
}

START_TEST(any_text_comes_through)
{
	static const char *const pieces[] = {
	    "a", "Z", "-", " ", "%", "%41", "\"", "\\", "é", "€", "😀", ":", "+", "/", ",", "票"};
	struct buf text = BUF_INIT(4096), sent = BUF_INIT(4096);
	struct events events;
	struct err err;
	const char *piece;

	seed();
	for (int i = 0; i < ROUNDS; i++) {
		buf_reset(&text);
		buf_reset(&sent);
		for (uint32_t n = 1 + any(20); n > 0; n--) {
			piece = pieces[any(sizeof(pieces) / sizeof(pieces[0]))];
			buf_puts(&text, piece);
			put_encoded(&sent, piece, any(8) == 0);
		}
		ck_assert_msg(
		    read_with("ce-subject", sent.data, &events, &err) == 0, "%s", err.msg);
		ck_assert_uint_eq(events.count, 1);
		ck_assert_str_eq(events.event[0].record.subject, text.data);
		arena_free(&arena);
	}
	buf_free(&text);
	buf_free(&sent);
}
END_TEST

START_TEST(any_bytes_get_a_sentence)
{
	static const char bytes[] = "%%%%\"\"\\0aAfFgG \xc3\xa9\xff-_:";
	struct events events;
	struct err err;
	char name[16] = "ce-", value[24];
	size_t len;

	seed();
	for (int i = 0; i < ROUNDS; i++) {
		len = any(3);
		for (size_t j = 0; j < len; j++)
			name[3 + j] = "abcXYZ019-_"[any(11)];
		name[3 + len] = '\0';
		len = any(sizeof(value));
		for (size_t j = 0; j < len; j++)
			value[j] = bytes[any(sizeof(bytes) - 1)];
		value[len] = '\0';
		err.msg[0] = '\0';
		ck_assert_int_eq(read_with(name, value, &events, &err) != 0, err.msg[0] != '\0');
		arena_free(&arena);
	}
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, NULL, teardown);
	tcase_add_test(t, a_right_one);
	tcase_add_test(t, extensions_are_kept);
	tcase_add_test(t, modes);
	tcase_add_test(t, without_data);
	tcase_add_loop_test(t, values, 0, (int)(sizeof(decoded) / sizeof(decoded[0])));
	tcase_add_loop_test(
	    t, headers_that_cannot_be_read, 0, (int)(sizeof(unreadable) / sizeof(unreadable[0])));
	tcase_add_loop_test(t, the_same_checks, 0, (int)(sizeof(wrong) / sizeof(wrong[0])));
	tcase_add_test(t, each_that_is_missing);
	tcase_add_test(t, bodies);
	tcase_add_test(t, depth);
	tcase_add_test(t, headers_beside_an_event);
	tcase_add_test(t, any_text_comes_through);
	tcase_add_test(t, any_bytes_get_a_sentence);
}

SUITE_MAIN("event_binary", add)
