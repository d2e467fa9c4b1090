/* Requests: paths and queries as text; problems as JSON. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/err.h"
#include "base/mem.h"
#include "request.h"

static struct arena arena;

/* Segments and parameters as one line: "v1|scores?window=today&by=". */
static const char *
parsed(const char *target)
{
	struct request r;
	struct err err = {""};
	struct buf b = BUF_INIT(1u << 16);
	const char *text;

	if (request_parse(&r, METHOD_GET, target, &arena, &err) != 0)
		return arena_strdup(&arena, err.msg);
	for (size_t i = 0; i < r.segments; i++)
		buf_putf(&b, "%s%s", i > 0 ? "|" : "", r.segment[i]);
	for (size_t i = 0; i < r.params; i++)
		buf_putf(&b, "%c%s=%s", i > 0 ? '&' : '?', r.param[i].name, r.param[i].value);
	text = arena_strdup(&arena, buf_text(&b));
	buf_free(&b);
	return text;
}

START_TEST(targets)
{
	static const struct {
		const char *target, *parsed;
	} cases[] = {
	    {"/", ""},
	    {"/v1/scores", "v1|scores"},
	    {"/v1/", "v1|"},
	    {"/v1//x", "v1||x"},
	    {"/v1/tickets/a%2Fb%20c", "v1|tickets|a/b c"},
	    {"/%e5%8f%8a/%E5%8F%8A", "及|及"},
	    {"/?", ""},
	    {"/?a", "?a="},
	    {"/?a=", "?a="},
	    {"/?a=1&b=2", "?a=1&b=2"},
	    {"/?a=1&&b=2&", "?a=1&b=2"},
	    {"/?a=1&a=2", "?a=1&a=2"},
	    {"/?a=b=c?d/e", "?a=b=c?d/e"},
	    {"/?=x", "?=x"},
	    {"/?a%3Db=%26", "?a=b=&"},
	    /* A plus sign is one. */
	    {"/?from=2026-11-01T00:00:00+08:00", "?from=2026-11-01T00:00:00 08:00"},
	    {"/?q=a%2Bb%20c", "?q=a+b c"},
	    {"/1/2/3/4/5/6/7/8", "1|2|3|4|5|6|7|8"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_str_eq(parsed(cases[i].target), cases[i].parsed);
	arena_free(&arena);
}
END_TEST

START_TEST(bad_targets)
{
	static const struct {
		const char *target, *words;
	} cases[] = {
	    {"", "no path"},
	    {"v1", "no path"},
	    {"?a=1", "no path"},
	    {"/%", "without two hex digits"},
	    {"/%4", "without two hex digits"},
	    {"/%4g", "without two hex digits"},
	    {"/%g4", "without two hex digits"},
	    {"/?a=100%", "the parameter 'a': the value '100%' has a % without"},
	    {"/?%zz=1", "the parameter '%zz' has a %"},
	    {"/a%00b", "NUL"},
	    {"/?a=%00", "NUL"},
	    {"/%ff", "no UTF-8"},
	    {"/%c0%af", "no UTF-8"}, /* overlong */
	    {"/%e5%8f", "no UTF-8"}, /* cut */
	    {"/?a=%ed%a0%80", "no UTF-8"}, /* a surrogate */
	    {"/?a=%f4%90%80%80", "no UTF-8"}, /* past U+10FFFF */
	    {"/1/2/3/4/5/6/7/8/9", "more than 8 parts"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(strstr(parsed(cases[i].target), cases[i].words) != NULL, "%s: %s",
		    cases[i].target, parsed(cases[i].target));
	arena_free(&arena);
}
END_TEST

START_TEST(limits)
{
	struct buf b = BUF_INIT(1u << 16);

	buf_puts(&b, "/?a=");
	while (b.len < 2 + REQUEST_QUERY_MAX)
		buf_puts(&b, "1");
	ck_assert_uint_eq(strlen(parsed(b.data)), b.len - 1);
	buf_puts(&b, "1");
	ck_assert_str_eq(parsed(b.data), "the query is longer than 4096 bytes; ask for less");
	buf_reset(&b);
	buf_puts(&b, "/?");
	for (int i = 0; i < REQUEST_PARAMS; i++)
		buf_puts(&b, "a&");
	ck_assert_int_eq(strncmp(parsed(b.data), "?a=&a=", 6), 0);
	buf_puts(&b, "a");
	ck_assert_str_eq(parsed(b.data), "the query has more than 64 parameters");
	buf_free(&b);
	arena_free(&arena);
}
END_TEST

/* A failure leaves the request as it was. */
START_TEST(untouched)
{
	struct request r, before;

	memset(&r, 7, sizeof(r));
	before = r;
	ck_assert_int_eq(request_parse(&r, METHOD_GET, "/a?b=1&c=%", &arena, NULL), -1);
	ck_assert(memcmp(&r, &before, sizeof(r)) == 0);
	arena_free(&arena);
}
END_TEST

START_TEST(lookups)
{
	struct request r;

	ck_assert_int_eq(request_parse(&r, METHOD_POST, "/a?b=1&b=2&c", &arena, NULL), 0);
	ck_assert_int_eq(r.method, METHOD_POST);
	ck_assert_str_eq(r.path, "/a");
	ck_assert_str_eq(r.content_type, "");
	ck_assert_str_eq(r.body, "");
	ck_assert_str_eq(request_param(&r, "b"), "1");
	ck_assert_str_eq(request_param(&r, "c"), "");
	ck_assert_ptr_null(request_param(&r, "B"));
	r.headers = 2;
	r.header = (struct param[]){{"Content-Encoding", "gzip"}, {"ce-id", "7"}};
	ck_assert_str_eq(request_header(&r, "content-encoding"), "gzip");
	ck_assert_str_eq(request_header(&r, "CE-ID"), "7");
	ck_assert_ptr_null(request_header(&r, "ce-source"));
	arena_free(&arena);
}
END_TEST

static void
check_problem(int status, const char *title, const char *detail, const char *expected)
{
	struct answer a = ANSWER_INIT;
	json_t *json;

	buf_puts(&a.body, "half an answer");
	answer_problem(&a, status, "%s", detail);
	ck_assert_int_eq(a.status, status);
	ck_assert_str_eq(a.type, "application/problem+json");
	json = json_loadb(a.body.data, a.body.len, 0, NULL);
	ck_assert_ptr_nonnull(json);
	ck_assert_uint_eq(json_object_size(json), 3);
	ck_assert_str_eq(json_string_value(json_object_get(json, "title")), title);
	ck_assert_int_eq((int)json_integer_value(json_object_get(json, "status")), status);
	ck_assert_str_eq(json_string_value(json_object_get(json, "detail")), expected);
	json_decref(json);
	buf_free(&a.body);
}

START_TEST(problems)
{
	check_problem(404, "Not Found", "there is nothing at '/x'", "there is nothing at '/x'");
	check_problem(503, "Service Unavailable", "及时 \"quoted\"\n", "及时 \"quoted\"\n");
	check_problem(400, "Bad Request",
	    "a\xff\xe5\x8f"
	    "b",
	    "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
	    "b");
	check_problem(418, "Bad Request", "tea", "tea");
	check_problem(507, "Internal Server Error", "full", "full");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("request");
	TCase *tc = tcase_create("request");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, targets);
	tcase_add_test(tc, bad_targets);
	tcase_add_test(tc, limits);
	tcase_add_test(tc, untouched);
	tcase_add_test(tc, lookups);
	tcase_add_test(tc, problems);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
