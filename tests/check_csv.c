/* Delimited text: every cut gives the same rows, and what is wrong has its line. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "codec/csv.h"
#include "suite.h"

static struct buf said = BUF_INIT(1 << 20);
static struct csv_row row;
static struct err err;

static void
teardown(void)
{
	buf_free(&said);
}

/* A row as LINE:[cell][cell], what is wrong as LINE:!. Whether another may follow. */
static bool
note(enum csv_got got)
{
	if (got == CSV_MORE)
		return false;
	buf_putf(&said, "%d:", (int)row.line);
	if (got != CSV_ROW) {
		buf_puts(&said, got == CSV_WRONG ? "!" : "!!");
		return got == CSV_WRONG;
	}
	for (size_t i = 0; i < row.count; i++)
		buf_putf(&said, "[%s]", row.cell[i]);
	return true;
}

static void
read_in_pieces(const char *text, size_t len, size_t piece)
{
	struct csv *c = csv_new();
	enum csv_got got = CSV_MORE;
	size_t left;

	buf_reset(&said);
	while (len > 0 && got != CSV_BROKEN) {
		left = piece < len ? piece : len;
		len -= left;
		while (left > 0 && got != CSV_BROKEN) {
			got = csv_next(c, &text, &left, &row, &err);
			note(got);
		}
	}
	while (got != CSV_BROKEN && note(got = csv_end(c, &row, &err)))
		continue;
	csv_free(c);
}

static void
gives_all(const char *text, size_t len, const char *expected)
{
	for (size_t piece = 1; piece <= len + 1; piece++) {
		read_in_pieces(text, len, piece);
		ck_assert_msg(strcmp(buf_text(&said), expected) == 0, "%s in pieces of %zu: %s, %s",
		    text, piece, buf_text(&said), err.msg);
	}
}

static void
gives(const char *text, const char *expected)
{
	gives_all(text, strlen(text), expected);
}

START_TEST(rows)
{
	gives("", "");
	gives("\n\r\n", "");
	gives("a", "1:[a]");
	gives("a,b\n1,2\n", "1:[a][b]2:[1][2]");
	gives("a,b\r\n1,2\r\n\r\n3,", "1:[a][b]2:[1][2]4:[3][]");
	gives("a,b\n,\n\"\",\"\"", "1:[a][b]2:[][]3:[][]");
	gives("a\n\"\"\n\n1", "1:[a]2:[]4:[1]");
	gives("\xef\xbb\xbf"
	      "a,b\n",
	    "1:[a][b]");
	gives(" a , b\n", "1:[ a ][ b]");
}
END_TEST

START_TEST(quotes)
{
	gives("a,b\n\"1,2\",\"3\"\"4\"\n", "1:[a][b]2:[1,2][3\"4]");
	gives("a,b\n\"x\ny\r\nz\",1\r\n2,3", "1:[a][b]2:[x\ny\r\nz][1]5:[2][3]");
	gives("\"a\nb\",c\n1,\"\"\n", "1:[a\nb][c]3:[1][]");
	gives("a,b\n5\" disk,x\"y\"\n", "1:[a][b]2:[5\" disk][x\"y\"]");
	gives("a\n\"x\"\r\n\"y\"", "1:[a]2:[x]3:[y]");
	gives("a\n\"\"\"\"", "1:[a]2:[\"]");
}
END_TEST

START_TEST(delimiters)
{
	gives("a;b,c;d\n1;2,5;3\n", "1:[a][b,c][d]2:[1][2,5][3]");
	gives("a\tb c\n1,2\t3\n", "1:[a][b c]2:[1,2][3]");
	gives("a|b\n1,2|3\n", "1:[a][b]2:[1,2][3]");
	gives("\"a;b;c\",d\n1,2\n", "1:[a;b;c][d]2:[1][2]");
	gives("sep=;\r\na;b,c,d\n1;2\n", "2:[a][b,c,d]3:[1][2]");
	gives("\xef\xbb\xbfsep=,\n\"x;y;z\",b\n1,2", "2:[x;y;z][b]3:[1][2]");
	gives("sep=\n1", "1:[sep=]2:[1]");
}
END_TEST

START_TEST(what_is_wrong)
{
	gives("a,b\n\"1\"x,2\n3,4\n", "1:[a][b]2:!3:[3][4]");
	ck_assert_ptr_nonnull(strstr(err.msg, "column 1: its quotes end"));
	gives("a,b\n1,\"2\" \n3,4\n", "1:[a][b]2:!3:[3][4]");
	ck_assert_ptr_nonnull(strstr(err.msg, "column 2: "));
	gives("a,b\n1,\"2\n3,4\n", "1:[a][b]2:!!");
	ck_assert_ptr_nonnull(strstr(err.msg, "opens in line 2 is never closed"));
	gives_all("a,b\n1\0,2\n3,4\n", 12, "1:[a][b]2:!3:[3][4]");
	ck_assert_ptr_nonnull(strstr(err.msg, "NUL"));
	gives_all("\xff\xfe"
		  "a\0,\0",
	    6, "1:!!");
	ck_assert_ptr_nonnull(strstr(err.msg, "UTF-16"));
}
END_TEST

/* Rows at the limits; longer ones are passed over, but for those that lost their way. */
START_TEST(limits)
{
	struct buf text = BUF_INIT(4u << 20);
	char *cell = malloc(CSV_BYTES + 2);

	memset(cell, 'x', CSV_BYTES + 1);
	cell[CSV_BYTES + 1] = '\0';
	buf_putf(&text, "a\n%s\n2\n", cell + 2);
	read_in_pieces(text.data, text.len, 5000);
	ck_assert_msg(strncmp(buf_text(&said), "1:[a]2:[xxx", 11) == 0, "%.20s", buf_text(&said));
	buf_reset(&text);
	buf_putf(&text, "a\n%s\n2\n", cell + 1);
	read_in_pieces(text.data, text.len, 5000);
	ck_assert_str_eq(buf_text(&said), "1:[a]2:!3:[2]");
	ck_assert_ptr_nonnull(strstr(err.msg, "more than 262144 bytes"));
	buf_reset(&text);
	buf_putf(&text, "a\n1\n\"%s\n2\n", cell);
	read_in_pieces(text.data, text.len, 5000);
	ck_assert_str_eq(buf_text(&said), "1:[a]2:[1]3:!!");
	ck_assert_ptr_nonnull(strstr(err.msg, "the quote that opens in line 3 ever closed"));
	read_in_pieces(cell, CSV_BYTES + 1, 5000);
	ck_assert_str_eq(buf_text(&said), "1:!!");
	buf_reset(&text);
	for (int i = 1; i < CSV_CELLS; i++)
		buf_puts(&text, i == 1 ? "a" : ",a");
	buf_puts(&text, "\n1\n");
	read_in_pieces(text.data, text.len, 5000);
	ck_assert_ptr_nonnull(strstr(buf_text(&said), "[a]2:[1]"));
	text.data[text.len - 3] = ',';
	buf_puts(&text, "\n1\n");
	read_in_pieces(text.data, text.len, 5000);
	ck_assert_str_eq(buf_text(&said), "1:!3:[1]");
	buf_free(&text);
	free(cell);
}
END_TEST

static void
add(TCase *tcase)
{
	tcase_add_checked_fixture(tcase, NULL, teardown);
	tcase_add_test(tcase, rows);
	tcase_add_test(tcase, quotes);
	tcase_add_test(tcase, delimiters);
	tcase_add_test(tcase, what_is_wrong);
	tcase_add_test(tcase, limits);
}

SUITE_MAIN("csv", add)
