/* Values of an array, or in a row: every cut gives the same, and what is wrong has its line. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "codec/json_cut.h"
#include "suite.h"

static struct buf said = BUF_INIT(1 << 20);
static struct err err;

static void
teardown(void)
{
	buf_free(&said);
}

static bool
note(enum json_cut_got got, const struct json_piece *piece)
{
	if (got == JSON_CUT_VALUE)
		buf_putf(&said, "%d<%s>", (int)piece->line, piece->text);
	else if (got == JSON_CUT_BROKEN)
		buf_putf(&said, "%d!", (int)piece->line);
	return got == JSON_CUT_VALUE;
}

static void
read_in_pieces(const char *text, size_t len, size_t size)
{
	struct json_cut *c = json_cut_new();
	enum json_cut_got got = JSON_CUT_MORE;
	struct json_piece piece;
	size_t left;

	buf_reset(&said);
	while (len > 0 && got != JSON_CUT_BROKEN) {
		left = size < len ? size : len;
		len -= left;
		do {
			got = json_cut_next(c, &text, &left, &piece, &err);
		} while (note(got, &piece));
	}
	while (got != JSON_CUT_BROKEN && note(got = json_cut_end(c, &piece, &err), &piece))
		continue;
	json_cut_free(c);
}

static void
gives(const char *text, const char *expected)
{
	for (size_t size = 1; size <= strlen(text) + 1; size++) {
		read_in_pieces(text, strlen(text), size);
		ck_assert_msg(strcmp(buf_text(&said), expected) == 0, "%s in pieces of %zu: %s",
		    text, size, buf_text(&said));
	}
}

START_TEST(one_after_another)
{
	gives("", "");
	gives(" \n", "");
	gives("{}", "1<{}>");
	gives("{\"a\":1}\n{\"a\":\n2}\n\n{}", "1<{\"a\":1}>2<{\"a\":\n2}>5<{}>");
	gives("{\"a\":\"}\"}{\"b\":\"\\\"{\\\\\"}", "1<{\"a\":\"}\"}>1<{\"b\":\"\\\"{\\\\\"}>");
	gives("1 \"x\\\"\" null\ntrue", "1<1>1<\"x\\\"\">1<null>2<true>");
	gives("\xef\xbb\xbf{}", "1<{}>");
	gives("{\"a\":[[1,{}],2]}\n", "1<{\"a\":[[1,{}],2]}>");
}
END_TEST

START_TEST(arrays)
{
	gives("[]", "");
	gives(" [ ] \n", "");
	gives("[{\"a\":1},\n{\"a\":[1,2]}]\n", "1<{\"a\":1}>2<{\"a\":[1,2]}>");
	gives("[1,\"a,]\" , null,[2]]", "1<1>1<\"a,]\">1<null>1<[2]>");
	gives("\xef\xbb\xbf[\n{}\n]", "2<{}>");
}
END_TEST

START_TEST(what_is_wrong)
{
	gives("{}\n}", "1<{}>2!");
	gives("[{}", "1<{}>1!");
	ck_assert_ptr_nonnull(strstr(err.msg, "']' is missing"));
	gives("[{}\n{}]", "1<{}>2!");
	ck_assert_ptr_nonnull(strstr(err.msg, "a comma too many or too few"));
	gives("[{},,{}]", "1<{}>1!");
	gives("[,{}]", "1!");
	gives("[]\n[]", "2!");
	gives("\n{\"a\":\n\"", "2!");
	ck_assert_ptr_nonnull(strstr(err.msg, "does not end"));
	gives("[{}\n,12", "1<{}>2!");
}
END_TEST

START_TEST(too_large)
{
	char *text = malloc(JSON_CUT_BYTES + 10);

	memset(text, ' ', JSON_CUT_BYTES + 9);
	memcpy(text, "{}\n{\"", 5);
	read_in_pieces(text, JSON_CUT_BYTES + 9, 4096);
	ck_assert_str_eq(buf_text(&said), "1<{}>2!");
	ck_assert_ptr_nonnull(strstr(err.msg, "too large"));
	free(text);
}
END_TEST

static void
add(TCase *tcase)
{
	tcase_add_checked_fixture(tcase, NULL, teardown);
	tcase_add_test(tcase, one_after_another);
	tcase_add_test(tcase, arrays);
	tcase_add_test(tcase, what_is_wrong);
	tcase_add_test(tcase, too_large);
}

SUITE_MAIN("json_cut", add)
