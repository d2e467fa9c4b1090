/* Alerts that a person closed. */
#include "domain/alert.h"
#include "suite.h"

#define T0 INT64_C(1700000000000)
#define M STAMP_MINUTE

static const struct rule usual = {
    .name = "slow",
    .has_below = {false, true, true, true},
    .below = {{0, 0}, {90, 100}, {95, 100}, {98, 100}},
    .clear = {985, 1000},
    .min = 20,
};
static const struct rule event = {.name = "leak", .kind = RULE_INSTANT, .level = LEVEL_URGENT};

static enum alert_move
give(const struct rule *rule, struct alert *a, int per_mille, int64_t minute)
{
	const struct alert_reading r = {
	    .data = true, .good = per_mille, .total = 1000, .a = 1000 - per_mille, .b = 1000};

	return alert_step(rule, a, &r, T0 + minute * M);
}

static enum alert_move
hold(struct alert *a, enum level level, int64_t minute)
{
	const struct alert_reading r = {.data = true, .leveled = true, .held = level};

	return alert_step(&event, a, &r, T0 + minute * M);
}

static struct alert
closed(const struct rule *rule)
{
	struct alert a = ALERT_INIT;

	ck_assert_int_eq(give(rule, &a, 800, 0), MOVE_FIRED);
	ck_assert_int_eq(give(rule, &a, 940, 1), rule->hold == 0 ? MOVE_CHANGED : MOVE_NONE);
	ck_assert_int_eq(alert_close(&a, T0 + 2 * M), MOVE_RESOLVED);
	ck_assert_int_eq(a.state, ALERT_CLOSED);
	ck_assert_int_eq(a.resolved_at, T0 + 2 * M);
	ck_assert_int_eq(a.candidate, LEVEL_NONE);
	return a;
}

START_TEST(it_stays_until_the_condition_ends)
{
	struct alert a = closed(&usual);

	ck_assert_int_eq(give(&usual, &a, 940, 3), MOVE_NONE);
	ck_assert_int_eq(give(&usual, &a, 500, 4), MOVE_NONE);
	ck_assert_int_eq(give(&usual, &a, 984, 5), MOVE_NONE);
	ck_assert_int_eq(a.state, ALERT_CLOSED);
	ck_assert_int_eq(a.level, LEVEL_IMPORTANT);
	ck_assert_int_eq(alert_next(&usual, &a), STAMP_NEVER);
	ck_assert_int_eq(give(&usual, &a, 985, 6), MOVE_NONE);
	ck_assert_int_eq(a.state, ALERT_RESOLVED);
	ck_assert_int_eq(a.resolved_at, T0 + 2 * M);
	ck_assert_int_eq(give(&usual, &a, 500, 7), MOVE_NONE);
}
END_TEST

START_TEST(keep_is_over_with_the_closing)
{
	struct rule rule = usual;
	struct alert a;

	rule.keep = 60 * M;
	a = closed(&rule);
	ck_assert_int_eq(give(&rule, &a, 990, 3), MOVE_NONE);
	ck_assert_int_eq(a.state, ALERT_RESOLVED);
}
END_TEST

START_TEST(no_data_keeps_it)
{
	struct alert a = closed(&usual);
	const struct alert_reading none = {0};

	ck_assert_int_eq(alert_step(&usual, &a, &none, T0 + 3 * M), MOVE_NONE);
	ck_assert_int_eq(a.state, ALERT_CLOSED);
	ck_assert(a.no_data);
}
END_TEST

START_TEST(an_end_is_not_told_again)
{
	struct alert a = closed(&usual);

	ck_assert_int_eq(alert_end(&a, T0 + 9 * M), MOVE_NONE);
	ck_assert_int_eq(a.state, ALERT_RESOLVED);
	ck_assert_int_eq(a.resolved_at, T0 + 2 * M);
}
END_TEST

START_TEST(what_waits_for_events)
{
	struct alert a = ALERT_INIT;

	ck_assert_int_eq(hold(&a, LEVEL_URGENT, 0), MOVE_FIRED);
	ck_assert_int_eq(alert_close(&a, T0 + M), MOVE_RESOLVED);
	ck_assert_int_eq(hold(&a, LEVEL_URGENT, 2), MOVE_NONE);
	ck_assert_int_eq(a.state, ALERT_CLOSED);
	ck_assert_int_eq(hold(&a, LEVEL_NONE, 3), MOVE_NONE);
	ck_assert_int_eq(a.state, ALERT_RESOLVED);
}
END_TEST

START_TEST(only_what_fires_is_closed)
{
	struct alert a = ALERT_INIT;
	struct rule rule = usual;

	ck_assert_int_eq(alert_close(&a, T0), MOVE_NONE);
	ck_assert_int_eq(a.state, ALERT_INACTIVE);
	rule.hold = M;
	ck_assert_int_eq(give(&rule, &a, 800, 0), MOVE_NONE);
	ck_assert_int_eq(alert_close(&a, T0), MOVE_NONE);
	ck_assert_int_eq(a.state, ALERT_PENDING);
	a = closed(&usual);
	ck_assert_int_eq(alert_close(&a, T0 + 9 * M), MOVE_NONE);
	ck_assert_int_eq(a.resolved_at, T0 + 2 * M);
	ck_assert_int_eq(give(&usual, &a, 990, 3), MOVE_NONE);
	ck_assert_int_eq(alert_close(&a, T0 + 9 * M), MOVE_NONE);
	ck_assert_int_eq(a.state, ALERT_RESOLVED);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, it_stays_until_the_condition_ends);
	tcase_add_test(t, keep_is_over_with_the_closing);
	tcase_add_test(t, no_data_keeps_it);
	tcase_add_test(t, an_end_is_not_told_again);
	tcase_add_test(t, what_waits_for_events);
	tcase_add_test(t, only_what_fires_is_closed);
}

SUITE_MAIN("alert_closed", add)
