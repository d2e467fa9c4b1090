/*
 * DingTalk's custom robots. With a secret, the URL carries the time in milliseconds, and as `sign`
 * the HMAC-SHA256 by the secret of "TIME\nSECRET".
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "codec/message.h"

#define TEXT_MAX 15000 /* bytes; DingTalk takes 20,000 of a whole message */

static const char *
signed_url(struct message *m, int64_t now)
{
	const struct receiver *r = m->receiver;
	struct buf text = BUF_INIT(r->secret_len + 64), url = BUF_INIT(MESSAGE_MAX);
	const char *sign, *out;

	buf_putf(&text, "%" PRId64 "\n", now);
	buf_put(&text, r->secret, r->secret_len);
	sign = message_sign(m, r->secret, r->secret_len, buf_text(&text));
	buf_putf(&url, "%s%ctimestamp=%" PRId64 "&sign=", r->url,
	    strchr(r->url, '?') == NULL ? '?' : '&', now);
	message_percent(&url, sign);
	out = arena_strdup(&m->arena, buf_text(&url));
	buf_free(&text);
	buf_free(&url);
	return out;
}

static int
render(struct message *m, const struct message_task *task, struct err *err)
{
	const char *plain = message_plain(m, task, TEXT_MAX, err);

	if (plain == NULL)
		return -1;
	message_head(m, "POST", "application/json;charset=utf-8");
	if (m->receiver->secret != NULL)
		m->url = signed_url(m, task->now);
	return message_json(
	    m, json_pack("{ss s{ss}}", "msgtype", "text", "text", "content", plain), err);
}

/* -1: busy; the others: too many messages in a minute. */
static enum sent
judge(const struct message *m, const struct message_answer *answer, struct err *why)
{
	static const long long passing[] = {-1, 130101, 410100, 0};
	static const struct message_codes codes = {{"errcode"}, {"errmsg"}, passing};

	(void)m;
	return message_codes(&codes, answer, why);
}

const struct message_format message_dingtalk = {.render = render, .judge = judge};
