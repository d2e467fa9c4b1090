/* The outbox under a virtual clock: pages, counts, what is tried again, and what is deleted when.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine.h"
#include "outbox.h"
#include "store/store_delivery.h"
#include "scratch_config.h"
#include "suite.h"

#define START (INT64_C(20759) * STAMP_DAY)
#define DAY(n) (START + (n)*STAMP_DAY)
#define CONFIG "agreements: [{id: acme, from: 2026-01-01}]\n"

static struct store *s;
static struct engine *e;
static struct config *config;
static struct arena arena;
static struct err err;

static void
setup(void)
{
	scratch_make();
	config = scratch_config(CONFIG);
	s = store_open(NULL, STORE_SCRATCH, &err);
	ck_assert_msg(s != NULL, "%s", err.msg);
	e = engine_new(s, config, START, NULL, NULL, &err);
	ck_assert_msg(e != NULL, "%s", err.msg);
}

static void
teardown(void)
{
	engine_free(e);
	store_close(s);
	config_unref(config);
	arena_free(&arena);
	scratch_remove();
}

static void
step(int64_t now)
{
	const struct engine_work nothing = {.submissions = 0};

	ck_assert_msg(engine_step(e, &nothing, now, &err) == 0, "%s", err.msg);
}

/* A message of an alert that ended in a state, unless it waits. */
static int64_t
message(const char *receiver, int64_t alert, enum outbox_state state, int64_t ended)
{
	static int number;
	struct outbox report = {.state = (int)state,
	    .attempts = 3,
	    .status = state == OUTBOX_FAILED ? 410 : 200,
	    .error = state == OUTBOX_FAILED ? "the receiver answered 410" : "",
	    .begun = ended - 5,
	    .ended = ended};
	char name[32];

	snprintf(name, sizeof(name), "m-%d", number++);
	ck_assert_msg(store_outbox_add(s, name, receiver, alert, ended - 10,
			  "{\"type\":\"slad.alert.fired\"}", &err) == 0,
	    "%s", err.msg);
	ck_assert_int_eq(store_delivery_last(s, &report.id, &err), 0);
	if (state != OUTBOX_WAITING)
		ck_assert_int_eq(store_outbox_report(s, &report, &err), 0);
	return report.id;
}

static bool
is_there(int64_t id)
{
	struct stored_delivery d;

	return store_delivery(s, id, &arena, &d, &err) > 0;
}

static int
page(const struct delivery_filter *f, struct stored_delivery **list)
{
	return store_deliveries(s, f, &arena, list, &err);
}

START_TEST(pages_by_state_receiver_and_alert)
{
	struct delivery_filter f = {.below = INT64_MAX, .state = -1, .alert = -1, .limit = 10};
	struct stored_delivery *list;
	int64_t first = message("ops", 1, OUTBOX_DELIVERED, DAY(1));

	message("ops", 2, OUTBOX_FAILED, DAY(2));
	message("boss", 2, OUTBOX_WAITING, DAY(3));
	ck_assert_int_eq(page(&f, &list), 3);
	ck_assert_str_eq(list[0].row.receiver, "boss");
	ck_assert_int_eq(list[2].row.id, first);
	ck_assert_str_eq(list[2].type, "slad.alert.fired");
	ck_assert_ptr_null(list[2].row.body);
	ck_assert(list[2].row.begun == DAY(1) - 5 && list[2].row.ended == DAY(1));
	f.alert = 2;
	ck_assert_int_eq(page(&f, &list), 2);
	f.receiver = "ops";
	ck_assert_int_eq(page(&f, &list), 1);
	ck_assert_str_eq(list[0].row.error, "the receiver answered 410");
	f.state = OUTBOX_DELIVERED;
	ck_assert_int_eq(page(&f, &list), 0);
	f = (struct delivery_filter){.below = first + 2, .state = -1, .alert = -1, .limit = 1};
	ck_assert_int_eq(page(&f, &list), 1);
	ck_assert_int_eq(list[0].row.id, first + 1);
}
END_TEST

static void
count(void *context, const struct delivery_count *c)
{
	struct buf *out = context;

	buf_putf(out, "%s %s %d %d, ", c->receiver, outbox_state_names[c->state], (int)c->count,
	    (int)(c->ended - START));
}

START_TEST(counts_by_receiver_and_state)
{
	struct buf text = BUF_INIT(1000);

	message("ops", 1, OUTBOX_DELIVERED, START + 7);
	message("ops", 1, OUTBOX_DELIVERED, START + 5);
	message("ops", 1, OUTBOX_FAILED, START + 9);
	message("boss", 1, OUTBOX_DELIVERED, START + 1);
	ck_assert_int_eq(store_delivery_counts(s, count, &text, &err), 0);
	ck_assert_str_eq(
	    buf_text(&text), "boss delivered 1 1, ops delivered 2 7, ops failed 1 9, ");
	buf_free(&text);
}
END_TEST

START_TEST(what_waits_again_is_as_new)
{
	struct outbox *list;
	struct stored_delivery d;
	int64_t id = message("ops", 1, OUTBOX_FAILED, DAY(1));

	ck_assert_int_eq(store_outbox_waiting(s, "ops", 0, 10, &arena, &list, &err), 0);
	ck_assert_int_eq(store_delivery_again(s, id, DAY(2), &err), 0);
	ck_assert_int_eq(store_outbox_waiting(s, "ops", 0, 10, &arena, &list, &err), 1);
	ck_assert(list[0].id == id && list[0].attempts == 0 && list[0].begun == 0);
	ck_assert(list[0].next == DAY(2) && list[0].alert == 1);
	ck_assert_int_eq(store_delivery(s, id, &arena, &d, &err), 1);
	ck_assert(d.row.ended == 0 && d.row.status == 0 && d.row.error[0] == '\0');
}
END_TEST

START_TEST(old_messages_go_and_what_waits_stays)
{
	int64_t delivered = message("ops", 0, OUTBOX_DELIVERED, DAY(0));
	int64_t failed = message("ops", 0, OUTBOX_FAILED, DAY(0));
	int64_t waiting = message("ops", 0, OUTBOX_WAITING, DAY(0)), next;

	step(DAY(30));
	ck_assert(is_there(delivered));
	ck_assert_int_eq(engine_next(e, DAY(30), &next, &err), 0);
	ck_assert_int_eq(next, DAY(30) + OUTBOX_PAUSE);
	step(next - 1);
	ck_assert(is_there(delivered));
	step(next);
	ck_assert(!is_there(delivered) && is_there(failed));
	step(DAY(90));
	ck_assert(is_there(failed));
	step(DAY(90) + OUTBOX_PAUSE);
	ck_assert(!is_there(failed) && is_there(waiting));
	step(DAY(4000));
	ck_assert(is_there(waiting));
}
END_TEST

START_TEST(the_messages_of_an_alert_that_goes_on_stay)
{
	struct stored_alert a = {.rule = "slow",
	    .indicator = "timely_response_rate",
	    .window = "24h",
	    .subject = "",
	    .state = 2,
	    .resolved = STAMP_NEVER};
	int64_t id, next = 0;

	ck_assert_int_eq(store_alert_save(s, &a, &err), 0);
	id = message("ops", a.id, OUTBOX_DELIVERED, DAY(0));
	ck_assert_int_eq(outbox_prune(s, DAY(100), &next, &err), 0);
	ck_assert(is_there(id));
	a.state = 3;
	a.resolved = DAY(99);
	ck_assert_int_eq(store_alert_save(s, &a, &err), 0);
	ck_assert_int_eq(outbox_prune(s, DAY(100), &next, &err), 0);
	ck_assert(!is_there(id));
}
END_TEST

START_TEST(a_step_deletes_a_bounded_number_the_oldest_first)
{
	int64_t next = 0, first = message("ops", 0, OUTBOX_DELIVERED, DAY(1));

	for (int i = 1; i < OUTBOX_PAGE; i++)
		message("ops", 0, OUTBOX_DELIVERED, DAY(1));
	ck_assert_int_eq(message("ops", 0, OUTBOX_DELIVERED, DAY(0)), first + OUTBOX_PAGE);
	ck_assert_int_eq(outbox_prune(s, DAY(50), &next, &err), 0);
	ck_assert_int_eq(next, DAY(50));
	ck_assert(!is_there(first + OUTBOX_PAGE));
	ck_assert_int_eq(outbox_prune(s, DAY(50), &next, &err), 0);
	ck_assert_int_eq(next, DAY(50) + OUTBOX_PAUSE);
	ck_assert(!is_there(first));
}
END_TEST

/* Who hands messages out goes by ids: one that was deleted must not come again. */
START_TEST(an_id_is_used_once)
{
	int64_t id = message("ops", 0, OUTBOX_DELIVERED, DAY(0)), next = 0;

	ck_assert_int_eq(outbox_prune(s, DAY(50), &next, &err), 0);
	ck_assert(!is_there(id));
	ck_assert_int_gt(message("ops", 0, OUTBOX_WAITING, DAY(50)), id);
}
END_TEST

START_TEST(a_clock_that_was_set_back_puts_off_nothing)
{
	ck_assert(outbox_due(0, START));
	ck_assert(!outbox_due(START + OUTBOX_PAUSE, START));
	ck_assert(outbox_due(START + OUTBOX_PAUSE, START + OUTBOX_PAUSE));
	ck_assert(outbox_due(START + OUTBOX_PAUSE, DAY(-1)));
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, pages_by_state_receiver_and_alert);
	tcase_add_test(t, counts_by_receiver_and_state);
	tcase_add_test(t, what_waits_again_is_as_new);
	tcase_add_test(t, old_messages_go_and_what_waits_stays);
	tcase_add_test(t, the_messages_of_an_alert_that_goes_on_stay);
	tcase_add_test(t, a_step_deletes_a_bounded_number_the_oldest_first);
	tcase_add_test(t, an_id_is_used_once);
	tcase_add_test(t, a_clock_that_was_set_back_puts_off_nothing);
}

SUITE_MAIN("outbox", add)
