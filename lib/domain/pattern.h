/*
 * pattern: a time by a pattern of strptime(3)'s manner, such as %d/%m/%Y %H:%M.
 *
 * %Y year of four digits, %y of two (70 to 69 are 1970 to 2069), %m %d %e month and day, %b %B the
 * month's English name, short or whole, %H %M %S hour, minute and second, %I and %p hour of twelve
 * and AM or PM, %z offset (Z, UTC, GMT, +0800, +08:00, +08), %a %A the English name of a weekday,
 * which is passed over, %F %T %R as date(1) has them, %% itself. Numbers need no zeros in front; a
 * fraction of a second may follow %S. A blank stands for any number of them. What is not named is
 * 0: a date alone is its midnight.
 */
#ifndef SLAD_DOMAIN_PATTERN_H
#define SLAD_DOMAIN_PATTERN_H

#include "base/err.h"
#include "domain/zone.h"

/* The instant in UTC ms. Without %z it is one on a wall of the zone, which then may not be NULL. */
int pattern_read(
    const char *pattern, const char *text, const struct zone *zone, int64_t *t, struct err *err);

#endif
