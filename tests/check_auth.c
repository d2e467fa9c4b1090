/* Auth: who is let in, who is not, and what is said. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "auth.h"

/* SHA-256 of "abc" and of "" (FIPS 180-4's own examples). */
static const struct token tokens[] = {
    {
	.name = "reader",
	.sha256 = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d,
	    0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff,
	    0x61, 0xf2, 0x00, 0x15, 0xad},
	.scopes = SCOPE_READ,
    },
    {
	.name = "empty",
	.sha256 = {0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99,
	    0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99,
	    0x1b, 0x78, 0x52, 0xb8, 0x55},
	.scopes = SCOPE_INGEST | SCOPE_READ | SCOPE_OPERATE,
    },
    {
	/* The same token again: its scopes are both entries'. */
	.name = "ingester",
	.sha256 = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d,
	    0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff,
	    0x61, 0xf2, 0x00, 0x15, 0xad},
	.scopes = SCOPE_INGEST,
    },
};

START_TEST(headers)
{
	static const struct {
		const char *header;
		enum token_scope scope;
		int status;
		const char *words;
	} cases[] = {
	    {NULL, SCOPE_READ, 401, "a token is needed"},
	    {"Bearer abc", SCOPE_READ, 0, ""},
	    {"bearer   abc", SCOPE_READ, 0, ""},
	    {"Bearer abc", SCOPE_INGEST, 0, ""},
	    {"Bearer abc", SCOPE_OPERATE, 403, "'operate'"},
	    {"Bearer abd", SCOPE_READ, 401, "not known"},
	    {"Bearer ab", SCOPE_READ, 401, "not known"},
	    {"Bearer abc ", SCOPE_READ, 401, "not 'Bearer TOKEN'"},
	    {"Bearer abc, Bearer abd", SCOPE_READ, 401, "not 'Bearer TOKEN'"},
	    {"Bearer", SCOPE_READ, 401, "not 'Bearer TOKEN'"},
	    {"Bearer ", SCOPE_READ, 401, "not 'Bearer TOKEN'"}, /* though "" is configured */
	    {"Bearerabc", SCOPE_READ, 401, "not 'Bearer TOKEN'"},
	    {"Basic abc", SCOPE_READ, 401, "not 'Bearer TOKEN'"},
	    {"", SCOPE_READ, 401, "not 'Bearer TOKEN'"},
	    {"Basic nonsense", 0, 0, ""}, /* open to all */
	    {NULL, 0, 0, ""},
	};
	struct auth *a = auth_new(tokens, 3, true);
	const char *who;
	struct err err;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		err_set(&err, "%s", "");
		ck_assert_msg(
		    auth_check(a, cases[i].header, cases[i].scope, &who, &err) == cases[i].status,
		    "%s: %s", cases[i].header, err.msg);
		ck_assert_msg(
		    strstr(err.msg, cases[i].words) != NULL, "%s: %s", cases[i].header, err.msg);
		ck_assert_ptr_null(strstr(err.msg, "abc"));
		if (cases[i].status == 0 && cases[i].scope != 0)
			ck_assert_str_eq(who, "reader");
	}
	auth_free(a);
}
END_TEST

START_TEST(without_tokens)
{
	struct auth *here = auth_new(NULL, 0, true), *afar = auth_new(NULL, 0, false);
	const char *who;
	struct err err;

	ck_assert_int_eq(auth_check(here, NULL, SCOPE_OPERATE, &who, &err), 0);
	ck_assert_int_eq(auth_check(here, "Bearer x", SCOPE_OPERATE, &who, &err), 0);
	ck_assert_int_eq(auth_check(afar, NULL, SCOPE_READ, &who, &err), 401);
	ck_assert_int_eq(auth_check(afar, "Bearer abc", SCOPE_READ, &who, &err), 401);
	ck_assert_int_eq(auth_check(afar, NULL, 0, &who, &err), 0);
	auth_free(here);
	auth_free(afar);
}
END_TEST

START_TEST(long_tokens)
{
	char header[AUTH_TOKEN_MAX + 16] = "Bearer ";
	const char *who;
	struct auth *a = auth_new(tokens, 1, false);
	struct err err;

	memset(header + 7, 'a', AUTH_TOKEN_MAX);
	ck_assert_int_eq(auth_check(a, header, SCOPE_READ, &who, &err), 401);
	ck_assert_str_eq(err.msg, "this token is not known");
	header[7 + AUTH_TOKEN_MAX] = 'a';
	ck_assert_int_eq(auth_check(a, header, SCOPE_READ, &who, &err), 401);
	ck_assert_str_eq(err.msg, "the Authorization header is not 'Bearer TOKEN'");
	auth_free(a);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("auth");
	TCase *tc = tcase_create("auth");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, headers);
	tcase_add_test(tc, without_tokens);
	tcase_add_test(tc, long_tokens);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
