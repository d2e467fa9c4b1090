/* What people do at an alert, as it is stored. */
#include <string.h>

#include "base/stamp.h"
#include "store/store_alert.h"
#include "store/store_silence.h"
#include "suite.h"

static struct store *s;
static struct arena arena;
static struct err err;

static void
setup(void)
{
	s = store_open(NULL, STORE_SCRATCH, &err);
	ck_assert_msg(s != NULL, "%s", err.msg);
}

static void
teardown(void)
{
	store_close(s);
	arena_free(&arena);
}

/* Four alerts, with the ids 1 to 4. */
static void
alerts_made(void)
{
	static const struct {
		int state, level, candidate;
		const char *agreement, *service;
		int64_t fired;
	} alerts[] = {{3, 1, 0, "acme", NULL, 99}, {3, 2, 1, "acme", "", 100},
	    {3, 3, 0, NULL, "", 101}, {1, 0, 2, "beta", "mail", STAMP_NEVER}};
	char rule[] = "r0";
	struct stored_alert a = {.indicator = "x", .window = "24h", .subject = ""};

	for (size_t i = 0; i < sizeof(alerts) / sizeof(alerts[0]); i++, rule[1]++) {
		a.id = 0;
		a.rule = rule;
		a.state = alerts[i].state;
		a.level = alerts[i].level;
		a.candidate = alerts[i].candidate;
		a.scope[DIM_AGREEMENT] = alerts[i].agreement;
		a.scope[DIM_SERVICE] = alerts[i].service;
		a.fired = alerts[i].fired;
		ck_assert_int_eq(store_alert_save(s, &a, &err), 0);
	}
}

static int
found(struct alerts_wanted w)
{
	struct stored_alert *list;

	w.limit = w.limit == 0 ? 9 : w.limit;
	w.below = w.below == 0 ? INT64_MAX : w.below;
	w.state = w.state == 0 ? -1 : w.state;
	w.from = w.from == 0 ? INT64_MIN : w.from;
	w.to = w.to == 0 ? INT64_MAX : w.to;
	return store_alerts_page(s, &w, &arena, &list, &err);
}

START_TEST(alerts_wanted)
{
	alerts_made();
	ck_assert_int_eq(found((struct alerts_wanted){0}), 4);
	ck_assert_int_eq(found((struct alerts_wanted){.below = 3}), 2);
	ck_assert_int_eq(found((struct alerts_wanted){.limit = 3}), 3);
	ck_assert_int_eq(found((struct alerts_wanted){.state = 3}), 3);
	ck_assert_int_eq(found((struct alerts_wanted){.level = 2}), 2);
	ck_assert_int_eq(found((struct alerts_wanted){.rule = "r1"}), 1);
	ck_assert_int_eq(found((struct alerts_wanted){.agreement = "acme"}), 2);
	ck_assert_int_eq(found((struct alerts_wanted){.service = ""}), 2);
	ck_assert_int_eq(found((struct alerts_wanted){.from = 100}), 2);
	ck_assert_int_eq(found((struct alerts_wanted){.to = 101}), 2);
	ck_assert_int_eq(found((struct alerts_wanted){.from = 100, .to = 101}), 1);
}
END_TEST

START_TEST(a_pending_alert_takes_its_history_along)
{
	struct stored_alert a = {
	    .rule = "slow", .indicator = "x", .window = "24h", .subject = "", .state = 1};
	const struct alert_line line = {.at = 1, .what = "noted", .by = "ann"};
	struct alert_line *lines;
	int64_t id;

	ck_assert_int_eq(store_alert_save(s, &a, &err), 0);
	ck_assert_int_eq(store_alert_history_add(s, a.id, &line, &err), 0);
	id = a.id;
	ck_assert_int_eq(store_alert_delete(s, id, &err), 0);
	a.id = 0;
	ck_assert_int_eq(store_alert_save(s, &a, &err), 0);
	ck_assert_int_eq(a.id, id);
	ck_assert_int_eq(store_alert_history(s, id, &arena, &lines, &err), 0);
}
END_TEST

START_TEST(silences_stay)
{
	struct stored_silence a = {.created = 5,
				  .what = {.from = 10,
				      .until = 20,
				      .ended = STAMP_NEVER,
				      .rule = "slow",
				      .level = LEVEL_URGENT,
				      .scope = {"acme", NULL, "", NULL}},
				  .by = "ann",
				  .reason = "works"},
			      *list, back;
	static const int states[][3] = {{9, 1, 0}, {10, 1, 1}, {19, 1, 1}, {20, 0, 2}};

	ck_assert_int_eq(store_silence_add(s, &a, &err), 0);
	for (size_t i = 0; i < 4; i++) {
		ck_assert_int_eq(
		    store_silences_live(s, states[i][0], &arena, &list, &err), states[i][1]);
		for (int state = 0; state < SILENCE_STATES; state++)
			ck_assert_int_eq(store_silences(s, INT64_MAX, state, states[i][0], 9,
					     &arena, &list, &err),
			    state == states[i][2]);
	}
	a.what.ended = 15;
	a.ended_by = "bob";
	ck_assert_int_eq(store_silence_end(s, &a, &err), 0);
	ck_assert_int_eq(store_silences_live(s, 14, &arena, &list, &err), 1);
	ck_assert_int_eq(store_silences_live(s, 15, &arena, &list, &err), 0);
	ck_assert_int_eq(store_silence(s, a.id, &arena, &back, &err), 1);
	ck_assert_str_eq(back.ended_by, "bob");
	ck_assert_ptr_null(back.ended_note);
	ck_assert_str_eq(back.reason, "works");
	ck_assert_str_eq(back.what.rule, "slow");
	ck_assert_ptr_null(back.what.scope[DIM_SERVICE]);
	ck_assert_str_eq(back.what.scope[DIM_PRIORITY], "");
	ck_assert_int_eq(back.what.level, LEVEL_URGENT);
	ck_assert_int_eq(store_silences(s, a.id, -1, 0, 9, &arena, &list, &err), 0);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, alerts_wanted);
	tcase_add_test(t, a_pending_alert_takes_its_history_along);
	tcase_add_test(t, silences_stay);
}

SUITE_MAIN("store_desk", add)
