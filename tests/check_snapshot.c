/* Scores of a moment, and what two such moments differ in: windows, limits, texts. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/stamp.h"
#include "config_file.h"
#include "snapshot.h"
#include "suite.h"

#define NOW (INT64_C(20759) * STAMP_DAY) /* 2026-11-02 00:00 UTC, in Auckland 13:00 */
#define MANY 1100 /* agreements: more than there is room for */
#define CROWD 4100 /* services: more than one question may have */

static struct store *s;
static struct snapshot before, after;
static struct err err;

static void
begin(void)
{
	set_up();
	s = store_open(NULL, STORE_SCRATCH, &err);
	ck_assert_msg(s != NULL, "%s", err.msg);
}

static void
finish(void)
{
	snapshot_free(&before);
	snapshot_free(&after);
	store_close(s);
	tear_down();
}

static void
take(struct snapshot *shot, const struct config *c, const struct config *other, bool services)
{
	struct snapshot_query q = {c, other, NOW, services, NULL, NULL};

	ck_assert_msg(snapshot_take(shot, s, &q, &err) == 0, "%s", err.msg);
}

/* The scores that move, as one text. */
static void
tell(void *context, const struct move *m)
{
	struct buf a = BUF_INIT(200), b = BUF_INIT(200);

	move_text(m, &a, &b);
	buf_putf(context, "%s %s %s %s %s -> %s\n", snapshot_windows[m->window],
	    indicator_table[m->indicator].id, m->agreement, m->service == NULL ? "*" : m->service,
	    buf_text(&a), buf_text(&b));
	buf_free(&a);
	buf_free(&b);
}

static int64_t
scope_add(const char *agreement, const char *service)
{
	struct scope scope = {{agreement, service, "", ""}};
	int64_t id = 0;

	ck_assert_int_eq(store_scope(s, &scope, &id, &err), 0);
	return id;
}

START_TEST(windows_lie_in_the_zone_of_the_agreement)
{
	struct config *c = load("timezone: UTC\nagreements:\n"
				"  - {id: b, from: 2026-01-01, timezone: Pacific/Auckland}\n"
				"  - {id: c, from: 2026-01-01}\n");
	struct config *other =
	    load("agreements:\n  - {id: a, from: 2026-01-01, timezone: America/New_York}\n"
		 "  - {id: c, from: 2026-01-01, timezone: Pacific/Auckland}\n");

	take(&before, c, other, false);
	ck_assert_uint_eq(before.agreements, 3);
	ck_assert_str_eq(before.agreement[0].id, "a");
	ck_assert_int_eq(before.agreement[0].window[0].from,
	    NOW - STAMP_DAY + 4 * STAMP_HOUR); /* of the other, which alone has it */
	ck_assert_int_eq(before.agreement[1].window[0].from, NOW - STAMP_DAY - 13 * STAMP_HOUR);
	ck_assert_int_eq(before.agreement[2].window[0].from, NOW - STAMP_DAY);
	ck_assert_str_eq(before.agreement[2].window[0].name, "2026-11");
	ck_assert_str_eq(before.agreement[2].window[1].name, "2026-10");
	ck_assert_str_eq(before.agreement[2].window[2].name, "2026");
	config_unref(c);
	config_unref(other);
}
END_TEST

START_TEST(what_moves_is_told_in_order)
{
	struct config *c = load("agreements:\n"
				"  - {id: a, from: 2026-01-01, incidents_per_month: 2}\n"
				"  - {id: b, from: 2026-01-01, services: [{id: mail}]}\n");
	struct config *other =
	    load("agreements:\n  - {id: a, from: 2026-01-01, incidents_per_month: 3}\n"
		 "  - {id: b, from: 2026-01-01, services: [{id: web}]}\n");
	const struct stored_down down = {
	    "b", "mail", DOWN_OUTAGE, NOW - 3 * STAMP_DAY, NOW - 2 * STAMP_DAY};
	struct buf told = BUF_INIT(10000);

	take(&before, c, other, true);
	take(&after, c, other, true);
	ck_assert_uint_eq(snapshot_compare(&before, &after, NULL, NULL), 0);
	ck_assert(snapshot_complete(&before, &after));
	snapshot_free(&after);
	take(&after, other, c, true);
	ck_assert_uint_eq(snapshot_compare(&before, &after, tell, &told), 9);
	ck_assert_str_eq(buf_text(&told),
	    "this-month incident_control_rate a * 2/2 -> 3/3\n"
	    "last-month incident_control_rate a * 2/2 -> 3/3\n"
	    "this-year incident_control_rate a * 24/24 -> 36/36\n"
	    "this-month service_availability b mail 86400/86400 -> nothing\n"
	    "this-month service_availability b web nothing -> 86400/86400\n"
	    "last-month service_availability b mail 2678400/2678400 -> nothing\n"
	    "last-month service_availability b web nothing -> 2678400/2678400\n"
	    "this-year service_availability b mail 26352000/26352000 -> nothing\n"
	    "this-year service_availability b web nothing -> 26352000/26352000\n");
	snapshot_free(&after);
	ck_assert_int_eq(store_downs_replace(s, 1, &down, 1, &err), 0);
	take(&after, c, other, false);
	buf_reset(&told);
	snapshot_free(&before);
	take(&before, other, c, false);
	snapshot_compare(&before, &after, tell, &told);
	ck_assert_ptr_nonnull(strstr(buf_text(&told),
	    "last-month service_availability b * 5270400/5356800 -> 2592000/2678400\n"));
	buf_free(&told);
	config_unref(c);
	config_unref(other);
}
END_TEST

START_TEST(a_crowd_of_services_is_left_out)
{
	struct config *c = load("agreements:\n  - {id: a, from: 2026-01-01}\n"
				"  - {id: b, from: 2026-01-01, services: [{id: mail}]}\n");
	struct config *other =
	    load("agreements:\n  - {id: a, from: 2026-01-01, services: [{id: mail}]}\n"
		 "  - {id: b, from: 2026-01-01}\n");
	struct buf told = BUF_INIT(10000);
	char name[16];

	take(&after, other, c, true);
	ck_assert(!after.agreement[0].crowded);
	for (int i = 0; i < CROWD; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		scope_add("a", name);
	}
	take(&before, c, other, true);
	ck_assert(before.agreement[0].crowded);
	ck_assert(!before.agreement[1].crowded);
	ck_assert(!snapshot_complete(&before, &after));
	snapshot_compare(&before, &after, tell, &told);
	ck_assert_ptr_nonnull(strstr(
	    buf_text(&told), "this-month service_availability a * no_data -> 86400/86400\n"));
	ck_assert_ptr_null(strstr(buf_text(&told), "service_availability a mail"));
	ck_assert_ptr_nonnull(strstr(buf_text(&told), "service_availability b mail"));
	buf_free(&told);
	config_unref(c);
	config_unref(other);
}
END_TEST

static struct config *
many(int quota)
{
	struct buf text = BUF_INIT(1u << 20);
	struct config *c;

	buf_puts(&text, "agreements:\n");
	for (int i = 0; i < MANY; i++)
		buf_putf(&text, "  - {id: a%04d, from: 2026-01-01, incidents_per_month: %d}\n", i,
		    quota);
	c = load(buf_text(&text));
	buf_free(&text);
	return c;
}

START_TEST(too_many_agreements_are_cut)
{
	struct config *c = many(1), *other = many(2);
	size_t kept = SNAPSHOT_SCORES / (SNAPSHOT_WINDOWS * INDICATORS);

	take(&before, c, other, true);
	take(&after, other, c, true);
	ck_assert_uint_eq(before.count, kept * SNAPSHOT_WINDOWS * INDICATORS);
	ck_assert(!before.agreement[kept - 1].cut && before.agreement[kept].cut);
	ck_assert(before.agreement[MANY - 1].cut);
	ck_assert(!snapshot_complete(&before, &after));
	ck_assert_uint_eq(snapshot_compare(&before, &after, NULL, NULL), kept * SNAPSHOT_WINDOWS);
	config_unref(c);
	config_unref(other);
}
END_TEST

START_TEST(values_are_fractions_of_what_is_shown)
{
	struct score was = {.value = {85, 200}}, is = {.reason = "stale", .pending = 2};
	struct move m = {"a", NULL, 0, TIMELY_RESPONSE_RATE, &was, &is};
	struct buf told = BUF_INIT(1000);

	is.excluded[EXCLUSION_SPAM] = 1;
	is.excluded[EXCLUSION_DUPLICATE] = 2;
	tell(&told, &m);
	was = (struct score){.b = 2500000, .value = {1500000, 2500000}};
	is = (struct score){.value = {1, 1}}; /* no incident is agreed: no unit either */
	m.indicator = INCIDENT_CONTROL_RATE;
	tell(&told, &m);
	m.indicator = STAFF_PROFESSIONALISM; /* 0.7 A/B + 0.3 C/B */
	was = (struct score){.value = {85, 100}, .late_maintenance = 1};
	m.after = NULL;
	tell(&told, &m);
	ck_assert_str_eq(strchr(buf_text(&told), '*'),
	    "* 85/200, 0 pending, 0 excluded -> stale, 2 pending, 3 excluded\n"
	    "this-month incident_control_rate a * 1.5/2.5 -> 1/1\n"
	    "this-month staff_professionalism a * 8.5/10 -> nothing\n");
	buf_free(&told);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, begin, finish);
	tcase_add_test(t, windows_lie_in_the_zone_of_the_agreement);
	tcase_add_test(t, what_moves_is_told_in_order);
	tcase_add_test(t, a_crowd_of_services_is_left_out);
	tcase_add_test(t, too_many_agreements_are_cut);
	tcase_add_test(t, values_are_fractions_of_what_is_shown);
	tcase_set_timeout(t, 60);
}

SUITE_MAIN("snapshot", add)
