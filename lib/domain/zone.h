/*
 * zone: an IANA time zone as its list of transitions.
 *
 * Offsets are ms ahead of UTC, by less than a day. A zone knows no rules: whoever reads the zone
 * database (codec/zoneinfo) writes every transition down, from the first one to the year 2100.
 */
#ifndef SLAD_DOMAIN_ZONE_H
#define SLAD_DOMAIN_ZONE_H

#include <stddef.h>
#include <stdint.h>

struct zone {
	const char *name; /* "Asia/Shanghai" */
	size_t count; /* at least 1 */
	const int64_t *at; /* UTC ms, ascending; at[0] = INT64_MIN; offset[i] holds from at[i] on */
	const int64_t *offset;
};

/* The index of the transition in force at t. */
size_t zone_index(const struct zone *z, int64_t t);

int64_t zone_offset(const struct zone *z, int64_t t);

/* The day (since 1970-01-01) that the wall calendar shows at t. */
int64_t zone_day(const struct zone *z, int64_t t);

/* The first instant at which the wall shows `local` (ms since 1970-01-01T00:00 on the wall) or
 * later: what midnight is where the clocks jump over it. */
int64_t zone_reach(const struct zone *z, int64_t local);

#endif
