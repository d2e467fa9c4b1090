/*
 * standard_webhooks: the signature of an outgoing webhook (Standard Webhooks 1.0, symmetric "v1").
 *
 * HMAC-SHA256 over "ID.TIMESTAMP.BODY" with the key's bytes, in base64, after "v1,". The receiver
 * computes the same from the headers webhook-id and webhook-timestamp and the body as it came.
 */
#ifndef SLAD_CODEC_STANDARD_WEBHOOKS_H
#define SLAD_CODEC_STANDARD_WEBHOOKS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define STANDARD_WEBHOOKS_SIGNATURE 48 /* "v1,", 44 of base64, NUL */

struct standard_webhook {
	const char *id; /* webhook-id; has no '.' */
	int64_t timestamp; /* webhook-timestamp: seconds since 1970 */
	const char *body;
	size_t body_len;
};

/* Writes the value of the header webhook-signature. Fails for an empty key. */
int standard_webhooks_sign(const struct standard_webhook *w, const void *key, size_t key_len,
    char signature[static STANDARD_WEBHOOKS_SIGNATURE], struct err *err);

#endif
