#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "domain/alert.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define T0 INT64_C(1700000000000)
#define M STAMP_MINUTE
#define NO_DATA (-1) /* the score has no value */
#define FEW (-2) /* far below every threshold, but of 19 tickets only */
#define EMPTY (-3) /* a total of 0 */

static const struct rule usual = {
    .name = "slow",
    .has_below = {false, true, true, true},
    .below = {{0, 0}, {90, 100}, {95, 100}, {98, 100}},
    .clear = {985, 1000},
    .hold = 5 * M,
    .min = 20,
};

struct step {
	int at; /* minutes */
	int value; /* per mille */
	enum alert_move move;
	enum alert_state state;
	enum level level;
};

static struct alert_reading
reading(int value)
{
	switch (value) {
	case NO_DATA:
		return (struct alert_reading){.total = 1000, .b = 1000};
	case FEW:
		return (struct alert_reading){
		    .data = true, .good = 1, .total = 19, .a = 18, .b = 19};
	case EMPTY:
		return (struct alert_reading){.data = true, .b = 1000};
	}
	return (struct alert_reading){
	    .data = true, .good = value, .total = 1000, .a = 1000 - value, .b = 1000};
}

static struct alert
tell(const struct rule *rule, const struct step *steps, size_t count)
{
	struct alert a = ALERT_INIT;

	for (size_t i = 0; i < count; i++) {
		const struct step *s = &steps[i];
		struct alert_reading r = reading(s->value);
		enum alert_move move = alert_step(rule, &a, &r, T0 + s->at * M);

		ck_assert_msg(move == s->move, "minute %d: move %s, not %s", s->at,
		    move_names[move], move_names[s->move]);
		ck_assert_msg(a.state == s->state, "minute %d: %s, not %s", s->at,
		    alert_state_names[a.state], alert_state_names[s->state]);
		ck_assert_msg(a.level == s->level, "minute %d: level %s, not %s", s->at,
		    level_names[a.level], level_names[s->level]);
		ck_assert_msg(a.no_data == (s->value < 0), "minute %d: no_data", s->at);
	}
	return a;
}

#define TELL(rule, ...) \
	tell(rule, (const struct step[]){__VA_ARGS__}, COUNT(((const struct step[]){__VA_ARGS__})))

#define QUIET MOVE_NONE, ALERT_INACTIVE, LEVEL_NONE
#define PENDING MOVE_NONE, ALERT_PENDING, LEVEL_NONE
#define FIRED(level) MOVE_FIRED, ALERT_FIRING, LEVEL_##level
#define FIRING(level) MOVE_NONE, ALERT_FIRING, LEVEL_##level
#define CHANGED(level) MOVE_CHANGED, ALERT_FIRING, LEVEL_##level
#define RESOLVED(level) MOVE_RESOLVED, ALERT_RESOLVED, LEVEL_##level
#define OVER(level) MOVE_NONE, ALERT_RESOLVED, LEVEL_##level

START_TEST(table_of_states)
{
	static const char rows[ALERT_STATES][ALERT_STATES + 1] = {
	    [ALERT_INACTIVE] = ".x...",
	    [ALERT_PENDING] = "x.x..",
	    [ALERT_FIRING] = "...xx",
	    [ALERT_RESOLVED] = ".....",
	    [ALERT_CLOSED] = "...x.",
	};

	for (enum alert_state from = 0; from < ALERT_STATES; from++) {
		for (enum alert_state to = 0; to < ALERT_STATES; to++)
			ck_assert_msg(alert_allowed(from, to) == (rows[from][to] == 'x'),
			    "%s to %s", alert_state_names[from], alert_state_names[to]);
	}
}
END_TEST

START_TEST(a_whole_life)
{
	struct alert a = TELL(&usual, {0, 990, QUIET}, {1, 979, PENDING}, {3, 940, PENDING},
	    {6, 970, FIRED(GENERAL)}, {7, 970, FIRING(GENERAL)}, {9, 990, RESOLVED(GENERAL)},
	    {10, 500, OVER(GENERAL)}, {99, 500, OVER(GENERAL)});

	ck_assert_int_eq(a.since, T0 + 1 * M);
	ck_assert_int_eq(a.fired_at, T0 + 6 * M);
	ck_assert_int_eq(a.resolved_at, T0 + 9 * M);
	ck_assert_int_eq(a.good, 990);
	ck_assert_int_eq(a.total, 1000);
	ck_assert_int_eq(a.a, 10);
	ck_assert_int_eq(a.b, 1000);
}
END_TEST

START_TEST(thresholds_are_exact)
{
	struct rule rule = usual;

	rule.hold = 0;
	TELL(&rule, {0, 980, QUIET}, {1, 979, FIRED(GENERAL)}, {2, 950, FIRING(GENERAL)},
	    {3, 949, CHANGED(IMPORTANT)}, {4, 900, FIRING(IMPORTANT)}, {5, 899, CHANGED(URGENT)},
	    {6, 984, FIRING(URGENT)}, {7, 985, RESOLVED(URGENT)});
}
END_TEST

START_TEST(no_double_could_tell)
{
	/* 0.98 - 1e-18 and 0.98 are the same double. */
	struct alert_reading r = {
	    .data = true, .good = 979999999999999999, .total = 1000000000000000000, .b = 20};
	struct alert a = ALERT_INIT;
	struct rule rule = usual;

	rule.hold = 0;
	ck_assert((double)r.good / (double)r.total == 0.98);
	ck_assert_int_eq(alert_step(&rule, &a, &r, T0), MOVE_FIRED);
	a = (struct alert)ALERT_INIT;
	r.good++;
	ck_assert_int_eq(alert_step(&rule, &a, &r, T0), MOVE_NONE);
	ck_assert_int_eq(a.state, ALERT_INACTIVE);
}
END_TEST

START_TEST(pending_fires_at_the_then_level)
{
	TELL(&usual, {0, 979, PENDING}, {4, 979, PENDING}, {5, 800, FIRED(URGENT)});
	TELL(&usual, {0, 800, PENDING}, {4, 800, PENDING}, {5, 979, FIRED(GENERAL)});
	TELL(&usual, {0, 800, PENDING}, {60, 940, FIRED(IMPORTANT)});
}
END_TEST

START_TEST(pending_that_does_not_last)
{
	struct alert a = TELL(&usual, {0, 800, PENDING}, {4, 980, QUIET}, {5, 800, PENDING},
	    {9, 800, PENDING}, {10, 800, FIRED(URGENT)});

	ck_assert_int_eq(a.since, T0 + 5 * M);
	a = TELL(&usual, {0, 800, PENDING}, {4, 980, QUIET});
	ck_assert_int_eq(a.since, STAMP_NEVER);
	ck_assert_int_eq(a.candidate, LEVEL_NONE);
	ck_assert_int_eq(a.candidate_since, STAMP_NEVER);
}
END_TEST

START_TEST(no_data_keeps_all)
{
	struct alert a;

	TELL(&usual, {0, NO_DATA, QUIET}, {1, FEW, QUIET}, {2, EMPTY, QUIET}, {3, 990, QUIET});
	TELL(&usual, {0, 800, PENDING}, {5, NO_DATA, PENDING}, {9, FEW, PENDING},
	    {10, EMPTY, PENDING}, {11, 990, QUIET});
	TELL(&usual, {0, 800, PENDING}, {1, NO_DATA, PENDING}, {5, 800, FIRED(URGENT)});
	a = TELL(&usual, {0, 800, PENDING}, {5, 800, FIRED(URGENT)}, {6, NO_DATA, FIRING(URGENT)},
	    {100, FEW, FIRING(URGENT)}, {101, EMPTY, FIRING(URGENT)});
	ck_assert_int_eq(a.good, 800);
	ck_assert_int_eq(a.b, 1000);
	TELL(&usual, {0, 800, PENDING}, {5, 800, FIRED(URGENT)}, {6, NO_DATA, FIRING(URGENT)},
	    {7, 990, RESOLVED(URGENT)}, {8, 990, OVER(URGENT)});
}
END_TEST

START_TEST(min_is_the_least_b)
{
	struct alert_reading r = {.data = true, .good = 1, .total = 20, .a = 19, .b = 20};
	struct alert a = ALERT_INIT;

	alert_step(&usual, &a, &r, T0);
	ck_assert_int_eq(a.state, ALERT_PENDING);
	a = (struct alert)ALERT_INIT;
	r.b = 19;
	alert_step(&usual, &a, &r, T0);
	ck_assert_int_eq(a.state, ALERT_INACTIVE);
	ck_assert(a.no_data);
}
END_TEST

START_TEST(clear_against_flapping)
{
	TELL(&usual, {0, 979, PENDING}, {5, 979, FIRED(GENERAL)}, {6, 980, FIRING(GENERAL)},
	    {7, 979, FIRING(GENERAL)}, {8, 984, FIRING(GENERAL)}, {9, 979, FIRING(GENERAL)},
	    {10, 985, RESOLVED(GENERAL)});
}
END_TEST

START_TEST(clear_below_a_threshold_waits_for_it)
{
	struct rule rule = usual;

	rule.clear = (struct decimal){90, 100};
	TELL(&rule, {0, 979, PENDING}, {5, 979, FIRED(GENERAL)}, {6, 979, FIRING(GENERAL)},
	    {7, 980, RESOLVED(GENERAL)});
}
END_TEST

START_TEST(keep_counts_from_the_firing)
{
	struct rule rule = usual;
	struct alert a;

	rule.keep = 30 * M;
	a = TELL(&rule, {0, 979, PENDING}, {5, 979, FIRED(GENERAL)}, {6, 990, FIRING(GENERAL)},
	    {34, 990, FIRING(GENERAL)});
	ck_assert_int_eq(alert_next(&rule, &a), T0 + 35 * M);
	TELL(&rule, {0, 979, PENDING}, {5, 979, FIRED(GENERAL)}, {6, 990, FIRING(GENERAL)},
	    {35, 990, RESOLVED(GENERAL)});
	TELL(&rule, {0, 979, PENDING}, {5, 979, FIRED(GENERAL)}, {35, 979, FIRING(GENERAL)},
	    {36, 984, FIRING(GENERAL)}, {37, 990, RESOLVED(GENERAL)});
}
END_TEST

START_TEST(level_changes_after_hold)
{
	TELL(&usual, {0, 979, PENDING}, {5, 979, FIRED(GENERAL)}, {10, 940, FIRING(GENERAL)},
	    {14, 940, FIRING(GENERAL)}, {15, 940, CHANGED(IMPORTANT)}, {16, 940, FIRING(IMPORTANT)},
	    {17, 979, FIRING(IMPORTANT)}, {21, 979, FIRING(IMPORTANT)}, {22, 979, CHANGED(GENERAL)},
	    {23, 990, RESOLVED(GENERAL)});
}
END_TEST

START_TEST(level_change_begins_anew)
{
	/* Back at its own level, without a level, or on the other side. */
	TELL(&usual, {0, 979, PENDING}, {5, 979, FIRED(GENERAL)}, {6, 800, FIRING(GENERAL)},
	    {10, 979, FIRING(GENERAL)}, {11, 800, FIRING(GENERAL)}, {15, 800, FIRING(GENERAL)},
	    {16, 800, CHANGED(URGENT)});
	TELL(&usual, {0, 979, PENDING}, {5, 979, FIRED(GENERAL)}, {6, 800, FIRING(GENERAL)},
	    {10, 982, FIRING(GENERAL)}, {11, 800, FIRING(GENERAL)}, {15, 800, FIRING(GENERAL)},
	    {16, 800, CHANGED(URGENT)});
	TELL(&usual, {0, 940, PENDING}, {5, 940, FIRED(IMPORTANT)}, {6, 800, FIRING(IMPORTANT)},
	    {10, 979, FIRING(IMPORTANT)}, {11, 800, FIRING(IMPORTANT)},
	    {15, 800, FIRING(IMPORTANT)}, {16, 800, CHANGED(URGENT)});
}
END_TEST

START_TEST(level_change_holds_for_a_side)
{
	/* Now important, now urgent, never general again: worse all the time. */
	TELL(&usual, {0, 979, PENDING}, {5, 979, FIRED(GENERAL)}, {6, 940, FIRING(GENERAL)},
	    {7, 800, FIRING(GENERAL)}, {8, 940, FIRING(GENERAL)}, {10, 800, FIRING(GENERAL)},
	    {11, 940, CHANGED(IMPORTANT)}, {12, 800, FIRING(IMPORTANT)}, {17, 800, CHANGED(URGENT)},
	    {18, 940, FIRING(URGENT)}, {20, 979, FIRING(URGENT)}, {23, 979, CHANGED(GENERAL)});
}
END_TEST

START_TEST(level_change_over_no_data)
{
	TELL(&usual, {0, 979, PENDING}, {5, 979, FIRED(GENERAL)}, {6, 800, FIRING(GENERAL)},
	    {20, NO_DATA, FIRING(GENERAL)}, {21, 800, CHANGED(URGENT)});
}
END_TEST

START_TEST(at_once_without_hold)
{
	struct rule rule = usual;

	rule.hold = 0;
	TELL(&rule, {0, 940, FIRED(IMPORTANT)}, {0, 800, CHANGED(URGENT)},
	    {0, 990, RESOLVED(URGENT)});
}
END_TEST

START_TEST(one_level_alone)
{
	struct rule rule = usual;

	rule.has_below[LEVEL_URGENT] = rule.has_below[LEVEL_GENERAL] = false;
	TELL(&rule, {0, 979, QUIET}, {1, 800, PENDING}, {6, 800, FIRED(IMPORTANT)},
	    {7, 979, FIRING(IMPORTANT)}, {8, 985, RESOLVED(IMPORTANT)});
}
END_TEST

START_TEST(clock_set_back)
{
	struct rule rule = usual;

	rule.keep = 10 * M;
	TELL(&rule, {100, 800, PENDING}, {3, 800, PENDING}, {104, 800, PENDING},
	    {105, 800, FIRED(URGENT)}, {5, 990, FIRING(URGENT)}, {115, 990, RESOLVED(URGENT)});
}
END_TEST

START_TEST(ended_from_outside)
{
	struct alert a = ALERT_INIT;

	ck_assert_int_eq(alert_end(&a, T0), MOVE_NONE);
	ck_assert_int_eq(a.state, ALERT_INACTIVE);
	a = TELL(&usual, {0, 800, PENDING});
	ck_assert_int_eq(alert_end(&a, T0), MOVE_NONE);
	ck_assert_int_eq(a.state, ALERT_INACTIVE);
	ck_assert_int_eq(alert_next(&usual, &a), STAMP_NEVER);
	a = TELL(&usual, {0, 800, PENDING}, {5, 800, FIRED(URGENT)});
	ck_assert_int_eq(alert_end(&a, T0 + 6 * M), MOVE_RESOLVED);
	ck_assert_int_eq(a.state, ALERT_RESOLVED);
	ck_assert_int_eq(a.resolved_at, T0 + 6 * M);
	ck_assert_int_eq(alert_end(&a, T0 + 7 * M), MOVE_NONE);
	ck_assert_int_eq(a.resolved_at, T0 + 6 * M);
}
END_TEST

START_TEST(next_instant)
{
	struct alert a = ALERT_INIT;

	ck_assert_int_eq(alert_next(&usual, &a), STAMP_NEVER);
	a = TELL(&usual, {1, 800, PENDING}, {3, 940, PENDING});
	ck_assert_int_eq(alert_next(&usual, &a), T0 + 6 * M);
	a = TELL(&usual, {1, 800, PENDING}, {3, NO_DATA, PENDING});
	ck_assert_int_eq(alert_next(&usual, &a), STAMP_NEVER);
	a = TELL(&usual, {1, 800, PENDING}, {6, 800, FIRED(URGENT)});
	ck_assert_int_eq(alert_next(&usual, &a), STAMP_NEVER);
	a = TELL(&usual, {1, 800, PENDING}, {6, 800, FIRED(URGENT)}, {8, 940, FIRING(URGENT)});
	ck_assert_int_eq(alert_next(&usual, &a), T0 + 13 * M);
	a = TELL(&usual, {1, 800, PENDING}, {6, 800, FIRED(URGENT)}, {8, 984, FIRING(URGENT)});
	ck_assert_int_eq(alert_next(&usual, &a), STAMP_NEVER);
	a = TELL(&usual, {1, 800, PENDING}, {6, 800, FIRED(URGENT)}, {8, 990, RESOLVED(URGENT)});
	ck_assert_int_eq(alert_next(&usual, &a), STAMP_NEVER);
}
END_TEST

/* The model: no state but the whole history, looked through from its end at each reading. */
#define LONG 400

struct past {
	int64_t at;
	int level; /* 1 to 3; 0 none; 4 none, and clear; -1 no data */
};

static const int per_mille[] = {[0] = 982, [1] = 850, [2] = 930, [3] = 960, [4] = 999};

static int
side(int level, int own)
{
	return level < 1 || level > 3 || level == own ? 0 : level < own ? -1 : 1;
}

/* When the unbroken run of readings with data began that ends with the i-th, lies after the
 * from-th, and in which each is on the i-th's side of `own` (4: all levels are on one side). */
static int64_t
run_began(const struct past *past, int from, int i, int own)
{
	int64_t began = past[i].at;

	for (int k = i; k > from; k--) {
		if (past[k].level == -1)
			continue;
		if (side(past[k].level, own) != side(past[i].level, own))
			break;
		began = past[k].at;
	}
	return began;
}

struct model {
	int from; /* the reading of the last move; -1: none */
	int own; /* its level; 4: not firing */
	int64_t fired;
};

static enum alert_move
model_step(struct model *m, const struct rule *rule, const struct past *past, int i)
{
	int level = past[i].level;
	int64_t now = past[i].at;
	bool firing = m->own < 4;

	if (firing && level == 4 && now >= m->fired + rule->keep) {
		*m = (struct model){.from = i, .own = 4};
		return MOVE_RESOLVED;
	}
	if (side(level, m->own) == 0 || now < run_began(past, m->from, i, m->own) + rule->hold)
		return MOVE_NONE;
	*m = (struct model){.from = i, .own = level, .fired = firing ? m->fired : now};
	return firing ? MOVE_CHANGED : MOVE_FIRED;
}

static void
random_life(unsigned *seed)
{
	struct rule rule = usual;
	struct alert a = ALERT_INIT;
	struct model model = {.from = -1, .own = 4};
	struct past past[LONG];
	int64_t now = T0, next;
	int fired = 0, resolved = 0;
	enum alert_move move, expected;

	rule.hold = rand_r(seed) % 4 * M;
	rule.keep = rand_r(seed) % 6 * M;
	for (int i = 0; i < LONG; i++) {
		struct alert_reading r;

		now += 1 + rand_r(seed) % (int)(2 * M);
		past[i].at = now;
		past[i].level =
		    rand_r(seed) % 3 != 0 && i > 0 ? past[i - 1].level : rand_r(seed) % 6 - 1;
		r = reading(
		    past[i].level < 0 ? NO_DATA - rand_r(seed) % 3 : per_mille[past[i].level]);
		expected = model_step(&model, &rule, past, i);
		next = alert_next(&rule, &a);
		move = alert_step(&rule, &a, &r, now);
		ck_assert_msg(move == expected, "reading %d: %s, the model says %s", i,
		    move_names[move], move_names[expected]);
		ck_assert(a.state != ALERT_FIRING || (int)a.level == model.own);
		ck_assert(alert_next(&rule, &a) > now);
		if (i > 0 && past[i].level == past[i - 1].level && past[i].level >= 0)
			ck_assert((move != MOVE_NONE) == (next <= now));
		fired += move == MOVE_FIRED;
		resolved += move == MOVE_RESOLVED;
		ck_assert_int_eq(fired - resolved, a.state == ALERT_FIRING);
		if (a.state == ALERT_RESOLVED)
			a = (struct alert)ALERT_INIT;
	}
}

START_TEST(like_the_model)
{
	const char *given = getenv("SEED");
	unsigned first =
	    (unsigned)(given != NULL ? strtoul(given, NULL, 10) : (unsigned long)time(NULL));

	printf("SEED=%u\n", first);
	for (unsigned i = 0; i < 300; i++) {
		unsigned seed = first + i;

		random_life(&seed);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("alert");
	TCase *stories = tcase_create("stories"), *model = tcase_create("model");
	SRunner *runner = srunner_create(s);
	int failed;

	tcase_add_test(stories, table_of_states);
	tcase_add_test(stories, a_whole_life);
	tcase_add_test(stories, thresholds_are_exact);
	tcase_add_test(stories, no_double_could_tell);
	tcase_add_test(stories, pending_fires_at_the_then_level);
	tcase_add_test(stories, pending_that_does_not_last);
	tcase_add_test(stories, no_data_keeps_all);
	tcase_add_test(stories, min_is_the_least_b);
	tcase_add_test(stories, clear_against_flapping);
	tcase_add_test(stories, clear_below_a_threshold_waits_for_it);
	tcase_add_test(stories, keep_counts_from_the_firing);
	tcase_add_test(stories, level_changes_after_hold);
	tcase_add_test(stories, level_change_begins_anew);
	tcase_add_test(stories, level_change_holds_for_a_side);
	tcase_add_test(stories, level_change_over_no_data);
	tcase_add_test(stories, at_once_without_hold);
	tcase_add_test(stories, one_level_alone);
	tcase_add_test(stories, clock_set_back);
	tcase_add_test(stories, ended_from_outside);
	tcase_add_test(stories, next_instant);
	tcase_add_test(model, like_the_model);
	suite_add_tcase(s, stories);
	suite_add_tcase(s, model);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
