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

#define CLOCK(c, k) (&(c)->clock[CLOCK_##k])

START_TEST(incomplete_without_opening)
{
	const struct ticket *t = story_fold(&s, "request", "5 responded; 9 resolved", 100);

	ck_assert(!t->opened);
	ck_assert_uint_eq(t->cycles, 0);
	ck_assert_int_eq(t->next, STAMP_NEVER);
}
END_TEST

START_TEST(answered_in_time)
{
	const struct ticket *t = story_fold(&s, "request", "0 opened; 30 responded", 100);
	const struct ticket_clock *c = CLOCK(&t->cycle[0], RESPONSE);

	ck_assert_int_eq(c->state, CLOCK_STOPPED);
	ck_assert_int_eq(c->elapsed, 30 * STAMP_MINUTE);
	ck_assert_int_eq(c->breach, STAMP_NEVER);
	ck_assert_int_eq(t->next, MIN(480) + 1);
}
END_TEST

START_TEST(answered_a_millisecond_late)
{
	const struct ticket *t = story_fold(&s, "request", "0 opened; 30.001 responded", 100);

	ck_assert_int_eq(CLOCK(&t->cycle[0], RESPONSE)->breach, MIN(30) + 1);
}
END_TEST

START_TEST(time_alone_makes_it_late)
{
	const struct ticket *t = story_fold(&s, "request", "0 opened", 30);

	ck_assert_int_eq(CLOCK(&t->cycle[0], RESPONSE)->breach, STAMP_NEVER);
	ck_assert_int_eq(t->next, MIN(30) + 1);
	ck_assert_int_eq(CLOCK(&t->cycle[0], RESPONSE)->deadline, MIN(30));
	t = story_fold(&s, "request", "0 opened", 31);
	ck_assert_int_eq(CLOCK(&t->cycle[0], RESPONSE)->breach, MIN(30) + 1);
	ck_assert_int_eq(t->next, MIN(480) + 1);
}
END_TEST

START_TEST(a_resolution_answers)
{
	const struct ticket *t =
	    story_fold(&s, "request", "0 opened; 20 resolved; 40 responded", 100);

	ck_assert_int_eq(CLOCK(&t->cycle[0], RESPONSE)->stop, MIN(20));
}
END_TEST

START_TEST(pauses_are_united)
{
	const struct ticket *t = story_fold(&s, "request",
	    "0 opened; 10 paused cause=customer; 20 paused cause=supplier; 50 resumed "
	    "cause=customer; 70 resumed cause=supplier; 90 resolved",
	    100);
	const struct cycle *c = &t->cycle[0];

	ck_assert_int_eq(CLOCK(c, RESOLUTION)->elapsed, 50 * STAMP_MINUTE);
	ck_assert_int_eq(CLOCK(c, RESPONSE)->elapsed, 90 * STAMP_MINUTE);
	ck_assert_uint_eq(t->warnings, 0);
}
END_TEST

START_TEST(a_paused_clock_has_no_deadline)
{
	const struct ticket *t =
	    story_fold(&s, "request", "0 opened; 1 responded; 10 paused cause=customer", 10000);
	const struct ticket_clock *c = CLOCK(&t->cycle[0], RESOLUTION);

	ck_assert_int_eq(c->state, CLOCK_PAUSED);
	ck_assert_int_eq(c->deadline, STAMP_NEVER);
	ck_assert_int_eq(c->breach, STAMP_NEVER);
	ck_assert_int_eq(t->next, STAMP_NEVER);
}
END_TEST

START_TEST(a_reopening_goes_on)
{
	const struct ticket *t =
	    story_fold(&s, "request", "0 opened; 60 resolved; 120 reopened; 150 resolved", 200);

	ck_assert_uint_eq(t->cycles, 1);
	ck_assert_int_eq(CLOCK(&t->cycle[0], RESOLUTION)->elapsed, 90 * STAMP_MINUTE);
	ck_assert_int_eq(t->cycle[0].resolved_at, MIN(150));
	ck_assert(t->cycle[0].reopened && !t->cycle[0].first_contact);
}
END_TEST

START_TEST(a_late_reopening_is_a_new_cycle)
{
	const struct ticket *t = story_fold(
	    &s, "request", "0 opened; 60 resolved; 1500 reopened; 1500.001 reopened", 1600);

	ck_assert_uint_eq(t->cycles, 1);
	t = story_fold(&s, "request", "0 opened; 60 resolved; 1500.001 reopened", 1600);
	ck_assert_uint_eq(t->cycles, 2);
	ck_assert(t->cycle[0].resolved && t->cycle[0].first_contact);
	ck_assert_int_eq(t->cycle[1].start, MIN(1500) + 1);
	ck_assert_int_eq(CLOCK(&t->cycle[1], RESPONSE)->breach, MIN(1530) + 2);
}
END_TEST

START_TEST(a_breach_stands)
{
	const struct ticket *t = story_fold(
	    &s, "request", "0 opened priority=P1; 16 updated priority=P3; 20 responded", 100);
	const struct ticket_clock *c = CLOCK(&t->cycle[0], RESPONSE);

	ck_assert_int_eq(c->breach, MIN(15) + 1);
	ck_assert(!c->retargeted);
}
END_TEST

START_TEST(a_breach_by_a_change_is_flagged)
{
	const struct ticket *t =
	    story_fold(&s, "request", "0 opened; 20 updated priority=P1; 25 responded", 100);
	const struct ticket_clock *c = CLOCK(&t->cycle[0], RESPONSE);

	ck_assert_int_eq(c->breach, MIN(20));
	ck_assert(c->retargeted);
}
END_TEST

START_TEST(a_due_time_replaces_the_target)
{
	const struct ticket *t = story_fold(&s, "request",
	    "0 opened respond_by=60; 10 paused cause=customer; 60.001 responded", 100);
	const struct ticket_clock *c = CLOCK(&t->cycle[0], RESPONSE);

	ck_assert_int_eq(c->breach, MIN(60) + 1);
	t = story_fold(&s, "request", "0 opened resolve_by=600; 600 resolved", 700);
	ck_assert_int_eq(CLOCK(&t->cycle[0], RESOLUTION)->breach, STAMP_NEVER);
}
END_TEST

START_TEST(recovery_stops_at_recovered)
{
	const struct ticket *t = story_fold(&s, "incident",
	    "0 opened service=mail outage=true; 60 recovered; 90 resolved; 100 reopened", 400);
	const struct cycle *c = &t->cycle[0];

	ck_assert_int_eq(CLOCK(c, RECOVERY)->stop, MIN(60));
	ck_assert_uint_eq(c->downs, 1);
	ck_assert_int_eq(c->down[0].to, MIN(60));
}
END_TEST

START_TEST(recovery_goes_on_when_reopened)
{
	const struct ticket *t = story_fold(&s, "incident",
	    "0 opened service=mail outage=true started_at=-5; 60 resolved; 100 reopened; 120 "
	    "recovered",
	    400);
	const struct cycle *c = &t->cycle[0];

	ck_assert_int_eq(CLOCK(c, RECOVERY)->elapsed, 80 * STAMP_MINUTE);
	ck_assert_uint_eq(c->downs, 2);
	ck_assert_int_eq(c->down[0].from, MIN(-5));
	ck_assert_int_eq(c->down[1].from, MIN(100));
}
END_TEST

START_TEST(clamped_before_the_opening)
{
	const struct ticket *t = story_fold(&s, "request", "-1 resolved; 0 opened", 100);

	ck_assert(t->cycle[0].resolved);
	ck_assert_int_eq(CLOCK(&t->cycle[0], RESOLUTION)->elapsed, 0);
	ck_assert_uint_eq(t->warnings, 1);
	ck_assert_int_eq(t->warning[0].kind, WARNING_BEFORE_OPENED);
}
END_TEST

START_TEST(first_contact)
{
	static const struct {
		const char *story;
		bool first;
	} cases[] = {
	    {"0 opened; 5 responded; 10 resolved", true},
	    {"0 opened; 5 responded; 6 responded; 10 resolved", false},
	    {"0 opened; 5 responded; 10 resolved; 11 responded", true},
	    {"0 opened; 5 contacted by=customer; 10 resolved", false},
	    {"0 opened; 5 contacted by=agent; 10 resolved", true},
	    {"0 opened team=a; 5 assigned team=b; 10 resolved", false},
	    {"0 opened team=a; 5 responded team=b; 10 resolved", false},
	    {"0 opened; 5 assigned team=b; 10 resolved", true},
	    {"0 opened; 5 paused cause=other; 6 resumed; 10 resolved", false},
	    {"0 opened; 5 responded; 6 responded; 10 resolved first_contact=true", true},
	    {"0 opened; 10 resolved first_contact=false", false},
	    {"0 opened; 10 resolved first_contact=true; 20 reopened; 30 resolved", false},
	    {"0 opened; 10 resolved first_contact=true; 2000 reopened", true},
	    {"0 opened; 10 closed", true},
	};
	const struct ticket *t;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		t = story_fold(&s, "request", cases[i].story, 3000);
		ck_assert_msg(t->cycle[0].first_contact == cases[i].first, "%s", cases[i].story);
	}
}
END_TEST

START_TEST(what_cannot_happen_only_warns)
{
	static const struct {
		const char *story;
		enum warning_kind kind;
	} cases[] = {
	    {"0 opened; 5 opened", WARNING_SECOND_OPENED},
	    {"0 opened; 5 resumed", WARNING_RESUMED_IN_VAIN},
	    {"0 opened; 5 resolved; 6 paused cause=customer", WARNING_PAUSED_IN_VAIN},
	    {"0 opened; 5 paused cause=x; 6 paused cause=x", WARNING_PAUSED_IN_VAIN},
	    {"0 opened; 5 paused", WARNING_PAUSED_WITHOUT_CAUSE},
	    {"0 opened; 5 reopened", WARNING_REOPENED_IN_VAIN},
	    {"0 opened; 5 recovered; 6 recovered", WARNING_RECOVERED_IN_VAIN},
	    {"0 opened; 5 included", WARNING_INCLUDED_IN_VAIN},
	    {"0 opened; 5 excluded cause=spam; 6 excluded cause=test", WARNING_EXCLUDED_TWICE},
	    {"0 opened outage=true", WARNING_OUTAGE_WITHOUT_SERVICE},
	};
	const struct ticket *t;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		t = story_fold(&s, "incident", cases[i].story, 10);
		ck_assert_msg(t->warnings == 1, "%s: %zu", cases[i].story, t->warnings);
		ck_assert_msg(t->warning[0].kind == cases[i].kind, "%s", cases[i].story);
	}
}
END_TEST

START_TEST(an_incident_late_in_recovery_goes_on_to_its_resolution)
{
	const struct ticket *t = story_fold(&s, "incident", "0 opened; 1 responded", 5);
	int64_t late = CLOCK(&t->cycle[0], RECOVERY)->next;
	int64_t resolution = CLOCK(&t->cycle[0], RESOLUTION)->next;

	ck_assert_int_lt(late, resolution);
	ck_assert_int_eq(t->next, late);
	t = story_fold(&s, "incident", "0 opened; 1 responded", (late - MIN(0)) / STAMP_MINUTE + 1);
	ck_assert_int_eq(t->next, resolution);
}
END_TEST

START_TEST(an_exclusion_ends_pauses_and_breaches)
{
	const struct ticket *t = story_fold(
	    &s, "request", "0 opened; 10 paused cause=customer; 20 excluded cause=cancelled", 5000);

	ck_assert(t->excluded);
	ck_assert_int_eq(t->exclusion, EXCLUSION_CANCELLED);
	ck_assert_int_eq(CLOCK(&t->cycle[0], RESPONSE)->breach, STAMP_NEVER);
	ck_assert_int_eq(t->next, STAMP_NEVER);
	t = story_fold(&s, "request",
	    "0 opened; 10 paused cause=customer; 20 excluded cause=cancelled; 40 included", 500);
	ck_assert(!t->excluded);
	ck_assert_int_eq(CLOCK(&t->cycle[0], RESOLUTION)->elapsed, 490 * STAMP_MINUTE);
}
END_TEST

START_TEST(the_latest_attributes_count)
{
	const struct ticket *t = story_fold(&s, "request",
	    "0 opened service=mail priority=P3 team=a; 5 updated kind=incident service=erp; 6 "
	    "assigned team=b; 7 responded team=c",
	    10);

	ck_assert_int_eq(t->kind, KIND_INCIDENT);
	ck_assert_str_eq(t->scope.dim[DIM_SERVICE], "erp");
	ck_assert_str_eq(t->scope.dim[DIM_PRIORITY], "P3");
	ck_assert_str_eq(t->scope.dim[DIM_TEAM], "b");
}
END_TEST

START_TEST(equal_times_go_by_sequence_verb_id)
{
	const struct ticket *t = story_fold(&s, "request",
	    "0 opened; 5 updated service=b sequence=2; 5 updated service=a sequence=1; 9 updated "
	    "priority=P2 id=z; 9 updated priority=P1 id=a; 9 resolved",
	    10);

	ck_assert_str_eq(t->scope.dim[DIM_SERVICE], "b");
	ck_assert_str_eq(t->scope.dim[DIM_PRIORITY], "P2");
	ck_assert_int_eq(CLOCK(&t->cycle[0], RESOLUTION)->target, 8 * STAMP_HOUR);
}
END_TEST

START_TEST(order_of_arrival_does_not_matter)
{
	static const char life[] =
	    "0 opened service=mail; 3 assigned team=a; 9 responded; 12 paused cause=customer; 30 "
	    "updated priority=P1; 60 resumed; 90 resolved; 100 reopened; 250 resolved; 300 closed";
	const struct record *swap;
	struct ticket first = *story_fold(&s, "request", life, 400), other;
	unsigned seed = 7;
	size_t a, b;

	for (int round = 0; round < 200; round++) {
		a = (size_t)rand_r(&seed) % s.count;
		b = (size_t)rand_r(&seed) % s.count;
		swap = s.records[a];
		s.records[a] = s.records[b];
		s.records[b] = swap;
		ticket_fold(s.records, s.count, &s.agreements, MIN(400), &s.arena, &other);
		for (int k = 0; k < CLOCKS; k++) {
			ck_assert_int_eq(
			    other.cycle[0].clock[k].elapsed, first.cycle[0].clock[k].elapsed);
			ck_assert_int_eq(
			    other.cycle[0].clock[k].breach, first.cycle[0].clock[k].breach);
		}
	}
}
END_TEST

START_TEST(before_the_agreement_nothing_runs)
{
	const struct ticket *t = story_fold(&s, "request", "-200000 opened; 1 resolved", 100);

	ck_assert_ptr_null(t->cycle[0].terms);
	ck_assert_int_eq(CLOCK(&t->cycle[0], RESOLUTION)->elapsed, 0);
	ck_assert_int_eq(t->next, STAMP_NEVER);
}
END_TEST

/* Phases in a row are one interval; what is paused, or resolved and reopened, is in none. */
START_TEST(working_time)
{
	static const struct interval want[] = {
	    {MIN(0), MIN(10)}, {MIN(20), MIN(40)}, {MIN(60), MIN(90)}};
	const struct ticket *t = story_fold(&s, "request",
	    "0 opened; 5 responded; 10 paused cause=customer; 20 resumed; 30 assigned team=b; "
	    "40 resolved; 60 reopened",
	    90);
	const struct cycle *c = &t->cycle[0];
	struct interval list[4];
	int64_t sum = 0;

	ck_assert_uint_eq(
	    ticket_clock_working(CLOCK_RESOLUTION, c->phase, CLOCK(c, RESOLUTION), list, 4), 3);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(list[i].from, want[i].from);
		ck_assert_int_eq(list[i].to, want[i].to);
		sum += list[i].to - list[i].from;
	}
	ck_assert_int_eq(sum, CLOCK(c, RESOLUTION)->elapsed);
	ck_assert_uint_eq(
	    ticket_clock_working(CLOCK_RESOLUTION, c->phase, CLOCK(c, RESOLUTION), list, 2), 2);
	ck_assert_int_eq(list[1].to, MIN(40));
	ck_assert_uint_eq(
	    ticket_clock_working(CLOCK_RESPONSE, c->phase, CLOCK(c, RESPONSE), list, 4), 1);
	ck_assert_int_eq(list[0].to, MIN(5));
}
END_TEST

/* A pause is named after the cause that stops the clocks. */
START_TEST(causes_of_pauses)
{
	static const char *const want[] = {NULL, NULL, "customer", "customer", NULL};
	const struct ticket *t = story_fold(&s, "request",
	    "0 opened; 1 paused cause=supplier; 2 paused cause=customer; 3 resumed cause=supplier; "
	    "4 resumed",
	    9);
	const struct cycle *c = &t->cycle[0];

	ck_assert_uint_eq(c->phases, 5);
	for (size_t i = 0; i < c->phases; i++) {
		ck_assert_pstr_eq(c->phase[i].cause, want[i]);
		ck_assert_int_eq(c->phase[i].paused, want[i] != NULL);
	}
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, working_time);
	tcase_add_test(t, causes_of_pauses);
	tcase_add_test(t, incomplete_without_opening);
	tcase_add_test(t, answered_in_time);
	tcase_add_test(t, answered_a_millisecond_late);
	tcase_add_test(t, time_alone_makes_it_late);
	tcase_add_test(t, a_resolution_answers);
	tcase_add_test(t, pauses_are_united);
	tcase_add_test(t, a_paused_clock_has_no_deadline);
	tcase_add_test(t, a_reopening_goes_on);
	tcase_add_test(t, a_late_reopening_is_a_new_cycle);
	tcase_add_test(t, a_breach_stands);
	tcase_add_test(t, a_breach_by_a_change_is_flagged);
	tcase_add_test(t, a_due_time_replaces_the_target);
	tcase_add_test(t, recovery_stops_at_recovered);
	tcase_add_test(t, recovery_goes_on_when_reopened);
	tcase_add_test(t, clamped_before_the_opening);
	tcase_add_test(t, first_contact);
	tcase_add_test(t, what_cannot_happen_only_warns);
	tcase_add_test(t, an_incident_late_in_recovery_goes_on_to_its_resolution);
	tcase_add_test(t, an_exclusion_ends_pauses_and_breaches);
	tcase_add_test(t, the_latest_attributes_count);
	tcase_add_test(t, equal_times_go_by_sequence_verb_id);
	tcase_add_test(t, order_of_arrival_does_not_matter);
	tcase_add_test(t, before_the_agreement_nothing_runs);
}

SUITE_MAIN("ticket", add)
