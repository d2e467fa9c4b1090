#include <string.h>

#include "suite.h"

#include "base/stamp.h"
#include "domain/obligation.h"

static const int64_t at = INT64_MIN, east = 8 * STAMP_HOUR;
static const struct zone shanghai = {"Asia/Shanghai", 1, &at, &east};
static const struct report reports[] = {{"monthly", EVERY_MONTH, 5 * STAMP_DAY}};
static const struct report weekly[] = {{"weekly", EVERY_WEEK, 0}};

static int64_t
day(int year, int month, int date)
{
	return civil_days((struct civil){year, month, date}) * STAMP_DAY - east;
}

static struct sums on_time, submitted;

struct asked {
	int64_t now;
	enum cohort cohort;
};

static void
look(void *context, const struct obligation *o)
{
	const struct asked *q = context;
	enum outcome outcome;

	if (obligation_counts(o, REPORT_ON_TIME_RATE, q->now, q->cohort, &outcome))
		sums_add(&on_time, measure_of(REPORT_ON_TIME_RATE, q->cohort, outcome, 0), 1);
	if (obligation_counts(o, REPORT_SUBMISSION_RATE, q->now, q->cohort, &outcome))
		sums_add(&submitted, measure_of(REPORT_SUBMISSION_RATE, q->cohort, outcome, 0), 1);
}

/* Counts what falls due in [from, to) of an agreement whose second version wants another report. */
static void
count(const struct filing *filings, size_t n, int64_t from, int64_t to, int64_t now,
    enum cohort cohort)
{
	const struct terms versions[] = {
	    {.from = day(2026, 1, 1),
		.until = day(2026, 9, 15),
		.zone = &shanghai,
		.reports = 1,
		.report = reports},
	    {.from = day(2026, 9, 15),
		.until = STAMP_NEVER,
		.zone = &shanghai,
		.reports = 1,
		.report = weekly},
	};
	const struct agreement acme = {"acme", 2, versions};
	struct asked q = {now, cohort};

	on_time = submitted = (struct sums){0};
	obligations_walk(&acme, filings, n, from, to, look, &q);
}

static bool
sums_are(const struct sums *s, int good, int bad, int pending)
{
	return s->good == good && s->bad == bad && s->pending == pending;
}

START_TEST(in_time_late_and_missing)
{
	int64_t due = day(2026, 3, 6); /* of February */
	struct filing f = {"monthly", "2026-02", due, 0};

	count(&f, 1, day(2026, 3, 1), day(2026, 4, 1), day(2026, 5, 1), COHORT_OPENED);
	ck_assert(sums_are(&on_time, 1, 0, 0) && sums_are(&submitted, 1, 0, 0));
	f.time++;
	count(&f, 1, day(2026, 3, 1), day(2026, 4, 1), day(2026, 5, 1), COHORT_OPENED);
	ck_assert(sums_are(&on_time, 0, 1, 0) && sums_are(&submitted, 1, 0, 0));
	count(&f, 0, day(2026, 3, 1), day(2026, 4, 1), day(2026, 5, 1), COHORT_OPENED);
	ck_assert(sums_are(&on_time, 0, 1, 0) && sums_are(&submitted, 0, 1, 0));
}
END_TEST

START_TEST(not_yet_due_is_pending)
{
	int64_t due = day(2026, 3, 6);

	count(NULL, 0, day(2026, 3, 1), day(2026, 4, 1), due - 1, COHORT_OPENED);
	ck_assert(sums_are(&on_time, 0, 0, 1) && sums_are(&submitted, 0, 0, 1));
	count(NULL, 0, day(2026, 3, 1), day(2026, 4, 1), due - 1, COHORT_SETTLED);
	ck_assert(sums_are(&on_time, 0, 0, 0) && sums_are(&submitted, 0, 0, 0));
	count(NULL, 0, day(2026, 3, 1), day(2026, 4, 1), due, COHORT_OPENED);
	ck_assert(sums_are(&on_time, 0, 1, 0));
}
END_TEST

START_TEST(windows_are_of_due_times)
{
	int64_t due = day(2026, 3, 6), now = day(2027, 1, 1);

	count(NULL, 0, due, due + 60000, now, COHORT_OPENED);
	ck_assert(sums_are(&on_time, 0, 1, 0));
	count(NULL, 0, due - 60000, due, now, COHORT_OPENED);
	ck_assert(sums_are(&on_time, 0, 0, 0));
	count(NULL, 0, day(2026, 1, 1), day(2026, 8, 1), now, COHORT_OPENED);
	ck_assert(sums_are(&on_time, 0, 6, 0));
}
END_TEST

/* A period due on the very edge of the window, without grace. */
START_TEST(the_edge_belongs_to_what_follows)
{
	count(NULL, 0, day(2026, 10, 5), day(2026, 10, 12), day(2027, 1, 1), COHORT_OPENED);
	ck_assert(sums_are(&on_time, 0, 1, 0));
}
END_TEST

/* September ends in the second version, which wants weeks; its first one ends on the 21st. */
START_TEST(the_version_at_a_periods_end_governs)
{
	count(NULL, 0, day(2026, 9, 1), day(2026, 9, 15), day(2027, 1, 1), COHORT_OPENED);
	ck_assert(sums_are(&on_time, 0, 1, 0)); /* August */
	count(NULL, 0, day(2026, 9, 15), day(2026, 9, 22), day(2027, 1, 1), COHORT_OPENED);
	ck_assert(sums_are(&on_time, 0, 1, 0)); /* week 38 */
	count(NULL, 0, day(2026, 10, 6), day(2026, 10, 7), day(2027, 1, 1), COHORT_OPENED);
	ck_assert(sums_are(&on_time, 0, 0, 0));
}
END_TEST

static void
name_put(void *context, const struct obligation *o)
{
	char name[PERIOD_NAME];

	strcat(strcat(context, period_name(o->period, name)), " ");
}

/* The months that are due, of an agreement that moves to another zone with April. */
static const char *
moved_to(const struct zone *before, const struct zone *after, char *names)
{
	const int64_t april = civil_days((struct civil){2026, 4, 1}) * STAMP_DAY;
	const struct terms versions[] = {
	    {.from = 0,
		.until = april - zone_offset(after, april),
		.zone = before,
		.reports = 1,
		.report = reports},
	    {.from = april - zone_offset(after, april),
		.until = STAMP_NEVER,
		.zone = after,
		.reports = 1,
		.report = reports},
	};
	const struct agreement acme = {"acme", 2, versions};

	names[0] = '\0';
	obligations_walk(&acme, NULL, 0, day(2026, 2, 1), day(2026, 6, 1), name_put, names);
	return names;
}

START_TEST(a_change_of_zone_loses_no_period)
{
	static const int64_t west = -5 * STAMP_HOUR;
	static const struct zone bogota = {"America/Bogota", 1, &at, &west};
	char names[200];

	ck_assert_str_eq(moved_to(&bogota, &shanghai, names), "2026-01 2026-02 2026-03 2026-04 ");
	ck_assert_str_eq(moved_to(&shanghai, &bogota, names), "2026-01 2026-02 2026-03 2026-04 ");
	ck_assert_str_eq(moved_to(&shanghai, &shanghai, names), "2026-01 2026-02 2026-03 2026-04 ");
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, in_time_late_and_missing);
	tcase_add_test(t, not_yet_due_is_pending);
	tcase_add_test(t, windows_are_of_due_times);
	tcase_add_test(t, the_edge_belongs_to_what_follows);
	tcase_add_test(t, the_version_at_a_periods_end_governs);
	tcase_add_test(t, a_change_of_zone_loses_no_period);
}

SUITE_MAIN("obligation", add)
