/* The engine and statistics: whatever the order and the batches of events, they come to the same,
 * and what is taken back is gone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/stamp.h"
#include "closing.h"
#include "engine.h"
#include "statistics.h"
#include "scratch_config.h"
#include "suite.h"
#include "verify.h"

#define NOW (INT64_C(20790) * STAMP_DAY) /* 2026-12-03 */
#define FIRST (INT64_C(20759) * STAMP_DAY) /* 2026-11-02 */

static const char text[] =
    "agreements:\n"
    "  - {id: acme, from: 2026-01-01, reopen_window: 1h, pause_on: [customer],\n"
    "     targets: [{respond: 30m, resolve: 8h}], services: [mail]}\n";

/* Minutes after FIRST. `x-` ones retract, and are not among the first EVENTS. */
static const struct {
	int minute;
	const char *id, *type, *subject, *data;
} life[] = {
    {-20000, "o-1", "request.opened", "OLD", "\"agreement\":\"acme\""},
    {10, "o-2", "request.closed", "OLD", ""},
    {5, "o-3", "request.updated", "OLD", "\"team\":\"two\""},
    {-20000, "p-1", "request.opened", "OPEN", "\"agreement\":\"acme\",\"service\":\"mail\""},
    {0, "t-1", "request.opened", "T", "\"agreement\":\"acme\",\"service\":\"mail\""},
    {2, "t-2", "request.responded", "T", ""},
    {10, "t-3", "request.paused", "T", "\"cause\":\"customer\""},
    {30, "t-4", "request.resumed", "T", ""},
    {60, "t-5", "request.resolved", "T", ""},
    {600, "t-6", "request.reopened", "T", ""},
    {610, "t-7", "request.resolved", "T", ""},
    {0, "i-1", "incident.opened", "I",
	"\"agreement\":\"acme\",\"service\":\"mail\",\"outage\":true"},
    {20, "i-2", "incident.responded", "I", ""},
    {90, "i-3", "incident.recovered", "I", ""},
    {95, "e-1", "request.opened", "E", "\"agreement\":\"acme\""},
    {99, "e-2", "request.excluded", "E", "\"cause\":\"spam\""},
    {60, "d-1", "outage.started", "D", "\"agreement\":\"acme\",\"service\":\"mail\""},
    {120, "d-2", "outage.ended", "D", "\"agreement\":\"acme\",\"service\":\"mail\""},
    {70, "s-1", "survey.answered", "-", "\"agreement\":\"acme\",\"score\":4,\"scale\":5"},
    {71, "s-2", "survey.answered", "-",
	"\"agreement\":\"acme\",\"score\":1,\"scale\":4,\"service\":\"mail\""},
    {72, "x-1", "event.retracted", "-", "\"id\":\"s-2\""},
    {700, "x-2", "event.retracted", "-", "\"id\":\"t-6\""},
};
#define ALL (sizeof(life) / sizeof(life[0]))
#define EVENTS (ALL - 2)

static char database[SCRATCH_PATH];
static struct store *s;
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
}

static void
teardown(void)
{
	config_unref(config);
	arena_free(&arena);
	scratch_remove();
}

static void
database_open(void)
{
	s = store_open(database, STORE_WRITE, &err);
	ck_assert_msg(s != NULL, "%s", err.msg);
	e = engine_new(s, config, NOW, NULL, NULL, &err);
	ck_assert_msg(e != NULL, "%s", err.msg);
}

static void
database_drop(void)
{
	engine_free(e);
	store_close(s);
	unlink(database);
}

static void
post(const size_t *which, size_t count)
{
	struct submission sub = {.sender = "test", .arena = &arena}, *subs = &sub;
	struct events *events = arena_alloc(&arena, 1, sizeof(*events));
	const struct engine_work work = {.submissions = 1, .submission = &subs};
	struct buf body = BUF_INIT(100000);
	char time[STAMP_TEXT];

	for (size_t i = 0; i < count; i++)
		buf_putf(&body,
		    "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"desk\",\"type\":\"%s\","
		    "\"time\":\"%s\",\"subject\":\"%s\",\"data\":{%s}}\n",
		    life[which[i]].id, life[which[i]].type,
		    stamp_format(FIRST + life[which[i]].minute * STAMP_MINUTE, time),
		    life[which[i]].subject, life[which[i]].data);
	sub.events = events;
	ck_assert_int_eq(events_read(body.data, body.len, FORM_LINES, &config->agreements, NOW,
			     &arena, events, &err),
	    0);
	ck_assert_msg(events->faults == 0, "%s", events->faults > 0 ? events->fault[0].detail : "");
	ck_assert_msg(engine_step(e, &work, NOW, &err) == 0, "%s", err.msg);
	ck_assert_uint_eq(sub.accepted, count);
	buf_free(&body);
}

static void
post_all(void)
{
	size_t which[EVENTS];

	for (size_t i = 0; i < EVENTS; i++)
		which[i] = i;
	post(which, EVENTS);
}

static struct scores_query
query(const char *window, enum cohort cohort)
{
	struct scores_query q = {.now = NOW, .cohort = cohort};

	ck_assert_int_eq(window_named(window, config->zone, NOW, &q.window, &err), 0);
	return q;
}

static struct statistics_group
one(const char *window, enum cohort cohort)
{
	struct scores_query q = query(window, cohort);
	struct statistics all;

	ck_assert_int_eq(statistics_ask(s, config, &q, &arena, &all, &err), 0);
	ck_assert_uint_eq(all.count, 1);
	ck_assert(all.surveys_in_scope && all.failures_in_scope && !all.crowded);
	return all.group[0];
}

static void
times_are(const struct times *t, int64_t count, int64_t minutes)
{
	ck_assert_int_eq(t->count, count);
	ck_assert_int_eq(t->sum, minutes * STAMP_MINUTE);
}

static void
statistics_hold(void)
{
	struct statistics_group g = one("2026-11-02", COHORT_OPENED);
	const struct flow *f = &g.flow[KIND_REQUEST], *all = &g.flow[STATISTICS_ALL];
	int64_t p50 = g.times[KIND_INCIDENT][CLOCK_RECOVERY][SPAN_ELAPSED].percentile[0];

	ck_assert(f->opened == 2 && f->resolved == 3 && f->reopened == 1);
	ck_assert(f->backlog_before == 2 && f->backlog_after == 1);
	ck_assert(f->excluded[EXCLUSION_SPAM] == 1 && flow_excluded(all) == 1);
	ck_assert(all->opened == 3 && all->backlog_before == 2 && all->backlog_after == 2);
	times_are(&g.times[KIND_REQUEST][CLOCK_RESPONSE][SPAN_WORKING], 2, 2 + 10);
	times_are(&g.times[KIND_REQUEST][CLOCK_RESOLUTION][SPAN_WORKING], 2, 40 + 10);
	times_are(&g.times[KIND_REQUEST][CLOCK_RESOLUTION][SPAN_ELAPSED], 2, 60 + 10);
	times_are(&g.times[KIND_INCIDENT][CLOCK_RECOVERY][SPAN_ELAPSED], 1, 90);
	times_are(&g.times[KIND_INCIDENT][CLOCK_RESOLUTION][SPAN_ELAPSED], 0, 0);
	times_are(&g.times[STATISTICS_ALL][CLOCK_RESPONSE][SPAN_ELAPSED], 3, 2 + 10 + 20);
	times_are(&g.times[STATISTICS_ALL][CLOCK_RECOVERY][SPAN_WORKING], 1, 90);
	ck_assert_int_le(llabs(p50 - 90 * STAMP_MINUTE), 90 * STAMP_MINUTE / 128);
	ck_assert_int_eq(g.times[KIND_COMPLAINT][CLOCK_RESPONSE][SPAN_ELAPSED].percentile[3], -1);
	ck_assert_int_eq(g.satisfaction[SURVEY_TICKET].answered, 2);
	ck_assert_int_eq(g.satisfaction[SURVEY_TICKET].ratios, 1050000000);
	ck_assert_int_eq(g.availability.failures, 1);
	ck_assert_int_eq(g.availability.down, 120 * STAMP_MINUTE);
	g = one("2026-11-02", COHORT_SETTLED);
	times_are(&g.times[KIND_REQUEST][CLOCK_RESOLUTION][SPAN_ELAPSED], 3, 60 + 10 + 20010);
	g = one("2026-11", COHORT_OPENED);
	ck_assert(g.flow[KIND_REQUEST].backlog_before == 2 && g.flow[KIND_REQUEST].opened == 2);
}

static void
difference(void *context, const char *what, const char *key, const char *sentence)
{
	(void)context;
	printf("%s %s %s\n", what, key, sentence);
}

static int64_t
verification_clock(void)
{
	return NOW;
}

static void
verified(void)
{
	struct store *r = store_open(database, STORE_READ, &err);
	int64_t n;

	ck_assert_msg(verify_store(r, config, verification_clock, difference, NULL, &n, &err) == 0,
	    "%s", err.msg);
	ck_assert_int_eq(n, 0);
	store_close(r);
}

START_TEST(order_and_batches_do_not_matter)
{
	unsigned seed = (unsigned)time(NULL);
	size_t which[EVENTS], at, n, swap;

	printf("seed %u\n", seed);
	for (int round = 0; round < 30; round++) {
		for (size_t i = 0; i < EVENTS; i++)
			which[i] = i;
		for (size_t i = EVENTS; i > 1 && round > 0; i--) {
			at = (size_t)rand_r(&seed) % i;
			swap = which[i - 1];
			which[i - 1] = which[at];
			which[at] = swap;
		}
		database_open();
		for (at = 0; at < EVENTS; at += n) {
			n = 1 + (size_t)rand_r(&seed) % 6;
			if (n > EVENTS - at)
				n = EVENTS - at;
			post(which + at, n);
		}
		statistics_hold();
		verified();
		database_drop();
	}
}
END_TEST

START_TEST(what_is_retracted_is_taken_back)
{
	static const size_t survey[] = {EVENTS}, reopening[] = {EVENTS + 1};
	struct statistics_group g;

	database_open();
	post_all();
	post(survey, 1);
	g = one("2026-11-02", COHORT_OPENED);
	ck_assert_int_eq(g.satisfaction[SURVEY_TICKET].answered, 1);
	ck_assert_int_eq(g.satisfaction[SURVEY_TICKET].ratios, 800000000);
	post(reopening, 1);
	g = one("2026-11-02", COHORT_OPENED);
	ck_assert(g.flow[KIND_REQUEST].opened == 1 && g.flow[KIND_REQUEST].reopened == 0);
	times_are(&g.times[KIND_REQUEST][CLOCK_RESOLUTION][SPAN_ELAPSED], 1, 610);
	verified();
	database_drop();
}
END_TEST

START_TEST(groups_and_what_is_not_in_scope)
{
	struct scores_query q = query("2026-11-02", COHORT_OPENED);
	struct statistics all;

	database_open();
	post_all();
	q.bys = 1;
	q.by[0] = DIM_SERVICE;
	ck_assert_int_eq(statistics_ask(s, config, &q, &arena, &all, &err), 0);
	ck_assert_uint_eq(all.count, 2);
	ck_assert_str_eq(all.group[0].by[0], "");
	ck_assert_str_eq(all.group[1].by[0], "mail");
	ck_assert_int_eq(all.group[0].availability.failures, 0);
	ck_assert_int_eq(all.group[1].availability.failures, 1);
	ck_assert_int_eq(all.group[0].satisfaction[SURVEY_TICKET].answered, 1);
	ck_assert_int_eq(all.group[0].flow[STATISTICS_ALL].backlog_before, 1);
	q.by[0] = DIM_TEAM;
	ck_assert_int_eq(statistics_ask(s, config, &q, &arena, &all, &err), 0);
	ck_assert(!all.surveys_in_scope && !all.failures_in_scope);
	ck_assert_uint_eq(all.count, 2);
	ck_assert_str_eq(all.group[1].by[0], "two");
	ck_assert_int_eq(all.group[1].flow[KIND_REQUEST].resolved, 1);
	ck_assert_int_eq(all.group[0].satisfaction[SURVEY_TICKET].answered, 0);
	ck_assert_int_eq(all.group[0].availability.failures, 0);
	database_drop();
}
END_TEST

static int
count_one(void *context, const struct counted *c)
{
	(void)c;
	++*(int *)context;
	return 0;
}

/* The way from a score back to its tickets leads through minutes of indicators only: the answer to
 * an incident and a survey count in statistics alone. */
START_TEST(statistics_are_no_way_back)
{
	static const int silent[] = {20, 70, 71}, told[] = {0, 10, 60, 90};
	int64_t minute;
	int n;

	database_open();
	post_all();
	for (size_t i = 0; i < 3; i++) {
		minute = tally_minute(FIRST) + silent[i];
		n = 0;
		ck_assert_int_eq(
		    store_counted_walk(s, minute, minute + 1, minute, 0, count_one, &n, &err), 0);
		ck_assert_int_eq(n, 0);
	}
	for (size_t i = 0; i < 4; i++) {
		minute = tally_minute(FIRST) + told[i];
		n = 0;
		ck_assert_int_eq(
		    store_counted_walk(s, minute, minute + 1, minute, 0, count_one, &n, &err), 0);
		ck_assert_int_gt(n, 0);
	}
	database_drop();
}
END_TEST

static void
beat_count(void *context, int64_t done)
{
	ck_assert_int_ge(done, 0);
	++*(int *)context;
}

START_TEST(a_long_order_shows_that_it_lives)
{
	struct order o = {.carry_out = closing_close,
			 .arena = &arena,
			 .request = {.segments = 4,
			     .segment = {"v1", "periods", "2026-11", "close"},
			     .params = 1,
			     .param = (struct param[]){{"agreement", "acme"}}},
			 .body = json_object(),
			 .by = "test",
			 .note = "",
			 .answer = ANSWER_INIT},
		     *orders = &o;
	int beats = 0;
	const struct engine_work work = {
	    .orders = 1, .order = &orders, .beat = beat_count, .context = &beats};

	database_open();
	post_all();
	ck_assert_msg(engine_step(e, &work, NOW, &err) == 0, "%s", err.msg);
	ck_assert_msg(o.answer.status == 200, "%s", buf_text(&o.answer.body));
	ck_assert_int_ge(beats, 2); /* gathering, and storing */
	buf_free(&o.answer.body);
	json_decref(o.body);
	database_drop();
}
END_TEST

static void
add(TCase *t)
{
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, order_and_batches_do_not_matter);
	tcase_add_test(t, what_is_retracted_is_taken_back);
	tcase_add_test(t, groups_and_what_is_not_in_scope);
	tcase_add_test(t, statistics_are_no_way_back);
	tcase_add_test(t, a_long_order_shows_that_it_lives);
}

SUITE_MAIN("engine_statistics", add)
