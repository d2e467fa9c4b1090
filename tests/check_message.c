#include "message.h"

#include "codec/standard_webhooks.h"
#include "suite.h"

START_TEST(test_webhook)
{
	struct receiver r = {.name = "hook", .url = "http://x/", .secret = "k\0y", .secret_len = 3};
	char signature[STANDARD_WEBHOOKS_SIGNATURE];
	struct standard_webhook w = {"msg_9", NOW / 1000, "{\"any\":1}", 9};

	render(&r, "{\"any\":1}", (struct message_task){.id = "msg_9"});
	ck_assert_int_eq(standard_webhooks_sign(&w, "k\0y", 3, signature, NULL), 0);
	ck_assert_str_eq(message.body, "{\"any\":1}");
	ck_assert_str_eq(message.url, "http://x/");
	ck_assert_str_eq(header("Content-Type"), "application/cloudevents+json");
	ck_assert_str_eq(header("webhook-id"), "msg_9");
	ck_assert_str_eq(header("webhook-timestamp"), "1795222800");
	ck_assert_str_eq(header("webhook-signature"), signature);
	r.secret = NULL;
	render(&r, "{\"any\":1}", (struct message_task){.id = "msg_9"});
	ck_assert_ptr_null(header("webhook-signature"));
	judged(200, "{\"errcode\":1}", SENT_DELIVERED, "");
	judged(302, "", SENT_FAILED, "redirects are not followed");
}
END_TEST

START_TEST(test_status)
{
	for (int status = 0; status < 1000; status++) {
		enum sent wanted = SENT_FAILED;

		if (status / 100 == 2)
			wanted = SENT_DELIVERED;
		else if (status == 0 || status == 408 || status == 425 || status == 429 ||
		    status / 100 == 5)
			wanted = SENT_RETRY;
		ck_assert_msg(message_status(status) == wanted, "%d", status);
	}
}
END_TEST

/* A broken event is no message of any kind that reads it. */
START_TEST(test_broken)
{
	static const char *const to[] = {"a@b"};
	const char *event = "[";
	struct message_task task = {.id = "m", .events = 1, .event = &event, .now = NOW};
	struct message m;
	struct err err;

	for (int kind = RECEIVER_WEBHOOK + 1; kind < RECEIVER_KINDS; kind++) {
		struct receiver r = {.name = "r",
		    .kind = (enum receiver_kind)kind,
		    .url = "http://x/",
		    .from = "a@b",
		    .to = to,
		    .tos = 1};

		ck_assert_int_eq(message_render(&m, &r, &task, &err), -1);
		ck_assert_str_eq(err.msg, "the stored message is no JSON object");
		ck_assert_ptr_null(m.receiver);
	}
}
END_TEST

/* Whole lines, the first of them always. */
START_TEST(test_plain_is_cut)
{
	struct receiver r = {.name = "r", .kind = RECEIVER_WECOM, .url = "http://x/"};
	const char *event = FIRED, *text;
	struct message_task task = {.id = "m", .events = 1, .event = &event, .now = NOW};

	render(&r, FIRED, (struct message_task){.id = NULL});
	text = message_plain(&message, &task, 120, NULL);
	ck_assert_str_eq(text,
	    "[important] slow (acme / mail): Timely response rate 94% (A 6 of B 100), below 95%\n"
	    "Alert: 17\nState: fired, important");
	text = message_plain(&message, &task, 100000, NULL);
	ck_assert_str_eq(text + strlen(text) - 14, "Message: msg_1");
}
END_TEST

START_TEST(test_receivers)
{
	static const struct header_line header = {"a", "b"}, other = {"a", "c"};
	static const char *const to[] = {"a@b", "c@d"};
	const struct receiver full = {.name = "r",
	    .kind = RECEIVER_TEMPLATE,
	    .url = "u",
	    .secret = "a\0b",
	    .secret_len = 3,
	    .to = to,
	    .tos = 2,
	    .header = &header,
	    .headers = 1,
	    .repeat = 5};
	struct receiver changed = full;
	struct arena a = {0};
	const struct receiver *copy = receiver_copy(&full, &a);

	ck_assert(receiver_same(copy, &full));
	ck_assert_ptr_ne(copy->url, full.url);
	ck_assert_mem_eq(copy->secret, "a\0b", 4);
	changed.name = "other";
	ck_assert(receiver_same(copy, &changed));
	changed.secret = "a\0c";
	ck_assert(!receiver_same(copy, &changed));
	changed = full;
	changed.header = &other;
	ck_assert(!receiver_same(copy, &changed));
	changed = full;
	changed.tos = 1;
	ck_assert(!receiver_same(copy, &changed));
	changed = full;
	changed.base_url = "x";
	ck_assert(!receiver_same(copy, &changed));
	changed = full;
	changed.repeat = 6;
	ck_assert(!receiver_same(copy, &changed));
	arena_free(&a);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, test_webhook);
	tcase_add_test(t, test_status);
	tcase_add_test(t, test_broken);
	tcase_add_test(t, test_plain_is_cut);
	tcase_add_test(t, test_receivers);
}

SUITE_MAIN("message", add)
