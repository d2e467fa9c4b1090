#include "codec/message.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "codec/json_text.h"

#define QUOTED_MAX 160 /* bytes of an answer that an error quotes */
#define MAC_LEN 32

static const struct message_format *const formats[RECEIVER_KINDS] = {
    [RECEIVER_WEBHOOK] = &message_webhook,
    [RECEIVER_ALERTMANAGER] = &message_alertmanager,
    [RECEIVER_EMAIL] = &message_email,
    [RECEIVER_SLACK] = &message_slack,
    [RECEIVER_DINGTALK] = &message_dingtalk,
    [RECEIVER_FEISHU] = &message_feishu,
    [RECEIVER_WECOM] = &message_wecom,
    [RECEIVER_TEMPLATE] = &message_template,
};

int
message_render(
    struct message *m, const struct receiver *to, const struct message_task *task, struct err *err)
{
	*m = (struct message){.headers = 0};
	m->receiver = to = receiver_copy(to, &m->arena);
	m->url = to->url;
	if (formats[to->kind]->render(m, task, err) == 0)
		return 0;
	message_free(m);
	return -1;
}

void
message_free(struct message *m)
{
	arena_free(&m->arena);
	*m = (struct message){.headers = 0};
}

enum sent
message_status(int status)
{
	if (status >= 200 && status < 300)
		return SENT_DELIVERED;
	if (status == 0 || status == 408 || status == 425 || status == 429 ||
	    (status >= 500 && status < 600))
		return SENT_RETRY;
	return SENT_FAILED;
}

/* SMTP's statuses mean the opposite: 4xx passes, 5xx stays. */
static enum sent
mail_judge(const struct message_answer *answer, struct err *why)
{
	struct arena a = {0};
	const char *said = answer->body[0] != '\0' ? answer->body : answer->error;

	if (answer->error[0] == '\0' && answer->status / 100 == 2)
		return SENT_DELIVERED;
	said = alert_clean(said, QUOTED_MAX, &a);
	err_set(why, "%s%s", answer->body[0] != '\0' ? "the mail server answered " : "", said);
	arena_free(&a);
	if (answer->status / 100 == 4)
		return SENT_RETRY;
	return answer->status / 100 == 5 || answer->refused ? SENT_FAILED : SENT_RETRY;
}

static void
status_why(const struct message_answer *answer, struct err *why)
{
	if (answer->status == 0)
		err_set(why, "%s", answer->error);
	else if (answer->status >= 300 && answer->status < 400)
		err_set(
		    why, "the receiver answered %d; redirects are not followed", answer->status);
	else
		err_set(why, "the receiver answered %d", answer->status);
}

enum sent
message_judge(const struct message *m, const struct message_answer *answer, struct err *why)
{
	const struct message_format *format = formats[m->receiver->kind];
	enum sent outcome;

	if (m->method == NULL)
		return mail_judge(answer, why);
	outcome = message_status(answer->status);
	if (outcome == SENT_DELIVERED && format->judge != NULL)
		return format->judge(m, answer, why);
	if (outcome != SENT_DELIVERED)
		status_why(answer, why);
	return outcome;
}

void
message_header(struct message *m, const char *name, const char *value)
{
	size_t size = strlen(name) + strlen(value) + 3;
	char *line = arena_alloc(&m->arena, size, 1);

	assert(m->headers < MESSAGE_HEADERS);
	snprintf(line, size, "%s: %s", name, value);
	m->header[m->headers++] = line;
}

void
message_head(struct message *m, const char *method, const char *content_type)
{
	m->method = method;
	if (content_type != NULL)
		message_header(m, "Content-Type", content_type);
}

int
message_body(struct message *m, struct buf *text, struct err *err)
{
	int r = 0;

	if (buf_ok(text)) {
		m->body = arena_strndup(&m->arena, buf_text(text), text->len);
		m->body_len = text->len;
	} else {
		r = err_set(err, "the message has no room left");
	}
	buf_free(text);
	return r;
}

int
message_json(struct message *m, json_t *json, struct err *err)
{
	struct buf text = BUF_INIT(MESSAGE_MAX);

	if (json == NULL || json_text(json, &text, false) != 0)
		text.full = true;
	json_decref(json);
	return message_body(m, &text, err);
}

const char *
message_plain(struct message *m, const struct message_task *task, size_t max, struct err *err)
{
	enum language l = m->receiver->language;
	struct buf text = BUF_INIT(MESSAGE_MAX);
	struct alert_text t;
	char *copy;
	size_t len;

	if (alert_text_several(&t, task->event, task->events, m->receiver, err) != 0)
		return NULL;
	buf_putf(&text, "%s\n", t.subject);
	alert_text_plain(&t, l, &text);
	alert_text_free(&t);
	len = text.len < max ? text.len : max;
	while (text.len > max && len > 0 && text.data[len - 1] != '\n')
		len--;
	while (len > 0 && text.data[len - 1] == '\n')
		len--;
	copy = arena_strndup(&m->arena, buf_text(&text), len);
	buf_free(&text);
	return copy;
}

const char *
message_sign(struct message *m, const void *key, size_t key_len, const char *text)
{
	unsigned char sum[MAC_LEN], *done;
	char *sign = arena_alloc(&m->arena, 4 * (MAC_LEN / 3 + 1) + 1, 1);
	unsigned len = 0;

	assert(key_len <= INT32_MAX);
	done = HMAC(
	    EVP_sha256(), key, (int)key_len, (const unsigned char *)text, strlen(text), sum, &len);
	assert(done != NULL && len == MAC_LEN);
	EVP_EncodeBlock((unsigned char *)sign, sum, MAC_LEN);
	return sign;
}

void
message_percent(struct buf *out, const char *text)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					 "0123456789-._~";

	for (const char *s = text; *s != '\0'; s++) {
		if (strchr(unreserved, *s) != NULL)
			buf_put(out, s, 1);
		else
			buf_putf(out, "%%%02X", (unsigned)(unsigned char)*s);
	}
}

static bool
is_passing(const struct message_codes *codes, long long code)
{
	for (const long long *p = codes->passing; *p != 0; p++)
		if (*p == code)
			return true;
	return false;
}

/* What a robot says of its code; "" for nothing. */
static const char *
code_says(const struct message_codes *codes, const json_t *json)
{
	const char *says = NULL;

	for (int i = 0; i < 2 && says == NULL && codes->says[i] != NULL; i++)
		says = json_string_value(json_object_get(json, codes->says[i]));
	return says == NULL ? "" : says;
}

/* Robots have more codes for "too fast" than they document, and say it in words. */
static bool
is_limit(const char *says)
{
	static const char *const words[] = {
	    "too fast", "too many", "frequency", "rate limit", "限流", "频率"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasestr(says, words[i]) != NULL)
			return true;
	return false;
}

static void
code_why(int status, long long code, const char *says, struct err *why)
{
	struct arena a = {0};

	err_set(why, "the receiver answered %d with code %lld%s%s", status, code,
	    *says == '\0' ? "" : ": ", alert_clean(says, QUOTED_MAX, &a));
	arena_free(&a);
}

enum sent
message_codes(
    const struct message_codes *codes, const struct message_answer *answer, struct err *why)
{
	json_t *json = json_loads(answer->body, JSON_DISABLE_EOF_CHECK, NULL);
	enum sent outcome = SENT_DELIVERED;
	bool any = false;

	for (int i = 0; i < 2 && outcome == SENT_DELIVERED && codes->member[i] != NULL; i++) {
		const json_t *member = json_object_get(json, codes->member[i]);
		long long code = json_integer_value(member);
		const char *says = code_says(codes, json);

		any = any || json_is_integer(member);
		if (code == 0)
			continue;
		outcome = is_passing(codes, code) || is_limit(says) ? SENT_RETRY : SENT_FAILED;
		code_why(answer->status, code, says, why);
	}
	json_decref(json);
	if (any)
		return outcome;
	err_set(why, "the receiver answered %d without '%s': this is not the robot's answer",
	    answer->status, codes->member[0]);
	return SENT_RETRY;
}
