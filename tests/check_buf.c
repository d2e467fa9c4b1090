#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/pack.h"
#include "suite.h"

START_TEST(grows_to_its_maximum)
{
	struct buf b = BUF_INIT(10);

	buf_puts(&b, "12345");
	buf_putf(&b, "%d", 678);
	ck_assert(buf_ok(&b));
	buf_puts(&b, "xyz");
	ck_assert(!buf_ok(&b));
	buf_puts(&b, "y");
	ck_assert_str_eq(buf_text(&b), "12345678");
	buf_reset(&b);
	buf_puts(&b, "1234567890");
	ck_assert(buf_ok(&b));
	buf_free(&b);
	ck_assert_str_eq(buf_text(&b), "");
}
END_TEST

START_TEST(formats_where_it_has_to_grow)
{
	static const int64_t numbers[] = {0, 7, -7, 10, -10, INT64_MAX, INT64_MIN};
	struct buf b = BUF_INIT(1000);
	char text[300];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (size_t len = 60; len < 70; len++) {
		buf_reset(&b);
		buf_putf(&b, "%.*s", (int)len, text);
		ck_assert_uint_eq(b.len, len);
		ck_assert_uint_eq(strlen(buf_text(&b)), len);
	}
	buf_putf(&b, "%s%s", text, text);
	ck_assert(buf_ok(&b) && b.len == 69 + 598 && strlen(buf_text(&b)) == b.len);
	buf_putf(&b, "%s%s", text, text);
	ck_assert(!buf_ok(&b) && b.len == 69 + 598 && strlen(buf_text(&b)) == b.len);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		buf_reset(&b);
		buf_puti(&b, numbers[i]);
		snprintf(text, sizeof(text), "%" PRId64, numbers[i]);
		ck_assert_str_eq(buf_text(&b), text);
	}
	buf_free(&b);
}
END_TEST

START_TEST(errors_are_cut_not_spilt)
{
	char text[2 * ERR_MAX];
	struct err err;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	ck_assert_int_eq(err_set(&err, "%s", text), -1);
	ck_assert_uint_eq(strlen(err.msg), ERR_MAX - 1);
	err_set(&err, "no such file");
	ck_assert_int_eq(err_prefix(&err, "%s", "slad.yaml"), -1);
	ck_assert_str_eq(err.msg, "slad.yaml: no such file");
	ck_assert_int_eq(err_set(NULL, "nobody listens"), -1);
}
END_TEST

START_TEST(arenas_keep_what_they_gave)
{
	struct arena a = {0};
	char *first = arena_strdup(&a, "first"), *many[500];

	for (size_t i = 0; i < 500; i++) {
		many[i] = arena_alloc(&a, i + 1, 37);
		memset(many[i], (int)i, (i + 1) * 37);
	}
	ck_assert_str_eq(first, "first");
	for (size_t i = 0; i < 500; i++)
		ck_assert_int_eq((unsigned char)many[i][i * 37], (int)(i & 0xff));
	arena_free(&a);
	ck_assert_uint_eq(a.bytes, 0);
}
END_TEST

START_TEST(numbers_and_texts_come_back)
{
	static const int64_t numbers[] = {
	    0, 1, -1, 63, 64, -64, -65, INT64_MAX, INT64_MIN, 1234567};
	struct buf b = BUF_INIT(1000);
	struct unpack u;
	const char *text;
	size_t len;

	for (size_t i = 0; i < 10; i++)
		pack_int(&b, numbers[i]);
	pack_text(&b, "及时");
	pack_uint(&b, UINT64_MAX);
	unpack_init(&u, b.data, b.len);
	for (size_t i = 0; i < 10; i++)
		ck_assert_int_eq(unpack_int(&u), numbers[i]);
	text = unpack_text(&u, &len);
	ck_assert(len == 6 && memcmp(text, "及时", 6) == 0);
	ck_assert_uint_eq(unpack_uint(&u), UINT64_MAX);
	ck_assert(!unpack_more(&u) && !u.bad);
	buf_free(&b);
}
END_TEST

START_TEST(cut_bytes_are_bad_not_read)
{
	struct buf b = BUF_INIT(1000);
	struct unpack u;
	size_t len;

	pack_text(&b, "twelve bytes");
	for (size_t i = 0; i < b.len; i++) {
		unpack_init(&u, b.data, i);
		unpack_text(&u, &len);
		ck_assert(u.bad && len == 0);
	}
	unpack_init(&u, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 11);
	unpack_uint(&u);
	ck_assert(u.bad);
	buf_free(&b);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, grows_to_its_maximum);
	tcase_add_test(t, formats_where_it_has_to_grow);
	tcase_add_test(t, errors_are_cut_not_spilt);
	tcase_add_test(t, arenas_keep_what_they_gave);
	tcase_add_test(t, numbers_and_texts_come_back);
	tcase_add_test(t, cut_bytes_are_bad_not_read);
}

SUITE_MAIN("buf", add)
