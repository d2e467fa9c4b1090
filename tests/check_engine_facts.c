/* The engine and what is no ticket: every order and every split into batches of the same events
 * comes to the same scores, retractions included, and to what a verification finds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/stamp.h"
#include "engine.h"
#include "scores.h"
#include "scratch_config.h"
#include "suite.h"
#include "verify.h"

#define NOW (INT64_C(20790) * STAMP_DAY) /* 2026-12-03 */

static const char text[] =
    "agreements:\n"
    "  - {id: acme, from: 2026-01-01, incidents_per_month: 4, targets: [{respond: 30m}],\n"
    "     reports: [{id: monthly, every: month, due: 5d}]}\n";

/* In an order of time; `r-` ones retract. */
static const struct {
	const char *id, *type, *subject, *data;
} life[] = {
    {"t-1", "incident.opened", "T", "\"agreement\":\"acme\",\"service\":\"mail\",\"outage\":true"},
    {"t-2", "incident.updated", "T", "\"major\":true"},
    {"t-3", "incident.resolved", "T", ""},
    {"r-2", "event.retracted", "-", "\"id\":\"t-2\""},
    {"u-1", "request.opened", "U", "\"agreement\":\"acme\""},
    {"r-u", "event.retracted", "-", "\"id\":\"u-1\""},
    {"r-r", "event.retracted", "-", "\"id\":\"r-u\""},
    {"c-1", "call.answered", "-", "\"agreement\":\"acme\",\"count\":7"},
    {"c-2", "call.abandoned", "-", "\"agreement\":\"acme\",\"count\":3"},
    {"c-3", "call.abandoned", "-", "\"agreement\":\"acme\",\"count\":90"},
    {"r-3", "event.retracted", "-", "\"id\":\"c-3\""},
    {"r-0", "event.retracted", "-", "\"id\":\"never-seen\""},
    {"m-1", "measurement.recorded", "-",
	"\"agreement\":\"acme\",\"indicator\":\"staff_stability\",\"period\":\"2026-11\",\"a\":1,"
	"\"b\":10"},
    {"m-2", "measurement.recorded", "-",
	"\"agreement\":\"acme\",\"indicator\":\"staff_stability\",\"period\":\"2026-11\",\"a\":9,"
	"\"b\":10"},
    {"r-m", "event.retracted", "-", "\"id\":\"m-2\""},
    {"a-1", "assessment.recorded", "-",
	"\"agreement\":\"acme\",\"indicator\":\"compliance\",\"level\":4"},
    {"p-1", "report.submitted", "-",
	"\"agreement\":\"acme\",\"report\":\"monthly\",\"period\":\"2026-10\""},
    {"l-1", "security.leaked", "-", "\"agreement\":\"acme\",\"service\":\"mail\""},
    {"r-l", "event.retracted", "-", "\"id\":\"l-1\""},
};
#define EVENTS (sizeof(life) / sizeof(life[0]))

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
		    stamp_format(NOW - 20 * STAMP_DAY + (int64_t)which[i] * STAMP_MINUTE, time),
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

static struct score
score(enum indicator i)
{
	struct scores_query q = {.now = NOW, .cohort = COHORT_OPENED};
	struct scores scores;

	q.wanted[i] = true;
	ck_assert_int_eq(window_named("2026-11", config->zone, NOW, &q.window, &err), 0);
	ck_assert_int_eq(scores_ask(s, config, &q, &arena, &scores, &err), 0);
	return scores.group[0].score[i];
}

static void
scores_hold(void)
{
	ck_assert_int_eq(score(MAJOR_INCIDENT_FREE).value.num, 1);
	ck_assert_int_eq(score(INCIDENT_CONTROL_RATE).a, 1);
	ck_assert_int_eq(score(INCIDENT_CONTROL_RATE).b, 4000000);
	ck_assert_int_eq(score(TIMELY_RESPONSE_RATE).b, 0);
	ck_assert_int_eq(score(CONTACT_CONNECTION_RATE).a, 7);
	ck_assert_int_eq(score(CONTACT_CONNECTION_RATE).b, 10);
	ck_assert_int_eq(score(STAFF_STABILITY).a, 1);
	ck_assert_int_eq(score(COMPLIANCE).a, 4);
	ck_assert_int_eq(score(REPORT_SUBMISSION_RATE).a, 1);
	ck_assert_int_eq(score(REPORT_ON_TIME_RATE).a, 0);
	ck_assert_int_eq(score(REPORT_ON_TIME_RATE).b, 1);
	ck_assert_int_eq(score(LEAKAGE_FREE).value.num, 1);
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
	for (int round = 0; round < 40; round++) {
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
		scores_hold();
		verified();
		database_drop();
	}
}
END_TEST

/* Before its retraction an event counts. */
START_TEST(a_retraction_takes_back)
{
	static const size_t leak[] = {17}, retraction[] = {18}, major[] = {0, 1}, minor[] = {3};

	database_open();
	post(leak, 1);
	post(major, 2);
	ck_assert_int_eq(score(LEAKAGE_FREE).value.num, 0);
	ck_assert_int_eq(score(MAJOR_INCIDENT_FREE).value.num, 0);
	post(retraction, 1);
	post(minor, 1);
	ck_assert_int_eq(score(LEAKAGE_FREE).value.num, 1);
	ck_assert_int_eq(score(MAJOR_INCIDENT_FREE).value.num, 1);
	verified();
	database_drop();
}
END_TEST

static void
add(TCase *t)
{
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, order_and_batches_do_not_matter);
	tcase_add_test(t, a_retraction_takes_back);
}

SUITE_MAIN("engine_facts", add)
