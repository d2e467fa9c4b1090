#include "story.h"

#include <time.h>

#include "domain/score.h"
#include "domain/tally.h"

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

/* How often a ticket counts for a measure. */
static int
counts_of(const char *kind, const char *story, int64_t now, enum indicator i, enum cohort c,
    enum outcome o, enum exclusion x)
{
	struct count *counts;
	size_t n = tally_ticket(story_fold(&s, kind, story, now), &s.arena, &counts);
	int found = 0;

	for (size_t k = 0; k < n; k++)
		found += counts[k].measure == measure_of(i, c, o, x);
	return found;
}

START_TEST(measures_are_codes_that_read_back)
{
	for (enum indicator i = 0; i < INDICATORS; i++) {
		for (enum exclusion x = 0; x < EXCLUSIONS; x++) {
			unsigned m = measure_of(i, COHORT_SETTLED, OUTCOME_EXCLUDED, x);

			ck_assert_int_eq(measure_indicator(m), i);
			ck_assert_int_eq(measure_cohort(m), COHORT_SETTLED);
			ck_assert_int_eq(measure_outcome(m), OUTCOME_EXCLUDED);
			ck_assert_int_eq(measure_exclusion(m), x);
		}
		ck_assert_int_eq(
		    measure_outcome(measure_of(i, COHORT_OPENED, OUTCOME_BAD, 0)), OUTCOME_BAD);
	}
}
END_TEST

START_TEST(a_request_counts_in_four)
{
	struct count *counts;
	size_t n = tally_ticket(
	    story_fold(&s, "request", "0 opened; 10 responded", 20), &s.arena, &counts);

	ck_assert_uint_eq(n, 5);
	for (size_t i = 0; i < n; i++) {
		if (measure_cohort(counts[i].measure) == COHORT_OPENED)
			ck_assert_int_eq(counts[i].minute, MIN(0) / STAMP_MINUTE);
		else
			ck_assert_int_eq(counts[i].minute, MIN(10) / STAMP_MINUTE);
	}
}
END_TEST

START_TEST(outcomes)
{
	static const struct {
		const char *kind, *story;
		enum indicator i;
		enum outcome o;
		enum exclusion x;
	} cases[] = {
	    {"request", "0 opened", TIMELY_RESPONSE_RATE, OUTCOME_BAD, 0},
	    {"request", "0 opened; 9 responded", TIMELY_RESPONSE_RATE, OUTCOME_GOOD, 0},
	    {"request", "0 opened; 9 responded", RESOLUTION_RATE, OUTCOME_PENDING, 0},
	    {"request", "0 opened; 9 resolved; 20 reopened", RESOLUTION_RATE, OUTCOME_PENDING, 0},
	    {"request", "0 opened priority=P9", TIMELY_RESPONSE_RATE, OUTCOME_PENDING, 0},
	    {"incident", "0 opened; 9 recovered", ON_TIME_RECOVERY_RATE, OUTCOME_GOOD, 0},
	    {"complaint", "0 opened; 9 resolved", COMPLAINT_HANDLING_RATE, OUTCOME_GOOD, 0},
	    {"complaint", "0 opened; 9 resolved effective=false", COMPLAINT_HANDLING_RATE,
		OUTCOME_BAD, 0},
	    {"request", "0 opened; 9 excluded cause=spam", RESOLUTION_RATE, OUTCOME_EXCLUDED,
		EXCLUSION_SPAM},
	    {"request", "0 opened; 50 excluded cause=duplicate", TIMELY_RESPONSE_RATE,
		OUTCOME_EXCLUDED, EXCLUSION_DUPLICATE},
	    {"request", "0 opened; 50 excluded cause=cancelled", TIMELY_RESPONSE_RATE, OUTCOME_BAD,
		0},
	    {"request", "0 opened; 50 excluded cause=cancelled", TIMELY_RESOLUTION_RATE,
		OUTCOME_EXCLUDED, EXCLUSION_CANCELLED},
	    {"request", "0 opened; 9 excluded cause=cancelled", TIMELY_RESPONSE_RATE,
		OUTCOME_EXCLUDED, EXCLUSION_CANCELLED},
	    {"request", "-200000 opened", RESOLUTION_RATE, OUTCOME_EXCLUDED,
		EXCLUSION_NO_AGREEMENT},
	    {"request", "0 opened; 1 updated kind=complaint", COMPLAINT_HANDLING_RATE,
		OUTCOME_PENDING, 0},
	    {"incident", "0 opened major=true", MAJOR_INCIDENT_FREE, OUTCOME_BAD, 0},
	    {"incident", "0 opened; 5 updated major=true; 9 resolved", MAJOR_INCIDENT_FREE,
		OUTCOME_BAD, 0},
	    {"incident", "0 opened", INCIDENT_CONTROL_RATE, OUTCOME_BAD, 0},
	    {"incident", "0 opened major=true; 9 excluded cause=test", MAJOR_INCIDENT_FREE,
		OUTCOME_EXCLUDED, EXCLUSION_TEST},
	    {"incident", "0 opened; 999 excluded cause=cancelled", INCIDENT_CONTROL_RATE,
		OUTCOME_EXCLUDED, EXCLUSION_CANCELLED},
	};

	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++)
		ck_assert_msg(counts_of(cases[c].kind, cases[c].story, 100, cases[c].i,
				  COHORT_OPENED, cases[c].o, cases[c].x) == 1,
		    "case %zu: %s", c, cases[c].story);
}
END_TEST

START_TEST(each_cycle_counts)
{
	static const char life[] = "0 opened; 9 resolved; 3000 reopened; 3010 resolved";

	ck_assert_int_eq(
	    counts_of("request", life, 5000, RESOLUTION_RATE, COHORT_SETTLED, OUTCOME_GOOD, 0), 2);
}
END_TEST

START_TEST(an_incident_is_major_or_controlled)
{
	ck_assert_int_eq(counts_of("incident", "0 opened major=true", 9, INCIDENT_CONTROL_RATE,
			     COHORT_OPENED, OUTCOME_BAD, 0),
	    0);
	ck_assert_int_eq(counts_of("incident", "0 opened", 9, INCIDENT_CONTROL_RATE, COHORT_SETTLED,
			     OUTCOME_BAD, 0),
	    1);
	ck_assert_int_eq(counts_of("request", "0 opened major=true", 9, MAJOR_INCIDENT_FREE,
			     COHORT_OPENED, OUTCOME_BAD, 0),
	    0);
}
END_TEST

START_TEST(facts_count_as_often_as_they_say)
{
	static const struct {
		const char *story;
		enum indicator i;
		enum outcome o;
		int64_t n;
	} cases[] = {
	    {"7 call.answered agreement=acme", CONTACT_CONNECTION_RATE, OUTCOME_GOOD, 1},
	    {"7 call.abandoned agreement=acme count=5", CONTACT_CONNECTION_RATE, OUTCOME_BAD, 5},
	    {"7 security.tampered agreement=acme count=2", INFORMATION_INTEGRITY_RATE, OUTCOME_BAD,
		2},
	    {"7 change.applied agreement=acme count=90", INFORMATION_INTEGRITY_RATE, OUTCOME_GOOD,
		90},
	    {"7 security.leaked agreement=acme", LEAKAGE_FREE, OUTCOME_BAD, 1},
	};
	struct count counts[COHORTS];

	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		story_tell(&s, "", cases[c].story);
		ck_assert_uint_eq(tally_fact(s.records[0], counts), COHORTS);
		for (enum cohort k = 0; k < COHORTS; k++)
			ck_assert(counts[k].minute == MIN(7) / STAMP_MINUTE &&
			    counts[k].n == cases[c].n &&
			    counts[k].measure == measure_of(cases[c].i, k, cases[c].o, 0));
	}
	story_tell(&s, "", "7 report.submitted agreement=acme report=r period=2026-10");
	ck_assert_uint_eq(tally_fact(s.records[0], counts), 0);
}
END_TEST

START_TEST(buckets_join_without_gaps)
{
	static const int64_t least[] = {1, 60, 1440, 28 * 1440}, most[] = {1, 60, 1440, 31 * 1440};
	int64_t first, next;

	ck_assert_int_eq(tally_first(3, 20 * 12 + 1), INT64_C(10563840)); /* 1990-02-01 */
	for (int level = 0; level < TALLY_LEVELS; level++) {
		for (int64_t bucket = -500; bucket < 1000; bucket++) {
			first = tally_first(level, bucket);
			next = tally_first(level, bucket + 1);
			ck_assert(next - first >= least[level] && next - first <= most[level]);
			ck_assert_int_eq(tally_bucket(level, first), bucket);
			ck_assert_int_eq(tally_bucket(level, next - 1), bucket);
		}
	}
}
END_TEST

static int64_t
minutes_of(const struct bucket_range *r)
{
	return tally_first(r->level, r->to) - tally_first(r->level, r->from);
}

/* What the ranges come to in the minute, and in the one before it. */
static void
covered(const struct bucket_range *ranges, size_t n, int64_t minute, int *before, int *at)
{
	int64_t from, to;

	*before = *at = 0;
	for (size_t i = 0; i < n; i++) {
		from = tally_first(ranges[i].level, ranges[i].from);
		to = tally_first(ranges[i].level, ranges[i].to);
		*at += (minute >= from && minute < to) * (ranges[i].less ? -1 : 1);
		*before += (minute > from && minute <= to) * (ranges[i].less ? -1 : 1);
	}
}

/* Where nothing begins or ends, coverage is as in the minute before: the edges say all. */
static void
is_covered_once(const struct bucket_range *ranges, size_t n, int64_t from, int64_t to)
{
	int64_t edge;
	int before, at;

	for (size_t e = 0; e < 2 * n; e++) {
		edge = tally_first(
		    ranges[e / 2].level, e % 2 == 0 ? ranges[e / 2].from : ranges[e / 2].to);
		covered(ranges, n, edge, &before, &at);
		ck_assert_int_eq(at, edge >= from && edge < to);
		ck_assert_int_eq(before, edge > from && edge <= to);
	}
	covered(ranges, n, from, &before, &at);
	ck_assert_int_eq(at, 1);
}

static int64_t
buckets_of(const struct bucket_range *ranges, size_t n)
{
	int64_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		ck_assert_int_lt(ranges[i].from, ranges[i].to);
		sum += ranges[i].to - ranges[i].from;
	}
	return sum;
}

/* Every minute of a window counts exactly once, by few ranges; cuts do without taking away. */
START_TEST(windows_are_made_up_exactly)
{
	struct bucket_range ranges[TALLY_RANGES], covers[TALLY_RANGES];
	unsigned seed = (unsigned)time(NULL);
	int64_t from, to, sum;
	size_t n, m;

	printf("seed %u\n", seed);
	for (int round = 0; round < 4000; round++) {
		from = rand_r(&seed) % 4000000 - 100;
		to = from + 1 + (round % 3 == 0 ? rand_r(&seed) % 100 : rand_r(&seed) % 3000000);
		n = tally_cut(from, to, ranges);
		is_covered_once(ranges, n, from, to);
		sum = 0;
		for (size_t i = 0; i < n; i++) {
			ck_assert(!ranges[i].less);
			sum += minutes_of(&ranges[i]);
		}
		ck_assert_int_eq(sum, to - from);
		m = tally_cover(from, to, covers);
		is_covered_once(covers, m, from, to);
		ck_assert_int_le(buckets_of(covers, m), buckets_of(ranges, n) + TALLY_LEVELS);
		ck_assert_int_le(buckets_of(covers, m), 30 + 30 + 12 + 12 + 16 + 16 + 72);
	}
	ck_assert_uint_eq(tally_cut(7, 7, ranges), 0);
	ck_assert_uint_eq(tally_cover(7, 7, ranges), 0);
}
END_TEST

START_TEST(a_month_elsewhere_is_a_month_and_hours)
{
	struct bucket_range ranges[TALLY_RANGES];
	int64_t first = tally_first(3, 681), next = tally_first(3, 682); /* 2026-10 */

	ck_assert_uint_eq(tally_cover(first, next, ranges), 1);
	ck_assert(ranges[0].level == 3 && ranges[0].from == 681 && ranges[0].to == 682);
	ck_assert_uint_eq(tally_cover(first - 480, next - 480, ranges), 3);
	ck_assert(ranges[0].level == 1 && ranges[0].to - ranges[0].from == 8 && !ranges[0].less);
	ck_assert(ranges[1].level == 1 && ranges[1].to - ranges[1].from == 8 && ranges[1].less);
	ck_assert(ranges[2].level == 3 && ranges[2].from == 681 && ranges[2].to == 682);
}
END_TEST

START_TEST(scores_follow_the_standard)
{
	struct sums sums = {.good = 113, .bad = 3, .pending = 4};
	struct score late = score_of_sums(TIMELY_RESPONSE_RATE, &sums);
	struct score share = score_of_sums(RESOLUTION_RATE, &sums);
	struct sums none = {0};

	ck_assert(late.a == 3 && late.b == 120 && late.pending == 4);
	ck_assert(late.value.num == 117 && late.value.den == 120);
	ck_assert(late.decided.num == 113 && late.decided.den == 116);
	ck_assert(late.low.num == 113 && late.high.num == 117);
	ck_assert(share.a == 113 && share.value.num == 113);
	ck_assert_str_eq(score_of_sums(RESOLUTION_RATE, &none).reason, "no_data");
	ck_assert_int_eq(score_of_sums(RESOLUTION_RATE, &none).value.den, 0);
	ck_assert_str_eq(score_of_sums(COMPLAINT_HANDLING_RATE, &none).reason, "b_zero_standard");
	ck_assert_int_eq(score_of_sums(COMPLAINT_HANDLING_RATE, &none).value.num, 1);
}
END_TEST

START_TEST(an_absence_has_no_b)
{
	struct sums none = {0}, one = {.bad = 1, .excluded = {2}};

	ck_assert_int_eq(score_of_absence(&none, true).value.num, 1);
	ck_assert_int_eq(score_of_absence(&one, true).value.num, 0);
	ck_assert_int_eq(score_of_absence(&one, true).value.den, 1);
	ck_assert(score_of_absence(&one, true).a == 1 && score_of_absence(&one, true).b == 0);
	ck_assert_int_eq(score_of_absence(&one, true).excluded[0], 2);
	ck_assert_str_eq(score_of_absence(&none, false).reason, "no_data");
	ck_assert_int_eq(score_of_absence(&none, false).value.den, 0);
}
END_TEST

START_TEST(incidents_against_what_was_agreed)
{
	struct sums none = {0}, two = {.bad = 2};
	struct score s2 = score_of_incidents(&two, 2500000),
		     over = score_of_incidents(&two, 1500000);

	ck_assert(s2.value.num == 500000 && s2.value.den == 2500000 && !s2.clamped);
	ck_assert(over.value.num == 0 && over.clamped);
	ck_assert(
	    score_of_incidents(&two, 0).value.num == 0 && !score_of_incidents(&two, 0).clamped);
	ck_assert(score_of_incidents(&none, 0).value.num == 1);
	ck_assert_ptr_null(score_of_incidents(&none, 0).reason);
	ck_assert(score_of_incidents(&none, 100).value.num == 100);
}
END_TEST

START_TEST(amounts_and_levels)
{
	struct amounts staff = {6, 10, 4}, none = {3, 0, 0}, over = {3, 2, 0};
	struct levels levels = {9, 2, 1}, stale = {0, 0, 1}, nothing = {0, 0, 0};
	struct score weighted = score_of_amounts(STAFF_PROFESSIONALISM, &staff);

	ck_assert(weighted.value.num == 54 && weighted.value.den == 100 && weighted.c == 4);
	ck_assert(score_of_amounts(STAFF_STABILITY, &staff).value.num == 4);
	ck_assert(score_of_amounts(SERVICE_ITEM_COMPLETENESS, &staff).value.num == 6);
	ck_assert(score_of_amounts(STAFF_STABILITY, &over).value.num == 0);
	ck_assert(score_of_amounts(STAFF_STABILITY, &over).clamped);
	ck_assert(score_of_amounts(SERVICE_ITEM_COMPLETENESS, &over).value.num == 2);
	ck_assert_str_eq(score_of_amounts(STAFF_STABILITY, &none).reason, "no_data");
	ck_assert(
	    score_of_levels(&levels).value.num == 9 && score_of_levels(&levels).value.den == 10);
	ck_assert_str_eq(score_of_levels(&stale).reason, "stale");
	ck_assert_str_eq(score_of_levels(&nothing).reason, "no_data");
}
END_TEST

START_TEST(comparisons_are_exact)
{
	struct decimal limit = {95, 100};
	struct fraction just = {INT64_C(950000000000000000), INT64_C(1000000000000000000)};
	struct fraction under = {INT64_C(949999999999999999), INT64_C(1000000000000000000)};

	ck_assert(fraction_reaches(just, limit));
	ck_assert(!fraction_reaches(under, limit));
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, measures_are_codes_that_read_back);
	tcase_add_test(t, a_request_counts_in_four);
	tcase_add_test(t, outcomes);
	tcase_add_test(t, each_cycle_counts);
	tcase_add_test(t, buckets_join_without_gaps);
	tcase_add_test(t, windows_are_made_up_exactly);
	tcase_add_test(t, a_month_elsewhere_is_a_month_and_hours);
	tcase_add_test(t, scores_follow_the_standard);
	tcase_add_test(t, an_incident_is_major_or_controlled);
	tcase_add_test(t, facts_count_as_often_as_they_say);
	tcase_add_test(t, an_absence_has_no_b);
	tcase_add_test(t, incidents_against_what_was_agreed);
	tcase_add_test(t, amounts_and_levels);
	tcase_add_test(t, comparisons_are_exact);
}

SUITE_MAIN("tally", add)
