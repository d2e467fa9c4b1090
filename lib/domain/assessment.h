/*
 * assessment: the rung of an indicator's ladder that somebody found an agreement's service on.
 */
#ifndef SLAD_DOMAIN_ASSESSMENT_H
#define SLAD_DOMAIN_ASSESSMENT_H

#include <stddef.h>
#include <stdint.h>

#include "domain/standing.h"

#define LEVEL_TOP 5 /* levels are 1 to this */

struct assessment {
	int64_t time, level;
	int64_t valid_until; /* STAMP_NEVER */
	enum standing standing;
};

/* Over several agreements. */
struct levels {
	int64_t sum; /* of the levels that are valid */
	int64_t valid, stale; /* how many agreements have one, how many only an expired one */
};

/* Adds what the assessments of one agreement and indicator, in the order that settles equal times,
 * say at `end`: the last one before it holds, unless it has expired. Says of each how it stands. */
void levels_add(struct levels *sum, struct assessment *list, size_t count, int64_t end);

#endif
