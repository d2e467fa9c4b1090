/* The conformance of a store: alerts, and who was told of them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/stamp.h"
#include "store/store_alert.h"
#include "scratch_dir.h"
#include "suite.h"

static char path[SCRATCH_PATH];
static struct store *s;
static struct arena arena;
static struct err err;

static void
setup(void)
{
	scratch_make();
	scratch_path(path, "db");
	s = store_open(path, STORE_WRITE, &err);
	ck_assert_msg(s != NULL, "%s", err.msg);
}

static void
teardown(void)
{
	store_close(s);
	arena_free(&arena);
	scratch_remove();
}

START_TEST(alerts_live_and_rest)
{
	struct stored_alert a = {.rule = "slow",
				.indicator = "x",
				.scope = {"acme", NULL, "", NULL},
				.window = "24h",
				.subject = "",
				.state = 2,
				.since = 5,
				.good = 9,
				.total = 10},
			    *list, back;

	ck_assert_int_eq(store_alert_save(s, &a, &err), 0);
	ck_assert_int_eq(store_alerts_live(s, &arena, &list, &err), 1);
	ck_assert_ptr_null(list[0].scope[1]);
	ck_assert_str_eq(list[0].scope[2], "");
	a.state = 3;
	a.reason = "cleared";
	ck_assert_int_eq(store_alert_save(s, &a, &err), 0);
	ck_assert_int_eq(store_alerts_live(s, &arena, &list, &err), 0);
	ck_assert_int_eq(store_alert(s, a.id, &arena, &back, &err), 1);
	ck_assert_str_eq(back.reason, "cleared");
}
END_TEST

START_TEST(alerts_fired_in_a_span)
{
	static const struct {
		const char *agreement;
		int64_t fired;
	} alerts[] = {{"acme", 99}, {"acme", 100}, {NULL, 150}, {"beta", 150}, {"acme", 199},
	    {"acme", 200}, {"acme", STAMP_NEVER}};
	struct stored_alert a = {.rule = "slow",
	    .indicator = "timely_response_rate",
	    .since = 7,
	    .resolved = STAMP_NEVER,
	    .window = "24h",
	    .subject = ""};
	struct stored_alert *list;

	for (size_t i = 0; i < sizeof(alerts) / sizeof(alerts[0]); i++) {
		a.id = 0;
		a.scope[DIM_AGREEMENT] = alerts[i].agreement;
		a.fired = alerts[i].fired;
		ck_assert_int_eq(store_alert_save(s, &a, &err), 0);
	}
	ck_assert_int_eq(store_alerts_fired(s, "acme", 100, 200, 9, &arena, &list, &err), 3);
	ck_assert_int_eq(list[0].fired, 199);
	ck_assert_ptr_null(list[1].scope[DIM_AGREEMENT]);
	ck_assert_int_eq(list[2].fired, 100);
	ck_assert_int_eq(store_alerts_fired(s, "acme", 100, 200, 2, &arena, &list, &err), 2);
	ck_assert_int_eq(store_alerts_fired(s, "beta", 0, 99, 9, &arena, &list, &err), 0);
}
END_TEST

/* Adds a message of an alert and reports its state; its body is its name. */
static void
told(int64_t alert, const char *receiver, const char *message, int state)
{
	struct outbox report = {.state = state, .error = ""}, *list;
	int n;

	ck_assert_int_eq(store_outbox_add(s, message, receiver, alert, 1, message, &err), 0);
	n = store_outbox_waiting(s, receiver, 0, 100, &arena, &list, &err);
	report.id = list[n - 1].id;
	if (state != OUTBOX_WAITING)
		ck_assert_int_eq(store_outbox_report(s, &report, &err), 0);
}

START_TEST(receivers_know_what_fires)
{
	struct stored_alert
	    fires = {.rule = "r", .indicator = "x", .window = "24h", .subject = "", .state = 2},
	    ended = {.rule = "r", .indicator = "x", .window = "24h", .subject = "", .state = 3};
	struct outbox *list;

	ck_assert_int_eq(store_alert_save(s, &fires, &err), 0);
	ck_assert_int_eq(store_alert_save(s, &ended, &err), 0);
	told(fires.id, "a", "fires-a1", OUTBOX_DELIVERED);
	told(fires.id, "a", "fires-a2", OUTBOX_DELIVERED);
	told(fires.id, "a", "fires-a3", OUTBOX_FAILED);
	told(fires.id, "b", "fires-b1", OUTBOX_WAITING);
	told(ended.id, "a", "ended-a1", OUTBOX_DELIVERED);
	told(ended.id, "a", "ended-a2", OUTBOX_DELIVERED);
	told(ended.id, "b", "ended-b1", OUTBOX_DELIVERED);
	told(ended.id, "b", "ended-b2", OUTBOX_WAITING);
	told(ended.id, "c", "ended-c1", OUTBOX_DELIVERED);
	told(ended.id, "c", "ended-c2", OUTBOX_FAILED);
	ck_assert_int_eq(store_outbox_told(s, 0, 2, 10, &arena, &list, &err), 2);
	ck_assert_str_eq(list[0].receiver, "a");
	ck_assert_str_eq(list[0].message, "fires-a1");
	ck_assert_str_eq(list[0].body, "fires-a2");
	ck_assert_str_eq(list[1].receiver, "b");
	ck_assert_str_eq(list[1].body, "ended-b1");
	ck_assert_int_eq(store_outbox_told(s, 0, 2, 1, &arena, &list, &err), 1);
	ck_assert_int_eq(store_outbox_told(s, list[0].id, 2, 10, &arena, &list, &err), 1);
	ck_assert_str_eq(list[0].receiver, "b");
}
END_TEST

static void
subject_put(void *context, const char *subject)
{
	buf_putf(context, "%s;", subject);
}

START_TEST(alerts_under_a_key)
{
	static const char *const subjects[] = {"ticket 4:desk2:T1/response/1",
	    "ticket 4:desk2:T1/outage", "ticket 4:desk3:T10/outage", "ticket 4:desk2:T1",
	    "ticket 4:desk2:T10"};
	struct stored_alert a = {.rule = "r", .indicator = "", .window = "", .state = 2, .kind = 3};
	struct buf text = BUF_INIT(1000);
	struct stored_alert *list;

	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
		a.id = 0;
		a.subject = subjects[i];
		ck_assert_int_eq(store_alert_save(s, &a, &err), 0);
	}
	ck_assert_int_eq(store_alerts_under(s, "ticket 4:desk2:T1", &arena, &list, &err), 2);
	ck_assert_str_eq(list[1].subject, subjects[1]);
	list[1].state = 3;
	ck_assert_int_eq(store_alert_save(s, &list[1], &err), 0);
	ck_assert_int_eq(store_alerts_under(s, "ticket 4:desk2:T1", &arena, &list, &err), 1);
	a.id = 0;
	a.kind = 0;
	a.subject = "another kind";
	ck_assert_int_eq(store_alert_save(s, &a, &err), 0);
	ck_assert_int_eq(store_alert_subjects(s, subject_put, &text, &err), 0);
	ck_assert_ptr_nonnull(strstr(buf_text(&text), "T1/response/1;"));
	ck_assert_ptr_null(strstr(buf_text(&text), "T1/outage"));
	ck_assert_ptr_null(strstr(buf_text(&text), "another"));
	buf_free(&text);
}
END_TEST

static void
past_put(void *context, const char *rule, int64_t count, int64_t earliest, int64_t latest)
{
	buf_putf(context, "%s %" PRId64 " %" PRId64 "-%" PRId64 ";", rule, count, earliest, latest);
}

START_TEST(what_is_past_is_counted_once)
{
	const struct stored_past a = {"k/x", "late", 5}, b = {"k/y", "late", 9},
				 c = {"k/x", "outage", 7};
	struct buf text = BUF_INIT(1000);
	struct stored_past *list;
	int64_t last;

	ck_assert_int_eq(store_past_last(s, &last, &err), 0);
	ck_assert_int_eq(last, STAMP_NEVER);
	ck_assert_int_eq(store_past_set(s, &a, 100, &err), 0);
	ck_assert_int_eq(store_past_set(s, &b, 120, &err), 0);
	ck_assert_int_eq(store_past_set(s, &c, 110, &err), 0);
	ck_assert_int_eq(store_past_set(s, &a, 110, &err), 0);
	ck_assert_int_eq(store_past_last(s, &last, &err), 0);
	ck_assert_int_eq(last, 120);
	ck_assert_int_eq(store_past_rules(s, past_put, &text, &err), 0);
	ck_assert_str_eq(buf_text(&text), "late 2 5-9;outage 1 7-7;");
	ck_assert_int_eq(store_past_delete(s, &b, &err), 0);
	ck_assert_int_eq(store_pasts_under(s, "k", &arena, &list, &err), 2);
	ck_assert_str_eq(list[1].rule, "outage");
	ck_assert_int_eq(store_pasts_under(s, "k/x", &arena, &list, &err), 0);
	ck_assert_int_eq(store_past_clear(s, &err), 0);
	ck_assert_int_eq(store_past_last(s, &last, &err), 0);
	ck_assert_int_eq(last, STAMP_NEVER);
	buf_free(&text);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, alerts_live_and_rest);
	tcase_add_test(t, alerts_fired_in_a_span);
	tcase_add_test(t, receivers_know_what_fires);
	tcase_add_test(t, alerts_under_a_key);
	tcase_add_test(t, what_is_past_is_counted_once);
}

SUITE_MAIN("store_alerts", add)
