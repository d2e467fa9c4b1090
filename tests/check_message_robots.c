#include "message.h"
#include "suite.h"

#define HOSTILE_EVENT EVENT("alert.fired", HOSTILE_JSON, "")
#define DINGTALK_SIGN "jeVucVl3PllLvH9vQfXKr1TG6MdGrdQhG7vGmLcovzk%3D"
#define FEISHU_SIGN "Me4Ht8yzOZgu/mxWpFkqSh1z1C3iih78Js2L5kLWtaU="

static struct receiver
robot(enum receiver_kind kind)
{
	return (struct receiver){.name = "chat",
	    .kind = kind,
	    .url = "https://x/send?key=1",
	    .secret = "this is secret",
	    .secret_len = 14};
}

static const char *
at(const json_t *json, const char *one, const char *two)
{
	return json_string_value(json_object_get(json_object_get(json, one), two));
}

/* No name calls a channel, makes a link or a markup. */
START_TEST(test_slack)
{
	struct receiver r = robot(RECEIVER_SLACK);
	json_t *json;
	const char *text;

	render(&r, HOSTILE_EVENT, (struct message_task){.id = NULL});
	ck_assert_str_eq(message.url, r.url);
	json = body_json();
	ck_assert(json_is_false(json_object_get(json, "mrkdwn")));
	text = json_string_value(json_object_get(json, "text"));
	ck_assert_ptr_null(strpbrk(text, "<>"));
	ck_assert_ptr_nonnull(strstr(text, "&lt;!channel&gt; &lt;b&gt;&amp;amp; "));
	json_decref(json);
	judged(200, "ok", SENT_DELIVERED, "");
	judged(200, "", SENT_DELIVERED, "");
	judged(200, "{\"ok\":true}", SENT_DELIVERED, "");
	judged(200, "{\"ok\":false,\"error\":\"invalid_auth\"}", SENT_FAILED, ": invalid_auth");
	judged(200, "{\"ok\":false,\"error\":\"ratelimited\"}", SENT_RETRY, ": ratelimited");
	judged(200, "{\"success\":false}", SENT_FAILED, "no reason given");
	judged(404, "no_service", SENT_FAILED, "answered 404");
	judged(429, "", SENT_RETRY, "answered 429");
}
END_TEST

/* The signature by `openssl dgst -sha256 -hmac`. */
START_TEST(test_dingtalk)
{
	struct receiver r = robot(RECEIVER_DINGTALK);
	json_t *json;

	render(&r, HOSTILE_EVENT, (struct message_task){.id = NULL});
	ck_assert_str_eq(
	    message.url, "https://x/send?key=1&timestamp=1795222800000&sign=" DINGTALK_SIGN);
	json = body_json();
	ck_assert_ptr_nonnull(strstr(at(json, "text", "content"), HOSTILE_LINE));
	ck_assert_uint_eq(json_object_size(json), 2);
	json_decref(json);
	r.secret = NULL;
	render(&r, FIRED, (struct message_task){.id = NULL});
	ck_assert_str_eq(message.url, r.url);
	judged(200, "{\"errcode\":0,\"errmsg\":\"ok\"}", SENT_DELIVERED, "");
	judged(200, "{\"errcode\":130101,\"errmsg\":\"x\"}", SENT_RETRY, "code 130101: x");
	judged(200, "{\"errcode\":410100}", SENT_RETRY, "code 410100");
	judged(200, "{\"errcode\":7,\"errmsg\":\"Too Fast\"}", SENT_RETRY, "Too Fast");
	judged(200, "{\"errcode\":310000,\"errmsg\":\"sign\\nnot match\"}", SENT_FAILED,
	    "code 310000: sign not match");
	judged(200, "{\"errcode\":\"0\"}", SENT_RETRY, "without 'errcode'");
	judged(200, "<html>", SENT_RETRY, "without 'errcode'");
	judged(403, "{\"errcode\":0}", SENT_FAILED, "answered 403");
}
END_TEST

START_TEST(test_feishu)
{
	struct receiver r = robot(RECEIVER_FEISHU);
	json_t *json, *post, *line;

	render(&r, HOSTILE_EVENT, (struct message_task){.id = NULL});
	json = body_json();
	ck_assert_str_eq(json_string_value(json_object_get(json, "timestamp")), "1795222800");
	ck_assert_str_eq(json_string_value(json_object_get(json, "sign")), FEISHU_SIGN);
	post = json_object_get(json_object_get(json_object_get(json, "content"), "post"), "en_us");
	ck_assert_ptr_nonnull(
	    strstr(json_string_value(json_object_get(post, "title")), HOSTILE_LINE));
	line = json_array_get(json_array_get(json_object_get(post, "content"), 0), 0);
	ck_assert_str_eq(json_string_value(json_object_get(line, "tag")), "text");
	ck_assert_str_eq(json_string_value(json_object_get(line, "text")), "Alert: 17");
	json_decref(json);
	judged(200, "{\"StatusCode\":0,\"code\":0}", SENT_DELIVERED, "");
	judged(200, "{\"StatusCode\":0,\"StatusMessage\":\"success\"}", SENT_DELIVERED, "");
	judged(200, "{\"code\":19021,\"msg\":\"sign match fail\"}", SENT_FAILED, "sign match fail");
	judged(200, "{\"StatusCode\":1,\"StatusMessage\":\"bad\"}", SENT_FAILED, "code 1: bad");
	judged(200, "{\"code\":11232}", SENT_RETRY, "code 11232");
	judged(200, "{\"code\":9499,\"msg\":\"too many request\"}", SENT_RETRY, "code 9499");
	judged(200, "{\"code\":9499,\"msg\":\"Bad Request\"}", SENT_FAILED, "code 9499");
}
END_TEST

/* Many events with long names: whole lines, as many as it takes. */
START_TEST(test_wecom)
{
	struct receiver r = robot(RECEIVER_WECOM);
	char name[300], event[2000];
	const char *events[10], *text;
	struct message_task task = {.id = "m", .events = 10, .event = events, .now = NOW};
	json_t *json;

	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	snprintf(event, sizeof(event), EVENT("alert.fired", "%s", ""), name);
	for (size_t i = 0; i < 10; i++)
		events[i] = event;
	ck_assert_int_eq(message_render(&message, &r, &task, NULL), 0);
	json = body_json();
	text = at(json, "text", "content");
	ck_assert_uint_le(strlen(text), 2048);
	ck_assert_uint_gt(strlen(text), 1500);
	ck_assert_str_eq(text + strlen(text) - 9, "below 95%");
	json_decref(json);
	judged(200, "{\"errcode\":0,\"errmsg\":\"ok\"}", SENT_DELIVERED, "");
	judged(200, "{\"errcode\":-1,\"errmsg\":\"system busy\"}", SENT_RETRY, "code -1");
	judged(200, "{\"errcode\":45009}", SENT_RETRY, "code 45009");
	judged(200, "{\"errcode\":93000,\"errmsg\":\"invalid\"}", SENT_FAILED, "invalid");
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, test_slack);
	tcase_add_test(t, test_dingtalk);
	tcase_add_test(t, test_feishu);
	tcase_add_test(t, test_wecom);
}

SUITE_MAIN("message_robots", add)
