/* Log: one line for each call, whatever strangers have put into it. */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "utf8.h"

/* Standard error goes into a pipe; what has come is read back. */
static int out;

static void
capture(void)
{
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	ck_assert_int_eq(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
	close(ends[1]);
	out = ends[0];
	unsetenv("JOURNAL_STREAM");
	unsetenv("SLAD_DEBUG");
}

static const char *
captured(void)
{
	static char text[8192];
	ssize_t n = read(out, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

START_TEST(plain)
{
	capture();
	log_error("no %s", "disk");
	ck_assert_str_eq(captured(), "error: no disk\n");
	log_warning("%d left", 3);
	ck_assert_str_eq(captured(), "warning: 3 left\n");
	log_info("ready");
	ck_assert_str_eq(captured(), "info: ready\n");
	log_debug("detail");
	ck_assert_str_eq(captured(), "");
	setenv("SLAD_DEBUG", "1", 1);
	log_debug("detail");
	ck_assert_str_eq(captured(), "debug: detail\n");
}
END_TEST

START_TEST(journal)
{
	capture();
	setenv("JOURNAL_STREAM", "8:1234", 1);
	setenv("SLAD_DEBUG", "1", 1);
	log_error("a");
	log_warning("b");
	log_info("c");
	log_debug("d");
	ck_assert_str_eq(captured(), "<3>a\n<4>b\n<6>c\n<7>d\n");
}
END_TEST

START_TEST(strangers)
{
	capture();
	log_info("%s", "a\n<2>forged\r\t\x1b[2J\x7f");
	ck_assert_str_eq(captured(), "info: a\\n<2>forged\\x0d\\x09\\x1b[2J\\x7f\n");
	log_info("%s", "及时响应率 caf\xc3\xa9 \xf0\x9f\x99\x82");
	ck_assert_str_eq(captured(), "info: 及时响应率 caf\xc3\xa9 \xf0\x9f\x99\x82\n");
	log_info("%s",
	    "\xff \xc3 \xc2\x9b"
	    "31m \xed\xa0\x80");
	ck_assert_str_eq(captured(), "info: \\xff \\xc3 \\xc2\\x9b31m \\xed\\xa0\\x80\n");
}
END_TEST

/* Cut, but a whole line, and whole characters. */
START_TEST(long_lines)
{
	char text[3 * LOG_LINE];
	const char *line;

	capture();
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	log_info("%s", text);
	line = captured();
	ck_assert_uint_le(strlen(line), LOG_LINE);
	ck_assert_uint_gt(strlen(line), LOG_LINE - 16);
	ck_assert_ptr_eq(strchr(line, '\n'), line + strlen(line) - 1);
	for (size_t i = 0; i < LOG_LINE; i++)
		text[i] = i % 2 ? '\n' : '\x01';
	log_info("%s", text);
	line = captured();
	ck_assert_uint_le(strlen(line), LOG_LINE);
	ck_assert_ptr_eq(strchr(line, '\n'), line + strlen(line) - 1);
	for (size_t i = 0; i + 3 < sizeof(text); i += 3)
		memcpy(text + i, "及", 3);
	log_info("%s", text);
	line = captured();
	ck_assert(utf8_valid(line, strlen(line)));
}
END_TEST

START_TEST(utf8)
{
	static const struct {
		const char *bytes;
		size_t step;
	} cases[] = {
	    {"a", 1},
	    {"\x7f", 1},
	    {"\x80", 0},
	    {"\xc1\xbf", 0},
	    {"\xc2\x80", 2},
	    {"\xdf\xbf", 2},
	    {"\xe0\x9f\xbf", 0},
	    {"\xe0\xa0\x80", 3},
	    {"\xed\x9f\xbf", 3},
	    {"\xed\xa0\x80", 0},
	    {"\xee\x80\x80", 3},
	    {"\xef\xbf\xbf", 3},
	    {"\xf0\x8f\xbf\xbf", 0},
	    {"\xf0\x90\x80\x80", 4},
	    {"\xf4\x8f\xbf\xbf", 4},
	    {"\xf4\x90\x80\x80", 0},
	    {"\xf5\x80\x80\x80", 0},
	    {"\xe5\x8f", 0},
	    {"\xe5"
	     "aa",
		0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(utf8_step(cases[i].bytes, strlen(cases[i].bytes)) == cases[i].step,
		    "case %zu", i);
	ck_assert_uint_eq(utf8_step("", 0), 0);
	ck_assert(utf8_valid("", 0));
	ck_assert(!utf8_valid("a\xff", 2));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("log");
	TCase *tc = tcase_create("log");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, plain);
	tcase_add_test(tc, journal);
	tcase_add_test(tc, strangers);
	tcase_add_test(tc, long_lines);
	tcase_add_test(tc, utf8);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
