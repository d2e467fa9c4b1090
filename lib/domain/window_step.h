/*
 * window_step: a window cut into steps, and the windows that it is compared with.
 *
 * Steps are hours, days, ISO weeks and months of the wall of the window's zone. They tile the
 * window: the first begins where it begins, the last ends where it ends, and each keeps the name of
 * the whole hour, day, week or month that it is a part of: "2026-11-21T14:00+08:00", "2026-11-21",
 * "2026-W47", "2026-11". What the zone skipped is no step.
 *
 * An hour is what shows the same date, hour and offset: one that the clocks repeat is two steps,
 * whose names differ in the offset, and one that they break off or enter late is a shorter step.
 */
#ifndef SLAD_DOMAIN_WINDOW_STEP_H
#define SLAD_DOMAIN_WINDOW_STEP_H

#include <stdbool.h>
#include <stddef.h>

#include "domain/window.h"

enum step { STEP_HOUR, STEP_DAY, STEP_WEEK, STEP_MONTH };

extern const char *const step_names[]; /* "hour", "day", "week", "month"; NULL-terminated */

/* Writes the steps, at most `most`, and returns how many; most + 1 if there are more. */
size_t window_steps(const struct window *w, enum step step, struct window *steps, size_t most);

/* The window before: that of the day, week, month, quarter or year before (before 2026-11 lies
 * 2026-10), or, for rolling ones and explicit edges, of the same length, that ends where this one
 * begins. False if it would lie before 1970; then *before is untouched. */
bool window_before(const struct window *w, struct window *before);

/* The same window a year earlier: the one of that name (2025-11, 2025-W47), or, for rolling ones
 * and explicit edges, between the same dates and times on the wall, where a time that the clocks
 * skipped stands for the next one. False if there is none: of 29 February, a 53rd week, a date that
 * the zone skipped, with nothing between the edges, or before 1970. */
bool window_year_before(const struct window *w, struct window *before);

#endif
