#include "domain/clock.h"

#include "base/stamp.h"

const char *const clock_kind_names[CLOCKS] = {"response", "recovery", "resolution"};
const char *const clock_state_names[] = {"running", "paused", "stopped"};

/* Working ms that the target of a phase allows; TARGET_NONE if none. */
static int64_t
phase_target(const struct phase *p, enum clock_kind kind)
{
	if (p->target == NULL)
		return TARGET_NONE;
	switch (kind) {
	case CLOCK_RESPONSE:
		return p->target->respond;
	case CLOCK_RECOVERY:
		return p->target->recover;
	case CLOCK_RESOLUTION:
		break;
	}
	return p->target->resolve;
}

static const struct calendar *
phase_calendar(const struct phase *p)
{
	if (p->terms == NULL)
		return NULL;
	return p->target != NULL ? p->target->calendar : p->terms->calendar;
}

static bool
phase_runs(const struct phase *p, enum clock_kind kind)
{
	return phase_calendar(p) != NULL && (kind == CLOCK_RESPONSE || !p->paused);
}

/* Would the clock be late at t, with so much working time passed, by this phase's promise? */
static bool
late_by(const struct phase *p, enum clock_kind kind, int64_t elapsed, int64_t t)
{
	int64_t target = phase_target(p, kind);

	if (p->due[kind] != STAMP_NEVER)
		return t > p->due[kind];
	return target != TARGET_NONE && elapsed > target;
}

/* The first late instant from the phase's start on, if the phase never ended. */
static int64_t
first_late(const struct phase *p, enum clock_kind kind, int64_t elapsed)
{
	int64_t target = phase_target(p, kind), due = p->due[kind];

	if (due != STAMP_NEVER)
		return due >= p->at ? due + 1 : p->at;
	if (target == TARGET_NONE)
		return STAMP_NEVER;
	if (elapsed > target)
		return p->at;
	if (!phase_runs(p, kind))
		return STAMP_NEVER;
	return calendar_after(phase_calendar(p), p->at, target - elapsed + 1);
}

/* The earliest instant at which the target of the last phase is used up. */
static int64_t
used_up(const struct phase *phases, size_t count, enum clock_kind kind, int64_t target)
{
	const struct phase *p;
	int64_t spent;

	for (size_t i = 0; i < count; i++) {
		p = &phases[i];
		if (!phase_runs(p, kind) || (p->resolved && kind != CLOCK_RESPONSE))
			continue;
		spent = i + 1 == count
		    ? target
		    : calendar_elapsed(phase_calendar(p), p->at, phases[i + 1].at);
		if (spent >= target)
			return calendar_after(phase_calendar(p), p->at, target);
		target -= spent;
	}
	return STAMP_NEVER;
}

/* What the clock shows in its last phase. */
static void
face(const struct phase *phases, size_t count, enum clock_kind kind, struct ticket_clock *c)
{
	const struct phase *p = &phases[count - 1];

	c->target = phase_target(p, kind);
	c->due = p->due[kind];
	if (c->stop != STAMP_NEVER)
		c->state = CLOCK_STOPPED;
	else if (kind != CLOCK_RESPONSE && (p->paused || p->resolved))
		c->state = CLOCK_PAUSED;
	else
		c->state = CLOCK_RUNNING;
	if (c->state == CLOCK_STOPPED || c->breach != STAMP_NEVER)
		return;
	if (c->due != STAMP_NEVER)
		c->deadline = c->due;
	else if (c->state == CLOCK_RUNNING && c->target != TARGET_NONE)
		c->deadline = used_up(phases, count, kind, c->target);
}

/* The clock stops at the end of phase i: for good, or until a reopening. */
static bool
stops_after(enum clock_kind kind, const struct phase *phases, size_t count, size_t i)
{
	return i + 1 == count || (kind != CLOCK_RESPONSE && phases[i + 1].resolved);
}

/* A phase of the clock being run. */
struct stretch {
	const struct phase *phase, *before; /* before: the one that was looked at last, or NULL */
	int64_t end, elapsed; /* elapsed at its start */
	bool stops; /* the clock stops at its end */
};

/* Is it in this phase that the clock becomes late? */
static void
judge(const struct stretch *s, enum clock_kind kind, int64_t now, struct ticket_clock *c)
{
	int64_t late = first_late(s->phase, kind, s->elapsed);

	if (late == STAMP_NEVER)
		return;
	if (s->end == STAMP_NEVER && late > now) {
		c->next = late;
	} else if (late < s->end || (s->stops && late == s->end)) {
		c->breach = late;
		c->retargeted = late == s->phase->at && s->before != NULL &&
		    !late_by(s->before, kind, s->elapsed, late);
	}
}

/* Phase i of the clock, which stops at `stop`; false: the clock does not look at it. */
static bool
stretch_of(struct stretch *s, enum clock_kind kind, const struct phase *phases, size_t count,
    size_t i, int64_t stop)
{
	s->phase = &phases[i];
	s->stops = stops_after(kind, phases, count, i);
	s->end = i + 1 == count ? stop : phases[i + 1].at;
	return (s->phase->at != s->end || s->stops) &&
	    (!s->phase->resolved || kind == CLOCK_RESPONSE);
}

/* What of the stretch has passed in which the clock runs when it is open. */
static struct interval
passed(const struct stretch *s, enum clock_kind kind, int64_t now)
{
	int64_t at = s->phase->at, end = s->end;

	if (end == STAMP_NEVER)
		end = now > at ? now : at;
	return (struct interval){at, phase_runs(s->phase, kind) ? end : at};
}

void
ticket_clock_run(enum clock_kind kind, const struct phase *phases, size_t count, int64_t stop,
    int64_t now, struct ticket_clock *c)
{
	struct stretch s = {.elapsed = 0};
	struct interval v;

	*c = (struct ticket_clock){.stop = stop, .deadline = STAMP_NEVER, .breach = STAMP_NEVER};
	c->next = STAMP_NEVER;
	c->phases = count;
	c->now = now;
	for (size_t i = 0; i < count; i++) {
		if (!stretch_of(&s, kind, phases, count, i, stop))
			continue;
		if (c->breach == STAMP_NEVER)
			judge(&s, kind, now, c);
		v = passed(&s, kind, now);
		if (v.from < v.to)
			s.elapsed += calendar_elapsed(phase_calendar(s.phase), v.from, v.to);
		s.before = s.phase;
	}
	c->elapsed = s.elapsed;
	face(phases, count, kind, c);
}

size_t
ticket_clock_working(enum clock_kind kind, const struct phase *phases, const struct ticket_clock *c,
    struct interval *list, size_t room)
{
	struct stretch s = {.elapsed = 0};
	struct interval v;
	size_t n = 0;

	for (size_t i = 0; i < c->phases; i++) {
		if (!stretch_of(&s, kind, phases, c->phases, i, c->stop))
			continue;
		v = passed(&s, kind, c->now);
		if (v.from < v.to)
			n = calendar_intervals(
			    phase_calendar(s.phase), v.from, v.to, list, n, room);
	}
	return n;
}

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* So many thousandths of a time, rounded up; all of it is past only a ms later. */
static int64_t
share(int64_t of, int64_t used)
{
	return used == CLOCK_ALL ? of + 1 : (of * used + CLOCK_ALL - 1) / CLOCK_ALL;
}

/* When so much of the time between a start and a due time has passed. */
static int64_t
due_share(const struct phase *p, int64_t start, int64_t due, int64_t used)
{
	const struct calendar *c = phase_calendar(p);
	int64_t working = c == NULL || due <= start ? 0 : calendar_elapsed(c, start, due);

	if (used == CLOCK_ALL)
		return due + 1;
	if (working == 0)
		return due <= start ? due : start + share(due - start, used);
	return calendar_after(c, start, share(working, used));
}

/* The first instant from the stretch's start on at which the mark is reached, if it never ended. */
static int64_t
mark_ahead(const struct stretch *s, enum clock_kind kind, int64_t start, const struct clock_mark *m)
{
	const struct phase *p = s->phase;
	int64_t target = phase_target(p, kind), due = p->due[kind], need;

	if (due != STAMP_NEVER)
		return later(
		    p->at, m->before >= 0 ? due - m->before : due_share(p, start, due, m->used));
	if (target == TARGET_NONE)
		return STAMP_NEVER;
	need = m->before >= 0 ? target : share(target, m->used);
	if (s->elapsed >= need)
		return p->at;
	if (!phase_runs(p, kind))
		return STAMP_NEVER;
	need = calendar_after(phase_calendar(p), p->at, need - s->elapsed);
	return m->before < 0 || need == STAMP_NEVER ? need : later(p->at, need - m->before);
}

/* Whether a mark stays as it is for the stretch: there is no deadline to be near to. */
static bool
mark_rests(const struct stretch *s, enum clock_kind kind, const struct clock_mark *m)
{
	return m->before >= 0 && s->before != NULL && s->phase->due[kind] == STAMP_NEVER &&
	    phase_target(s->phase, kind) != TARGET_NONE && !phase_runs(s->phase, kind);
}

static void
mark_pass(const struct stretch *s, enum clock_kind kind, const struct phase *phases,
    const struct ticket_clock *c, const struct clock_mark *m, struct clock_reached *r)
{
	int64_t at = mark_ahead(s, kind, phases[0].at, m), start = s->phase->at;

	if (mark_rests(s, kind, m))
		at = r->since < start ? start : STAMP_NEVER;
	if (c->breach != STAMP_NEVER)
		at = sooner(at, later(start, c->breach));
	if (at > start)
		r->since = at < s->end ? at : STAMP_NEVER;
	else if (r->since > start)
		r->since = start;
	if (r->since <= c->now && r->since < s->end)
		r->first = sooner(r->first, r->since);
}

void
ticket_clock_reach(enum clock_kind kind, const struct phase *phases, const struct ticket_clock *c,
    const struct clock_mark *marks, size_t count, struct clock_reached *reached)
{
	struct stretch s = {.elapsed = 0};
	struct interval v;

	for (size_t m = 0; m < count; m++)
		reached[m] = (struct clock_reached){STAMP_NEVER, STAMP_NEVER};
	for (size_t i = 0; i < c->phases; i++) {
		for (size_t m = 0; m < count && phases[i].resolved && kind != CLOCK_RESPONSE; m++)
			reached[m].since = STAMP_NEVER;
		if (!stretch_of(&s, kind, phases, c->phases, i, c->stop))
			continue;
		for (size_t m = 0; m < count; m++)
			mark_pass(&s, kind, phases, c, &marks[m], &reached[m]);
		v = passed(&s, kind, c->now);
		if (v.from < v.to)
			s.elapsed += calendar_elapsed(phase_calendar(s.phase), v.from, v.to);
		s.before = s.phase;
	}
	for (size_t m = 0; m < count && c->stop != STAMP_NEVER; m++)
		reached[m].since = STAMP_NEVER;
}

int64_t
ticket_clock_deadline(
    enum clock_kind kind, const struct phase *phases, const struct ticket_clock *c)
{
	if (c->due != STAMP_NEVER)
		return c->due;
	if (c->target == TARGET_NONE || c->state == CLOCK_PAUSED)
		return STAMP_NEVER;
	return used_up(phases, c->phases, kind, c->target);
}
