/* Lines of files: plain, gzip'd, of several members, cut off, too long. */
#include "lines.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "scratch_dir.h"
#include "suite.h"

static char path[SCRATCH_PATH];
static FILE *file;
static struct lines *lines;
static struct line line;
static struct err err;

static void
setup(void)
{
	scratch_make();
	scratch_path(path, "lines");
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
}

static void
teardown(void)
{
	lines_close(lines);
	lines = NULL;
	scratch_remove();
}

static void
put(const void *bytes, size_t len)
{
	ck_assert_uint_eq(fwrite(bytes, 1, len, file), len);
}

/* One gzip member. */
static size_t
put_gzip(const char *bytes, size_t len)
{
	unsigned char out[4096];
	z_stream z = {.next_in = (unsigned char *)(uintptr_t)bytes, .avail_in = (uInt)len};
	size_t all = 0;
	int rc;

	ck_assert_int_eq(
	    deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	do {
		z.next_out = out;
		z.avail_out = sizeof(out);
		rc = deflate(&z, Z_FINISH);
		put(out, sizeof(out) - z.avail_out);
		all += sizeof(out) - z.avail_out;
	} while (rc == Z_OK);
	ck_assert_int_eq(rc, Z_STREAM_END);
	deflateEnd(&z);
	return all;
}

static void
begin(void)
{
	fclose(file);
	lines = lines_open(path, &err);
	ck_assert_msg(lines != NULL, "%s", err.msg);
}

static void
gives(int64_t number, const char *text)
{
	enum lines_got got = lines_next(lines, &line, &err);

	ck_assert_msg(got == LINES_LINE, "line %d: %d %s", (int)number, got, err.msg);
	ck_assert_int_eq(line.number, number);
	ck_assert_uint_eq(line.len, strlen(text));
	ck_assert_mem_eq(line.text, text, line.len);
}

static void
ends(void)
{
	ck_assert_int_eq(lines_next(lines, &line, &err), LINES_END);
}

START_TEST(plain)
{
	const char text[] = "\xef\xbb\xbf"
			    "{}\n\n{ }\r\nlast";

	put(text, sizeof(text) - 1);
	begin();
	gives(1, "{}");
	gives(2, "");
	gives(3, "{ }\r");
	gives(4, "last");
	ends();
	ck_assert_int_eq(lines_read(lines), sizeof(text) - 1);
}
END_TEST

START_TEST(short_ones)
{
	begin();
	ends();
	lines_close(lines);
	file = fopen(path, "w");
	put("\x1f", 1);
	begin();
	gives(1, "\x1f");
	ends();
}
END_TEST

START_TEST(members)
{
	const char zeros[1000] = {0};

	put_gzip("one\ntw", 6);
	put_gzip("", 0);
	put_gzip("o\nthree", 7);
	put(zeros, sizeof(zeros));
	begin();
	gives(1, "one");
	gives(2, "two");
	gives(3, "three");
	ends();
}
END_TEST

/* More than any buffer holds, and the same plain and gzip'd. */
START_TEST(many)
{
	struct buf text = BUF_INIT(8u << 20);
	char wanted[300];
	uint32_t seed = 1;

	for (int i = 1; i <= 20000; i++) {
		seed = seed * 1664525 + 1013904223;
		buf_putf(&text, "%d%*s\n", i, (int)(seed >> 24), "x");
	}
	if (_i == 0)
		put(text.data, text.len);
	else
		put_gzip(text.data, text.len);
	begin();
	seed = 1;
	for (int i = 1; i <= 20000; i++) {
		seed = seed * 1664525 + 1013904223;
		snprintf(wanted, sizeof(wanted), "%d%*s", i, (int)(seed >> 24), "x");
		gives(i, wanted);
	}
	ends();
	buf_free(&text);
}
END_TEST

static void
breaks(const char *why)
{
	int64_t before = line.number;

	ck_assert_int_eq(lines_next(lines, &line, &err), LINES_BROKEN);
	ck_assert_msg(strstr(err.msg, why) != NULL, "%s", err.msg);
	ck_assert_int_eq(line.number, before + 1);
}

START_TEST(cut_off)
{
	size_t len = put_gzip("one\ntwo\nthree", 13);

	fflush(file);
	ck_assert_int_eq(ftruncate(fileno(file), (off_t)len - 9), 0);
	begin();
	gives(1, "one");
	gives(2, "two");
	breaks("some of it is missing");
}
END_TEST

START_TEST(damaged)
{
	size_t len = put_gzip("one\ntwo\n", 8);

	fseek(file, (long)len - 8, SEEK_SET); /* the checksum */
	put("\0\0\0\0", 4);
	begin();
	line.number = 0;
	breaks("damaged");
}
END_TEST

START_TEST(followed_by_something_else)
{
	put_gzip("one\n", 4);
	put("two\n", 4);
	begin();
	gives(1, "one");
	breaks("what follows is no gzip");
}
END_TEST

/* Passed over, wherever the buffers end, and the next one is whole. */
START_TEST(too_long)
{
	size_t len = LINES_MAX + (size_t)_i * 50000;
	char *text = mem_alloc(len + 1, 1);

	memset(text, 'x', len);
	put("one\n", 4);
	put(text, len);
	put("\nthree\n", 7);
	begin();
	gives(1, "one");
	if (_i == 0) {
		gives(2, text);
	} else {
		ck_assert_int_eq(lines_next(lines, &line, &err), LINES_LONG);
		ck_assert_int_eq(line.number, 2);
	}
	gives(3, "three");
	ends();
	free(text);
}
END_TEST

START_TEST(too_long_and_the_last)
{
	char *text = mem_alloc(LINES_MAX + 1, 1);

	memset(text, 'x', LINES_MAX + 1);
	put(text, LINES_MAX + 1);
	begin();
	ck_assert_int_eq(lines_next(lines, &line, &err), LINES_LONG);
	ends();
	free(text);
}
END_TEST

START_TEST(not_there)
{
	fclose(file);
	ck_assert_ptr_null(lines_open("/nowhere/at all", &err));
	ck_assert_ptr_nonnull(strstr(err.msg, "/nowhere/at all"));
	ck_assert_ptr_null(lines_open("/tmp", &err));
	ck_assert_ptr_nonnull(strstr(err.msg, "/tmp"));
}
END_TEST

static void
add_tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, plain);
	tcase_add_test(tc, short_ones);
	tcase_add_test(tc, members);
	tcase_add_loop_test(tc, many, 0, 2);
	tcase_add_test(tc, cut_off);
	tcase_add_test(tc, damaged);
	tcase_add_test(tc, followed_by_something_else);
	tcase_add_loop_test(tc, too_long, 0, 12);
	tcase_add_test(tc, too_long_and_the_last);
	tcase_add_test(tc, not_there);
}

SUITE_MAIN("lines", add_tests)
