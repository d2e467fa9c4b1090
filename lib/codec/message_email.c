/*
 * E-mail: one plain text for all recipients (RFC 5322, MIME), base64 so that any language passes.
 * All messages about one alert are a thread: they refer to a root named after the alert, and, once
 * one of them was delivered, to that one. Header fields take no byte from an event that is not
 * encoded, or clean of line breaks.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/stamp.h"
#include "codec/message.h"

#define LINE_BYTES 57 /* that make a line of 76 in base64 */
#define WORD_BYTES 39 /* that make an encoded word of 52 and its frame of 12: lines of up to 76 */
#define PLAIN_MAX 60 /* bytes of a subject that needs no folding */

static void
base64_put(struct buf *out, const char *bytes, size_t len)
{
	unsigned char text[4 * (LINE_BYTES / 3) + 1];

	EVP_EncodeBlock(text, (const unsigned char *)bytes, (int)len);
	buf_puts(out, (const char *)text);
}

static bool
is_plain(const char *text)
{
	for (const char *s = text; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || (unsigned char)*s >= 0x7f)
			return false;
	return strlen(text) <= PLAIN_MAX && strstr(text, "=?") == NULL;
}

/* RFC 2047: encoded words, each of whole characters. */
static void
subject_put(struct buf *out, const char *text)
{
	size_t left = strlen(text), n;

	buf_puts(out, "Subject: ");
	if (is_plain(text)) {
		buf_puts(out, text);
		left = 0;
	}
	for (const char *s = text; left > 0; s += n, left -= n) {
		n = left < WORD_BYTES ? left : WORD_BYTES;
		while (n < left && ((unsigned char)s[n] & 0xc0) == 0x80)
			n--;
		buf_puts(out, s == text ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?");
		base64_put(out, s, n);
		buf_puts(out, "?=");
	}
	buf_puts(out, "\r\n");
}

/* "Date: Sat, 21 Nov 2026 01:00:00 +0000" */
static void
date_put(struct buf *out, int64_t t)
{
	static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"},
				 *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
				     "Aug", "Sep", "Oct", "Nov", "Dec"};
	int64_t day = stamp_floor(t, STAMP_DAY) / STAMP_DAY, second = (t - day * STAMP_DAY) / 1000;
	struct civil c = civil_from_days(day);

	buf_putf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[civil_weekday(day)],
	    c.day, months[c.month - 1], c.year, (int)(second / 3600), (int)(second / 60 % 60),
	    (int)(second % 60));
}

static void
id_put(struct buf *out, const char *id)
{
	for (const char *s = id; *s != '\0'; s++)
		buf_put(out, *s > ' ' && *s < 0x7f && strchr("<>@\"\\", *s) == NULL ? s : "_", 1);
}

static void
thread_put(struct buf *out, const struct message_task *task, const char *alert, const char *domain)
{
	if (alert == NULL)
		return;
	if (task->first != NULL) {
		buf_puts(out, "In-Reply-To: <");
		id_put(out, task->first);
		buf_putf(out, "@%s>\r\n", domain);
	}
	buf_puts(out, "References: <slad_alert_");
	id_put(out, alert);
	buf_putf(out, "@%s>", domain);
	if (task->first != NULL) {
		buf_puts(out, "\r\n <");
		id_put(out, task->first);
		buf_putf(out, "@%s>", domain);
	}
	buf_puts(out, "\r\n");
}

static int64_t
event_time(const struct alert_text *t, int64_t now)
{
	const char *text = json_string_value(json_object_get(t->event, "time"));
	int64_t time;

	return text != NULL && stamp_parse(text, &time, NULL) == 0 ? time : now;
}

static void
headers_put(
    struct buf *out, const struct message *m, const struct message_task *task, struct alert_text *t)
{
	const struct receiver *r = m->receiver;
	const char *at = strrchr(r->from, '@'), *domain = at == NULL ? "slad" : at + 1;

	date_put(out, event_time(t, task->now));
	buf_putf(out, "From: %s\r\nTo: ", r->from);
	for (size_t i = 0; i < r->tos; i++)
		buf_putf(out, "%s%s", i == 0 ? "" : ",\r\n ", r->to[i]);
	buf_puts(out, "\r\n");
	subject_put(out, t->subject);
	buf_puts(out, "Message-ID: <");
	id_put(out, task->id);
	buf_putf(out, "@%s>\r\n", domain);
	thread_put(out, task, alert_text_member(t, "alert"), domain);
	buf_puts(out,
	    "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n");
}

static void
text_put(struct buf *out, const struct buf *text)
{
	size_t n;

	for (size_t at = 0; at < text->len; at += n) {
		n = text->len - at < LINE_BYTES ? text->len - at : LINE_BYTES;
		base64_put(out, text->data + at, n);
		buf_puts(out, "\r\n");
	}
}

static int
render(struct message *m, const struct message_task *task, struct err *err)
{
	struct buf out = BUF_INIT(MESSAGE_MAX), text = BUF_INIT(MESSAGE_MAX);
	struct alert_text t;

	if (alert_text_several(&t, task->event, task->events, m->receiver, err) != 0)
		return -1;
	m->user = m->receiver->user;
	m->password = m->receiver->password;
	headers_put(&out, m, task, &t);
	buf_putf(&text, "%s\n\n", t.subject);
	alert_text_plain(&t, m->receiver->language, &text);
	text_put(&out, &text);
	buf_free(&text);
	alert_text_free(&t);
	return message_body(m, &out, err);
}

const struct message_format message_email = {.render = render};
