#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "codec/standard_webhooks.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static char long_body[5000];

/* The keys are the first bytes of 0, 1, 2, ...; the signatures are those of Python's hmac. */
static const struct {
	struct standard_webhook webhook;
	size_t key_len;
	const char *signature;
} vectors[] = {
    {{"msg_17-ops", 1763686800, "{\"level\":\"urgent\",\"name\":\"及时响应率\"}", 43}, 32,
	"v1,A++DAzTN+zz7BWfVmLEpd30EX8945cB5kx9WcCv0T0g="},
    {{"msg_1", 0, "", 0}, 64, "v1,HZL6IFGXxAA5+E6GULAHVKyxB+KD+eUDyD0G8JJ0huU="},
    {{"msg_2", 253402300799, long_body, sizeof(long_body)}, 200,
	"v1,OI+95tVZwNhjGfygTbTlpSfvVyczw7Xr7/O2nO7lGuw="},
};

static unsigned char key[256];

static void
setup(void)
{
	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (unsigned char)i;
	memset(long_body, 'x', sizeof(long_body));
}

START_TEST(vector)
{
	char signature[STANDARD_WEBHOOKS_SIGNATURE];
	struct err err;

	ck_assert_int_eq(
	    standard_webhooks_sign(&vectors[_i].webhook, key, vectors[_i].key_len, signature, &err),
	    0);
	ck_assert_str_eq(signature, vectors[_i].signature);
	ck_assert_uint_eq(strlen(signature) + 1, STANDARD_WEBHOOKS_SIGNATURE);
}
END_TEST

START_TEST(every_part_counts)
{
	static const struct standard_webhook others[] = {
	    {"msg_17-ops", 1763686800, "{}", 2},
	    {"msg_17-opt", 1763686800, "{}", 2},
	    {"msg_17-ops", 1763686801, "{}", 2},
	    {"msg_17-ops", 1763686800, "{ }", 3},
	    {"msg_17-ops", 1763686800, "{}", 1},
	};
	char first[STANDARD_WEBHOOKS_SIGNATURE], other[STANDARD_WEBHOOKS_SIGNATURE];

	ck_assert_int_eq(standard_webhooks_sign(&others[0], key, 32, first, NULL), 0);
	for (size_t i = 1; i < COUNT(others); i++) {
		ck_assert_int_eq(standard_webhooks_sign(&others[i], key, 32, other, NULL), 0);
		ck_assert_str_ne(first, other);
	}
	ck_assert_int_eq(standard_webhooks_sign(&others[0], key, 31, other, NULL), 0);
	ck_assert_str_ne(first, other);
}
END_TEST

START_TEST(empty_key)
{
	char signature[STANDARD_WEBHOOKS_SIGNATURE] = "as before";
	struct err err = {.msg = ""};

	ck_assert_int_eq(standard_webhooks_sign(&vectors[0].webhook, key, 0, signature, &err), -1);
	ck_assert_str_eq(signature, "as before");
	ck_assert_ptr_nonnull(strstr(err.msg, "secret is empty"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("standard_webhooks");
	TCase *t = tcase_create("standard_webhooks");
	SRunner *runner = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_loop_test(t, vector, 0, (int)COUNT(vectors));
	tcase_add_test(t, every_part_counts);
	tcase_add_test(t, empty_key);
	suite_add_tcase(s, t);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
