/*
 * The group robots of WeCom, whose URL is the secret.
 */
#include "codec/message.h"

#define TEXT_MAX 2000 /* bytes; WeCom takes 2048 of a text */

static int
render(struct message *m, const struct message_task *task, struct err *err)
{
	const char *plain = message_plain(m, task, TEXT_MAX, err);

	if (plain == NULL)
		return -1;
	message_head(m, "POST", "application/json");
	return message_json(
	    m, json_pack("{ss s{ss}}", "msgtype", "text", "text", "content", plain), err);
}

/* -1: busy; the others: too many messages in a minute, or at once. */
static enum sent
judge(const struct message *m, const struct message_answer *answer, struct err *why)
{
	static const long long passing[] = {-1, 45009, 45033, 0};
	static const struct message_codes codes = {{"errcode"}, {"errmsg"}, passing};

	(void)m;
	return message_codes(&codes, answer, why);
}

const struct message_format message_wecom = {.render = render, .judge = judge};
