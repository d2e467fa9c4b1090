/*
 * obligation: the reports that an agreement makes due, and which of them came.
 *
 * A period's report is due by the version of the agreement that is in force at the period's last
 * instant, in that version's zone. What is due in a window counts there.
 */
#ifndef SLAD_DOMAIN_OBLIGATION_H
#define SLAD_DOMAIN_OBLIGATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/agreement.h"
#include "domain/score.h"

/* A conforming report that was submitted: the earliest of its report and period. */
struct filing {
	const char *report, *period;
	int64_t time;
};

/* Adds those of an agreement that fall due in [from, to), as of now. `filings` is sorted by report,
 * then by period, bytewise. Good are those submitted by their due time, or at all; what is not
 * there and not yet due is pending, and cohort settled leaves it out. */
void obligations_add(struct sums *on_time, struct sums *submitted, const struct agreement *a,
    const struct filing *filings, size_t count, int64_t from, int64_t to, int64_t now,
    enum cohort cohort);

#endif
