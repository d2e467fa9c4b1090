/*
 * score: the standard's formulas over summed counts (GB/T 33850-2017, semantics 4 and 5).
 *
 * Everything is whole numbers until the last division, which is the caller's: a fraction is
 * num/den, and den 0 means that there is no such value.
 */
#ifndef SLAD_DOMAIN_SCORE_H
#define SLAD_DOMAIN_SCORE_H

#include <stdbool.h>
#include <stdint.h>

#include "domain/agreement.h"
#include "domain/indicator.h"
#include "domain/outage.h"
#include "domain/tally.h"

struct sums {
	int64_t good, bad, pending;
	int64_t excluded[EXCLUSIONS];
};

struct fraction {
	int64_t num, den;
};

struct score {
	int64_t a, b; /* tickets; of availability, ms */
	int64_t pending;
	int64_t excluded[EXCLUSIONS];
	struct fraction value; /* the standard's formula */
	struct fraction decided; /* the same without the pending ones */
	struct fraction low, high; /* what the window can still become */
	const char *reason; /* why there is no value, or why this one; NULL */
	bool clamped;
	int64_t late_maintenance; /* maintenance announced too late, in the window */
};

void sums_add(struct sums *sums, unsigned measure, int64_t n);
struct score score_of_sums(enum indicator i, const struct sums *sums);
struct score score_of_availability(const struct availability *sum);
struct score score_without(const char *reason);

/* fraction >= decimal, on whole numbers. The fraction must have a value. */
bool fraction_reaches(struct fraction f, struct decimal at_least);

#endif
