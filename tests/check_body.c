/* Bodies: what goes in comes out, in the form in which it was first written down, and damage is
 * seen. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "store/body.h"
#include "store/dictionary.h"
#include "suite.h"

#define ROUNDS 20000

static struct bodies bodies;
static struct body_room room;
static struct err err;
static uint64_t state;

static const char event[] =
    "{\"data\":{\"agent\":\"\xe6\x9d\x8e\",\"note\":\"Mails arrive "
    "late\"},\"id\":\"512f24ee-6d19-481b-"
    "b30a-1587ca080361\",\"source\":\"https://desk.example\",\"specversion\":\"1.0\",\"subject\":"
    "\"T-400-28333\",\"time\":\"2026-10-24T16:45:30.811Z\",\"type\":\"request.responded\"}";

/* The event as the first slad that packed wrote it. */
static const unsigned char packed_once[] = {
    0x01,
    0x24,
    0xe8,
    0xf5,
    0x02,
    0x00,
    0xe3,
    0x85,
    0x0f,
    0x27,
    0x16,
    0x39,
    0x65,
    0x26,
    0xd2,
    0x30,
    0xb7,
    0xcb,
    0xaa,
    0xf7,
    0xfe,
    0x16,
    0x3b,
    0xde,
    0xba,
    0xac,
    0x4b,
    0x29,
    0xd5,
    0x5a,
    0x77,
    0x5d,
    0x9d,
    0xa5,
    0xb6,
    0x2d,
    0x8c,
    0xac,
    0x3d,
    0x2b,
    0x5c,
    0xf5,
    0xe8,
    0xc3,
    0xcd,
    0xd5,
    0xb1,
    0x5c,
    0x3a,
    0xa7,
    0x37,
    0xd4,
    0xfc,
    0x73,
    0x03,
    0x47,
    0x2a,
    0xb3,
    0x07,
    0x46,
    0x92,
    0x60,
    0x65,
    0x1a,
    0xc1,
    0x40,
    0x1d,
    0x80,
    0xc1,
    0x8c,
    0x94,
    0x0a,
    0xfc,
    0xa7,
    0xb0,
    0x20,
    0xda,
    0xf3,
    0x5b,
    0xf3,
    0x4d,
    0xdf,
    0x65,
    0xf0,
    0x76,
    0x3c,
    0x9e,
    0xd8,
    0x3a,
    0xf0,
    0xda,
    0x50,
    0x77,
    0x02,
    0xb1,
    0xcf,
    0xcb,
    0x9e,
    0x8c,
    0x01,
    0x4d,
    0x03,
    0xc3,
    0x99,
};

static void
teardown(void)
{
	bodies_free(&bodies);
	free(room.bytes);
	room = (struct body_room){.bytes = NULL};
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

/* Of its own, so that a read behind it is seen. */
static struct blob
copy_of(struct blob b)
{
	unsigned char *copy = mem_raw(b.len);

	memcpy(copy, b.bytes, b.len);
	return (struct blob){copy, b.len};
}

static void
free_copy(struct blob b)
{
	free((void *)(uintptr_t)b.bytes);
}

static void
comes_back(const char *text, size_t len, struct blob packed)
{
	const char *again;
	size_t n;

	ck_assert_msg(body_unpack(&bodies, packed, &room, &again, &n, &err) == 0, "%s", err.msg);
	ck_assert_uint_eq(n, len);
	ck_assert_int_eq(memcmp(again, text, len), 0);
	ck_assert_int_eq(again[n], '\0');
}

START_TEST(what_was_packed_once_is_read_for_ever)
{
	comes_back(event, strlen(event), (struct blob){packed_once, sizeof(packed_once)});
}
END_TEST

START_TEST(an_event_takes_half)
{
	struct blob packed = body_pack(&bodies, event, strlen(event)), copy;

	ck_assert_uint_gt(packed.len, 0);
	ck_assert_uint_lt(packed.len, strlen(event) / 2);
	copy = copy_of(packed);
	comes_back(event, strlen(event), copy);
	free_copy(copy);
}
END_TEST

START_TEST(what_gets_no_smaller_stays)
{
	char noise[300];
	char *large = mem_alloc(BODY_MAX + 1, 1);

	ck_assert_uint_eq(body_pack(&bodies, "", 0).len, 0);
	ck_assert_uint_eq(body_pack(&bodies, "{}", 2).len, 0);
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (char)any(256);
	ck_assert_uint_eq(body_pack(&bodies, noise, sizeof(noise)).len, 0);
	ck_assert_uint_gt(body_pack(&bodies, large, BODY_MAX).len, 0);
	ck_assert_uint_eq(body_pack(&bodies, large, BODY_MAX + 1).len, 0);
	free(large);
}
END_TEST

START_TEST(any_text_comes_back)
{
	static char text[200000];
	struct blob packed;
	size_t len;

	for (int round = 0; round < 300; round++) {
		len = any(round % 10 == 0 ? sizeof(text) : 2000);
		for (size_t i = 0; i < len; i++)
			text[i] = any(3) == 0 ? (char)any(256)
					      : event[(i + (size_t)round) % (sizeof(event) - 1)];
		packed = body_pack(&bodies, text, len);
		if (packed.len == 0)
			continue;
		ck_assert_uint_lt(packed.len, len);
		packed = copy_of(packed);
		comes_back(text, len, packed);
		free_copy(packed);
	}
}
END_TEST

static void
is_refused(const unsigned char *bytes, size_t len, const char *why)
{
	struct blob copy = copy_of((struct blob){bytes, len});
	const char *text;
	size_t n;

	ck_assert_int_eq(body_unpack(&bodies, copy, &room, &text, &n, &err), -1);
	ck_assert_msg(strstr(err.msg, why) != NULL, "%s", err.msg);
	free_copy(copy);
}

/* A frame says its length in the bytes after its first: 2 for a text of 256 bytes and more, of 8 at
 * most. */
START_TEST(lengths_that_lie_are_refused)
{
	static const unsigned char lies[][12] = {
	    {1}, {1, 0xe4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0},
	    {1, 0xe4, 0, 0, 0, 0, 0, 0, 0, 0x80, 1, 0}, {1, 0xa4, 0xff, 0xff, 0xff, 0x7f, 1, 0, 0},
	    {1, 0xa4, 0, 0, 0x10, 0, 1, 0, 0}, {1, 0xa4, 1, 0, 0x10, 0, 1, 0, 0},
	    {1, 0x04, 0x58, 1, 0, 0}, /* without a length */
	};

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++)
		is_refused(lies[i], i == 0 ? 1 : sizeof(lies[0]), "damaged");
	is_refused(packed_once, 0, "damaged");
	is_refused(
	    (const unsigned char *)"\2x", 2, "packed in a way 2 that this slad does not know");
	ck_assert_uint_le(room.size, 4 * BODY_MAX);
}
END_TEST

START_TEST(a_cut_is_seen)
{
	for (size_t len = 0; len < sizeof(packed_once); len++)
		is_refused(packed_once, len, "damaged");
}
END_TEST

/* But for bits that say nothing. */
START_TEST(a_flipped_bit_is_seen)
{
	unsigned char bytes[sizeof(packed_once)];
	const char *text;
	int refused = 0;
	size_t n;

	for (size_t bit = 0; bit < 8 * sizeof(bytes); bit++) {
		memcpy(bytes, packed_once, sizeof(bytes));
		bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
		if (body_unpack(
			&bodies, (struct blob){bytes, sizeof(bytes)}, &room, &text, &n, &err) == 0)
			ck_assert_str_eq(text, event);
		else
			refused++;
	}
	ck_assert_int_ge(refused, 8 * (int)sizeof(bytes) - 8);
}
END_TEST

/* Whatever the bytes are, nothing but an answer comes of it. */
START_TEST(noise_is_survived)
{
	unsigned char bytes[sizeof(packed_once) + 40];
	struct blob copy;
	const char *text;
	size_t len, n;

	for (int round = 0; round < ROUNDS; round++) {
		memcpy(bytes, packed_once, sizeof(packed_once));
		len = 1 + any(sizeof(bytes) - 1);
		for (uint32_t i = 0, flips = any(6); i < flips; i++)
			bytes[1 + any((uint32_t)len)] = (unsigned char)any(256);
		for (size_t i = sizeof(packed_once); i < len; i++)
			bytes[i] = (unsigned char)any(256);
		if (round % 3 == 0) {
			for (size_t i = 2; i < len; i++)
				bytes[i] = (unsigned char)any(256);
		}
		copy = copy_of((struct blob){bytes, len});
		if (body_unpack(&bodies, copy, &room, &text, &n, &err) == 0)
			ck_assert_uint_eq(strnlen(text, n + 1), strlen(text));
		free_copy(copy);
	}
	ck_assert_uint_le(room.size, 4 * BODY_MAX);
}
END_TEST

static void
add(TCase *t)
{
	seed();
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, NULL, teardown);
	tcase_add_test(t, what_was_packed_once_is_read_for_ever);
	tcase_add_test(t, an_event_takes_half);
	tcase_add_test(t, what_gets_no_smaller_stays);
	tcase_add_test(t, any_text_comes_back);
	tcase_add_test(t, lengths_that_lie_are_refused);
	tcase_add_test(t, a_cut_is_seen);
	tcase_add_test(t, a_flipped_bit_is_seen);
	tcase_add_test(t, noise_is_survived);
}

SUITE_MAIN("body", add)
