#include <check.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "codec/json_text.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define ROOM (1u << 20)

static struct buf out = BUF_INIT(ROOM);

static void
teardown(void)
{
	buf_free(&out);
}

/* The text of a value, which is given up. */
static const char *
text_of(json_t *value, bool sorted)
{
	ck_assert_ptr_nonnull(value);
	buf_reset(&out);
	ck_assert_int_eq(json_text(value, &out, sorted), 0);
	json_decref(value);
	return buf_text(&out);
}

static json_t *
parsed(const char *text)
{
	json_error_t e;
	json_t *value = json_loads(text, JSON_DECODE_ANY, &e);

	ck_assert_msg(value != NULL, "%s: %s", text, e.text);
	return value;
}

static const struct {
	const char *from, *to;
} numbers[] = {
    {"0", "0"},
    {"-0", "0"},
    {"-0.0", "0"},
    {"0e5", "0"},
    {"1", "1"},
    {"1.0", "1"},
    {"1e0", "1"},
    {"100e-2", "1"},
    {"-1.0", "-1"},
    {"0.5", "0.5"},
    {"-0.5", "-0.5"},
    {"0.975", "0.975"},
    {"0.97500", "0.975"},
    {"0.1", "0.1"},
    {"0.30000000000000004", "0.30000000000000004"},
    {"0.9741379310344828", "0.9741379310344828"},
    {"0.9416666666666667", "0.9416666666666667"},
    {"123456.789", "123456.789"},
    {"1e300", "1e300"},
    {"-1E+300", "-1e300"},
    {"1.5e300", "1.5e300"},
    {"1e-7", "1e-7"},
    {"0.0000001", "1e-7"},
    {"0.0001", "0.0001"},
    {"1.7976931348623157e308", "1.7976931348623157e308"},
    {"2.2250738585072014e-308", "2.2250738585072014e-308"},
    {"5e-324", "5e-324"},
    {"4.9406564584124654e-324", "5e-324"},
    {"1e-310", "1e-310"},
    {"9007199254740991.0", "9007199254740991"},
    {"9007199254740992.0", "9007199254740992"},
    {"-9007199254740992.0", "-9007199254740992"},
    {"1e15", "1000000000000000"},
    {"1e16", "1e16"},
    {"9007199254740994.0", "9007199254740994"},
    {"1e22", "1e22"},
    {"9007199254740993", "9007199254740993"},
    {"9223372036854775807", "9223372036854775807"},
    {"-9223372036854775808", "-9223372036854775808"},
};

START_TEST(number)
{
	ck_assert_str_eq(text_of(parsed(numbers[_i].from), false), numbers[_i].to);
}
END_TEST

static uint64_t
random64(unsigned *seed)
{
	uint64_t n = 0;

	for (int i = 0; i < 5; i++)
		n = n << 15 ^ (uint64_t)rand_r(seed);
	return n;
}

static double
random_double(unsigned *seed)
{
	uint64_t bits = random64(seed);
	double x;

	switch (bits % 4) {
	case 0:
		return (double)(random64(seed) % 1000000) / (double)(1 + random64(seed) % 1000000);
	case 1:
		return (double)(random64(seed) >> 5) / 1000.0;
	case 2:
		bits = random64(seed) & 0x800fffffffffffff; /* subnormal */
		break;
	default:
		bits = random64(seed);
	}
	memcpy(&x, &bits, sizeof(x));
	return isfinite(x) ? x : 1.5;
}

static int
digits_in(const char *text)
{
	int n = 0;

	for (; *text != '\0' && *text != 'e'; text++) {
		if (*text >= '0' && *text <= '9' && (n > 0 || *text != '0'))
			n++;
	}
	return n;
}

START_TEST(reals_read_back)
{
	const char *given = getenv("SEED");
	unsigned seed =
	    (unsigned)(given != NULL ? strtoul(given, NULL, 10) : (unsigned long)time(NULL));

	printf("SEED=%u\n", seed);
	for (int i = 0; i < 40000; i++) {
		double x = random_double(&seed);
		char shorter[64];
		const char *text = text_of(json_real(x), false);
		json_t *back = parsed(text);
		int n = digits_in(text);

		ck_assert_msg(json_number_value(back) == x, "%a as %s", x, text);
		json_decref(back);
		ck_assert_msg(strlen(text) <= 24, "%s", text);
		if (n > 1 && strchr(text, '.') != NULL) {
			snprintf(shorter, sizeof(shorter), "%.*e", n - 2, x);
			ck_assert_msg(strtod(shorter, NULL) != x, "%s could be %s", text, shorter);
		}
	}
}
END_TEST

static const struct {
	const char *from, *to;
} strings[] = {
    {"\"\"", "\"\""},
    {"\"plain ~ text\"", "\"plain ~ text\""},
    {"\"a\\\"b\\\\c\\/d\"", "\"a\\\"b\\\\c/d\""},
    {"\"\\\"\"", "\"\\\"\""},
    {"\"\\\\\"", "\"\\\\\""},
    {"\"\\u0001\\u001f\\u0000\"", "\"\\u0001\\u001F\\u0000\""},
    {"\"\\b\\f\\n\\r\\t\"", "\"\\b\\f\\n\\r\\t\""},
    {"\"\\u000a\\u0041\"", "\"\\nA\""},
    {"\"\\u007f\"", "\"\x7f\""},
    {"\"\\u53ca\\u65f6\"", "\"及时\""},
    {"\"及时响应率\"", "\"及时响应率\""},
    {"\"\\ud83d\\ude00\"", "\"😀\""},
    {"\"😀\"", "\"😀\""},
    {"\"\\ufeff\\uffff\"", "\"\xef\xbb\xbf\xef\xbf\xbf\""},
};

START_TEST(string)
{
	json_t *value = json_loads(strings[_i].from, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL), *back;
	const char *text = text_of(json_incref(value), false);

	ck_assert_str_eq(text, strings[_i].to);
	back = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	ck_assert(json_equal(value, back));
	json_decref(back);
	json_decref(value);
}
END_TEST

START_TEST(names_are_strings_too)
{
	ck_assert_str_eq(text_of(parsed("{\"a\\u0001\\\"\":1,\"\":2,\"\\u65f6\":3}"), false),
	    "{\"a\\u0001\\\"\":1,\"\":2,\"时\":3}");
}
END_TEST

START_TEST(compact_in_their_own_order)
{
	ck_assert_str_eq(text_of(parsed(" { \"b\" : [ 1 , true , false , null , [ ] , { } ] ,\n"
					"\"a\" : { \"z\" : 0.10 , \"y\" : \"x\" } } "),
			     false),
	    "{\"b\":[1,true,false,null,[],{}],\"a\":{\"z\":0.1,\"y\":\"x\"}}");
}
END_TEST

START_TEST(sorted_bytewise_at_every_depth)
{
	ck_assert_str_eq(
	    text_of(parsed("{\"b\":[{\"y\":1,\"x\":{\"q\":1,\"p\":2}}],\"a\":1,\"B\":2,"
			   "\"aa\":3,\"\":4,\"a b\":5,\"é\":6,\"z\":7,\"ﬀ\":8,\"😀\":9}"),
		true),
	    "{\"\":4,\"B\":2,\"a\":1,\"a b\":5,\"aa\":3,\"b\":[{\"x\":{\"p\":2,\"q\":1},\"y\":1}],"
	    "\"z\":7,\"é\":6,\"ﬀ\":8,\"😀\":9}");
}
END_TEST

START_TEST(names_with_nul_are_ordered_by_all_their_bytes)
{
	json_t *object = json_object();

	json_object_setn_new(object, "a\0c", 3, json_integer(1));
	json_object_setn_new(object, "a\0b", 3, json_integer(2));
	json_object_setn_new(object, "a", 1, json_integer(3));
	ck_assert_str_eq(text_of(object, true), "{\"a\":3,\"a\\u0000b\":2,\"a\\u0000c\":1}");
}
END_TEST

START_TEST(spelling_leaves_no_trace)
{
	char first[256];

	strcpy(first,
	    text_of(parsed("{\"x\":1.0,\"y\":[\"\\u0041\",1e2,-0.0],\"z\":{\"q\":0.50}}"), true));
	ck_assert_str_eq(
	    first, text_of(parsed("{ \"z\":{\"q\":5e-1},\"y\":[\"A\",100,0],\"x\":1 }"), true));
	ck_assert_str_eq(first, text_of(parsed(first), true));
}
END_TEST

START_TEST(appends)
{
	json_t *value = json_true();

	buf_puts(&out, "is ");
	ck_assert_int_eq(json_text(value, &out, false), 0);
	ck_assert_str_eq(buf_text(&out), "is true");
}
END_TEST

START_TEST(full_buffer)
{
	static const char whole[] = "abc[\"12345\",{\"a\":\"\\n\"}]";
	json_t *value = parsed(whole + 3);

	for (size_t max = 3; max <= strlen(whole); max++) {
		struct buf small = BUF_INIT(max);
		bool fits = max == strlen(whole);

		buf_puts(&small, "abc");
		ck_assert_int_eq(json_text(value, &small, false), fits ? 0 : -1);
		ck_assert_str_eq(buf_text(&small), fits ? whole : "abc");
		ck_assert(buf_ok(&small) == fits);
		buf_free(&small);
	}
	json_decref(value);
}
END_TEST

START_TEST(not_utf8)
{
	json_t *value = json_pack("{s:[o]}", "a", json_string_nocheck("\xff"));

	ck_assert_int_eq(json_text(value, &out, false), -1);
	ck_assert_uint_eq(out.len, 0);
	json_decref(value);
	value = json_object();
	json_object_set_new_nocheck(value, "\xc3", json_true());
	ck_assert_int_eq(json_text(value, &out, true), -1);
	ck_assert_uint_eq(out.len, 0);
	json_decref(value);
}
END_TEST

static json_t *
nested(int levels)
{
	json_t *value = json_array(), *outer;

	for (int i = 1; i < levels; i++) {
		outer = i % 2 != 0 ? json_object() : json_array();
		if (json_is_object(outer))
			json_object_set_new(outer, "a", value);
		else
			json_array_append_new(outer, value);
		value = outer;
	}
	return value;
}

START_TEST(depth)
{
	json_t *value = nested(JSON_TEXT_DEPTH);

	ck_assert_int_eq(json_text(value, &out, true), 0);
	json_decref(value);
	buf_reset(&out);
	value = nested(JSON_TEXT_DEPTH + 1);
	ck_assert_int_eq(json_text(value, &out, true), -1);
	ck_assert_uint_eq(out.len, 0);
	json_decref(value);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("json_text");
	TCase *t = tcase_create("json_text");
	SRunner *runner = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, NULL, teardown);
	tcase_add_loop_test(t, number, 0, (int)COUNT(numbers));
	tcase_add_loop_test(t, string, 0, (int)COUNT(strings));
	tcase_add_test(t, reals_read_back);
	tcase_add_test(t, names_are_strings_too);
	tcase_add_test(t, compact_in_their_own_order);
	tcase_add_test(t, sorted_bytewise_at_every_depth);
	tcase_add_test(t, names_with_nul_are_ordered_by_all_their_bytes);
	tcase_add_test(t, spelling_leaves_no_trace);
	tcase_add_test(t, appends);
	tcase_add_test(t, full_buffer);
	tcase_add_test(t, not_utf8);
	tcase_add_test(t, depth);
	suite_add_tcase(s, t);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
