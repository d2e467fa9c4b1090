/*
 * Slack's incoming webhooks, and those that speak like them. Text is sent as it is, without
 * Slack's markup; `&`, `<` and `>` are escaped, so that no name calls a channel or makes a link.
 */
#include <string.h>

#include "codec/message.h"

#define TEXT_MAX 30000 /* bytes; Slack cuts a text after 40,000 characters, with its escapes */

static void
escape(struct buf *out, const char *text)
{
	for (const char *s = text; *s != '\0'; s++) {
		if (*s == '&')
			buf_puts(out, "&amp;");
		else if (*s == '<')
			buf_puts(out, "&lt;");
		else if (*s == '>')
			buf_puts(out, "&gt;");
		else
			buf_put(out, s, 1);
	}
}

static int
render(struct message *m, const struct message_task *task, struct err *err)
{
	struct buf text = BUF_INIT(MESSAGE_MAX);
	const char *plain = message_plain(m, task, TEXT_MAX, err);
	json_t *json;

	if (plain == NULL)
		return -1;
	message_head(m, "POST", "application/json");
	escape(&text, plain);
	json = json_pack("{ss sb}", "text", buf_text(&text), "mrkdwn", 0);
	buf_free(&text);
	return message_json(m, json, err);
}

static enum sent
judge(const struct message *m, const struct message_answer *answer, struct err *why)
{
	json_t *json = json_loads(answer->body, JSON_DISABLE_EOF_CHECK, NULL);
	const char *error = json_string_value(json_object_get(json, "error"));
	enum sent outcome = SENT_DELIVERED;
	struct arena a = {0};

	(void)m;
	if (json_is_false(json_object_get(json, "ok")) ||
	    json_is_false(json_object_get(json, "success"))) {
		if (error == NULL)
			error = "no reason given";
		outcome = strcmp(error, "ratelimited") == 0 || strcmp(error, "rate_limited") == 0
		    ? SENT_RETRY
		    : SENT_FAILED;
		err_set(why, "the receiver answered 200 with an error: %s",
		    alert_clean(error, 160, &a));
	}
	arena_free(&a);
	json_decref(json);
	return outcome;
}

const struct message_format message_slack = {.render = render, .judge = judge};
