/*
 * verification: did who posted this know a secret?
 *
 * What is checked are the bytes as they came. Comparisons take the same time whatever differs, and
 * every configured secret is looked at, so that two may be in force while they are changed.
 */
#ifndef SLAD_CODEC_VERIFICATION_H
#define SLAD_CODEC_VERIFICATION_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum verification_kind {
	VERIFICATION_UNSET, /* nobody has said how */
	VERIFICATION_NONE,
	VERIFICATION_TOKEN,
	VERIFICATION_SIGNATURE,
	VERIFICATION_BASIC,
};

enum digest { DIGEST_SHA256, DIGEST_SHA1, DIGEST_SHA512 };
extern const char *const digest_names[]; /* NULL-terminated */

enum encoding { ENCODING_HEX, ENCODING_BASE64 };
extern const char *const encoding_names[]; /* NULL-terminated */

#define VERIFICATION_WINDOW INT64_C(300000) /* ms, where a signed timestamp has no other */

struct secret {
	const char *bytes;
	size_t len;
};

struct verification {
	enum verification_kind kind;
	const char *header; /* of the token or the signature */
	const char *query; /* the parameter that has the token instead; or NULL */
	const char *prefix; /* before the token, or each signature; "" or NULL: none */
	enum digest digest;
	enum encoding encoding;
	/* What is signed: body, timestamp and id stand for themselves, + joins without a sign,
	 * anything else is itself: "id.timestamp.body", "body+timestamp". NULL: body. */
	const char *signs;
	const char *timestamp_header, *id_header;
	int64_t window; /* ms that the timestamp may lie from now; 0: any; -1: not said */
	const char *user;
	size_t secrets;
	const struct secret *secret; /* keys, tokens, or the password */
};

#define VERIFICATION_BLANK   \
	{                    \
		.window = -1 \
	}

/* What was sent. The look-ups give NULL for what is not there; names are in any case. */
struct verified {
	const char *body;
	size_t len;
	const char *(*header)(const void *context, const char *name);
	const char *(*query)(const void *context, const char *name);
	const void *context;
};

/* 0, or -1 and a sentence that does not say what would have been right. `now` is UTC ms. */
int verification_check(
    const struct verification *v, const struct verified *what, int64_t now, struct err *err);

/* Whether a template of `signs` can be read: it has the body, and headers for what else it names.
 */
int verification_template(const struct verification *v, struct err *err);

#endif
