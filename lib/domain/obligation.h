/*
 * obligation: the reports that an agreement makes due, and which of them came.
 *
 * A period's report is due by the last version of the agreement that holds by the period's last
 * instant in that version's own zone, so that a change of zone leaves out no period and takes none
 * twice. What is due in a window counts there.
 */
#ifndef SLAD_DOMAIN_OBLIGATION_H
#define SLAD_DOMAIN_OBLIGATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/agreement.h"
#include "domain/period.h"
#include "domain/score.h"

/* A conforming report that was submitted: the earliest of its report and period. */
struct filing {
	const char *report, *period;
	int64_t time;
	size_t at; /* the caller's number for it */
};

/* A report that is due for a period. */
struct obligation {
	const struct report *report;
	struct period period;
	int64_t due;
	const struct filing *filing; /* what was submitted; NULL */
};

/* Whether and how it counts in REPORT_ON_TIME_RATE or REPORT_SUBMISSION_RATE as of now: good are
 * those submitted by their due time, or at all; what is not there and not yet due is pending, and
 * cohort settled leaves it out. */
bool obligation_counts(const struct obligation *o, enum indicator i, int64_t now,
    enum cohort cohort, enum outcome *outcome);

/* Those of an agreement that fall due in [from, to), by version, report and period. `filings` is
 * sorted by report, then by period, bytewise. */
void obligations_walk(const struct agreement *a, const struct filing *filings, size_t count,
    int64_t from, int64_t to, void (*each)(void *context, const struct obligation *o),
    void *context);

#endif
