/*
 * natural: whole numbers from 0 on that are far wider than a machine word.
 *
 * For sums of fractions that must be exact: over a common denominator they need products and sums
 * only, and comparing two products needs no division. A number that does not fit is a mistake of
 * its user's, who knows how wide his products are, and aborts.
 */
#ifndef SLAD_BASE_NATURAL_H
#define SLAD_BASE_NATURAL_H

#include <stddef.h>
#include <stdint.h>

#define NATURAL_LIMBS 40 /* of 64 bits */

struct natural {
	size_t used; /* limbs; those from here on are 0, and the last of them is not */
	uint64_t limb[NATURAL_LIMBS]; /* the least first */
};

struct natural natural_of(uint64_t n);
void natural_times(struct natural *n, uint64_t by);
void natural_plus(struct natural *n, const struct natural *more);
int natural_compare(const struct natural *a, const struct natural *b); /* -1, 0, 1 */

#endif
