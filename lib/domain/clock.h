/*
 * clock: one of the three clocks of a ticket, run over the phases of its life.
 *
 * A phase is a stretch of time in which nothing that the clocks look at changes: the target in
 * force, the due times the source gave, whether the clocks are paused, whether the ticket is
 * resolved. Working time adds up over phases, each in its own calendar. The clock is late from the
 * first instant at which more working time has passed than the target in force allows; what
 * happens afterwards does not take that back (semantics 3).
 */
#ifndef SLAD_DOMAIN_CLOCK_H
#define SLAD_DOMAIN_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/agreement.h"

enum clock_kind { CLOCK_RESPONSE, CLOCK_RECOVERY, CLOCK_RESOLUTION };
#define CLOCKS 3
#define CLOCK_ALL 1000 /* thousandths */

extern const char *const clock_kind_names[CLOCKS];

struct phase {
	int64_t at; /* it ends where the next one begins */
	const struct terms *terms; /* NULL: no version in force, the clocks stand */
	const struct target *target; /* NULL: none matches */
	int64_t due[CLOCKS]; /* given by the source, or STAMP_NEVER */
	bool paused; /* stops recovery and resolution, never the response */
	bool resolved; /* resolved, and reopened at the phase's end */
	const char *cause; /* of the pause, the one that is longest in force; NULL */
};

enum clock_state { CLOCK_RUNNING, CLOCK_PAUSED, CLOCK_STOPPED };

extern const char *const clock_state_names[];

struct ticket_clock {
	enum clock_state state;
	int64_t elapsed; /* working ms from the start to the stop, else to now */
	int64_t stop; /* STAMP_NEVER while it is not stopped */
	int64_t target; /* in force at the stop, else now; TARGET_NONE */
	int64_t due; /* in force at the stop, else now; STAMP_NEVER */
	int64_t
	    deadline; /* of one that runs, or has a due time, and is not late; else STAMP_NEVER */
	int64_t breach; /* the first late instant, once it has come; else STAMP_NEVER */
	int64_t next; /* the first late instant to come if nothing happens; else STAMP_NEVER */
	bool retargeted; /* the breach came from a change of what was promised */
	size_t phases; /* that it ran over */
	int64_t now; /* that it was looked at */
};

/*
 * Runs a clock over `count` phases (at least one), the last of which is in force when it stops, at
 * `stop` (STAMP_NEVER: not stopped), looked at at `now`.
 */
void ticket_clock_run(enum clock_kind kind, const struct phase *phases, size_t count, int64_t stop,
    int64_t now, struct ticket_clock *clock);

/* A point of a clock's life: so much of its target is used up, or its deadline is so near. */
struct clock_mark {
	int64_t used; /* in thousandths of the target; 1000: the clock is late. Or -1 */
	int64_t before; /* instead: elapsed ms before the deadline. Or -1 */
};

struct clock_reached {
	int64_t since; /* it is reached from then on, without a break; lies ahead if that comes by
			  time alone; STAMP_NEVER: it is not, or the clock has stopped */
	int64_t first; /* the first instant up to now at which it was reached, if it was for some
			  time; STAMP_NEVER */
};

/*
 * When a clock that was run reached each of the marks, exact to the ms.
 *
 * - `used` of a target is so much working time; of a due time, so much of the working time between
 *   the clock's start and that (of elapsed time, if it has none), pauses or not.
 * - A paused clock without a due time has no deadline: what was reached before it stays reached.
 * - Another target or due time is judged at once, and may take a mark away.
 * - A clock that is late is past every mark, for good.
 * - Between a resolution and a reopening nothing is reached.
 */
void ticket_clock_reach(enum clock_kind kind, const struct phase *phases,
    const struct ticket_clock *clock, const struct clock_mark *marks, size_t count,
    struct clock_reached *reached);

/* The deadline, of a clock that is late or has stopped too: when what was promised last is used up
 * or due; STAMP_NEVER if nothing is promised, or it is paused. */
int64_t ticket_clock_deadline(
    enum clock_kind kind, const struct phase *phases, const struct ticket_clock *clock);

/*
 * The intervals of working time that the elapsed time of a clock is the sum of, ascending and
 * apart, of the phases that it ran over: the first `room` of them. Returns how many.
 */
size_t ticket_clock_working(enum clock_kind kind, const struct phase *phases,
    const struct ticket_clock *clock, struct interval *list, size_t room);

#endif
