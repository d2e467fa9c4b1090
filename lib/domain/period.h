/*
 * period: days, ISO weeks, months, quarters and years of the calendar, and their names.
 *
 * Names: 2026, 2026-Q4, 2026-11, 2026-W47, 2026-11-20; years 1970 to 9998. A period has no place
 * in time until a zone gives it one: its first instant is the first that shows its first date.
 */
#ifndef SLAD_DOMAIN_PERIOD_H
#define SLAD_DOMAIN_PERIOD_H

#include <stdint.h>

#include "domain/zone.h"

#define PERIOD_NAME 32

enum unit { UNIT_DAY, UNIT_WEEK, UNIT_MONTH, UNIT_QUARTER, UNIT_YEAR };

struct period {
	enum unit unit;
	int64_t start; /* its first day, since 1970-01-01 */
};

struct period period_of(enum unit unit, int64_t day); /* that the day lies in */
struct period period_next(struct period p);
const char *period_name(struct period p, char name[static PERIOD_NAME]);

/* 1 and the period of a name; 0 if it does not look like one; -1 if it looks like one, but there is
 * none: *right says what would be. */
int period_parse(const char *name, struct period *p, const char **right);

/* [from, to) in a zone. They are equal where the zone skipped a day. */
int64_t period_from(struct period p, const struct zone *zone);
int64_t period_to(struct period p, const struct zone *zone);

#endif
