/* The engine under a virtual clock: what is stored, what time does, what is told, what restarts do.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/stamp.h"
#include "domain/alert.h"
#include "engine.h"
#include "store/store_hook.h"
#include "scratch_config.h"
#include "suite.h"
#include "verify.h"

#define START (INT64_C(20759) * STAMP_DAY + 9 * STAMP_HOUR) /* Monday 2026-11-02 09:00 UTC */
#define MIN(n) (START + (n)*STAMP_MINUTE)

static const char slow[] =
    "agreements:\n"
    "  - {id: acme, from: 2026-01-01, targets: [{respond: 30m, resolve: 8h}]}\n"
    "alerts:\n"
    "  - {name: slow, indicator: timely_response_rate, by: [service], window: 2h, min: 2,\n"
    "     below: {general: 0.9, urgent: 0.5}, for: 5m, notify: [ops]}\n"
    "receivers: [{name: ops, webhook: {url: 'http://127.0.0.1:9/'}}]\n";
static const char no_rule[] =
    "agreements:\n"
    "  - {id: acme, from: 2026-01-01, targets: [{respond: 10m, resolve: 8h}]}\n"
    "receivers: [{name: ops, webhook: {url: 'http://127.0.0.1:9/'}}]\n";

static char database[SCRATCH_PATH];
static struct store *s;
static struct engine *e;
static struct config *config;
static struct arena arena;
static struct err err;
static int64_t last_message;

static void
start(int64_t now)
{
	s = store_open(database, STORE_WRITE, &err);
	ck_assert_msg(s != NULL, "%s", err.msg);
	e = engine_new(s, config, now, NULL, NULL, &err);
	ck_assert_msg(e != NULL, "%s", err.msg);
}

static void
end(void)
{
	engine_free(e);
	store_close(s);
}

static void
setup(void)
{
	scratch_make();
	scratch_path(database, "db");
	config = scratch_config(slow);
	last_message = 0;
	start(START);
}

static void
teardown(void)
{
	end();
	config_unref(config);
	arena_free(&arena);
	scratch_remove();
}

static void
pass(int64_t now)
{
	const struct engine_work nothing = {.submissions = 0};

	ck_assert_msg(engine_step(e, &nothing, now, &err) == 0, "%s", err.msg);
}

static struct submission
post(const char *lines, bool skip, int64_t now)
{
	struct submission sub = {.skip = skip, .sender = "test", .arena = &arena}, *subs = &sub;
	struct events *events = arena_alloc(&arena, 1, sizeof(*events));
	const struct engine_work work = {.submissions = 1, .submission = &subs};

	sub.events = events;
	ck_assert_int_eq(events_read(lines, strlen(lines), FORM_LINES, &config->agreements, now,
			     &arena, events, &err),
	    0);
	ck_assert_msg(engine_step(e, &work, now, &err) == 0, "%s", err.msg);
	return sub;
}

/* A request's event as a line. */
static const char *
line(int ticket, const char *verb, int64_t minute, const char *more)
{
	char text[512], time[STAMP_TEXT];

	snprintf(text, sizeof(text),
	    "{\"specversion\":\"1.0\",\"id\":\"%d-%s\",\"source\":\"desk\",\"type\":\"request.%s\","
	    "\"time\":\"%s\",\"subject\":\"T-%d\",\"data\":{\"agreement\":\"acme\",\"service\":"
	    "\"mail\"%s}}\n",
	    ticket, verb, verb, stamp_format(MIN(minute), time), ticket, more);
	return arena_strdup(&arena, text);
}

static void
open_at(int ticket, int64_t minute)
{
	ck_assert_uint_eq(post(line(ticket, "opened", minute, ""), false, MIN(minute)).accepted, 1);
}

static void
answer_at(int ticket, int64_t minute)
{
	ck_assert_uint_eq(
	    post(line(ticket, "responded", minute, ""), false, MIN(minute)).accepted, 1);
}

/* The types of the messages written since the last call, such as "fired resolved". */
static const char *
told(void)
{
	struct outbox *list;
	int n = store_outbox_waiting(s, "ops", last_message, 100, &arena, &list, &err);
	struct buf b = BUF_INIT(1000);
	char *text;

	for (int i = 0; i < n; i++) {
		for (int m = MOVE_FIRED; m < MOVES; m++) {
			char type[40];

			snprintf(type, sizeof(type), "\"slad.alert.%s\"", move_names[m]);
			if (strstr(list[i].body, type) != NULL)
				buf_putf(&b, "%s%s", b.len > 0 ? " " : "", move_names[m]);
		}
		last_message = list[i].id;
	}
	text = arena_strdup(&arena, buf_text(&b));
	buf_free(&b);
	return text;
}

static void
difference(void *context, const char *what, const char *key, const char *sentence)
{
	(void)context;
	printf("%s %s %s\n", what, key, sentence);
}

static int64_t verified_at;

static int64_t
verification_clock(void)
{
	return verified_at;
}

static void
verified(int64_t now)
{
	struct store *r = store_open(database, STORE_READ, &err);
	int64_t n;

	verified_at = now;
	ck_assert_msg(verify_store(r, config, verification_clock, difference, NULL, &n, &err) == 0,
	    "%s", err.msg);
	ck_assert_int_eq(n, 0);
	store_close(r);
}

START_TEST(duplicates_and_conflicts)
{
	const char *opened = line(1, "opened", 0, "");
	const char *other = line(1, "opened", 1, "");
	struct submission sub = post(opened, false, START);
	char both[2048];

	ck_assert(sub.accepted == 1 && sub.duplicates == 0);
	sub = post(opened, false, START);
	ck_assert(sub.accepted == 0 && sub.duplicates == 1);
	sub = post(other, false, MIN(1));
	ck_assert(sub.accepted == 0 && sub.events->faults == 1);
	ck_assert_ptr_nonnull(strstr(sub.events->fault[0].detail, "with other content"));
	snprintf(both, sizeof(both), "%s%s%s", line(2, "opened", 0, ""), line(2, "opened", 0, ""),
	    line(2, "opened", 3, ""));
	sub = post(both, false, MIN(3));
	ck_assert(sub.accepted == 0 && sub.events->faults == 1);
	sub = post(both, true, MIN(3));
	ck_assert(sub.accepted == 1 && sub.duplicates == 1 && sub.events->faults == 1);
	ck_assert_uint_eq(sub.events->fault[0].index, 2);
	verified(MIN(3));
}
END_TEST

START_TEST(what_is_skipped_lies_in_quarantine)
{
	int64_t count, bytes;
	char lines[1024];

	snprintf(lines, sizeof(lines), "{broken\n%s", line(1, "opened", 0, ""));
	ck_assert_uint_eq(post(lines, false, START).accepted, 0);
	ck_assert_int_eq(store_quarantine_size(s, &count, &bytes, &err), 0);
	ck_assert_int_eq(count, 0);
	ck_assert_uint_eq(post(lines, true, START).accepted, 1);
	ck_assert_int_eq(store_quarantine_size(s, &count, &bytes, &err), 0);
	ck_assert_int_eq(count, 1);
}
END_TEST

START_TEST(time_alone_is_judged_when_it_is_due)
{
	int64_t next;

	open_at(1, 0);
	ck_assert_int_eq(store_next_due(s, &next, &err), 0);
	ck_assert_int_eq(next, MIN(30) + 1);
	ck_assert_int_eq(engine_next(e, MIN(0), &next, &err), 0);
	ck_assert_int_le(next, MIN(30) + 1);
	pass(MIN(30));
	verified(MIN(30));
	ck_assert_int_eq(store_next_due(s, &next, &err), 0);
	ck_assert_int_eq(next, MIN(30) + 1);
	pass(MIN(30) + 1);
	ck_assert_int_eq(store_next_due(s, &next, &err), 0);
	ck_assert_int_eq(next, MIN(480) + 1);
	verified(MIN(30) + 1);
}
END_TEST

/* Two late tickets: pending at once, firing after `for`, urgent; answered ones bring it back. */
static void
fire(void)
{
	open_at(1, 0);
	open_at(2, 1);
	pass(MIN(32));
	ck_assert_str_eq(told(), "");
	pass(MIN(36));
	ck_assert_str_eq(told(), "");
	pass(MIN(37));
	ck_assert_str_eq(told(), "fired");
}

START_TEST(one_fire_one_resolve)
{
	fire();
	pass(MIN(40));
	ck_assert_str_eq(told(), "");
	pass(MIN(149));
	pass(MIN(160));
	ck_assert_str_eq(told(), "");
	for (int i = 0; i < 10; i++) {
		open_at(10 + i, 161);
		answer_at(10 + i, 162);
	}
	pass(MIN(163));
	ck_assert_str_eq(told(), "resolved");
	pass(MIN(170));
	ck_assert_str_eq(told(), "");
}
END_TEST

START_TEST(no_data_does_not_resolve)
{
	struct stored_alert *live;

	fire();
	pass(MIN(400));
	ck_assert_str_eq(told(), "");
	ck_assert_int_eq(store_alerts_live(s, &arena, &live, &err), 1);
	ck_assert(live[0].state == ALERT_FIRING && live[0].no_data);
}
END_TEST

START_TEST(a_small_sample_is_silent)
{
	open_at(1, 0);
	pass(MIN(31));
	pass(MIN(60));
	ck_assert_str_eq(told(), "");
}
END_TEST

START_TEST(a_change_of_level_is_told_once)
{
	fire();
	for (int i = 0; i < 3; i++) {
		open_at(10 + i, 38);
		answer_at(10 + i, 39);
	}
	pass(MIN(40));
	ck_assert_str_eq(told(), "");
	pass(MIN(45));
	ck_assert_str_eq(told(), "changed");
	pass(MIN(55));
	ck_assert_str_eq(told(), "");
}
END_TEST

START_TEST(a_restart_neither_repeats_nor_forgets)
{
	open_at(1, 0);
	open_at(2, 1);
	pass(MIN(32));
	end();
	start(MIN(33));
	pass(MIN(37));
	ck_assert_str_eq(told(), "fired");
	end();
	start(MIN(38));
	pass(MIN(39));
	ck_assert_str_eq(told(), "");
	for (int i = 0; i < 30; i++) {
		open_at(10 + i, 40);
		answer_at(10 + i, 41);
	}
	end();
	start(MIN(42));
	pass(MIN(43));
	ck_assert_str_eq(told(), "resolved");
}
END_TEST

START_TEST(a_removed_rule_resolves_with_that_reason)
{
	struct outbox *list;

	fire();
	config_unref(config);
	config = scratch_config(no_rule);
	ck_assert_int_eq(engine_configure(e, config, MIN(38), NULL, NULL, &err), 0);
	pass(MIN(39));
	ck_assert_int_eq(store_outbox_waiting(s, "ops", last_message, 10, &arena, &list, &err), 1);
	ck_assert_ptr_nonnull(strstr(list[0].body, "\"reason\":\"rule removed\""));
	ck_assert_str_eq(told(), "resolved");
	pass(MIN(41));
	ck_assert_str_eq(told(), "");
}
END_TEST

START_TEST(the_past_fires_nothing)
{
	char lines[8192] = "";

	for (int i = 0; i < 10; i++)
		strcat(lines, line(i, "opened", -10000 - i, ""));
	ck_assert_uint_eq(post(lines, false, START).accepted, 10);
	pass(MIN(1));
	pass(MIN(10));
	ck_assert_str_eq(told(), "");
}
END_TEST

START_TEST(another_configuration_judges_anew)
{
	int64_t due;

	open_at(1, 0);
	config_unref(config);
	config = scratch_config(no_rule);
	ck_assert_int_eq(engine_configure(e, config, MIN(5), NULL, NULL, &err), 0);
	ck_assert_int_eq(store_next_due(s, &due, &err), 0);
	ck_assert_int_eq(due, MIN(10) + 1);
	verified(MIN(5));
	end();
	start(MIN(20));
	pass(MIN(20));
	verified(MIN(20));
}
END_TEST

/* What is logged from here on goes into this file. */
static const char *
logged(void)
{
	static char text[4096];
	char path[SCRATCH_PATH];
	FILE *f;

	scratch_path(path, "log");
	f = fopen(path, "r");
	if (f == NULL)
		return freopen(path, "w", stderr) == NULL ? NULL : "";
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	return text;
}

static void
respond_in(const char *target, int64_t now)
{
	char text[200];

	snprintf(text, sizeof(text),
	    "agreements: [{id: acme, from: 2026-01-01, targets: [{respond: %s, resolve: 9h}]}]\n",
	    target);
	config_unref(config);
	config = scratch_config(text);
	ck_assert_int_eq(engine_configure(e, config, now, NULL, NULL, &err), 0);
}

START_TEST(what_time_moved_is_not_told_of_the_configuration)
{
	open_at(1, 0);
	ck_assert_str_eq(logged(), "");
	respond_in("30m", MIN(35)); /* late since 30, but nothing looked since then */
	ck_assert_ptr_null(strstr(logged(), "count otherwise"));
	ck_assert_ptr_nonnull(strstr(logged(), "and this year stay"));
	respond_in("40m", MIN(36));
	ck_assert_ptr_nonnull(strstr(logged(), "tickets of acme that count otherwise: 1\n"));
	ck_assert_ptr_nonnull(strstr(
	    logged(), "timely_response_rate of acme, 2026: 0/1, 0 pending -> 1/1, 1 pending"));
}
END_TEST

START_TEST(an_interrupted_judging_is_told)
{
	open_at(1, 0);
	logged();
	ck_assert_int_eq(store_meta_set(s, "judgement", "", &err), 0);
	end();
	start(MIN(1));
	ck_assert_ptr_nonnull(strstr(logged(), "had been interrupted"));
}
END_TEST

START_TEST(a_failed_step_changes_nothing)
{
	struct store *other = store_open(database, STORE_WRITE, &err);
	struct submission sub = {.sender = "test", .arena = &arena}, *subs = &sub;
	const struct engine_work work = {.submissions = 1, .submission = &subs};
	const char *text = line(1, "opened", 0, "");
	int64_t seq;

	sub.events = arena_alloc(&arena, 1, sizeof(*sub.events));
	ck_assert_int_eq(events_read(text, strlen(text), FORM_LINES, &config->agreements, START,
			     &arena, sub.events, &err),
	    0);
	ck_assert_int_eq(store_begin(other, &err), 0);
	ck_assert_int_eq(engine_step(e, &work, START, &err), -1);
	store_rollback(other);
	store_close(other);
	ck_assert_int_eq(store_last(s, &seq, &err), 0);
	ck_assert_int_eq(seq, 0);
	ck_assert_msg(engine_step(e, &work, START, &err) == 0, "%s", err.msg);
	ck_assert_uint_eq(sub.accepted, 1);
	verified(START);
}
END_TEST

static void
add(TCase *t)
{
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, duplicates_and_conflicts);
	tcase_add_test(t, what_is_skipped_lies_in_quarantine);
	tcase_add_test(t, time_alone_is_judged_when_it_is_due);
	tcase_add_test(t, one_fire_one_resolve);
	tcase_add_test(t, no_data_does_not_resolve);
	tcase_add_test(t, a_small_sample_is_silent);
	tcase_add_test(t, a_change_of_level_is_told_once);
	tcase_add_test(t, a_restart_neither_repeats_nor_forgets);
	tcase_add_test(t, a_removed_rule_resolves_with_that_reason);
	tcase_add_test(t, the_past_fires_nothing);
	tcase_add_test(t, another_configuration_judges_anew);
	tcase_add_test(t, what_time_moved_is_not_told_of_the_configuration);
	tcase_add_test(t, an_interrupted_judging_is_told);
	tcase_add_test(t, a_failed_step_changes_nothing);
}

SUITE_MAIN("engine", add)
