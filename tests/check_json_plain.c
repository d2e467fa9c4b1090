#include "suite.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "codec/json_plain.h"

#define FLAGS (JSON_REJECT_DUPLICATES | JSON_DECODE_ANY)

static const char *const plain[] = {"{}", "[]", "\"\"", "0", "7", "-1", "999999999999999999",
    "true", "false", "null", " \t\r\n{ \"a\" : [ 1 , \"x\" , null ] , \"b\" : { } } \n", "{\"\":1}",
    "{\"部门\":\"一线支持\"}", "\"\x7f\"", "[[[[[[[[]]]]]]]]",
    "{\"type\":\"x\",\"data\":{\"agreement\":\"acme\",\"major\":true,\"count\":12}}"};

static const char *const left[] = {"", " ", "{", "[", "\"", "\"a", "{\"a\"", "{\"a\":", "{\"a\":1",
    "{\"a\":1,", "{\"a\":1,}", "[1,]", "[,1]", "[1 2]", "{,}", "{\"a\" 1}", "{1:2}", "[}", "{]",
    "1 2", "[] []", "tru", "truex", "nulll", "-", "01", "-0", "-01", "00", "1.0", "1e3", "1E3",
    "1.", ".5", "+1", "1000000000000000000", "\"\\n\"", "\"\\u0000\"", "{\"\\u0061\":1}",
    "{\"a\":1,\"a\":2}", "{\"b\":{\"a\":1,\"a\":2}}", "\"\xff\"", "\"\xc0\xaf\"",
    "\"\xed\xa0\x80\"", "{\"\xff\":1}", "\"\xe9\x83\"", "\"\n\"", "\"\x01\"", "\v1",
    "\xef\xbb\xbf{}", "NaN", "Infinity", "'a'", "/**/1", "[1]x"};

START_TEST(plain_is_read_as_jansson_reads_it)
{
	json_t *ours, *theirs;

	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		ours = json_plain(plain[i], strlen(plain[i]));
		theirs = json_loadb(plain[i], strlen(plain[i]), FLAGS, NULL);
		ck_assert_msg(json_equal(ours, theirs) == 1, "%s", plain[i]);
		json_decref(ours);
		json_decref(theirs);
	}
}
END_TEST

START_TEST(all_else_is_left)
{
	char deep[200];

	for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++)
		ck_assert_msg(json_plain(left[i], strlen(left[i])) == NULL, "%s", left[i]);
	memset(deep, '[', 100);
	memset(deep + 100, ']', 100);
	ck_assert_ptr_null(json_plain(deep, 200));
	ck_assert_ptr_null(json_plain("1\0", 2));
	ck_assert_ptr_null(json_plain("\"a\0b\"", 5));
}
END_TEST

/* A text of the tables with some bytes of it others, or gone. */
static size_t
mutate(const char *from, char *text, unsigned *seed)
{
	static const char bytes[] = "{}[]\",:\\0123456789-.eEtruefalsn \t\n\x01\x80\xc3\xa9\xff";
	size_t len = strlen(from), at;

	memcpy(text, from, len);
	for (int n = rand_r(seed) % 4; n >= 0 && len > 0; n--) {
		at = (size_t)rand_r(seed) % len;
		if (rand_r(seed) % 3 == 0)
			memmove(text + at, text + at + 1, --len - at);
		else
			text[at] = bytes[(size_t)rand_r(seed) % sizeof(bytes)];
	}
	return len;
}

START_TEST(what_is_given_is_what_jansson_gives)
{
	size_t plains = sizeof(plain) / sizeof(plain[0]),
	       n = plains + sizeof(left) / sizeof(left[0]);
	unsigned seed = (unsigned)time(NULL);
	json_t *ours, *theirs;
	char text[400], *exact;
	size_t pick, len;
	int given = 0;

	printf("seed %u\n", seed);
	for (int round = 0; round < 100000; round++) {
		pick = (size_t)rand_r(&seed) % n;
		len = mutate(pick < plains ? plain[pick] : left[pick - plains], text, &seed);
		exact = malloc(len > 0 ? len : 1); /* a sanitizer sees what is read behind it */
		ck_assert_ptr_nonnull(exact);
		memcpy(exact, text, len);
		ours = json_plain(exact, len);
		if (ours != NULL) {
			theirs = json_loadb(exact, len, FLAGS, NULL);
			ck_assert_msg(json_equal(ours, theirs) == 1, "%.*s", (int)len, text);
			json_decref(theirs);
			given++;
		}
		json_decref(ours);
		free(exact);
	}
	ck_assert_int_gt(given, 5000);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, plain_is_read_as_jansson_reads_it);
	tcase_add_test(t, all_else_is_left);
	tcase_add_test(t, what_is_given_is_what_jansson_gives);
}

SUITE_MAIN("json_plain", add)
