#include "story.h"

#include "domain/outage.h"

static struct story s;

static void
setup(void)
{
	story_init(&s);
}

static void
teardown(void)
{
	story_free(&s);
}

#define MAIL "agreement=acme service=mail"

static size_t
outages(const char *text, struct down **downs)
{
	story_tell(&s, "outage", text);
	return outage_fold(s.records, s.count, &s.arena, downs);
}

START_TEST(started_and_ended)
{
	struct down *d;

	ck_assert_uint_eq(outages("5 ended " MAIL "; 0 started " MAIL, &d), 1);
	ck_assert(d[0].span.from == MIN(0) && d[0].span.to == MIN(5));
	ck_assert_uint_eq(outages("0 started " MAIL "; 3 started " MAIL, &d), 1);
	ck_assert_int_eq(d[0].span.to, STAMP_NEVER);
	ck_assert_uint_eq(outages("0 ended " MAIL, &d), 0);
	ck_assert_uint_eq(
	    outages("0 started " MAIL "; 2 ended " MAIL "; 4 started " MAIL "; 9 ended " MAIL, &d),
	    2);
}
END_TEST

START_TEST(one_subject_two_services)
{
	struct down *d;

	ck_assert_uint_eq(outages("0 started " MAIL "; 1 started agreement=acme service=erp; 2 "
				  "ended agreement=acme service=erp",
			      &d),
	    2);
	ck_assert_int_eq(d[0].span.to, STAMP_NEVER);
	ck_assert_int_eq(d[1].span.to, MIN(2));
}
END_TEST

static size_t
maintenance(const char *text, struct down **downs)
{
	story_tell(&s, "maintenance", text);
	return maintenance_fold(s.records, s.count, &s.arena, downs);
}

START_TEST(maintenance_must_be_announced)
{
	struct down *d;

	ck_assert_uint_eq(maintenance("0 planned " MAIL " from=10 to=20", &d), 1);
	ck_assert(!d[0].late && d[0].span.from == MIN(10) && d[0].span.to == MIN(20));
	ck_assert_uint_eq(maintenance("10 planned " MAIL " from=10 to=20", &d), 1);
	ck_assert(d[0].late);
	ck_assert_uint_eq(
	    maintenance("0 planned " MAIL " from=10 to=20; 3 cancelled " MAIL " from=10 to=20", &d),
	    0);
	ck_assert_uint_eq(maintenance("0 planned " MAIL " from=10 to=20; 3 cancelled " MAIL
				      " from=10 to=20; 12 planned " MAIL " from=10 to=20",
			      &d),
	    1);
	ck_assert(d[0].late);
}
END_TEST

START_TEST(intervals_are_united)
{
	struct interval v[] = {{50, 60}, {0, 10}, {5, 20}, {20, 30}, {40, 40}, {55, 58}};
	size_t n = intervals_unite(v, 6);

	ck_assert_uint_eq(n, 2);
	ck_assert(v[0].from == 0 && v[0].to == 30 && v[1].from == 50 && v[1].to == 60);
}
END_TEST

static struct availability
available(const char *service, struct interval *down, size_t downs, struct interval *planned,
    size_t plans, int64_t from, int64_t to, int64_t now)
{
	struct availability sum = {0};

	availability_add(
	    &sum, &s.agreement, service, down, downs, planned, plans, MIN(from), MIN(to), MIN(now));
	return sum;
}

START_TEST(availability_of_a_window)
{
	struct interval down[] = {{MIN(-10), MIN(5)}, {MIN(20), MIN(30)}, {MIN(90), STAMP_NEVER}};
	struct interval planned[] = {{MIN(25), MIN(40)}};
	struct availability a = available("mail", down, 3, planned, 1, 0, 120, 100);

	ck_assert_int_eq(a.agreed, 85 * STAMP_MINUTE);
	ck_assert_int_eq(a.down, (5 + 5 + 10) * STAMP_MINUTE);
	ck_assert_int_eq(a.ahead, 20 * STAMP_MINUTE);
}
END_TEST

/* Outages that take agreed time: one that maintenance cuts in two is one, one of no open time none.
 */
START_TEST(failures_are_counted)
{
	struct interval down[] = {{MIN(-10), MIN(5)}, {MIN(20), MIN(50)}, {MIN(60), MIN(65)},
	    {MIN(90), STAMP_NEVER}, {MIN(110), MIN(115)}, {MIN(130), MIN(140)}};
	struct interval planned[] = {{MIN(30), MIN(40)}, {MIN(55), MIN(70)}};

	ck_assert_int_eq(available("mail", down, 6, planned, 2, 0, 120, 100).failures, 3);
	ck_assert_int_eq(available("mail", down, 6, NULL, 0, 0, 120, 100).failures, 4);
	ck_assert_int_eq(available("mail", down, 6, NULL, 0, 5, 20, 100).failures, 0);
}
END_TEST

/* A failure that goes on under a new version of the agreement is one. */
START_TEST(a_new_version_does_not_cut_a_failure)
{
	struct interval down[] = {{MIN(20), MIN(80)}};
	struct terms versions[] = {s.terms, s.terms};
	struct availability a;

	versions[0].until = versions[1].from = MIN(50);
	s.agreement = (struct agreement){"acme", 2, versions};
	a = available("mail", down, 1, NULL, 0, 0, 120, 1000);
	ck_assert_int_eq(a.failures, 1);
	ck_assert_int_eq(a.down, 60 * STAMP_MINUTE);
	ck_assert_int_eq(a.agreed, 120 * STAMP_MINUTE);
}
END_TEST

START_TEST(only_listed_versions_are_measured)
{
	struct service mail = {"mail", s.always};
	struct availability a;

	s.terms.services = 1;
	s.terms.service = &mail;
	s.terms.from = MIN(60);
	a = available("mail", NULL, 0, NULL, 0, 0, 120, 1000);
	ck_assert_int_eq(a.agreed, 60 * STAMP_MINUTE);
	a = available("erp", NULL, 0, NULL, 0, 0, 120, 1000);
	ck_assert_int_eq(a.agreed, 60 * STAMP_MINUTE);
	s.terms.from = MIN(200);
	a = available("mail", NULL, 0, NULL, 0, 0, 120, 1000);
	ck_assert_int_eq(a.agreed, 0);
}
END_TEST

START_TEST(excluded_incidents_are_no_outage)
{
	static const char open[] = "0 opened service=mail outage=true";
	char life[160];
	struct down *d;

	ck_assert_uint_eq(ticket_downs(story_fold(&s, "incident", open, 50), &s.arena, &d), 1);
	snprintf(life, sizeof(life), "%s; 20 excluded cause=duplicate", open);
	ck_assert_uint_eq(ticket_downs(story_fold(&s, "incident", life, 50), &s.arena, &d), 0);
	snprintf(life, sizeof(life), "%s; 300 excluded cause=cancelled; 310 recovered", open);
	ck_assert_uint_eq(ticket_downs(story_fold(&s, "incident", life, 900), &s.arena, &d), 1);
	ck_assert_int_eq(d[0].span.to, MIN(300));
	ck_assert_uint_eq(ticket_downs(story_fold(&s, "request", open, 50), &s.arena, &d), 0);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, started_and_ended);
	tcase_add_test(t, one_subject_two_services);
	tcase_add_test(t, maintenance_must_be_announced);
	tcase_add_test(t, intervals_are_united);
	tcase_add_test(t, availability_of_a_window);
	tcase_add_test(t, failures_are_counted);
	tcase_add_test(t, a_new_version_does_not_cut_a_failure);
	tcase_add_test(t, only_listed_versions_are_measured);
	tcase_add_test(t, excluded_incidents_are_no_outage);
}

SUITE_MAIN("outage", add)
