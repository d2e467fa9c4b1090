/* gzip: any split, any cut, any flipped bit, and more than was asked for. */
#define ZLIB_CONST
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

#include "base/buf.h"
#include "codec/inflate.h"
#include "suite.h"

#define ROOM (8u << 20)
#define ROUNDS 400

static struct buf plain = BUF_INIT(ROOM), packed = BUF_INIT(ROOM), out = BUF_INIT(ROOM);
static uint64_t state;

static void
teardown(void)
{
	buf_free(&plain);
	buf_free(&packed);
	buf_free(&out);
}

/* xorshift64*, so that a seed is all that a failure needs. */
static uint32_t
any(uint32_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * UINT64_C(2685821657736338717)) >> 33) % below;
}

static void
seed(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	state = (uint64_t)t.tv_nsec << 20 ^ (uint64_t)t.tv_sec;
	if (getenv("SEED") != NULL)
		state = strtoull(getenv("SEED"), NULL, 0);
	printf("SEED=%llu\n", (unsigned long long)state);
	fflush(stdout);
}

/* Appends a member to `packed`; window 31 is gzip, 15 zlib, -15 neither. */
static void
pack(const char *s, size_t len, int level, int window, gz_header *head)
{
	z_stream z = {0};
	size_t most;
	char *room;

	ck_assert_int_eq(deflateInit2(&z, level, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
	if (head != NULL)
		deflateSetHeader(&z, head);
	most = deflateBound(&z, (uLong)len) + 2048;
	room = malloc(most);
	z.next_in = (const Bytef *)s;
	z.avail_in = (uInt)len;
	z.next_out = (Bytef *)room;
	z.avail_out = (uInt)most;
	ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
	buf_put(&packed, room, most - z.avail_out);
	deflateEnd(&z);
	free(room);
}

/* What inflating in pieces of at most so many bytes gives in `out`: 0, or -1 with a sentence. */
static int
unpack(const char *s, size_t len, size_t piece, size_t most, struct err *err)
{
	struct inflate *z = inflate_new();
	size_t n;
	int rc = 0;

	buf_free(&out);
	out = (struct buf)BUF_INIT(most);
	for (size_t i = 0; rc == 0 && i < len; i += n) {
		n = len - i < piece ? len - i : piece;
		rc = inflate_feed(z, s + i, n, &out, err);
	}
	if (rc == 0)
		rc = inflate_end(z, err);
	inflate_free(z);
	return rc;
}

static void
same(void)
{
	ck_assert_uint_eq(out.len, plain.len);
	ck_assert(memcmp(buf_text(&out), buf_text(&plain), out.len) == 0);
}

/* Text that compresses, noise that does not, or nothing. */
static void
make_plain(void)
{
	size_t len = any(3) == 0 ? any(70000) : any(300);
	uint32_t kinds = 1 + any(256);
	char c;

	buf_reset(&plain);
	buf_put(&plain, "", 0);
	while (plain.len < len) {
		c = (char)any(kinds);
		buf_put(&plain, &c, 1);
	}
}

/* Packs `plain` as one to four members, with all that a header may have. */
static void
make_packed(void)
{
	Bytef extra[5] = "extra";
	gz_header head = {.extra = extra,
	    .extra_len = sizeof(extra),
	    .name = (Bytef *)"a.json",
	    .comment = (Bytef *)"said",
	    .hcrc = 1,
	    .time = 1};
	uint32_t members = 1 + any(4);
	size_t from = 0, to;

	buf_reset(&packed);
	for (uint32_t i = 1; i <= members; i++, from = to) {
		to = i == members ? plain.len : from + any((uint32_t)(plain.len - from + 1));
		pack(buf_text(&plain) + from, to - from, (int)any(10), 31,
		    any(2) == 0 ? &head : NULL);
	}
}

START_TEST(any_split)
{
	struct err err;

	seed();
	for (int i = 0; i < ROUNDS; i++) {
		make_plain();
		make_packed();
		ck_assert_msg(
		    unpack(packed.data, packed.len, 1 + any(i % 2 ? 8 : 9000), ROOM, &err) == 0,
		    "round %d: %s", i, err.msg);
		same();
	}
}
END_TEST

START_TEST(every_cut)
{
	struct inflate *z;
	struct err err;

	buf_reset(&packed);
	pack("one and the other, one and the other", 36, 9, 31, NULL);
	for (size_t cut = 0; cut < packed.len; cut++) {
		ck_assert_int_eq(unpack(packed.data, cut, ROOM, ROOM, &err), -1);
		ck_assert_ptr_nonnull(strstr(err.msg, "missing"));
		ck_assert(buf_ok(&out));
		buf_reset(&out);
		z = inflate_new();
		ck_assert_int_eq(inflate_feed(z, packed.data, cut, &out, &err), 0);
		ck_assert_int_eq(
		    inflate_feed(z, packed.data + cut, packed.len - cut, &out, &err), 0);
		ck_assert_int_eq(inflate_end(z, &err), 0);
		ck_assert_str_eq(buf_text(&out), "one and the other, one and the other");
		inflate_free(z);
	}
}
END_TEST

/* Between two members a stream may end, and nowhere else. */
START_TEST(several_members)
{
	char empty[20];
	struct err err;
	size_t first;

	buf_reset(&packed);
	pack("one,", 4, 6, 31, NULL);
	first = packed.len;
	pack("two", 3, 6, 31, NULL);
	for (size_t cut = 1; cut <= packed.len; cut++)
		ck_assert_int_eq(unpack(packed.data, cut, ROOM, ROOM, &err),
		    cut == first || cut == packed.len ? 0 : -1);
	ck_assert_str_eq(buf_text(&out), "one,two");
	buf_reset(&packed);
	pack("", 0, 6, 31, NULL);
	ck_assert_uint_eq(packed.len, sizeof(empty));
	memcpy(empty, packed.data, sizeof(empty));
	for (int i = 1; i < 100000; i++)
		buf_put(&packed, empty, sizeof(empty));
	ck_assert_int_eq(unpack(packed.data, packed.len, ROOM, ROOM, &err), 0);
	ck_assert_uint_eq(out.len, 0);
}
END_TEST

START_TEST(what_follows)
{
	struct err err;
	char c;

	for (int i = 0; i < 256; i++) {
		for (int n = 1; n <= 3; n++) {
			buf_reset(&packed);
			pack("x", 1, 6, 31, NULL);
			c = (char)i;
			for (int j = 0; j < n; j++)
				buf_put(&packed, &c, 1);
			ck_assert_int_eq(unpack(packed.data, packed.len, ROOM, ROOM, &err), -1);
			ck_assert_int_eq(
			    strstr(err.msg, "ends at its byte 21") != NULL, i != 0x1f || n > 1);
		}
	}
}
END_TEST

/* Zeros, where they are expected: between members and behind the last one, not before the first. */
START_TEST(padding)
{
	for (int front = 0; front < 2; front++) {
		struct inflate *z = inflate_new();
		struct err err;

		inflate_padded(z);
		buf_reset(&packed);
		buf_reset(&out);
		buf_put(&packed, "\0\0", front ? 2 : 0);
		pack("one,", 4, 6, 31, NULL);
		buf_put(&packed, "\0\0\0", 3);
		pack("two", 3, 6, 31, NULL);
		buf_put(&packed, "\0", 1);
		ck_assert_int_eq(inflate_feed(z, packed.data, packed.len, &out, &err), -front);
		ck_assert_str_eq(buf_text(&out), front ? "" : "one,two");
		if (!front)
			ck_assert_int_eq(inflate_end(z, &err), 0);
		inflate_free(z);
	}
}
END_TEST

/* However little room there is for what comes out. */
START_TEST(some_at_a_time)
{
	seed();
	for (int i = 0; i < ROUNDS / 4; i++) {
		struct inflate *z = inflate_new();
		size_t made, left;
		const void *at;
		char room[300];
		struct err err;

		make_plain();
		make_packed();
		buf_reset(&out);
		at = packed.data;
		left = packed.len;
		while (left > 0) {
			ck_assert_int_eq(
			    inflate_some(z, &at, &left, room, 1 + any(sizeof(room)), &made, &err),
			    0);
			buf_put(&out, room, made);
		}
		ck_assert_int_eq(inflate_end(z, &err), 0);
		same();
		inflate_free(z);
	}
}
END_TEST

/* What a checksum covers is never taken for something else. */
START_TEST(every_bit)
{
	size_t harmless = 0;
	struct err err;

	buf_reset(&plain);
	for (int i = 0; i < 40; i++)
		buf_putf(&plain, "{\"id\":\"e-%d\"}\n", i * i);
	buf_reset(&packed);
	pack(plain.data, plain.len, 6, 31, NULL);
	for (size_t i = 0; i < 8 * packed.len; i++) {
		packed.data[i / 8] = (char)(packed.data[i / 8] ^ 1 << i % 8);
		if (unpack(packed.data, packed.len, ROOM, ROOM, &err) == 0) {
			same();
			harmless++;
		}
		packed.data[i / 8] = (char)(packed.data[i / 8] ^ 1 << i % 8);
	}
	ck_assert_int_eq(unpack(packed.data, packed.len, ROOM, ROOM, &err), 0);
	/* Time, system and hints in its header, and what fills its last byte. */
	ck_assert_uint_lt(harmless, 65);
}
END_TEST

START_TEST(others)
{
	struct err err;

	buf_reset(&packed);
	pack("text", 4, 6, 15, NULL);
	ck_assert_int_eq(unpack(packed.data, packed.len, ROOM, ROOM, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "no gzip"));
	buf_reset(&packed);
	pack("text", 4, 6, -15, NULL);
	ck_assert_int_eq(unpack(packed.data, packed.len, ROOM, ROOM, &err), -1);
	ck_assert_int_eq(unpack("{}", 2, 1, ROOM, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "no gzip"));
	ck_assert_int_eq(unpack("\x1f\x8c", 2, 1, ROOM, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "no gzip"));
	ck_assert_int_eq(unpack("", 0, 1, ROOM, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "missing"));
}
END_TEST

/* Nothing, a thousand times smaller as it comes: what does not fit is not made. */
START_TEST(bombs)
{
	const size_t most = 1u << 20;
	struct inflate *z = inflate_new();
	size_t times = 0;
	struct err err;
	char *zeros = calloc(1, most);

	buf_reset(&packed);
	pack(zeros, most, 9, 31, NULL);
	ck_assert_uint_lt(packed.len, 2000);
	ck_assert_int_eq(unpack(packed.data, packed.len, ROOM, most, &err), 0);
	ck_assert_uint_eq(out.len, most);
	ck_assert_int_eq(unpack(packed.data, packed.len, ROOM, most - 1, &err), -1);
	ck_assert(!buf_ok(&out));
	ck_assert_ptr_nonnull(strstr(err.msg, "1048575"));
	buf_free(&out);
	out = (struct buf)BUF_INIT(most + 1);
	while (inflate_feed(z, packed.data, packed.len, &out, &err) == 0)
		ck_assert_uint_lt(times++, 2);
	ck_assert(!buf_ok(&out));
	ck_assert_uint_le(out.len, most + 1);
	inflate_free(z);
	free(zeros);
}
END_TEST

/* However it is cut, the verdict on damaged bytes is the same, and a sentence. */
START_TEST(noise)
{
	struct err err, again;
	size_t most;
	int rc;

	seed();
	for (int i = 0; i < ROUNDS; i++) {
		make_plain();
		make_packed();
		for (uint32_t hits = any(4); hits > 0; hits--)
			packed.data[any((uint32_t)packed.len)] = (char)any(256);
		most = any(2) == 0 ? ROOM : any((uint32_t)(plain.len + 2));
		err.msg[0] = '\0';
		rc = unpack(packed.data, packed.len, ROOM, most, &err);
		ck_assert_uint_le(out.len, most);
		ck_assert_int_eq(rc != 0, err.msg[0] != '\0');
		ck_assert_int_eq(
		    unpack(packed.data, packed.len, 1 + any(50), most, &again) != 0, rc != 0);
		if (rc == 0)
			same();
	}
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, NULL, teardown);
	tcase_add_test(t, any_split);
	tcase_add_test(t, every_cut);
	tcase_add_test(t, several_members);
	tcase_add_test(t, what_follows);
	tcase_add_test(t, padding);
	tcase_add_test(t, some_at_a_time);
	tcase_add_test(t, every_bit);
	tcase_add_test(t, others);
	tcase_add_test(t, bombs);
	tcase_add_test(t, noise);
}

SUITE_MAIN("inflate", add)
