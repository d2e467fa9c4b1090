#include "message.h"
#include "suite.h"

static struct receiver template(const char *url, const char *content_type, const char *body)
{
	return (struct receiver){.name = "sms",
	    .kind = RECEIVER_TEMPLATE,
	    .url = url,
	    .content_type = content_type,
	    .body = body};
}

static void
fills(const char *content_type, const char *body, const char *wanted)
{
	struct receiver r = template("https://x/", content_type, body);

	render(&r, EVENT("alert.fired", HOSTILE_JSON, ""), (struct message_task){.id = "m\"1"});
	ck_assert_str_eq(message.body, wanted);
	ck_assert_str_eq(header("Content-Type"), content_type);
}

START_TEST(test_escaped)
{
	fills("application/json", "{\"t\":\"{{service}}\"}",
	    "{\"t\":\""
	    "q\\\"uo\\\\te  Bcc: x@y "
	    "<!channel> <b>&amp; *{{rule}}*"
	    "\"}");
	fills("application/x-www-form-urlencoded", "a={{ message }}&t={{service}}",
	    "a=m%221&t=q%22uo%5Cte%20%20Bcc%3A%20x%40y%20%3C%21channel%3E%20%3Cb%3E%26amp%3B%20%2A"
	    "%7B%7Brule%7D%7D%2A");
	fills("text/xml", "<t>{{service}}</t>",
	    "<t>q&#34;uo\\te  Bcc: x@y &#60;!channel&#62; &#60;b&#62;&#38;amp; *{{rule}}*</t>");
	fills("text/plain", "{{service}}", HOSTILE_LINE);
}
END_TEST

START_TEST(test_places)
{
	fills("text/plain", "{{rule}}/{{level}}/{{a}}/{{b}}/{{alert}}/{{agreement}}/{{indicator}}",
	    "slow/important/6/100/17/acme/timely_response_rate");
	fills("text/plain", "{{value}}, {{threshold}}; {{type}} {{time}}",
	    "94% (A 6 of B 100), below 95%; slad.alert.fired 2026-11-21T00:59:00.000Z");
	fills("text/plain", "[{{team}}{{reason}}{{link}}{{nothing}}] {{ {{}} }}", "[]  }}");
	fills("text/plain", "{{", "{{");
	fills("text/plain", "}}{{}}{{  }}", "}}");
}
END_TEST

START_TEST(test_event)
{
	struct receiver r = template("https://x/", "application/json", "{\"e\":\"{{event}}\"}");
	json_t *json;

	render(&r, FIRED, (struct message_task){.id = NULL});
	json = body_json();
	ck_assert_str_eq(json_string_value(json_object_get(json, "e")), FIRED);
	json_decref(json);
}
END_TEST

START_TEST(test_get)
{
	struct receiver r =
	    template("https://x/?t={{service}}&l={{level}}", "application/json", NULL);

	r.method = SEND_GET;
	render(&r, EVENT("alert.fired", "a&b=c#d/..", ""), (struct message_task){.id = NULL});
	ck_assert_str_eq(message.url, "https://x/?t=a%26b%3Dc%23d%2F..&l=important");
	ck_assert_str_eq(message.method, "GET");
	ck_assert_ptr_null(message.body);
	ck_assert_uint_eq(message.headers, 0);
}
END_TEST

START_TEST(test_headers)
{
	static const struct header_line lines[] = {{"X-A", "b"}, {"Authorization", "c"}};
	struct receiver r = template("https://x/", "text/plain", "x");

	r.header = lines;
	r.headers = 2;
	r.method = SEND_PUT;
	render(&r, FIRED, (struct message_task){.id = NULL});
	ck_assert_str_eq(message.method, "PUT");
	ck_assert_str_eq(header("X-A"), "b");
	ck_assert_str_eq(header("Authorization"), "c");
}
END_TEST

START_TEST(test_success)
{
	struct receiver r = template("https://x/", "text/plain", "x");

	render(&r, FIRED, (struct message_task){.id = NULL});
	judged(204, "ERR", SENT_DELIVERED, "");
	r.success = "^(OK|0)[ :]";
	render(&r, FIRED, (struct message_task){.id = NULL});
	judged(200, "OK 12", SENT_DELIVERED, "");
	judged(200, "0: sent", SENT_DELIVERED, "");
	judged(200, "ERR 12 OK ", SENT_FAILED, "answered 200 without what `success` asks for");
	judged(500, "OK 1", SENT_RETRY, "answered 500");
	r.success = "a+b";
	render(&r, FIRED, (struct message_task){.id = NULL});
	judged(200, "x a+b x", SENT_DELIVERED, "");
	judged(200, "aab", SENT_DELIVERED, "");
	judged(200, "b", SENT_FAILED, "success");
}
END_TEST

START_TEST(test_place_names)
{
	const char *at = "a {{ b }}{{c}} {{";
	struct arena a = {0};

	ck_assert_str_eq(message_place(&at, &a), "b");
	ck_assert_str_eq(message_place(&at, &a), "c");
	ck_assert_ptr_null(message_place(&at, &a));
	arena_free(&a);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, test_escaped);
	tcase_add_test(t, test_places);
	tcase_add_test(t, test_event);
	tcase_add_test(t, test_get);
	tcase_add_test(t, test_headers);
	tcase_add_test(t, test_success);
	tcase_add_test(t, test_place_names);
}

SUITE_MAIN("message_template", add)
