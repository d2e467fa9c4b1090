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
#include "domain/assessment.h"
#include "domain/indicator.h"
#include "domain/measurement.h"
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
	int64_t a, b; /* in parts of score_unit_a(), score_unit_b(); 0 where there are none */
	int64_t c; /* of a weighted formula */
	int64_t pending;
	int64_t excluded[EXCLUSIONS];
	struct fraction value; /* the standard's formula */
	struct fraction decided; /* the same without the pending ones */
	struct fraction low, high; /* what the window can still become */
	const char *reason; /* why there is no value, or why this one; NULL */
	bool clamped; /* the value was cut to 0 or 1 */
	int64_t late_maintenance; /* maintenance announced too late, in the window */
};

void sums_add(struct sums *sums, unsigned measure, int64_t n);
struct score score_of_sums(enum indicator i, const struct sums *sums);
struct score score_of_availability(const struct availability *sum);
struct score score_without(const char *reason);

/* 1 as long as nothing happened; there is no B. `in_force`: there is an agreement to keep. */
struct score score_of_absence(const struct sums *sums, bool in_force);

/* Incidents against the number agreed, in millionths. */
struct score score_of_incidents(const struct sums *sums, int64_t agreed);

/* Amounts that were counted as such: measurements, or tampering (a) and changes (b). */
struct score score_of_amounts(enum indicator i, const struct amounts *sum);
struct score score_of_levels(const struct levels *sum);

/* What one that is shown counts as: availability in ms, shown as seconds; incidents agreed in
 * millionths. */
int64_t score_unit_a(enum indicator i);
int64_t score_unit_b(enum indicator i);

/* fraction >= decimal, on whole numbers. The fraction must have a value. */
bool fraction_reaches(struct fraction f, struct decimal at_least);

#endif
