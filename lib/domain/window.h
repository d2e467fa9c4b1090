/*
 * window: the half-open span of time that a score is about, from its name.
 *
 * Names (semantics 4): today, yesterday, this-week, last-week (ISO, Monday first), this-month,
 * last-month, this-quarter, last-quarter, this-year, last-year; 2026, 2026-Q4, 2026-11, 2026-W47,
 * 2026-11-20; rolling 90m, 24h, 30d, 8h30m, which end with the minute that is now.
 * Edges are whole minutes, years 1970 to 9998. A local day begins at the first instant that shows
 * its date; a date that the zone skipped (Apia, 2011-12-30) is no window, and no yesterday.
 */
#ifndef SLAD_DOMAIN_WINDOW_H
#define SLAD_DOMAIN_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "domain/period.h"
#include "domain/zone.h"

#define WINDOW_NAME 96

struct window {
	char name[WINDOW_NAME]; /* canonical: "this-month" becomes "2026-11"; rolling ones keep
				   theirs */
	int64_t from, to; /* UTC ms, whole minutes, from < to */
	const struct zone *zone; /* the wall its edges lie on, and are shown on */
	bool rolling; /* moves with now */
};

int window_named(
    const char *name, const struct zone *zone, int64_t now, struct window *w, struct err *err);

/* Explicit edges, RFC 3339; not on a whole minute, or not from < to, is an error. Its name is
 * "FROM/TO", both shown on the zone's wall. */
int window_between(
    const char *from, const char *to, const struct zone *zone, struct window *w, struct err *err);

/* The window of a period; -1 for a date that the zone skipped. */
int window_of_period(struct period p, const struct zone *zone, struct window *w, struct err *err);

/* The window between two whole minutes, from < to, named as by window_between(). */
struct window window_of_edges(int64_t from, int64_t to, const struct zone *zone);

/* Durations of configuration and windows: "90s", "30m", "8h30m", "7d", "0s". Units d, h, m, s, each
 * at most once and in this order. -1 if it is none, or past 100 years. */
int duration_parse(const char *text, int64_t *ms, struct err *err);

/* "8h30m", "7d", "0s": the largest units first, none that is zero. What is below a second is cut,
 * and what is below zero is "0s". */
#define DURATION_TEXT 40
const char *duration_format(int64_t ms, char text[static DURATION_TEXT]);

#endif
