/*
 * calendar: when a service's clocks run.
 *
 * A calendar is weekly spans on the wall of one zone, less the dates that are closed, with the
 * dates that have spans of their own. A span belongs to the day it starts and may end on the next
 * (22:00-06:00 is open 22*60, shut 30*60): a closed date takes away the spans that start on it, and
 * leaves the night that began the day before. An instant is open if and only if its local time
 * lies in an open span, so a day of 23 or 25 hours counts what its wall really showed.
 *
 * All instants and durations are ms. Intervals are half-open: [s, e).
 * Pure and immutable once built; may be read by several threads.
 */
#ifndef SLAD_DOMAIN_CALENDAR_H
#define SLAD_DOMAIN_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "domain/zone.h"

#define CALENDAR_DAY 1440 /* minutes */

struct interval {
	int64_t from, to; /* [from, to); to may be STAMP_NEVER */
};

struct span {
	int open, shut; /* minutes since the day's midnight: 0 <= open < shut <= 2 * CALENDAR_DAY,
			   open < CALENDAR_DAY */
};

struct day_plan {
	size_t count; /* 0: closed all day */
	const struct span *spans; /* in any order; those that overlap count once */
};

struct date_plan {
	int64_t day; /* days since 1970-01-01 */
	struct day_plan plan;
};

struct calendar_plan {
	const char *name;
	const struct zone *zone; /* must outlive the calendar */
	struct day_plan week[7]; /* Monday first */
	size_t dates;
	const struct date_plan *date; /* in any order; one entry a day at most */
};

struct calendar;

/* Copies what it needs from the plan, but the zone. Fails for a bad span or a date given twice. */
struct calendar *calendar_new(const struct calendar_plan *plan, struct err *err);
void calendar_free(struct calendar *c);

const char *calendar_name(const struct calendar *c);
const struct zone *calendar_zone(const struct calendar *c);
bool calendar_open(const struct calendar *c, int64_t t);
bool calendar_never(const struct calendar *c); /* no instant is open */

/* Open ms in [s, e); 0 if e <= s. Its cost does not grow with e - s, but for the transitions of the
 * zone in between. e may be STAMP_NEVER only if s is too. */
int64_t calendar_elapsed(const struct calendar *c, int64_t s, int64_t e);

/* Appends the intervals that calendar_elapsed(s, e) is the sum of to a list of `count`, ascending
 * and apart, that end by s: as many as there is room for. One that goes on where the list ends
 * makes its last one longer. Returns how many the list has then. e must not be STAMP_NEVER. */
size_t calendar_intervals(const struct calendar *c, int64_t s, int64_t e, struct interval *list,
    size_t count, size_t room);

/* The earliest t >= s with calendar_elapsed(s, t) == n; STAMP_NEVER if there is none before 2200.
 * n = 0 gives s. So calendar_after(s, target) is the deadline, and calendar_after(s, target + 1)
 * the first instant at which more than the target has passed. */
int64_t calendar_after(const struct calendar *c, int64_t s, int64_t n);

#endif
