/*
 * tally: what a ticket contributes to which count, in which minute, and sums of such counts.
 *
 * A measure is an indicator and an outcome in a cohort. A ticket's cycle counts once in each
 * indicator of its kind: in the minute it was opened (cohort opened), and, once decided, in the
 * minute that decided it (cohort settled). Scores are sums of such counts over minutes and scopes,
 * never means of ratios, so that the parts always add up to the whole.
 *
 * To sum years as cheaply as days, counts are kept at several widths: minutes, and buckets of an
 * hour, of a UTC day and of a UTC month. A window is cut into few buckets that make it up exactly.
 *
 * The same tallies hold the statistics (statistic.h), under measures of their own.
 */
#ifndef SLAD_DOMAIN_TALLY_H
#define SLAD_DOMAIN_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "domain/indicator.h"
#include "domain/rule.h"
#include "domain/ticket.h"

enum outcome { OUTCOME_GOOD, OUTCOME_BAD, OUTCOME_PENDING, OUTCOME_EXCLUDED };
#define OUTCOMES 4

extern const char *const outcome_names[]; /* NULL-terminated */

/* Measures of one indicator: good, bad, pending and each exclusion, in either cohort. */
#define MEASURES_EACH 32

static inline unsigned
measure_of(enum indicator i, enum cohort c, enum outcome o, enum exclusion x)
{
	unsigned slot =
	    o == OUTCOME_EXCLUDED ? (unsigned)OUTCOME_EXCLUDED + (unsigned)x : (unsigned)o;

	return (unsigned)i * MEASURES_EACH + (unsigned)c * (MEASURES_EACH / 2) + slot;
}

/* Measures below it are the indicators', those from it on the statistics'; of these, those from
 * TIMES_FIRST on are of times. */
#define STATISTIC_FIRST ((unsigned)(INDICATORS * MEASURES_EACH))
#define TIMES_FIRST 2048u
#define MEASURES_END (~0u) /* behind all of them */

static inline bool
measure_is_indicator(unsigned measure)
{
	return measure < STATISTIC_FIRST;
}

/* Of an indicator's measure. */
enum indicator measure_indicator(unsigned measure);
enum cohort measure_cohort(unsigned measure);
enum outcome measure_outcome(unsigned measure);
enum exclusion measure_exclusion(unsigned measure); /* of an excluded one */

/* A ticket counts once, a fact as often as it says, in a minute (minutes since 1970). */
struct count {
	int64_t minute;
	unsigned measure;
	unsigned cycle; /* which of the ticket's; for explanation only */
	int64_t n;
};

int64_t tally_minute(int64_t t); /* that an instant lies in */

/* By minute, then cycle, then measure. */
int count_compare(const struct count *a, const struct count *b);
void counts_sort(struct count *counts, size_t n);

/* What a folded ticket contributes to indicators, in the arena: at most 8 a cycle, none if
 * incomplete. */
size_t tally_ticket(const struct ticket *t, struct arena *a, struct count **counts);

/* Those of a fact: calls, security, changes; in both cohorts at its time. Other facts count in no
 * tally. What integrity calls A is bad, what it calls B is good. */
size_t tally_fact(const struct record *r, struct count counts[static COHORTS]);

/* The outcome of one cycle for one of the ticket's indicators; settled is the deciding
 * instant, or STAMP_NEVER while pending. */
struct verdict {
	enum outcome outcome;
	enum exclusion exclusion; /* if excluded */
	int64_t settled;
};

struct verdict tally_verdict(const struct ticket *t, const struct cycle *c, enum indicator i);

/* The indicators that a ticket counts in; returns how many, at most 4. */
#define TICKET_INDICATORS 4
size_t tally_indicators(const struct ticket *t, enum indicator list[static TICKET_INDICATORS]);

/* Buckets. Level 0 is a minute, 1 an hour, 2 a UTC day, 3 a UTC month; bucket 0 begins in 1970. */
#define TALLY_LEVELS 4
int64_t tally_bucket(int level, int64_t minute); /* that the minute lies in */
int64_t tally_first(int level, int64_t bucket); /* its first minute */

struct bucket_range {
	int level;
	int64_t from, to; /* buckets [from, to) */
	bool less; /* they are taken away from what the others are */
};

/* Cuts the minutes [from, to) into at most TALLY_RANGES ranges of whole buckets; returns how many.
 * They do not overlap. */
#define TALLY_RANGES (2 * TALLY_LEVELS - 1)
size_t tally_cut(int64_t from, int64_t to, struct bucket_range ranges[static TALLY_RANGES]);

/* The same with fewer buckets, where it is shorter to take too much and something of it away: a
 * month east of Greenwich is the UTC month, with some hours before it, without its last ones. */
size_t tally_cover(int64_t from, int64_t to, struct bucket_range ranges[static TALLY_RANGES]);

#endif
