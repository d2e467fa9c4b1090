#include <string.h>
#include <time.h>

#include "codec/packed.h"
#include "domain/tally_sum.h"
#include "story.h"

static struct story s;

static void
setup(void)
{
	story_init(&s);
}

static void
teardown(void)
{
	story_free(&s);
}

START_TEST(records_come_back)
{
	struct buf facts = BUF_INIT(10000);
	struct record *back, second;
	struct err err;
	int n;

	story_tell(&s, "incident",
	    "0 opened service=邮件 outage=true started_at=-3; 5 responded team=a; 9 paused "
	    "cause=customer sequence=-4; 12 excluded cause=cancelled");
	second = *s.records[1];
	second.retracted = true;
	s.records[1] = &second;
	for (size_t i = 0; i < s.count; i++)
		record_pack(&facts, s.records[i]);
	n = records_unpack(facts.data, facts.len, "desk", "T-1", &s.arena, &back, &err);
	ck_assert_int_eq(n, 4);
	for (int i = 0; i < n; i++) {
		ck_assert_int_eq(record_compare(&back[i], s.records[i]), 0);
		ck_assert_ptr_eq(back[i].type, s.records[i]->type);
		ck_assert_int_eq(back[i].seq, s.records[i]->seq);
		ck_assert_uint_eq(back[i].has, s.records[i]->has);
		ck_assert(back[i].retracted == s.records[i]->retracted);
	}
	ck_assert_str_eq(back[0].m[MEMBER_SERVICE].text, "邮件");
	ck_assert_int_eq(back[0].m[MEMBER_STARTED_AT].number, MIN(-3));
	ck_assert_int_eq(back[3].m[MEMBER_EXCLUSION].number, EXCLUSION_CANCELLED);
	for (size_t len = 1; len < facts.len; len++)
		records_unpack(facts.data, len, "desk", "T-1", &s.arena, &back, &err);
	buf_free(&facts);
}
END_TEST

/* UUIDs are kept as bytes, and only what comes back as it was is one. */
START_TEST(ids_come_back)
{
	static const char *const ids[] = {"0123abcd-4567-89ef-8000-ffffffffffff",
	    "0123ABCD-4567-89ef-8000-ffffffffffff", "0123abcd-4567-89ef-8000-ffffffffffff0",
	    "0123abcd-4567-89ef-8000-fffffffffff", "0123abcd-4567-89ef-80000ffffffffffff",
	    "0123abcg-4567-89ef-8000-ffffffffffff", "", "e1"};
	struct buf facts = BUF_INIT(10000);
	struct record *back, r;
	struct err err;
	size_t len;

	story_tell(&s, "incident", "0 opened");
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		r = *s.records[0];
		r.id = ids[i];
		len = facts.len;
		record_pack(&facts, &r);
		ck_assert(i == 0 || i > 5 || facts.len - len > 36);
	}
	ck_assert_int_eq(
	    records_unpack(facts.data, facts.len, "desk", "T-1", &s.arena, &back, &err), 8);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		ck_assert_str_eq(back[i].id, ids[i]);
	for (len = 1; len < facts.len; len++)
		records_unpack(facts.data, len, "desk", "T-1", &s.arena, &back, &err);
	buf_free(&facts);
}
END_TEST

/* Runs of one minute and cycle are told once. */
START_TEST(runs_of_counts_come_back)
{
	struct count counts[] = {{9, 70000, 1, 3}, {9, 3, 0, 1}, {9, 150000, 0, 86400000},
	    {7, 70000, 1, -2}, {9, 70000, 0, 1}};
	static const unsigned order[] = {70000, 3, 70000, 150000, 70000};
	struct buf b = BUF_INIT(100);
	struct count *back;
	struct err err;

	counts_sort(counts, 5);
	counts_pack(&b, counts, 5);
	ck_assert_int_eq(counts_unpack(b.data, b.len, &s.arena, &back, &err), 5);
	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(count_compare(&back[i], &counts[i]), 0);
		ck_assert_int_eq(back[i].n, counts[i].n);
		ck_assert_uint_eq(back[i].measure, order[i]);
	}
	for (size_t len = 1; len < b.len; len++)
		counts_unpack(b.data, len, &s.arena, &back, &err);
	ck_assert_int_eq(counts_unpack("\x00\x00\x02\x03\x02", 5, &s.arena, &back, &err), -1);
	ck_assert_int_eq(counts_unpack(b.data, b.len - 1, &s.arena, &back, &err), -1);
	buf_free(&b);
}
END_TEST

START_TEST(counts_come_back)
{
	const struct count counts[] = {
	    {-5, 3, 0, 1}, {29000000, 511, 1, 1000000000}, {10, 1023, 700, 5}};
	struct buf b = BUF_INIT(100);
	struct count *back;
	struct err err;

	counts_pack(&b, counts, 3);
	ck_assert_int_eq(counts_unpack(b.data, b.len, &s.arena, &back, &err), 3);
	for (int i = 0; i < 3; i++)
		ck_assert(back[i].minute == counts[i].minute &&
		    back[i].measure == counts[i].measure && back[i].cycle == counts[i].cycle &&
		    back[i].n == counts[i].n);
	ck_assert_int_eq(counts_unpack(b.data, b.len - 1, &s.arena, &back, &err), -1);
	buf_free(&b);
}
END_TEST

START_TEST(tallies_add_and_vanish)
{
	struct tally t = {0}, u = {0};
	struct buf b = BUF_INIT(100), none = BUF_INIT(100);
	struct err err;

	tally_add(&t, 500, 2);
	tally_add(&t, 3, 1);
	tally_add(&t, 500, -1);
	tally_add(&t, 70, 5);
	tally_add(&t, 70, -5);
	ck_assert_int_eq(tally_pack_sum(&t, "", 0, &b, &err), 0);
	ck_assert_uint_eq(b.len, 5);
	tally_add(&u, 3, -1);
	tally_add(&u, 500, -1);
	ck_assert_int_eq(tally_pack_sum(&u, b.data, b.len, &none, &err), 0);
	ck_assert_uint_eq(none.len, 0);
	tally_free(&t);
	tally_free(&u);
	buf_free(&b);
	buf_free(&none);
}
END_TEST

static void
sum_add(void *context, unsigned measure, int64_t n)
{
	tally_add(context, measure, n);
}

/* Sums of many packed tallies are those of adding one by one; a part of the measures is that part.
 */
START_TEST(tallies_merge_and_are_walked)
{
	struct tally all = {0}, merged = {0}, part = {0}, one;
	struct buf sum = BUF_INIT(100000), before = BUF_INIT(100000);
	unsigned seed = (unsigned)time(NULL), measure;
	struct buf b = BUF_INIT(100000);
	struct err err;

	printf("seed %u\n", seed);
	for (int round = 0; round < 200; round++) {
		one = (struct tally){0};
		for (int i = rand_r(&seed) % 40; i > 0; i--) {
			measure = (unsigned)rand_r(&seed) % 100;
			tally_add(&one, measure, 1);
			tally_add(&all, measure, 1);
		}
		buf_reset(&b);
		ck_assert_int_eq(tally_pack_sum(&one, "", 0, &b, &err), 0);
		buf_reset(&before);
		buf_put(&before, buf_text(&sum), sum.len);
		buf_reset(&sum);
		ck_assert_int_eq(
		    tally_pack_sum(&one, buf_text(&before), before.len, &sum, &err), 0);
		ck_assert_int_eq(
		    tally_walk_packed(buf_text(&b), b.len, 20, 60, sum_add, &part, &err), 0);
		tally_free(&one);
	}
	ck_assert_int_eq(
	    tally_walk_packed(buf_text(&sum), sum.len, 0, 100, sum_add, &merged, &err), 0);
	ck_assert_uint_eq(merged.count, all.count);
	for (size_t i = 0; i < all.count; i++)
		ck_assert(
		    merged.sum[i].measure == all.sum[i].measure && merged.sum[i].n == all.sum[i].n);
	ck_assert_uint_eq(part.count, 40);
	for (size_t i = 0; i < part.count; i++)
		ck_assert(part.sum[i].measure == 20 + i && part.sum[i].n == all.sum[20 + i].n);
	ck_assert_int_eq(tally_pack_sum(&all, "\x80", 1, &b, &err), -1);
	buf_free(&sum);
	buf_free(&before);
	tally_free(&all);
	tally_free(&merged);
	tally_free(&part);
	buf_free(&b);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, records_come_back);
	tcase_add_test(t, ids_come_back);
	tcase_add_test(t, counts_come_back);
	tcase_add_test(t, runs_of_counts_come_back);
	tcase_add_test(t, tallies_add_and_vanish);
	tcase_add_test(t, tallies_merge_and_are_walked);
}

SUITE_MAIN("packed", add)
