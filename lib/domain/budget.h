/*
 * budget: what an objective still bears, and what it takes to reach it, in whole tickets, calls or
 * reports.
 *
 * With B counted and `bad` of them bad or not known to be good, the value is (B-bad)/B, whichever
 * way the standard writes it. An objective T is reached as long as bad <= B*(1-T); and k further
 * good ones reach it if (B-bad+k)/(B+k) >= T.
 */
#ifndef SLAD_DOMAIN_BUDGET_H
#define SLAD_DOMAIN_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "domain/agreement.h"
#include "domain/indicator.h"

#define BUDGET_NONE (-1)

struct budget {
	int64_t affords; /* the most that may turn bad, B as it is, with the objective reached; 0 if
			    it is missed */
	int64_t needs; /* the fewest further good ones; 0 if it is reached; BUDGET_NONE if none are
			  enough: it is missed and 1, or there would be more than INT64_MAX */
};

/* `good` of b, 0 <= good <= b, as the standard's formula has it; at_least from 0 to 1. */
struct budget budget_of(int64_t good, int64_t b, struct decimal at_least);

/* The value below which an objective's allowance is used up faster than `times` as fast as it
 * bears: 1 - times*(1-T). Below 0 where no value is so low. times: scale up to 1000, at most 1000.
 */
struct decimal budget_pace(struct decimal objective, struct decimal times);

/* Whether good of b is a larger share than another one; both b are more than 0. */
bool budget_better(int64_t good, int64_t b, int64_t other_good, int64_t other_b);

/* Whether an indicator is a share of what is counted one by one: of tickets, calls or reports.
 * Tampering is none, for it is no part of the changes, nor are incidents of those agreed. */
bool budget_applies(enum indicator i);

#endif
