/*
 * receiver: somebody who is told of alerts, as the configuration names them.
 *
 * A receiver is of one kind, which says how messages are written and sent, and what its answers
 * mean; the fields that are not of its kind are NULL or 0. All zero but for name and url, it is a
 * webhook without a signature.
 */
#ifndef SLAD_CODEC_RECEIVER_H
#define SLAD_CODEC_RECEIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "domain/delivery.h"

enum receiver_kind {
	RECEIVER_WEBHOOK,
	RECEIVER_ALERTMANAGER,
	RECEIVER_EMAIL,
	RECEIVER_SLACK,
	RECEIVER_DINGTALK,
	RECEIVER_FEISHU,
	RECEIVER_WECOM,
	RECEIVER_TEMPLATE
};
#define RECEIVER_KINDS 8
extern const char *const receiver_kind_names[]; /* "webhook", ...; NULL-terminated */

enum language { LANGUAGE_EN, LANGUAGE_ZH };
#define LANGUAGES 2
extern const char *const language_names[]; /* "en", "zh"; NULL-terminated */

enum starttls { STARTTLS_REQUIRED, STARTTLS_TRY, STARTTLS_NEVER };
extern const char *const starttls_names[]; /* NULL-terminated */

enum send_method { SEND_POST, SEND_PUT, SEND_GET };
extern const char *const send_method_names[]; /* NULL-terminated */

struct header_line {
	const char *name, *value;
};

struct receiver {
	const char *name;
	enum receiver_kind kind;
	enum language language;
	const char
	    *base_url; /* of slad as people reach it, without a '/' at its end; NULL: unknown */
	struct delivery_policy policy;
	const char *ca_file; /* PEM, in place of the system's authorities; NULL: those */
	const char *url; /* https://, http://; of e-mail smtp://, smtps:// */
	/* The key's bytes, from secret_file: whsec_ and base64, or else its text; NULL for none. */
	const char *secret;
	size_t secret_len;
	const char *user, *password; /* of e-mail and Alertmanager */
	const char *token; /* of Alertmanager */
	int64_t repeat; /* ms: of Alertmanager */
	const char *from; /* of e-mail, as `to` */
	size_t tos;
	const char *const *to;
	enum starttls starttls;
	enum send_method method; /* of a template, as what follows */
	const char *content_type, *body, *success;
	size_t headers;
	const struct header_line *header;
};

/* A copy with all it points at, in the arena. */
const struct receiver *receiver_copy(const struct receiver *r, struct arena *a);

/* Whether messages would be written and sent in the same way; the names do not matter. */
bool receiver_same(const struct receiver *a, const struct receiver *b);

#endif
