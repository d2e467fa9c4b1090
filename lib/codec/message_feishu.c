/*
 * The custom robots of Feishu and Lark. With a secret, the body carries the time in seconds, and as
 * `sign` the HMAC-SHA256 of nothing by the key "TIME\nSECRET". The message is a post of text
 * elements, in which no markup is read.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "codec/message.h"

#define TEXT_MAX 15000 /* bytes; Feishu takes 20 KB of a whole message */

static void
sign(struct message *m, json_t *json, int64_t now)
{
	const struct receiver *r = m->receiver;
	struct buf key = BUF_INIT(r->secret_len + 64);
	char seconds[32];

	snprintf(seconds, sizeof(seconds), "%" PRId64, now / 1000);
	buf_putf(&key, "%s\n", seconds);
	buf_put(&key, r->secret, r->secret_len);
	json_object_set_new(json, "timestamp", json_string(seconds));
	json_object_set_new(
	    json, "sign", json_string(message_sign(m, buf_text(&key), key.len, "")));
	buf_free(&key);
}

static int
render(struct message *m, const struct message_task *task, struct err *err)
{
	const char *plain = message_plain(m, task, TEXT_MAX, err), *end;
	json_t *json, *lines = json_array();
	size_t len;

	if (plain == NULL) {
		json_decref(lines);
		return -1;
	}
	end = strchrnul(plain, '\n');
	len = (size_t)(end - plain);
	while (*end != '\0') {
		const char *at = end + 1;

		end = strchrnul(at, '\n');
		json_array_append_new(
		    lines, json_pack("[{ss ss%}]", "tag", "text", "text", at, (size_t)(end - at)));
	}
	json = json_pack("{ss s{s{s{ss% so}}}}", "msg_type", "post", "content", "post",
	    m->receiver->language == LANGUAGE_ZH ? "zh_cn" : "en_us", "title", plain, len,
	    "content", lines);
	if (m->receiver->secret != NULL)
		sign(m, json, task->now);
	message_head(m, "POST", "application/json");
	return message_json(m, json, err);
}

/* Too many messages. */
static enum sent
judge(const struct message *m, const struct message_answer *answer, struct err *why)
{
	static const long long passing[] = {11232, 99991400, 0};
	static const struct message_codes codes = {
	    {"code", "StatusCode"}, {"msg", "StatusMessage"}, passing};

	(void)m;
	return message_codes(&codes, answer, why);
}

const struct message_format message_feishu = {.render = render, .judge = judge};
