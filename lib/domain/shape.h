/*
 * shape: the forms in which other systems write an instant.
 *
 * rfc3339         2026-11-21T09:30:00.250+08:00, 2026-11-21T01:30:00Z
 * offset_nocolon  2026-11-21T09:30:00.250+0800
 * offset_spaced   2026-11-21 09:30:00 +0800
 * utc_suffix      2026-11-21 01:30:00 UTC
 * local           2026-11-21 09:30:00, 2026-11-21T09:30, on a wall of the zone
 * local_dots      2026.11.21 09:30:00, likewise
 * iso             2026-11-21, 2026-11-21 09:30, 2026-11-21T09:30:00.250: local;
 *                 2026-11-21 09:30+0800, 2026-11-21T01:30:00Z: not
 * s, ms, ns       1795224600, since 1970; s may have a fraction
 *
 * A local time that its zone skips is the instant of the jump; one that it shows twice, the first.
 */
#ifndef SLAD_DOMAIN_SHAPE_H
#define SLAD_DOMAIN_SHAPE_H

#include "base/err.h"
#include "domain/zone.h"

enum shape {
	SHAPE_RFC3339,
	SHAPE_OFFSET_NOCOLON,
	SHAPE_OFFSET_SPACED,
	SHAPE_UTC_SUFFIX,
	SHAPE_LOCAL,
	SHAPE_LOCAL_DOTS,
	SHAPE_ISO,
	SHAPE_S,
	SHAPE_MS,
	SHAPE_NS,
};
#define SHAPES 10

extern const char *const shape_names[SHAPES];

int shape_find(const char *name); /* -1 if there is none of that name */

/* The instant in UTC ms, from 1970 to 9999; digits past the millisecond are cut. The zone may be
 * NULL where no time is local. */
int shape_read(
    enum shape shape, const char *text, const struct zone *zone, int64_t *t, struct err *err);

#endif
