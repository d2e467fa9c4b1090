/*
 * message: what one receiver is sent, and what its answer means.
 *
 * The outbox holds events; a message is written from them when it is sent, for the receiver's kind
 * and as it is configured now. One file per kind, behind one table: message_webhook.c, ...
 *
 *   kind          sent as                                       the answer
 *   webhook       POST of the CloudEvent, Standard Webhooks     status
 *   alertmanager  POST of a list of alerts to /api/v2/alerts    status
 *   email         SMTP                                          status
 *   slack         POST of {"text":...}                          status, and `ok` or `success`
 *   dingtalk      POST of {"msgtype":"text",...}, signed URL    status, and `errcode`
 *   feishu        POST of {"msg_type":"post",...}, signed       status, and `code` or `StatusCode`
 *   wecom         POST of {"msgtype":"text",...}                status, and `errcode`
 *   template      as configured                                 status, and the text `success`
 */
#ifndef SLAD_CODEC_MESSAGE_H
#define SLAD_CODEC_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "codec/alert_text.h"
#include "codec/receiver.h"

#define MESSAGE_MAX (4u << 20) /* bytes of a body: some hundred alerts at once */
#define MESSAGE_HEADERS 24 /* of its own: what people configure, and four */

/* What there is to say. */
struct message_task {
	const char *id; /* of the message: the same at every attempt */
	size_t events; /* 1 or more; of several a person reads one line each */
	const char *const *event; /* CloudEvents, as the outbox has them */
	const char
	    *first; /* the id of the first message of this alert that was delivered, or NULL */
	const char *before; /* the event that was last delivered of this alert, or NULL */
	int64_t now;
};

struct message { /* all it points at lies in the arena */
	struct arena arena;
	const struct receiver *receiver;
	const char *url, *method; /* method NULL: it is mail */
	const char *body; /* NULL: none; has no NUL within */
	size_t body_len, headers;
	const char *header[MESSAGE_HEADERS]; /* "Name: value", the content type among them */
	const char *user, *password, *token; /* basic authentication, SMTP's; bearer */
};

/* How it was answered. */
struct message_answer {
	int status; /* of HTTP or SMTP; 0: there was none */
	const char *error; /* why there was none, or why the rest of it did not come; else "" */
	const char
	    *body; /* its beginning; of mail, the first line that refuses something; else "" */
	bool refused; /* user and password are wrong */
};

enum sent { SENT_DELIVERED, SENT_RETRY, SENT_FAILED };

/* Writes the message; on failure, for want of room or since an event is broken, it holds nothing.
 * The receiver is copied: another configuration leaves what is under way as it is. */
int message_render(
    struct message *m, const struct receiver *to, const struct message_task *task, struct err *err);
void message_free(struct message *m); /* all zero is fine */

/* `why` gets a sentence unless it was delivered, without any secret. */
enum sent message_judge(
    const struct message *m, const struct message_answer *answer, struct err *why);

/* By the status of HTTP alone: 2xx, those worth another attempt, all others. */
enum sent message_status(int status);

/* The places of a template: {{summary}}, ... They are escaped for what they stand in: a URL, or a
 * body of the content type. */
extern const char *const message_places[]; /* NULL-terminated */

/* The next place of a text from `*at` on, which is moved behind it: its name in the arena, NULL if
 * there is none any more. */
const char *message_place(const char **at, struct arena *a);

/* For the files of the kinds. */

struct message_format {
	int (*render)(struct message *m, const struct message_task *task, struct err *err);
	/* What the body of an answer 2xx says; NULL: no more than the status. */
	enum sent (*judge)(
	    const struct message *m, const struct message_answer *answer, struct err *why);
};

extern const struct message_format message_webhook, message_alertmanager, message_email,
    message_slack, message_dingtalk, message_feishu, message_wecom, message_template;

/* Sets the method, and the content type if it is not NULL. */
void message_head(struct message *m, const char *method, const char *content_type);
void message_header(struct message *m, const char *name, const char *value);

/* Takes over the text, or the JSON; -1 if it has no room. */
int message_body(struct message *m, struct buf *text, struct err *err);
int message_json(struct message *m, json_t *json, struct err *err);

/* The subject, the lines and, if `link`, nothing else: at most `max` bytes of text, whole lines.
 * In the arena; NULL with err if an event is broken. */
const char *message_plain(
    struct message *m, const struct message_task *task, size_t max, struct err *err);

/* base64(HMAC-SHA256(key, text)), in the arena. */
const char *message_sign(struct message *m, const void *key, size_t key_len, const char *text);

/* The text with all but the unreserved characters of RFC 3986 percent-encoded. */
void message_percent(struct buf *out, const char *text);

/* Judges by whole numbers among the members of a JSON answer: 0 is success, `passing` are worth
 * another attempt; the other member has the sentence. */
struct message_codes {
	const char *member[2], *says[2]; /* NULL: none */
	const long long *passing; /* 0 ends it */
};
enum sent message_codes(
    const struct message_codes *codes, const struct message_answer *answer, struct err *why);

#endif
