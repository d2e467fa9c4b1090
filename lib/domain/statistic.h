/*
 * statistic: what a ticket or a survey contributes to statistics, beside the indicators.
 *
 * These contributions are counts like those of the indicators, in the same tallies, under measures
 * from STATISTIC_FIRST on. Flows count a cycle when it starts and when it is resolved, in no
 * cohort. Times count a clock that has stopped, in either cohort: as one in a bucket (histogram.h),
 * and with its ms, so that a mean is exact. Satisfaction counts answers, and their score/scale.
 */
#ifndef SLAD_DOMAIN_STATISTIC_H
#define SLAD_DOMAIN_STATISTIC_H

#include <stdbool.h>
#include <stddef.h>

#include "domain/tally.h"

/* What a clock's time is counted in: on the agreement's calendar, without pauses, as the target is;
 * or plain, from the start to the stop. */
enum span_kind { SPAN_WORKING, SPAN_ELAPSED };
#define SPANS 2

extern const char *const span_names[SPANS]; /* "working", "elapsed" */

enum statistic_kind {
	STATISTIC_OPENED, /* cycles that start, of tickets that count */
	STATISTIC_RESOLVED, /* cycles whose resolution in force lies there */
	STATISTIC_REOPENED, /* of those that start, what a reopening took back */
	STATISTIC_EXCLUDED, /* cycles that start, of excluded tickets, by cause */
	STATISTIC_ANSWERED, /* surveys */
	STATISTIC_RATIO, /* their score/scale, in parts of SATISFACTION_UNIT */
	STATISTIC_MS, /* of clocks that stopped */
	STATISTIC_BUCKET, /* such clocks, by the bucket of their ms */
};

#define SURVEY_LEVELS 3
#define SATISFACTION_UNIT INT64_C(1000000000)

struct statistic {
	enum statistic_kind what;
	enum kind kind; /* of all but surveys */
	enum exclusion exclusion; /* STATISTIC_EXCLUDED */
	enum survey_level level; /* of surveys */
	/* of times: */
	enum cohort cohort;
	enum clock_kind clock;
	enum span_kind span;
	unsigned bucket; /* STATISTIC_BUCKET */
};

/* The code of a measure, and back: false if there is none of that code, or it is an indicator's. */
unsigned statistic_measure(const struct statistic *s);
bool statistic_of(unsigned measure, struct statistic *s);

/* The contributions of a folded ticket, in the arena; none if incomplete. Nothing that is zero is
 * among them. */
size_t statistic_ticket(const struct ticket *t, struct arena *a, struct count **counts);

/* Those of a fact: of a survey, at its time; other facts have none. */
#define STATISTIC_OF_FACT 2
size_t statistic_fact(const struct record *r, struct count counts[static STATISTIC_OF_FACT]);

#endif
