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
