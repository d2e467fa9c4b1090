#include "codec/verification.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/stamp.h"

#define SIGNATURES_MAX 8 /* in one header: a system that rotates its keys sends two */
#define GIVEN_MAX 4096 /* bytes of a token, or of the password's header */
#define ENCODED_MAX 136 /* SHA-512 in hex, and more */
#define MILLISECONDS_FROM INT64_C(100000000000) /* a number from here on counts ms, not s */

const char *const digest_names[] = {"sha256", "sha1", "sha512", NULL};
const char *const encoding_names[] = {"hex", "base64", NULL};

enum part { PART_BODY, PART_TIMESTAMP, PART_ID, PART_LITERAL };

/* The next part of a template, moving *at behind it; false at the end. */
static bool
part_next(const char **at, enum part *part, const char **text, size_t *len)
{
	static const char *const words[] = {"body", "timestamp", "id"};
	size_t n;

	while (**at == '+')
		(*at)++;
	if (**at == '\0')
		return false;
	n = strspn(*at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
	*text = *at;
	*len = n == 0 ? 1 : n;
	*part = PART_LITERAL;
	for (int i = 0; i < PART_LITERAL; i++) {
		if (strlen(words[i]) == *len && strncmp(words[i], *text, *len) == 0)
			*part = (enum part)i;
	}
	*at += *len;
	return true;
}

int
verification_template(const struct verification *v, struct err *err)
{
	const char *at = v->signs == NULL ? "body" : v->signs, *text;
	bool has[PART_LITERAL + 1] = {false};
	enum part part;
	size_t len;

	while (part_next(&at, &part, &text, &len))
		has[part] = true;
	if (!has[PART_BODY])
		return err_set(err,
		    "'signed' says what is signed, such as body, timestamp.body or "
		    "id.timestamp.body; '%.60s' has no body",
		    v->signs);
	if (has[PART_TIMESTAMP] && v->timestamp_header == NULL)
		return err_set(err, "'signed' has a timestamp, so 'timestamp_header' is needed");
	if (has[PART_ID] && v->id_header == NULL)
		return err_set(err, "'signed' has an id, so 'id_header' is needed");
	return 0;
}

static void
hex_put(const unsigned char *sum, size_t len, char *text)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		text[2 * i] = digits[sum[i] >> 4];
		text[2 * i + 1] = digits[sum[i] & 15];
	}
	text[2 * len] = '\0';
}

/* Feeds what is signed. */
static bool
signed_feed(EVP_MAC_CTX *mac, const struct verification *v, const struct verified *what)
{
	const char *at = v->signs == NULL ? "body" : v->signs, *text;
	enum part part;
	size_t len;

	while (part_next(&at, &part, &text, &len)) {
		if (part == PART_BODY) {
			text = what->len == 0 ? "" : what->body;
			len = what->len;
		} else if (part != PART_LITERAL) {
			text = what->header(
			    what->context, part == PART_ID ? v->id_header : v->timestamp_header);
			len = text == NULL ? 0 : strlen(text);
		}
		if (text == NULL || EVP_MAC_update(mac, (const unsigned char *)text, len) != 1)
			return false;
	}
	return true;
}

/* The signature that a secret gives, encoded; false where a header is missing. */
static bool
signature_make(const struct verification *v, const struct verified *what,
    const struct secret *secret, char text[static ENCODED_MAX])
{
	char names[][8] = {"SHA256", "SHA1", "SHA512"};
	OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, names[v->digest], 0),
	    OSSL_PARAM_construct_end(),
	};
	EVP_MAC *algorithm = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *mac = algorithm == NULL ? NULL : EVP_MAC_CTX_new(algorithm);
	unsigned char sum[EVP_MAX_MD_SIZE];
	size_t len = 0;
	bool made = mac != NULL &&
	    EVP_MAC_init(mac, (const unsigned char *)secret->bytes, secret->len, params) == 1 &&
	    signed_feed(mac, v, what) && EVP_MAC_final(mac, sum, &len, sizeof(sum)) == 1;

	if (made && v->encoding == ENCODING_HEX)
		hex_put(sum, len, text);
	else if (made)
		EVP_EncodeBlock((unsigned char *)text, sum, (int)len);
	EVP_MAC_CTX_free(mac);
	EVP_MAC_free(algorithm);
	return made;
}

struct given { /* a signature as it came, behind its prefix */
	char text[ENCODED_MAX];
	size_t len;
};

/* The signatures of a header: separated by blanks, or by commas where no prefix has one. */
static size_t
given_read(const struct verification *v, const char *header, struct given list[SIGNATURES_MAX])
{
	const char *prefix = v->prefix == NULL ? "" : v->prefix;
	const char *between = strchr(prefix, ',') == NULL ? " ,\t" : " \t";
	size_t n = 0, len, skip = strlen(prefix);

	for (header += strspn(header, between); *header != '\0' && n < SIGNATURES_MAX;
	     header += len + strspn(header + len, between)) {
		len = strcspn(header, between);
		if (len < skip || strncmp(header, prefix, skip) != 0 ||
		    len - skip >= sizeof(list[n].text))
			continue;
		list[n].len = len - skip;
		memcpy(list[n].text, header + skip, list[n].len);
		list[n].text[list[n].len] = '\0';
		for (char *s = list[n].text; v->encoding == ENCODING_HEX && *s != '\0'; s++)
			*s = (char)tolower((unsigned char)*s);
		n++;
	}
	return n;
}

/* An instant as systems write it into a header: seconds, milliseconds, or RFC 3339. */
static int
timestamp_read(const char *text, int64_t *t)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || text[digits] != '\0')
		return stamp_parse(text, t, NULL);
	if (digits > 15)
		return -1;
	*t = strtoll(text, NULL, 10);
	if (*t < MILLISECONDS_FROM)
		*t *= STAMP_SECOND;
	return 0;
}

static int
window_check(
    const struct verification *v, const struct verified *what, int64_t now, struct err *err)
{
	const char *text;
	int64_t t;

	if (v->timestamp_header == NULL || v->window <= 0)
		return 0;
	text = what->header(what->context, v->timestamp_header);
	if (text == NULL)
		return err_set(err, "the header %s is missing", v->timestamp_header);
	if (timestamp_read(text, &t) != 0)
		return err_set(err, "the header %s is no time", v->timestamp_header);
	if (t < now - v->window || t > now + v->window)
		return err_set(err,
		    "the header %s lies more than %" PRId64
		    " s from slad's clock: an old delivery, or a clock that is wrong",
		    v->timestamp_header, v->window / STAMP_SECOND);
	return 0;
}

static int
signature_check(
    const struct verification *v, const struct verified *what, int64_t now, struct err *err)
{
	const char *header = what->header(what->context, v->header);
	struct given given[SIGNATURES_MAX];
	char text[ENCODED_MAX];
	unsigned right = 0;
	size_t n, len;

	if (header == NULL)
		return err_set(err, "the header %s, with the signature, is missing", v->header);
	n = given_read(v, header, given);
	for (size_t s = 0; s < v->secrets; s++) {
		if (!signature_make(v, what, &v->secret[s], text))
			return err_set(err, "a header that is signed is missing");
		len = strlen(text);
		for (size_t i = 0; i < n; i++)
			right |=
			    given[i].len == len && CRYPTO_memcmp(given[i].text, text, len) == 0;
	}
	if (!right)
		return err_set(err, "the signature in %s is not that of the body", v->header);
	return window_check(v, what, now, err);
}

/* Whether two texts are one, in a time that does not tell how far. */
static unsigned
same(const void *a, size_t a_len, const void *b, size_t b_len)
{
	unsigned char x[EVP_MAX_MD_SIZE], y[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (EVP_Digest(a, a_len, x, &n, EVP_sha256(), NULL) != 1 ||
	    EVP_Digest(b, b_len, y, &n, EVP_sha256(), NULL) != 1)
		return 0;
	return CRYPTO_memcmp(x, y, n) == 0;
}

static int
token_check(const struct verification *v, const struct verified *what, struct err *err)
{
	const char *prefix = v->prefix == NULL ? "" : v->prefix;
	const char *given = v->query != NULL ? what->query(what->context, v->query)
					     : what->header(what->context, v->header);
	unsigned right = 0;

	if (given == NULL && v->query != NULL)
		return err_set(err, "the parameter %s, with the token, is missing", v->query);
	if (given == NULL)
		return err_set(err, "the header %s, with the token, is missing", v->header);
	if (strncasecmp(given, prefix, strlen(prefix)) != 0)
		return err_set(err, "what %s has before the token is not '%s'",
		    v->query != NULL ? v->query : v->header, prefix);
	given += strlen(prefix);
	if (strlen(given) < GIVEN_MAX) {
		for (size_t s = 0; s < v->secrets; s++)
			right |= same(given, strlen(given), v->secret[s].bytes, v->secret[s].len);
	}
	return right ? 0 : err_set(err, "the token is not the one that is configured");
}

static int
basic_check(const struct verification *v, const struct verified *what, struct err *err)
{
	const char *given = what->header(what->context, "Authorization");
	struct buf wanted = BUF_INIT(2 * GIVEN_MAX);
	unsigned char *encoded;
	unsigned right = 0;

	if (given == NULL || strncasecmp(given, "Basic ", 6) != 0)
		return err_set(err, "a user and a password are needed: Authorization: Basic");
	given += 6 + strspn(given + 6, " ");
	for (size_t s = 0; s < v->secrets; s++) {
		buf_reset(&wanted);
		buf_putf(&wanted, "%s:", v->user);
		buf_put(&wanted, v->secret[s].bytes, v->secret[s].len);
		encoded = mem_alloc(wanted.len / 3 * 4 + 8, 1);
		EVP_EncodeBlock(encoded, (const unsigned char *)buf_text(&wanted), (int)wanted.len);
		right |= same(given, strlen(given), encoded, strlen((char *)encoded));
		OPENSSL_cleanse(encoded, strlen((char *)encoded));
		free(encoded);
	}
	buf_free(&wanted);
	return right ? 0 : err_set(err, "the user or the password is not the configured one");
}

int
verification_check(
    const struct verification *v, const struct verified *what, int64_t now, struct err *err)
{
	switch (v->kind) {
	case VERIFICATION_NONE:
		return 0;
	case VERIFICATION_TOKEN:
		return token_check(v, what, err);
	case VERIFICATION_SIGNATURE:
		return signature_check(v, what, now, err);
	case VERIFICATION_BASIC:
		return basic_check(v, what, err);
	case VERIFICATION_UNSET:
		break;
	}
	return err_set(err, "nobody has said how this hook is verified");
}
