/* Steps that write very many lines of the daybook, piece by piece, none so large that it is posted
 * at once: what waits stays short, scores hold throughout, and what waits comes to its end. */
#include <stdio.h>
#include <string.h>

#include "base/stamp.h"
#include "engine_inside.h"
#include "order.h"
#include "scores.h"
#include "scratch_config.h"
#include "suite.h"
#include "verify.h"

#define TICKETS 10000
#define REPLAYED 500
#define START (INT64_C(20759) * STAMP_DAY) /* 2026-11-02 */
#define OPENED(n) (START - (TICKETS - (n)) * STAMP_MINUTE)
#define DUE(n) (OPENED(n) + 30 * STAMP_DAY + 1)

static const char text[] =
    "agreements: [{id: acme, from: 2026-01-01, targets: [{respond: 30d}]}]\n";

static char database[SCRATCH_PATH];
static struct store *s, *reader;
static struct engine *e;
static struct config *config;
static struct arena arena;
static struct err err;

static void
setup(void)
{
	scratch_make();
	scratch_path(database, "db");
	config = scratch_config(text);
	s = store_open(database, STORE_WRITE, &err);
	ck_assert_msg(s != NULL, "%s", err.msg);
	e = engine_new(s, config, START, NULL, NULL, &err);
	ck_assert_msg(e != NULL, "%s", err.msg);
	reader = store_open(database, STORE_READ, &err);
	ck_assert_msg(reader != NULL, "%s", err.msg);
}

static void
teardown(void)
{
	engine_free(e);
	store_close(reader);
	store_close(s);
	config_unref(config);
	arena_free(&arena);
	scratch_remove();
}

/* How many lines wait; never too many. */
static size_t
waiting(void)
{
	struct daybook_turned page;
	size_t written;

	ck_assert_int_eq(store_daybook_waiting(s, &written, &err), 0);
	ck_assert_int_eq(store_daybook_turned(s, &page, &err), 0);
	written += page.written;
	ck_assert_uint_lt(written, 2 * e->posting.worth);
	return written;
}

static void
step(const struct engine_work *work, int64_t now)
{
	ck_assert_msg(engine_step(e, work, now, &err) == 0, "%s", err.msg);
	waiting();
}

/* A verb of the tickets [from, to), in the minute in which each was opened. */
static struct submission
of_tickets(const char *verb, int from, int to, int64_t now)
{
	struct submission sub = {.sender = "test",
	    .arena = &arena,
	    .events = arena_alloc(&arena, 1, sizeof(*sub.events))};
	struct buf b = BUF_INIT(1u << 30);
	char time[STAMP_TEXT];

	for (int i = from; i < to; i++)
		buf_putf(&b,
		    "{\"specversion\":\"1.0\",\"id\":\"%d-%s\",\"source\":\"desk\",\"type\":"
		    "\"request.%s\",\"time\":\"%s\",\"subject\":\"T-%d\","
		    "\"data\":{\"agreement\":\"acme\"}}\n",
		    i, verb, verb, stamp_format(OPENED(i), time), i);
	ck_assert_int_eq(events_read(arena_strndup(&arena, buf_text(&b), b.len), b.len, FORM_LINES,
			     &config->agreements, now, &arena, sub.events, &err),
	    0);
	ck_assert_uint_eq(sub.events->faults, 0);
	buf_free(&b);
	return sub;
}

static void
open_all(void)
{
	struct submission sub, *subs = &sub;
	const struct engine_work work = {.submissions = 1, .submission = &subs};

	for (int i = 0; i < TICKETS; i += 5000) {
		sub = of_tickets("opened", i, i + 5000 < TICKETS ? i + 5000 : TICKETS, START);
		step(&work, START);
		arena_free(&arena);
	}
}

/* What a reader gets of the timely responses: how many were late, of how many. */
static void
counted(enum cohort cohort, int64_t now, int64_t late, int64_t all)
{
	struct scores_query q = {
	    .now = now, .cohort = cohort, .wanted[TIMELY_RESPONSE_RATE] = true};
	const struct score *score;
	struct scores scores;

	ck_assert_int_eq(window_named("2026", config->zone, now, &q.window, &err), 0);
	ck_assert_int_eq(store_begin_read(reader, &err), 0);
	ck_assert_int_eq(scores_ask(reader, config, &q, &arena, &scores, &err), 0);
	store_rollback(reader);
	score = &scores.group[0].score[TIMELY_RESPONSE_RATE];
	ck_assert_int_eq(score->a, late);
	ck_assert_int_eq(score->b, all);
	arena_free(&arena);
}

static void
difference(void *context, const char *what, const char *key, const char *sentence)
{
	(void)context;
	printf("%s %s %s\n", what, key, sentence);
}

static int64_t now_is;

static int64_t
verification_clock(void)
{
	return now_is;
}

static void
verified(void)
{
	int64_t n;

	ck_assert_msg(
	    verify_store(reader, config, verification_clock, difference, NULL, &n, &err) == 0, "%s",
	    err.msg);
	ck_assert_int_eq(n, 0);
}

/* Nothing more comes: it is posted slice by slice, until little is left. */
static void
idle(void)
{
	const struct engine_work nothing = {.submissions = 0};

	for (int i = 0; i < 1000 && posting_next(&e->posting) != STAMP_NEVER; i++) {
		now_is += POSTING_PAUSE;
		step(&nothing, now_is);
	}
	ck_assert_uint_lt(waiting(), POSTING_LINES_IDLE);
}

/* First few, then very many in one step, then few again, then the rest. */
START_TEST(very_many_fall_due_at_once)
{
	static const int until[] = {100, 5000, 5001, 5300, 9000, 9001, 9002, TICKETS};
	const struct engine_work nothing = {.submissions = 0};

	e->posting.worth = 4096; /* a page of what falls due writes up to 512 */
	open_all();
	for (size_t i = 0; i < sizeof(until) / sizeof(until[0]); i++) {
		now_is = DUE((int64_t)until[i] - 1);
		step(&nothing, now_is);
		counted(COHORT_OPENED, now_is, until[i], TICKETS);
		counted(COHORT_SETTLED, now_is, until[i], until[i]);
	}
	verified();
	idle();
	verified();
}
END_TEST

/* An order that takes events as a replay of the quarantine does, each by itself. */
static int
replay(struct order *o, const struct act *act, struct err *why)
{
	static const char *const verbs[] = {"opened", "responded"};
	struct submission sub;

	(void)o;
	for (int v = 0; v < 2; v++) {
		for (int i = 0; i < REPLAYED; i++) {
			sub = of_tickets(verbs[v], i, i + 1, START);
			ck_assert_int_eq(act->submit(act->engine, &sub, act->now, why), 0);
			ck_assert_uint_eq(sub.accepted, 1);
			waiting();
		}
	}
	return 0;
}

START_TEST(one_order_takes_very_many_events)
{
	struct order order = {.carry_out = replay}, *orders = &order;
	const struct engine_work work = {.orders = 1, .order = &orders};

	e->posting.worth = 256;
	now_is = START;
	step(&work, now_is);
	ck_assert_uint_gt(waiting(), 0);
	counted(COHORT_OPENED, now_is, 0, REPLAYED);
	counted(COHORT_SETTLED, now_is, 0, REPLAYED);
	verified();
	idle();
	verified();
}
END_TEST

static void
add(TCase *t)
{
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, very_many_fall_due_at_once);
	tcase_add_test(t, one_order_takes_very_many_events);
}

SUITE_MAIN("engine_daybook", add)
