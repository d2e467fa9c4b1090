#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "codec/verification.h"
#include "suite.h"

#define NOW INT64_C(1773059415000)
#define BODY "{\"ticket\":17}"

/* `openssl dgst -hmac key` over BODY, over 1773059415.BODY, over msg_1.1773059415.BODY, and over
 * BODY1773059415. */
#define SHA256                             \
	"0715b20f2dc24d4dddbd40986c02152b" \
	"2ce871d331f70a9b264ce7b2e67e40d6"
#define SHA256_OLD                         \
	"0a97dc6bf017861a7ff5b523741ed77a" \
	"5f0b2e6b3ecefa5622c7202606858406"
#define SHA1 "c6e677e2c7133e1008e155387e9683088691f4a4"
#define SHA512_BASE64                                  \
	"lRPYoALa1tUEVcL0MCU6Wi3pDZSfWLhFOOHqJFR+LuyW" \
	"mY2WQs/DxSzZk/jSukVu6Cc7Tf3Po9W0cGOvtwutoQ=="
#define STAMPED                            \
	"25c18d2a3f4a9bb4ca68682242bc5b28" \
	"94728ff40e9b2767a2c2673833514e17"
#define WITH_ID "/Z6YJwuqxLQdN3LyTGhRS+jUw976THyZ48+KpLGWE3w="
#define AFTER "2l4fjeE5JKLJA08d+lse+dZWjlfVkvf2urDekdWOvXs="
#define VERSIONED                          \
	"4d0c6e19e98812b35ea3e208e804eb9d" \
	"20d1efa936eef199cbc9ed4b3ea9775b"
#define BASIC "Basic ZGVzazprZXk="

struct sent {
	const char *body, *header, *stamp, *id, *query;
};

static const char *
header_of(const void *context, const char *name)
{
	const struct sent *s = context;

	if (strcasecmp(name, "X-Signature") == 0 || strcasecmp(name, "Authorization") == 0)
		return s->header;
	if (strcasecmp(name, "X-Time") == 0)
		return s->stamp;
	return strcasecmp(name, "X-Id") == 0 ? s->id : NULL;
}

static const char *
query_of(const void *context, const char *name)
{
	const struct sent *s = context;

	return strcmp(name, "token") == 0 ? s->query : NULL;
}

static int
check(const struct verification *v, const struct sent *s, const char *why)
{
	const struct verified what = {s->body, strlen(s->body), header_of, query_of, s};
	struct err err = {""};
	int rc = verification_check(v, &what, NOW, &err);

	if (why != NULL)
		ck_assert_msg(strstr(err.msg, why) != NULL, "%s: %s", why, err.msg);
	ck_assert_ptr_null(strstr(err.msg, "key"));
	return rc;
}

static const struct secret key[] = {{"key", 3}};
static const struct secret both[] = {{"new", 3}, {"old", 3}};

#define SIGNED .kind = VERIFICATION_SIGNATURE, .header = "X-Signature"

START_TEST(signatures)
{
	const struct verification hex = {SIGNED, .prefix = "sha256=", .secrets = 1, .secret = key};
	const struct verification sha1 = {
	    SIGNED, .digest = DIGEST_SHA1, .prefix = "sha1=", .secrets = 1, .secret = key};
	const struct verification sha512 = {SIGNED, .digest = DIGEST_SHA512,
	    .encoding = ENCODING_BASE64, .secrets = 1, .secret = key};
	const struct verification rotated = {SIGNED, .secrets = 2, .secret = both};

	ck_assert_int_eq(
	    check(&hex, &(struct sent){.body = BODY, .header = "sha256=" SHA256}, NULL), 0);
	ck_assert_int_eq(
	    check(&hex, &(struct sent){.body = BODY, .header = "sha256=00 sha256=" SHA256}, NULL),
	    0);
	ck_assert_int_eq(
	    check(&hex, &(struct sent){.body = BODY, .header = "sha256=00,sha256=" SHA256}, NULL),
	    0);
	ck_assert_int_eq(
	    check(&sha1, &(struct sent){.body = BODY, .header = "sha1=" SHA1}, NULL), 0);
	ck_assert_int_eq(
	    check(&sha512, &(struct sent){.body = BODY, .header = SHA512_BASE64}, NULL), 0);
	ck_assert_int_eq(
	    check(&rotated, &(struct sent){.body = BODY, .header = SHA256_OLD}, NULL), 0);
	ck_assert_int_eq(
	    check(&rotated, &(struct sent){.body = BODY, .header = SHA256}, "is not that"), -1);
	ck_assert_int_eq(
	    check(&hex, &(struct sent){.body = BODY, .header = SHA256}, "is not that"), -1);
	ck_assert_int_eq(
	    check(&hex, &(struct sent){.body = BODY, .header = "sha256="}, "is not that"), -1);
	ck_assert_int_eq(
	    check(&hex, &(struct sent){.body = BODY, .header = ""}, "is not that"), -1);
	ck_assert_int_eq(
	    check(&hex, &(struct sent){.body = BODY, .header = NULL}, "is missing"), -1);
	ck_assert_int_eq(
	    check(&hex, &(struct sent){.body = BODY " ", .header = "sha256=" SHA256}, NULL), -1);
	ck_assert_int_eq(
	    check(&hex, &(struct sent){.body = "{\"ticket\":17", .header = "sha256=" SHA256}, NULL),
	    -1);
	ck_assert_int_eq(
	    check(&hex, &(struct sent){.body = "", .header = "sha256=" SHA256}, NULL), -1);
	ck_assert_int_eq(
	    check(&sha1, &(struct sent){.body = BODY, .header = "sha1=" SHA256}, NULL), -1);
}
END_TEST

START_TEST(a_cut_signature)
{
	const struct verification v = {SIGNED, .secrets = 1, .secret = key};
	char text[80];

	for (size_t n = 0; n < strlen(SHA256); n++) {
		snprintf(text, sizeof(text), "%.*s", (int)n, SHA256);
		ck_assert_int_eq(check(&v, &(struct sent){.body = BODY, .header = text}, NULL), -1);
		snprintf(text, sizeof(text), "%s", SHA256);
		text[n] = text[n] == '0' ? '1' : '0';
		ck_assert_int_eq(check(&v, &(struct sent){.body = BODY, .header = text}, NULL), -1);
	}
}
END_TEST

START_TEST(templates)
{
	const struct verification stamped = {SIGNED, .signs = "timestamp.body",
	    .timestamp_header = "X-Time", .secrets = 1, .secret = key};
	const struct verification with_id = {SIGNED, .encoding = ENCODING_BASE64, .prefix = "v1,",
	    .signs = "id.timestamp.body", .timestamp_header = "X-Time", .id_header = "X-Id",
	    .secrets = 1, .secret = key};
	const struct verification after = {SIGNED, .encoding = ENCODING_BASE64,
	    .signs = "body+timestamp", .timestamp_header = "X-Time", .secrets = 1, .secret = key};
	const struct verification versioned = {SIGNED, .signs = "v0:timestamp:body",
	    .timestamp_header = "X-Time", .secrets = 1, .secret = key};
	const char stamp[] = "1773059415";

	ck_assert_int_eq(
	    check(&stamped, &(struct sent){.body = BODY, .header = STAMPED, .stamp = stamp}, NULL),
	    0);
	ck_assert_int_eq(
	    check(&stamped, &(struct sent){.body = BODY, .header = STAMPED, .stamp = "1773059416"},
		NULL),
	    -1);
	ck_assert_int_eq(
	    check(&stamped, &(struct sent){.body = BODY, .header = STAMPED, .stamp = NULL},
		"missing"),
	    -1);
	ck_assert_int_eq(
	    check(&with_id,
		&(struct sent){
		    .body = BODY, .header = "v1,AA== v1," WITH_ID, .stamp = stamp, .id = "msg_1"},
		NULL),
	    0);
	ck_assert_int_eq(
	    check(&with_id,
		&(struct sent){
		    .body = BODY, .header = "v1," WITH_ID, .stamp = stamp, .id = "msg_2"},
		NULL),
	    -1);
	ck_assert_int_eq(
	    check(&after, &(struct sent){.body = BODY, .header = AFTER, .stamp = stamp}, NULL), 0);
	ck_assert_int_eq(
	    check(&versioned, &(struct sent){.body = BODY, .header = VERSIONED, .stamp = stamp},
		NULL),
	    0);
}
END_TEST

START_TEST(templates_that_lack_something)
{
	struct verification v = {SIGNED, .signs = "timestamp"};
	struct err err;

	ck_assert_int_eq(verification_template(&v, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "has no body"));
	v.signs = "timestamp.body";
	ck_assert_int_eq(verification_template(&v, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "'timestamp_header' is needed"));
	v.timestamp_header = "X-Time";
	ck_assert_int_eq(verification_template(&v, &err), 0);
	v.signs = "id.body";
	ck_assert_int_eq(verification_template(&v, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "'id_header' is needed"));
	v.signs = NULL;
	ck_assert_int_eq(verification_template(&v, &err), 0);
}
END_TEST

/* What was sent once with a right signature, and comes again later. */
START_TEST(the_window)
{
	struct verification v = {SIGNED, .signs = "body", .timestamp_header = "X-Time",
	    .window = 300000, .secrets = 1, .secret = key};

	ck_assert_int_eq(
	    check(&v, &(struct sent){.body = BODY, .header = SHA256, .stamp = "1773059415"}, NULL),
	    0);
	ck_assert_int_eq(
	    check(&v, &(struct sent){.body = BODY, .header = SHA256, .stamp = "1773059115"}, NULL),
	    0);
	ck_assert_int_eq(
	    check(
		&v, &(struct sent){.body = BODY, .header = SHA256, .stamp = "1773059114"}, "300 s"),
	    -1);
	ck_assert_int_eq(
	    check(&v, &(struct sent){.body = BODY, .header = SHA256, .stamp = "1773059715"}, NULL),
	    0);
	ck_assert_int_eq(
	    check(
		&v, &(struct sent){.body = BODY, .header = SHA256, .stamp = "1773059716"}, "300 s"),
	    -1);
	ck_assert_int_eq(
	    check(
		&v, &(struct sent){.body = BODY, .header = SHA256, .stamp = "1773059415000"}, NULL),
	    0);
	ck_assert_int_eq(
	    check(&v,
		&(struct sent){.body = BODY, .header = SHA256, .stamp = "2026-03-09T12:30:15Z"},
		NULL),
	    0);
	ck_assert_int_eq(
	    check(&v, &(struct sent){.body = BODY, .header = SHA256, .stamp = "yesterday"},
		"no time"),
	    -1);
	ck_assert_int_eq(
	    check(&v, &(struct sent){.body = BODY, .header = SHA256, .stamp = "9999999999999999"},
		NULL),
	    -1);
	ck_assert_int_eq(
	    check(&v, &(struct sent){.body = BODY, .header = SHA256, .stamp = NULL}, "missing"),
	    -1);
	v.window = 0;
	ck_assert_int_eq(
	    check(&v, &(struct sent){.body = BODY, .header = SHA256, .stamp = "1"}, NULL), 0);
}
END_TEST

START_TEST(tokens)
{
	const struct verification header = {.kind = VERIFICATION_TOKEN,
	    .header = "Authorization",
	    .prefix = "Bearer ",
	    .secrets = 1,
	    .secret = key};
	const struct verification query = {
	    .kind = VERIFICATION_TOKEN, .query = "token", .secrets = 2, .secret = both};

	ck_assert_int_eq(
	    check(&header, &(struct sent){.body = BODY, .header = "Bearer key"}, NULL), 0);
	ck_assert_int_eq(
	    check(&header, &(struct sent){.body = BODY, .header = "bearer key"}, NULL), 0);
	ck_assert_int_eq(
	    check(&header, &(struct sent){.body = BODY, .header = "key"}, "is not 'Bearer '"), -1);
	ck_assert_int_eq(
	    check(&header, &(struct sent){.body = BODY, .header = "Bearer key2"}, NULL), -1);
	ck_assert_int_eq(
	    check(&header, &(struct sent){.body = BODY, .header = "Bearer "}, NULL), -1);
	ck_assert_int_eq(
	    check(&header, &(struct sent){.body = BODY, .header = NULL}, "missing"), -1);
	ck_assert_int_eq(check(&query, &(struct sent){.body = BODY, .query = "old"}, NULL), 0);
	ck_assert_int_eq(check(&query, &(struct sent){.body = BODY, .query = "new"}, NULL), 0);
	ck_assert_int_eq(check(&query, &(struct sent){.body = BODY, .query = ""}, NULL), -1);
	ck_assert_int_eq(
	    check(&query, &(struct sent){.body = BODY, .header = "old"}, "missing"), -1);
}
END_TEST

START_TEST(users)
{
	const struct verification v = {
	    .kind = VERIFICATION_BASIC, .user = "desk", .secrets = 1, .secret = key};
	const struct verification unset = {.kind = VERIFICATION_UNSET};
	const struct verification none = {.kind = VERIFICATION_NONE};

	ck_assert_int_eq(check(&v, &(struct sent){.body = BODY, .header = BASIC}, NULL), 0);
	ck_assert_int_eq(check(&v, &(struct sent){.body = BODY, .header = BASIC "="}, NULL), -1);
	ck_assert_int_eq(check(&v, &(struct sent){.body = BODY, .header = "Basic"}, NULL), -1);
	ck_assert_int_eq(check(&v, &(struct sent){.body = BODY, .header = NULL}, NULL), -1);
	ck_assert_int_eq(check(&unset, &(struct sent){.body = BODY}, "nobody"), -1);
	ck_assert_int_eq(check(&none, &(struct sent){.body = BODY}, NULL), 0);
}
END_TEST

static void
add(TCase *tcase)
{
	tcase_add_test(tcase, signatures);
	tcase_add_test(tcase, a_cut_signature);
	tcase_add_test(tcase, templates);
	tcase_add_test(tcase, templates_that_lack_something);
	tcase_add_test(tcase, the_window);
	tcase_add_test(tcase, tokens);
	tcase_add_test(tcase, users);
}

SUITE_MAIN("verification", add)
