#include <sys/stat.h>

#include "config_file.h"

static struct config *
load_secret(const char *bytes, size_t len, mode_t mode)
{
	write_file(SECRET, bytes, len);
	ck_assert_int_eq(chmod(in_scratch(SECRET), mode), 0);
	return try_load(MINIMAL
	    "receivers: [{name: r, webhook: {url: 'http://x/', secret_file: ops.secret}}]\n");
}

static void
secret_is(const char *bytes, const char *secret, size_t len)
{
	struct config *c = load_secret(bytes, strlen(bytes), 0600);

	ck_assert_msg(c != NULL, "%s", buf_text(&notes));
	ck_assert_str_eq(buf_text(&notes), "");
	ck_assert_uint_eq(c->receiver[0].secret_len, len);
	ck_assert_mem_eq(c->receiver[0].secret, secret, len);
	config_unref(c);
}

static void
secret_fails(const char *bytes, size_t len, const char *what)
{
	ck_assert_ptr_null(load_secret(bytes, len, 0600));
	ck_assert_msg(strstr(buf_text(&notes), what) != NULL, "%s", buf_text(&notes));
}

START_TEST(test_secrets)
{
	char big[5000];

	secret_is("whsec_AAECAwQFBgc=\n", "\0\1\2\3\4\5\6\7", 8);
	secret_is("\r\n whsec_/+8A", "\xff\xef\0", 3);
	secret_is("whsec_YWI=", "ab", 2);
	secret_is("whsec_YQ==", "a", 1);
	secret_is("  plain text \t\r\n", "plain text", 10);
	secret_is("whsec", "whsec", 5);
	secret_fails("", 0, "is empty or longer than");
	secret_fails(" \n", 2, "is empty or longer than");
	secret_fails("whsec_", 6, "what follows whsec_ in the secret");
	secret_fails("whsec_AAECAwQFBgc", 17, "is no base64");
	secret_fails("whsec_AAEC=wQF", 14, "is no base64");
	secret_fails("whsec_A===", 10, "is no base64");
	secret_fails("whsec_AA-_", 10, "is no base64");
	memset(big, 'x', sizeof(big));
	secret_fails(big, sizeof(big), "is empty or longer than 4095 bytes");
}
END_TEST

START_TEST(test_secret_that_everyone_may_read)
{
	struct config *c = load_secret("text", 4, 0604);
	char expected[512];

	ck_assert_ptr_nonnull(c);
	config_unref(c);
	snprintf(expected, sizeof(expected),
	    "%s/one.yaml:3:64: warning: everyone may read the secret '%s/ops.secret'; chmod o-r "
	    "would end that\n",
	    scratch_dir, scratch_dir);
	ck_assert_str_eq(buf_text(&notes), expected);
}
END_TEST

static struct config *
load_with(const char *bytes, const char *receiver)
{
	char text[512];

	write_file(SECRET, bytes, strlen(bytes));
	ck_assert_int_eq(chmod(in_scratch(SECRET), 0600), 0);
	snprintf(text, sizeof(text), MINIMAL "receivers: [{name: r, %s}]\n", receiver);
	return try_load(text);
}

static void
fails_with(const char *bytes, const char *receiver, const char *what)
{
	ck_assert_ptr_null(load_with(bytes, receiver));
	ck_assert_msg(strstr(buf_text(&notes), what) != NULL, "%s", buf_text(&notes));
}

START_TEST(test_url_files)
{
	struct config *c = load_with(" https://x/?token=1 \n", "slack: {url_file: ops.secret}");

	ck_assert_msg(c != NULL, "%s", buf_text(&notes));
	ck_assert_str_eq(c->receiver[0].url, "https://x/?token=1");
	ck_assert_int_eq(c->receiver[0].kind, RECEIVER_SLACK);
	config_unref(c);
	fails_with("x://secret", "wecom: {url_file: ops.secret}", "has is no URL such as");
	ck_assert_ptr_null(strstr(buf_text(&notes), "x://secret"));
	fails_with("http://a/\nhttp://b/", "wecom: {url_file: ops.secret}",
	    "has a line break or control character");
	ck_assert_ptr_null(strstr(buf_text(&notes), "http://"));
}
END_TEST

#define MAIL "from: a@b, to: [c@d], user: u, password_file: ops.secret"

START_TEST(test_password_in_the_clear)
{
	struct config *c =
	    load_with("p w", "email: {smtp: 'smtp://x:25', " MAIL ", starttls: try}");

	ck_assert_msg(c != NULL, "%s", buf_text(&notes));
	ck_assert_ptr_nonnull(strstr(buf_text(&notes), "warning: the password may be sent"));
	ck_assert_str_eq(c->receiver[0].password, "p w");
	config_unref(c);
	c = load_with("pw", "email: {smtp: 'smtp://127.0.0.1', " MAIL ", starttls: never}");
	ck_assert_str_eq(buf_text(&notes), "");
	config_unref(c);
	c = load_with("pw", "email: {smtp: 'smtps://x', " MAIL ", starttls: never}");
	ck_assert_str_eq(buf_text(&notes), "");
	config_unref(c);
	fails_with("p\nw", "email: {smtp: 'smtp://x', " MAIL "}", "has a line break");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("config_secret");
	TCase *cases = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_test(cases, test_secrets);
	tcase_add_test(cases, test_secret_that_everyone_may_read);
	tcase_add_test(cases, test_url_files);
	tcase_add_test(cases, test_password_in_the_clear);
	suite_add_tcase(suite, cases);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
