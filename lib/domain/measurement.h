/*
 * measurement: numbers that somebody counted for a calendar period, and their sum over a window.
 */
#ifndef SLAD_DOMAIN_MEASUREMENT_H
#define SLAD_DOMAIN_MEASUREMENT_H

#include <stddef.h>
#include <stdint.h>

#include "domain/standing.h"

struct amounts {
	int64_t a, b, c;
};

struct measurement {
	int64_t from, to; /* of its period */
	struct amounts amounts;
	size_t at; /* the caller's number for it */
	enum standing standing;
};

/*
 * Adds the measurements of one agreement and indicator whose periods lie wholly in the window
 * [from, to), and says of each how it stands. Those of one period follow each other in the list, in
 * the order that settles equal times, and the last of them supersedes the others. Where periods
 * overlap (a month, and its quarter), the longest one counts, of as long ones the earliest, and
 * those that overlap it do not. Sorts the list.
 */
void measurements_add(
    struct amounts *sum, struct measurement *list, size_t count, int64_t from, int64_t to);

#endif
