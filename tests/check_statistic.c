#include "story.h"

#include "domain/histogram.h"
#include "domain/statistic.h"

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

static struct count *counts;
static size_t n;

static void
tell(const char *kind, const char *story, int64_t now)
{
	n = statistic_ticket(story_fold(&s, kind, story, now), &s.arena, &counts);
}

/* What is counted of a statistic in a minute of the story; MIN_ANY: in all. */
#define MIN_ANY INT64_MAX

static int64_t
found(int64_t minute, struct statistic wanted)
{
	int64_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		if (counts[i].measure == statistic_measure(&wanted) &&
		    (minute == MIN_ANY || counts[i].minute == tally_minute(MIN(minute))))
			sum += counts[i].n;
	}
	return sum;
}

static int64_t
flow(int64_t minute, enum statistic_kind what, enum kind kind)
{
	return found(minute, (struct statistic){.what = what, .kind = kind});
}

/* Ms and number of a clock's time in a minute, which must be one. */
static void
time_is(int64_t minute, enum kind kind, enum cohort cohort, enum clock_kind clock,
    enum span_kind span, int64_t ms)
{
	struct statistic t = {
	    .what = STATISTIC_MS, .kind = kind, .cohort = cohort, .clock = clock, .span = span};

	ck_assert_int_eq(found(minute, t), ms);
	ck_assert_int_eq(found(MIN_ANY, t), ms);
	t.what = STATISTIC_BUCKET;
	t.bucket = histogram_bucket(ms);
	ck_assert_int_eq(found(minute, t), 1);
	ck_assert_int_eq(found(MIN_ANY, t), 1);
}

static size_t
times_counted(void)
{
	struct statistic t;
	size_t times = 0;

	for (size_t i = 0; i < n; i++)
		times += statistic_of(counts[i].measure, &t) && t.what == STATISTIC_BUCKET;
	return times;
}

/* Every code reads back as itself, and indicators have none of them. */
START_TEST(measures_are_codes_that_read_back)
{
	struct statistic t;
	unsigned known = 0;

	for (unsigned m = 0; m < 200000; m++) {
		if (!statistic_of(m, &t))
			continue;
		ck_assert(!measure_is_indicator(m));
		ck_assert_uint_eq(statistic_measure(&t), m);
		known++;
	}
	ck_assert_uint_eq(known,
	    KINDS * (3 + EXCLUSIONS) + 2 * SURVEY_LEVELS +
		COHORTS * KINDS * CLOCKS * SPANS * (1 + HISTOGRAM_BUCKETS));
	ck_assert(measure_is_indicator(
	    measure_of(INDICATORS - 1, COHORT_SETTLED, OUTCOME_EXCLUDED, EXCLUSIONS - 1)));
}
END_TEST

START_TEST(flows_of_a_request)
{
	tell("request", "0 opened; 10 responded; 60 resolved", 100);
	ck_assert_int_eq(flow(0, STATISTIC_OPENED, KIND_REQUEST), 1);
	ck_assert_int_eq(flow(60, STATISTIC_RESOLVED, KIND_REQUEST), 1);
	ck_assert_int_eq(flow(MIN_ANY, STATISTIC_REOPENED, KIND_REQUEST), 0);
	ck_assert_int_eq(flow(MIN_ANY, STATISTIC_OPENED, KIND_INCIDENT), 0);
	tell("request", "0 opened; 10 updated kind=complaint", 100);
	ck_assert_int_eq(flow(0, STATISTIC_OPENED, KIND_COMPLAINT), 1);
	ck_assert_int_eq(flow(MIN_ANY, STATISTIC_RESOLVED, KIND_COMPLAINT), 0);
	ck_assert_uint_eq(n, 1);
}
END_TEST

START_TEST(reopened_within_the_cycle_or_by_the_next)
{
	tell("request", "0 opened; 9 resolved; 20 reopened; 40 resolved", 100);
	ck_assert_int_eq(flow(0, STATISTIC_OPENED, KIND_REQUEST), 1);
	ck_assert_int_eq(flow(0, STATISTIC_REOPENED, KIND_REQUEST), 1);
	ck_assert_int_eq(flow(40, STATISTIC_RESOLVED, KIND_REQUEST), 1);
	ck_assert_int_eq(flow(MIN_ANY, STATISTIC_RESOLVED, KIND_REQUEST), 1);
	tell("request", "0 opened; 9 resolved; 3000 reopened", 5000);
	ck_assert_int_eq(flow(0, STATISTIC_REOPENED, KIND_REQUEST), 1);
	ck_assert_int_eq(flow(9, STATISTIC_RESOLVED, KIND_REQUEST), 1);
	ck_assert_int_eq(flow(3000, STATISTIC_OPENED, KIND_REQUEST), 1);
	ck_assert_int_eq(flow(3000, STATISTIC_REOPENED, KIND_REQUEST), 0);
	tell("request", "0 opened; 9 resolved; 20 reopened", 100);
	ck_assert_int_eq(flow(MIN_ANY, STATISTIC_RESOLVED, KIND_REQUEST), 0);
}
END_TEST

START_TEST(excluded_by_cause_and_nothing_else)
{
	static const struct {
		const char *story;
		enum exclusion cause;
		int64_t minute;
	} cases[] = {
	    {"0 opened; 5 responded; 9 excluded cause=spam", EXCLUSION_SPAM, 0},
	    {"0 opened; 50 excluded cause=cancelled", EXCLUSION_CANCELLED, 0},
	    {"-200000 opened; 0 resolved", EXCLUSION_NO_AGREEMENT, -200000},
	    {"-200000 opened; 0 excluded cause=test", EXCLUSION_TEST, -200000},
	};

	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		tell("request", cases[c].story, 100);
		ck_assert_uint_eq(n, 1);
		ck_assert_int_eq(found(cases[c].minute,
				     (struct statistic){.what = STATISTIC_EXCLUDED,
					 .kind = KIND_REQUEST,
					 .exclusion = cases[c].cause}),
		    1);
	}
	tell("request", "0 responded", 100);
	ck_assert_uint_eq(n, 0);
}
END_TEST

/* A pause leaves the clock, and stays in the plain time. */
START_TEST(times_with_and_without_pauses)
{
	tell("incident",
	    "0 opened; 3.500 responded; 10 paused cause=customer; 30 resumed; 40 recovered; 60 "
	    "resolved",
	    100);
	for (enum cohort c = 0; c < COHORTS; c++) {
		int64_t at = c == COHORT_OPENED ? 0 : 3;

		time_is(at, KIND_INCIDENT, c, CLOCK_RESPONSE, SPAN_WORKING, 180500);
		time_is(at, KIND_INCIDENT, c, CLOCK_RESPONSE, SPAN_ELAPSED, 180500);
		at = c == COHORT_OPENED ? 0 : 40;
		time_is(at, KIND_INCIDENT, c, CLOCK_RECOVERY, SPAN_WORKING, 20 * STAMP_MINUTE);
		time_is(at, KIND_INCIDENT, c, CLOCK_RECOVERY, SPAN_ELAPSED, 40 * STAMP_MINUTE);
		at = c == COHORT_OPENED ? 0 : 60;
		time_is(at, KIND_INCIDENT, c, CLOCK_RESOLUTION, SPAN_WORKING, 40 * STAMP_MINUTE);
		time_is(at, KIND_INCIDENT, c, CLOCK_RESOLUTION, SPAN_ELAPSED, 60 * STAMP_MINUTE);
	}
	ck_assert_uint_eq(times_counted(), CLOCKS * SPANS * COHORTS);
}
END_TEST

START_TEST(only_clocks_that_have_stopped)
{
	tell("request", "0 opened", 1000);
	ck_assert_uint_eq(times_counted(), 0);
	tell("request", "0 opened; 900 responded", 1000);
	ck_assert_uint_eq(times_counted(), SPANS * COHORTS);
	tell("request", "0 opened; 9 resolved", 1000);
	ck_assert_uint_eq(times_counted(), 2 * SPANS * COHORTS);
	tell("request", "0 opened; 9 resolved; 20 reopened", 1000);
	ck_assert_uint_eq(times_counted(), SPANS * COHORTS);
	tell("request", "0 opened priority=P9; 9 resolved", 1000);
	ck_assert_uint_eq(times_counted(), 2 * SPANS * COHORTS);
	tell("complaint", "0 opened; 9 resolved", 1000);
	ck_assert_uint_eq(times_counted(), 2 * SPANS * COHORTS);
}
END_TEST

/* Before its opening nothing happens to a ticket: it took no time, and counts. */
START_TEST(a_stop_before_the_start_takes_nothing)
{
	tell("request", "-5 resolved; 0 opened", 100);
	time_is(0, KIND_REQUEST, COHORT_SETTLED, CLOCK_RESOLUTION, SPAN_ELAPSED, 0);
	time_is(0, KIND_REQUEST, COHORT_OPENED, CLOCK_RESPONSE, SPAN_WORKING, 0);
}
END_TEST

START_TEST(surveys_by_level)
{
	static const struct {
		const char *story;
		enum survey_level level;
		int64_t ratio;
	} cases[] = {
	    {"7 survey.answered agreement=acme score=4 scale=5", SURVEY_TICKET, 800000000},
	    {"7 survey.answered agreement=acme score=0 scale=5 level=project", SURVEY_PROJECT, 0},
	    {"7 survey.answered agreement=acme score=9 scale=9 level=customer", SURVEY_CUSTOMER,
		1000000000},
	    {"7 survey.answered agreement=acme score=2 scale=3", SURVEY_TICKET, 666666667},
	    {"7 survey.answered agreement=acme score=1 scale=3", SURVEY_TICKET, 333333333},
	    {"7 survey.answered agreement=acme score=6 scale=5", SURVEY_TICKET, 1000000000},
	    {"7 survey.answered agreement=acme score=999999.999 scale=1000000", SURVEY_TICKET,
		999999999},
	};
	struct count of_fact[STATISTIC_OF_FACT];

	counts = of_fact;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		story_tell(&s, "", cases[c].story);
		n = statistic_fact(s.records[0], of_fact);
		ck_assert_int_eq(
		    found(
			7, (struct statistic){.what = STATISTIC_ANSWERED, .level = cases[c].level}),
		    1);
		ck_assert_int_eq(
		    found(7, (struct statistic){.what = STATISTIC_RATIO, .level = cases[c].level}),
		    cases[c].ratio);
	}
	story_tell(&s, "", "7 call.answered agreement=acme");
	ck_assert_uint_eq(statistic_fact(s.records[0], of_fact), 0);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, measures_are_codes_that_read_back);
	tcase_add_test(t, flows_of_a_request);
	tcase_add_test(t, reopened_within_the_cycle_or_by_the_next);
	tcase_add_test(t, excluded_by_cause_and_nothing_else);
	tcase_add_test(t, times_with_and_without_pauses);
	tcase_add_test(t, only_clocks_that_have_stopped);
	tcase_add_test(t, a_stop_before_the_start_takes_nothing);
	tcase_add_test(t, surveys_by_level);
}

SUITE_MAIN("statistic", add)
