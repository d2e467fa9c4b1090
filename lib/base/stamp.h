/*
 * stamp: an instant as UTC milliseconds since 1970, and its RFC 3339 text.
 *
 * Leap seconds do not exist here (POSIX time). Days are counted since 1970-01-01, in the proleptic
 * Gregorian calendar (Howard Hinnant, "chrono-compatible low-level date algorithms").
 */
#ifndef SLAD_BASE_STAMP_H
#define SLAD_BASE_STAMP_H

#include <stdint.h>

#include "base/err.h"

#define STAMP_SECOND INT64_C(1000)
#define STAMP_MINUTE (60 * STAMP_SECOND)
#define STAMP_HOUR (60 * STAMP_MINUTE)
#define STAMP_DAY (24 * STAMP_HOUR)
#define STAMP_NEVER INT64_MAX /* an instant that does not come */
#define STAMP_TEXT 40 /* bytes for any formatted instant, NUL included */

struct civil {
	int year, month, day; /* month 1 to 12, day 1 to 31 */
};

int64_t stamp_floor(int64_t t, int64_t unit); /* the greatest multiple of unit that is <= t */

int64_t civil_days(struct civil date);
struct civil civil_from_days(int64_t days);
int civil_weekday(int64_t days); /* 0 Monday to 6 Sunday (ISO 8601) */
int civil_parse(const char *text, int64_t *days); /* "2026-11-21"; 0, or -1 if it is no date */

/* RFC 3339 with an offset, years 1970 to 9999; digits past the millisecond are cut. */
int stamp_parse(const char *text, int64_t *t, struct err *err);

/* "2026-11-21T01:00:00.000Z" */
const char *stamp_format(int64_t t, char text[static STAMP_TEXT]);

/* The same instant on a wall whose clock is `offset` ms ahead: "2026-11-01T00:00:00+08:00";
 * milliseconds only if there are any, the offset in whole minutes. */
const char *stamp_format_at(int64_t t, int64_t offset, char text[static STAMP_TEXT]);

#endif
