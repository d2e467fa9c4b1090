/* When a clock reaches so much of its target, or comes so near its deadline: against a brute force
 * that folds random tickets as of every minute, and as of the instants said. */
#include <time.h>

#include "story.h"

#include "base/stamp.h"

#define TICKETS 100
#define MARKS 7
#define HORIZON (3 * 1440) /* minutes */

static const struct clock_mark marks[MARKS] = {{750, -1}, {900, -1}, {CLOCK_ALL, -1}, {-1, 0},
    {-1, 30 * STAMP_MINUTE}, {333, -1}, {-1, 4 * STAMP_HOUR}};

static struct story s;
static struct arena scratch; /* of one minute */
static struct calendar *office;

static void
setup(void)
{
	static const struct span hours = {9 * 60, 17 * 60};
	struct calendar_plan plan = {.name = "office"};

	story_init(&s);
	plan.zone = s.terms.zone;
	for (int i = 0; i < 5; i++)
		plan.week[i] = (struct day_plan){1, &hours};
	office = calendar_new(&plan, NULL);
	/* P1 in office hours; odd targets, so that shares of them are no whole ms */
	s.target[1].calendar = office;
	s.target[1].respond = 17 * STAMP_MINUTE + 1;
	s.target[1].resolve = 301 * STAMP_MINUTE + 7;
}

static void
teardown(void)
{
	calendar_free(office);
	story_free(&s);
}

static unsigned seed;

static int
rnd(int n)
{
	seed = seed * 1103515245u + 12345u;
	return (int)((seed >> 8) % (unsigned)n);
}

/* A life in which nothing is resolved twice in a row: what comes later takes nothing back. */
static void
random_life(char *text, size_t size)
{
	static const char *const steps[] = {"paused cause=customer", "resumed", "responded",
	    "updated priority=P1", "updated priority=P2", "updated priority=P9",
	    "updated resolve_by=%d", "updated resolve_by=%d priority=P1", "updated respond_by=%d",
	    "paused cause=supplier", "resolved", "reopened"};
	int at = rnd(60), n = 1 + rnd(8), step;
	bool resolved = false;
	size_t len = (size_t)snprintf(text, size, "%d opened%s", at, rnd(2) ? " priority=P1" : "");

	for (int i = 0; i < n; i++) {
		at += rnd(3) == 0 ? rnd(900) : rnd(40);
		step = rnd(12);
		if (step == 10 && resolved)
			step = 11;
		resolved = step == 10 || (resolved && step != 11);
		len += (size_t)snprintf(text + len, size - len, "; %d.%d ", at, rnd(1000));
		len += (size_t)snprintf(text + len, size - len, steps[step], at - 60 + rnd(2000));
	}
}

static const struct cycle *
as_of(int64_t now)
{
	const struct record **known = arena_alloc(&scratch, s.count, sizeof(*known));
	size_t n = 0;

	for (size_t i = 0; i < s.count; i++) {
		if (s.records[i]->time <= now)
			known[n++] = s.records[i];
	}
	ticket_fold(known, n, &s.agreements, now, &scratch, &s.ticket);
	return &s.ticket.cycle[s.ticket.cycles - 1];
}

/* The working time between the start of a clock and its due time, else all time. */
static int64_t
due_time(const struct cycle *c, const struct phase *p, int64_t due, int64_t from, int64_t to)
{
	const struct calendar *calendar =
	    p->target != NULL ? p->target->calendar : p->terms->calendar;

	if (calendar_elapsed(calendar, c->start, due) > 0)
		return calendar_elapsed(calendar, from, to);
	return to - from;
}

/* Whether a mark holds, as the words say it; 2: as before, for it is paused. */
static int
holds(const struct cycle *c, enum clock_kind k, const struct clock_mark *m, int64_t now)
{
	const struct ticket_clock *clock = &c->clock[k];
	const struct phase *p = &c->phase[c->phases - 1];

	if (clock->state == CLOCK_STOPPED || (k != CLOCK_RESPONSE && p->resolved))
		return 0;
	if (clock->breach <= now)
		return 1;
	if (m->used == CLOCK_ALL)
		return 0;
	if (clock->due != STAMP_NEVER && m->before >= 0)
		return now >= clock->due - m->before;
	if (clock->due != STAMP_NEVER)
		return clock->due <= c->start ||
		    due_time(c, p, clock->due, c->start, now) * CLOCK_ALL >=
		    m->used * due_time(c, p, clock->due, c->start, clock->due);
	if (clock->target == TARGET_NONE)
		return 0;
	if (m->used >= 0)
		return clock->elapsed * CLOCK_ALL >= m->used * clock->target;
	if (clock->state == CLOCK_PAUSED)
		return 2;
	return clock->deadline != STAMP_NEVER && now >= clock->deadline - m->before;
}

/* What is said as of now to come is so at that instant, and was not a millisecond before. */
static void
check_ahead(enum clock_kind k, size_t m, int64_t now, int64_t since, const char *text)
{
	const struct record **all = s.records;
	size_t count = s.count, n = 0;

	if (since == STAMP_NEVER)
		return;
	s.records = arena_alloc(&scratch, count, sizeof(*s.records));
	for (size_t i = 0; i < count; i++) {
		if (all[i]->time <= now)
			s.records[n++] = all[i];
	}
	s.count = n;
	ck_assert_msg(holds(as_of(since), k, &marks[m], since) == 1,
	    "%s: clock %d mark %zu does not hold at %" PRId64, text, (int)k, m, since);
	ck_assert_msg(holds(as_of(since - 1), k, &marks[m], since - 1) == 0,
	    "%s: clock %d mark %zu holds before %" PRId64, text, (int)k, m, since);
	s.records = all;
	s.count = count;
}

/* What is said to have begun began then: it is not so a millisecond before. */
static void
check_begun(enum clock_kind k, size_t m, const struct cycle *c, int64_t since, const char *text)
{
	int before;

	if (since <= c->start)
		return;
	ck_assert_msg(holds(as_of(since), k, &marks[m], since) != 0,
	    "%s: clock %d mark %zu did not begin at %" PRId64, text, (int)k, m, since);
	before = holds(as_of(since - 1), k, &marks[m], since - 1);
	ck_assert_msg(
	    before != 1, "%s: clock %d mark %zu began before %" PRId64, text, (int)k, m, since);
}

/* Of a mark, as of the minute before. */
struct last {
	int64_t said; /* since when */
	int64_t never; /* the last instant at which it did not hold */
};

static void
check_mark(enum clock_kind k, size_t m, const struct cycle *c, int64_t now, int64_t since,
    struct last *last, const char *text)
{
	int hold = holds(c, k, &marks[m], now);
	bool paused = false;
	int64_t at = now;

	for (const struct cycle *was = c; hold == 2;
	     hold = was->start <= at ? holds(was, k, &marks[m], at) : 0) {
		at = was->phase[was->phases - 1].at - 1;
		was = at < was->start ? was : as_of(at);
		paused = true;
	}
	ck_assert_msg((since <= now) == (hold == 1),
	    "%s: clock %d mark %zu at %" PRId64 ": %d, since %" PRId64, text, (int)k, m, now, hold,
	    since);
	if (hold == 0)
		last->never = now;
	ck_assert_msg(since > last->never, "%s: clock %d mark %zu had a break at %" PRId64, text,
	    (int)k, m, last->never);
	if (since == last->said || paused)
		return;
	last->said = since;
	if (since > now)
		check_ahead(k, m, now, since, text);
	else
		check_begun(k, m, c, since, text);
}

static void
check_life(const char *text)
{
	struct last last[CLOCKS][MARKS] = {{{0}}};
	int64_t start, now;
	struct clock_reached reached[MARKS];
	const struct cycle *c;

	story_tell(&s, "incident", text);
	start = s.records[0]->time;
	for (int64_t minute = 0; minute < HORIZON; minute += 1 + rnd(3)) {
		now = start + minute * STAMP_MINUTE;
		c = as_of(now);
		if (s.ticket.cycles > 1)
			break;
		for (enum clock_kind k = 0; k < CLOCKS; k++) {
			ticket_clock_reach(k, c->phase, &c->clock[k], marks, MARKS, reached);
			for (size_t m = 0; m < MARKS; m++)
				check_mark(k, m, c, now, reached[m].since, &last[k][m], text);
		}
		if (minute % 50 == 0)
			arena_free(&scratch);
	}
	arena_free(&scratch);
}

START_TEST(against_brute_force)
{
	char text[2000];

	seed = (unsigned)time(NULL);
	printf("seed %u\n", seed);
	for (int i = 0; i < TICKETS; i++) {
		random_life(text, sizeof(text));
		check_life(text);
		arena_free(&s.arena);
	}
}
END_TEST

static void
add(TCase *tcase)
{
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, against_brute_force);
}

SUITE_MAIN("clock", add)
