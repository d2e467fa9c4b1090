#include "base/stamp.h"
#include "config_file.h"

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

static void
same_decimal(struct decimal d, int64_t units, int64_t scale)
{
	ck_assert_int_eq(d.units, units);
	ck_assert_int_eq(d.scale, scale);
}

static int64_t
instant(const char *text)
{
	int64_t t;

	ck_assert_int_eq(stamp_parse(text, &t, NULL), 0);
	return t;
}

START_TEST(test_defaults)
{
	struct config *c = load(MINIMAL);
	const struct terms *v;

	ck_assert_str_eq(buf_text(&notes), "");
	ck_assert_str_eq(c->file, in_scratch(ONE));
	ck_assert_str_eq(c->database, in_scratch("slad.db"));
	ck_assert_str_eq(c->zone->name, "UTC");
	ck_assert_uint_eq(c->listeners, 1);
	ck_assert_str_eq(c->listener[0].host, "127.0.0.1");
	ck_assert_uint_eq(c->listener[0].port, 7523);
	ck_assert(c->listener[0].loopback);
	ck_assert_uint_eq(c->rules + c->receivers + c->tokens, 0);
	ck_assert_uint_eq(c->calendars, 1);
	ck_assert_str_eq(calendar_name(c->calendar[0]), "always");
	ck_assert_int_eq(calendar_elapsed(c->calendar[0], 0, 1000 * STAMP_DAY), 1000 * STAMP_DAY);
	ck_assert_uint_eq(c->agreements.count, 1);
	ck_assert_uint_eq(c->agreements.items[0].versions, 1);
	v = &c->agreements.items[0].version[0];
	ck_assert_str_eq(v->agreement, "a");
	ck_assert_str_eq(v->name, "a");
	ck_assert_ptr_eq(v->zone, c->zone);
	ck_assert_ptr_eq(v->calendar, c->calendar[0]);
	ck_assert_int_eq(v->from, instant("2026-01-01T00:00:00Z"));
	ck_assert_int_eq(v->until, STAMP_NEVER);
	ck_assert_int_eq(v->reopen_window, 7 * STAMP_DAY);
	ck_assert_uint_eq(v->pauses, 2);
	ck_assert_str_eq(v->pause_on[0], "customer");
	ck_assert_str_eq(v->pause_on[1], "agreed");
	ck_assert_int_eq(v->incidents_per_month, 0);
	ck_assert_uint_eq(v->targets + v->services + v->reports + v->objectives, 0);
	config_unref(c);
}
END_TEST

START_TEST(test_default_profile)
{
	static const char *const names[] = {"A", "B", "C", "D"};
	static const int64_t percent[] = {95, 85, 70, 0};
	struct config *c = load(MINIMAL);
	const struct profile *p = c->profile;

	ck_assert_uint_eq(c->profiles, 1);
	ck_assert_str_eq(p->name, "default");
	same_decimal(p->min_coverage, 8, 10);
	for (int i = 0; i < CHARACTERISTICS; i++)
		ck_assert_int_eq(p->characteristic[i], WEIGHT_ONE);
	ck_assert_uint_eq(p->indicators, 0);
	ck_assert_uint_eq(p->grades, 4);
	for (int i = 0; i < 4; i++) {
		ck_assert_str_eq(p->grade[i].name, names[i]);
		ck_assert_int_eq(
		    100 * p->grade[i].at_least.units, percent[i] * p->grade[i].at_least.scale);
	}
	config_unref(c);
}
END_TEST

START_TEST(test_listeners)
{
	struct config *c =
	    load("listen: [localhost:80, '[::1]:0', 127.9.9.9:65535, 'unix:a/b.sock',\n"
		 "  'unix:/run/s', '0.0.0.0:1', '[::]:1', host.example:1, '[::ffff:127.0.0.1]:1']\n"
		 "tokens: [{name: t, sha256: " ZEROS ", scopes: read}]\n" MINIMAL);
	static const bool loopback[] = {true, true, true, true, true, false, false, false, true};

	ck_assert_uint_eq(c->listeners, 9);
	for (size_t i = 0; i < c->listeners; i++)
		ck_assert_msg(c->listener[i].loopback == loopback[i], "%s", c->listener[i].text);
	ck_assert_str_eq(c->listener[0].host, "localhost");
	ck_assert_str_eq(c->listener[1].host, "::1");
	ck_assert_uint_eq(c->listener[1].port, 0);
	ck_assert_str_eq(c->listener[1].text, "[::1]:0");
	ck_assert_uint_eq(c->listener[2].port, 65535);
	ck_assert_ptr_null(c->listener[2].path);
	ck_assert_ptr_null(c->listener[3].host);
	ck_assert_str_eq(c->listener[3].path, in_scratch("a/b.sock"));
	ck_assert_str_eq(c->listener[4].path, "/run/s");
	config_unref(c);
}
END_TEST

START_TEST(test_database_beside_a_file_without_folder)
{
	struct config *c;
	char *home = getcwd(NULL, 0);

	config_unref(load("database: data/x.db\n" MINIMAL));
	ck_assert_int_eq(chdir(scratch_dir), 0);
	c = config_load("one.yaml", &notes);
	ck_assert_int_eq(chdir(home), 0);
	ck_assert_ptr_nonnull(c);
	ck_assert_str_eq(c->database, "data/x.db");
	config_unref(c);
	free(home);
}
END_TEST

static bool
open_at(const struct calendar *c, const char *text)
{
	return calendar_open(c, instant(text));
}

START_TEST(test_calendar)
{
	struct config *c =
	    load("timezone: Asia/Shanghai\n"
		 "calendars:\n"
		 "  - name: office\n"
		 "    week:\n"
		 "      - {days: mon-thu, open: ['09:00-12:00', '13:30-24:00']}\n"
		 "      - {days: [fri, SAT-sun], open: 22:00-06:00}\n"
		 "      - {days: mon, open: '12:00-12:30'}\n"
		 "    closed: [2026-01-06, 2026-01-07]\n"
		 "    open: [{date: 2026-01-08, open: 10:00-11:00}, {date: 2026-01-13, open: []}]\n"
		 "  - {name: utc, timezone: UTC, week: [{days: sun-mon, open: '00:00-00:00'}]}\n"
		 "  - {name: always, week: [{days: mon, open: '08:00-09:00'}]}\n" MINIMAL);
	const struct calendar *office = c->calendar[0], *utc = c->calendar[1];

	ck_assert_uint_eq(c->calendars, 3);
	ck_assert_ptr_eq(calendar_zone(office), c->zone);
	/* 2026-01-05 is a Monday. */
	ck_assert(!open_at(office, "2026-01-05T08:59:59.999+08:00"));
	ck_assert(open_at(office, "2026-01-05T09:00:00+08:00"));
	ck_assert(open_at(office, "2026-01-05T12:29:59+08:00"));
	ck_assert(!open_at(office, "2026-01-05T12:30:00+08:00"));
	ck_assert(open_at(office, "2026-01-05T23:59:59+08:00"));
	ck_assert(!open_at(office, "2026-01-06T10:00:00+08:00"));
	ck_assert(!open_at(office, "2026-01-07T10:00:00+08:00"));
	ck_assert(!open_at(office, "2026-01-08T09:30:00+08:00"));
	ck_assert(open_at(office, "2026-01-08T10:30:00+08:00"));
	ck_assert(open_at(office, "2026-01-09T22:00:00+08:00"));
	ck_assert(open_at(office, "2026-01-10T05:59:59+08:00"));
	ck_assert(!open_at(office, "2026-01-10T06:00:00+08:00"));
	ck_assert(open_at(office, "2026-01-11T23:00:00+08:00"));
	ck_assert(!open_at(office, "2026-01-13T10:00:00+08:00"));
	ck_assert(open_at(utc, "2026-01-04T00:00:00Z"));
	ck_assert(open_at(utc, "2026-01-05T23:59:59Z"));
	ck_assert(!open_at(utc, "2026-01-06T00:00:00Z"));
	ck_assert_str_eq(calendar_name(c->calendar[2]), "always");
	ck_assert_ptr_eq(c->agreements.items[0].version[0].calendar, c->calendar[2]);
	config_unref(c);
}
END_TEST

START_TEST(test_versions)
{
	struct config *c = load("timezone: America/New_York\n"
				"agreements:\n"
				"  - {id: b, from: 2026-07-01, timezone: Asia/Shanghai}\n"
				"  - {id: a, from: 2026-01-01}\n"
				"  - {id: b, from: 2025-01-01, name: Bee}\n"
				"  - {id: b, from: 2027-01-01, timezone: UTC}\n");
	const struct agreement *b = agreement_find(&c->agreements, "b");

	ck_assert_uint_eq(c->agreements.count, 2);
	ck_assert_str_eq(c->agreements.items[0].id, "a");
	ck_assert_ptr_eq(b, &c->agreements.items[1]);
	ck_assert_uint_eq(b->versions, 3);
	ck_assert_str_eq(b->version[0].name, "Bee");
	ck_assert_int_eq(b->version[0].from, instant("2025-01-01T00:00:00-05:00"));
	ck_assert_int_eq(b->version[0].until, b->version[1].from);
	ck_assert_int_eq(b->version[1].from, instant("2026-07-01T00:00:00+08:00"));
	ck_assert_int_eq(b->version[1].until, b->version[2].from);
	ck_assert_int_eq(b->version[2].from, instant("2027-01-01T00:00:00Z"));
	ck_assert_int_eq(b->version[2].until, STAMP_NEVER);
	ck_assert_int_eq(b->version[2].from_day, b->version[2].from / STAMP_DAY);
	config_unref(c);
}
END_TEST

START_TEST(test_terms)
{
	struct config *c =
	    load("calendars: [{name: c, week: [{days: mon, open: 09:00-10:00}]}]\n"
		 "agreements:\n"
		 "  - id: a\n"
		 "    from: 2026-01-01\n"
		 "    targets: [{respond: 8h30m}, {kind: incident, priority: P1, service: s,\n"
		 "      calendar: always, recover: 1s, resolve: 0s}]\n"
		 "    calendar: c\n"
		 "    pause_on: wait, see\n"
		 "    incidents_per_month: 1000000000000\n"
		 "    services: [mail, {id: web, calendar: always}]\n"
		 "    reports: [{id: r, every: quarter, due: 1d}]\n"
		 "    objectives: [{indicator: service_availability, at_least: 0.999900000}]\n");
	const struct terms *v = &c->agreements.items[0].version[0];
	const struct calendar *mine = c->calendar[0], *always = c->calendar[1];

	ck_assert_uint_eq(v->targets, 2);
	ck_assert_int_eq(v->target[0].kind, -1);
	ck_assert_ptr_null(v->target[0].priority);
	ck_assert_ptr_null(v->target[0].service);
	ck_assert_ptr_eq(v->target[0].calendar, mine);
	ck_assert_int_eq(v->target[0].respond, 8 * STAMP_HOUR + 30 * STAMP_MINUTE);
	ck_assert_int_eq(v->target[0].recover, TARGET_NONE);
	ck_assert_int_eq(v->target[0].resolve, TARGET_NONE);
	ck_assert_int_eq(v->target[1].kind, KIND_INCIDENT);
	ck_assert_str_eq(v->target[1].priority, "P1");
	ck_assert_str_eq(v->target[1].service, "s");
	ck_assert_ptr_eq(v->target[1].calendar, always);
	ck_assert_int_eq(v->target[1].respond, TARGET_NONE);
	ck_assert_int_eq(v->target[1].recover, STAMP_SECOND);
	ck_assert_int_eq(v->target[1].resolve, 0);
	ck_assert_uint_eq(v->pauses, 2);
	ck_assert_str_eq(v->pause_on[1], "see");
	ck_assert_int_eq(v->incidents_per_month, INT64_C(1000000000000));
	ck_assert_uint_eq(v->services, 2);
	ck_assert_str_eq(v->service[0].id, "mail");
	ck_assert_ptr_eq(v->service[0].calendar, mine);
	ck_assert_ptr_eq(v->service[1].calendar, always);
	ck_assert_uint_eq(v->reports, 1);
	ck_assert_int_eq(v->report[0].every, EVERY_QUARTER);
	ck_assert_int_eq(v->report[0].due, STAMP_DAY);
	ck_assert_uint_eq(v->objectives, 1);
	ck_assert_int_eq(v->objective[0].indicator, SERVICE_AVAILABILITY);
	same_decimal(v->objective[0].at_least, 9999, 10000);
	config_unref(c);
}
END_TEST

START_TEST(test_profile)
{
	struct config *c = load(
	    MINIMAL "profiles:\n"
		    "  - min_coverage: 1\n"
		    "    characteristics: {reliability: 2.5, friendliness: 0}\n"
		    "    indicators: [{id: staff_stability, weight: 0.125}, {id: compliance}]\n"
		    "    grades: [{grade: good, at_least: .5}]\n"
		    "  - name: other\n"
		    "    vetoes: [{at_most: C, indicator: leakage_free, below: 1}]\n");
	const struct profile *p = c->profile;

	ck_assert_uint_eq(c->profiles, 2);
	ck_assert_str_eq(p->name, "default");
	same_decimal(p->min_coverage, 1, 1);
	ck_assert_int_eq(p->characteristic[SECURITY], 1000);
	ck_assert_int_eq(p->characteristic[RELIABILITY], 2500);
	ck_assert_int_eq(p->characteristic[FRIENDLINESS], 0);
	ck_assert_uint_eq(p->indicators, 2);
	ck_assert_int_eq(p->indicator[0].indicator, STAFF_STABILITY);
	ck_assert_int_eq(p->indicator[0].weight, 125);
	ck_assert_int_eq(p->indicator[1].weight, WEIGHT_ONE);
	ck_assert_uint_eq(p->grades, 1);
	same_decimal(p->grade[0].at_least, 5, 10);
	ck_assert_str_eq(p[1].name, "other");
	ck_assert_uint_eq(p[1].grades, 4);
	ck_assert_uint_eq(p->vetoes, 0);
	ck_assert_uint_eq(p[1].vetoes, 1);
	ck_assert_int_eq(p[1].veto->indicator, LEAKAGE_FREE);
	same_decimal(p[1].veto->below, 1, 1);
	ck_assert_str_eq(p[1].veto->at_most, "C");
	config_unref(c);
}
END_TEST

START_TEST(test_default_profile_beside_others)
{
	struct config *c = load(MINIMAL "profiles:\n"
					"  - {name: one, min_coverage: 0.5}\n"
					"  - {name: two, characteristics: {security: 2}}\n");
	const struct profile *p = profile_find(c->profile, c->profiles, "default");

	ck_assert_uint_eq(c->profiles, 3);
	ck_assert_ptr_eq(p, c->profile + 2);
	ck_assert_ptr_eq(profile_find(c->profile, c->profiles, "two"), c->profile + 1);
	ck_assert_ptr_null(profile_find(c->profile, c->profiles, "three"));
	same_decimal(c->profile->min_coverage, 5, 10);
	same_decimal(p->min_coverage, 8, 10);
	ck_assert_int_eq(p->characteristic[SECURITY], WEIGHT_ONE);
	ck_assert_uint_eq(p->indicators + p->vetoes, 0);
	ck_assert_uint_eq(p->grades, 4);
	config_unref(c);
}
END_TEST

START_TEST(test_rules)
{
	struct config *c =
	    load(MINIMAL "alerts:\n"
			 "  - {name: plain, indicator: resolution_rate, below: {important: 0.9}}\n"
			 "  - name: full\n"
			 "    indicator: timely_response_rate\n"
			 "    where: {agreement: a, service: '', priority: P1}\n"
			 "    by: [team, service]\n"
			 "    window: this-month\n"
			 "    cohort: opened\n"
			 "    below: {general: 0.98, important: 0.95, urgent: 0.90}\n"
			 "    clear: 0.985\n"
			 "    for: 5m\n"
			 "    keep: 1h\n"
			 "    min: 20\n"
			 "    notify: [two, one]\n"
			 "receivers:\n"
			 "  - {name: one, webhook: {url: 'http://127.0.0.1:9900/hook'}}\n"
			 "  - {name: two, webhook: {url: https://x}}\n");
	const struct rule *r = c->rule;

	ck_assert_uint_eq(c->rules, 2);
	ck_assert_str_eq(r->name, "plain");
	for (int i = 0; i < DIMENSIONS; i++)
		ck_assert_ptr_null(r->where[i]);
	ck_assert_uint_eq(r->bys + r->receivers, 0);
	ck_assert_str_eq(r->window, "24h");
	ck_assert_int_eq(r->cohort, COHORT_SETTLED);
	ck_assert(!r->has_below[LEVEL_URGENT] && !r->has_below[LEVEL_GENERAL]);
	ck_assert(r->has_below[LEVEL_IMPORTANT] && !r->has_below[LEVEL_NONE]);
	same_decimal(r->clear, 9, 10);
	ck_assert_int_eq(r->hold + r->keep, 0);
	ck_assert_int_eq(r->min, 1);
	r++;
	ck_assert_int_eq(r->indicator, TIMELY_RESPONSE_RATE);
	ck_assert_str_eq(r->where[DIM_AGREEMENT], "a");
	ck_assert_str_eq(r->where[DIM_SERVICE], "");
	ck_assert_str_eq(r->where[DIM_PRIORITY], "P1");
	ck_assert_ptr_null(r->where[DIM_TEAM]);
	ck_assert_uint_eq(r->bys, 2);
	ck_assert_int_eq(r->by[0], DIM_TEAM);
	ck_assert_int_eq(r->by[1], DIM_SERVICE);
	ck_assert_int_eq(r->cohort, COHORT_OPENED);
	same_decimal(r->below[LEVEL_GENERAL], 98, 100);
	same_decimal(r->below[LEVEL_URGENT], 9, 10);
	same_decimal(r->clear, 985, 1000);
	ck_assert_int_eq(r->hold, 5 * STAMP_MINUTE);
	ck_assert_int_eq(r->keep, STAMP_HOUR);
	ck_assert_int_eq(r->min, 20);
	ck_assert_uint_eq(r->receivers, 2);
	ck_assert_str_eq(r->notify[0], "two");
	ck_assert_str_eq(c->receiver[0].url, "http://127.0.0.1:9900/hook");
	ck_assert_ptr_null(c->receiver[0].secret);
	config_unref(c);
}
END_TEST

START_TEST(test_tokens)
{
	struct config *c = load(
	    MINIMAL "tokens:\n"
		    "  - name: t\n"
		    "    sha256: 00ff0a1b2c3d4e5f00000000000000000000000000000000000000000000ABcd\n"
		    "    scopes: [operate, ingest]\n");
	static const unsigned char head[] = {0x00, 0xff, 0x0a, 0x1b, 0x2c, 0x3d, 0x4e, 0x5f, 0};

	ck_assert_uint_eq(c->tokens, 1);
	ck_assert_str_eq(c->token[0].name, "t");
	ck_assert_mem_eq(c->token[0].sha256, head, sizeof(head));
	ck_assert_mem_eq(c->token[0].sha256 + 30, "\xab\xcd", 2);
	ck_assert_uint_eq(c->token[0].scopes, SCOPE_INGEST | SCOPE_OPERATE);
	config_unref(c);
}
END_TEST

START_TEST(test_references)
{
	struct config *c = load(MINIMAL);

	ck_assert_ptr_eq(config_ref(c), c);
	config_unref(c);
	ck_assert_str_eq(c->agreements.items[0].id, "a");
	ck_assert(calendar_open(c->calendar[0], 0));
	config_unref(c);
	config_unref(NULL);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("config");
	TCase *cases = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_test(cases, test_defaults);
	tcase_add_test(cases, test_default_profile);
	tcase_add_test(cases, test_listeners);
	tcase_add_test(cases, test_database_beside_a_file_without_folder);
	tcase_add_test(cases, test_calendar);
	tcase_add_test(cases, test_versions);
	tcase_add_test(cases, test_terms);
	tcase_add_test(cases, test_profile);
	tcase_add_test(cases, test_default_profile_beside_others);
	tcase_add_test(cases, test_rules);
	tcase_add_test(cases, test_tokens);
	tcase_add_test(cases, test_references);
	suite_add_tcase(suite, cases);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
