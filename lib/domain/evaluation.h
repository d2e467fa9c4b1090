/*
 * evaluation: the standard's evaluation and grading (GB/T 33850-2017, semantics 5) of the 32 scores
 * under a profile.
 *
 *   selected    an indicator whose weight w(i) and whose characteristic's weight W(c) are above 0
 *   effective   E(i) = W(c) * w(i) / (the sum of w over the selected ones of c)
 *   share       E(i) / (the sum of E over all selected ones)
 *   with data   selected, and its score has a value X(i); also one by b_zero_standard
 *   score       (the sum of E * X over those with data) / (the sum of E over those with data)
 *   coverage    (the sum of E over those with data) / (the sum of E over all selected ones)
 *
 * Score and coverage of a characteristic are the same sums over its indicators alone.
 *
 * Sums are exact, over one common denominator. The quotient is rounded once, half up, to twelve
 * decimals: that is the number that bands are compared with. Coverage is compared with
 * min_coverage, and a value with a veto's `below`, before anything is rounded.
 */
#ifndef SLAD_DOMAIN_EVALUATION_H
#define SLAD_DOMAIN_EVALUATION_H

#include <stdbool.h>
#include <stdint.h>

#include "domain/profile.h"
#include "domain/score.h"

#define EVALUATION_ONE INT64_C(1000000000000) /* what is rounded is in parts of this */
#define EVALUATION_NONE (-1) /* there is no such value, or no grade */

struct evaluation {
	int64_t score, coverage;
	struct {
		int64_t score, coverage; /* EVALUATION_NONE where nothing is selected */
	} characteristic[CHARACTERISTICS];
	struct {
		bool selected;
		int64_t weight; /* the profile's */
		int64_t share; /* 0 of those not selected */
		bool vetoed; /* the profile has a veto for it, and its value lies below */
	} indicator[INDICATORS];
	int reached; /* the grade by the score alone, an index of the profile's grades */
	int grade; /* the same, no better than the vetoes that apply let it be */
	/* Why there is no grade: "no_data", no score; "coverage", less than the profile's
	 * min_coverage; "no_band", the score lies below the last band. NULL with a grade. */
	const char *reason;
};

/* All indicators' scores, of one scope, window and cohort. Values are from 0 to 1. */
struct evaluation evaluation_of(const struct profile *p, const struct score score[INDICATORS]);

#endif
