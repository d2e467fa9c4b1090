/*
 * rule: what is worth a person's attention.
 *
 *   score     an indicator's value falls below a threshold
 *   budget    late ones come so fast that the objective's allowance will not last
 *   excluded  a large share of tickets is excluded
 *   ticket    one ticket's clock has used so much of its target, or is so near its deadline
 *   instant   a leak, a major incident, an outage, a complaint, at once
 *   quiet     a source sends nothing in its working hours
 *   expiry    an assessment is about to expire
 *   report    a report is about to be due
 *   delivery  messages to a receiver failed for good
 */
#ifndef SLAD_DOMAIN_RULE_H
#define SLAD_DOMAIN_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/agreement.h"
#include "domain/clock.h"
#include "domain/indicator.h"
#include "domain/scope.h"

/* The levels of an alert; a smaller number is worse. */
enum level { LEVEL_NONE, LEVEL_URGENT, LEVEL_IMPORTANT, LEVEL_GENERAL };
#define LEVELS 4

extern const char *const level_names[LEVELS]; /* "none", "urgent", "important", "general" */

enum cohort { COHORT_OPENED, COHORT_SETTLED };
#define COHORTS 2
extern const char *const cohort_names[]; /* NULL-terminated */

enum rule_kind {
	RULE_SCORE,
	RULE_BUDGET,
	RULE_EXCLUDED,
	RULE_TICKET,
	RULE_INSTANT,
	RULE_QUIET,
	RULE_EXPIRY,
	RULE_REPORT,
	RULE_DELIVERY,
};
#define RULE_KINDS 9
extern const char *const rule_kind_names[RULE_KINDS];

enum instant {
	INSTANT_LEAKED,
	INSTANT_TAMPERED,
	INSTANT_MAJOR_INCIDENT,
	INSTANT_OUTAGE,
	INSTANT_COMPLAINT,
};
extern const char *const instant_names[]; /* NULL-terminated */

#define RULE_NONE (-1) /* a level of `used` or `before` that the rule does not have */
#define USED_ONE CLOCK_ALL /* `used` is in thousandths */

struct rule {
	const char *name;
	enum rule_kind kind;
	const char *where[DIMENSIONS]; /* NULL: any */
	size_t bys;
	enum dimension by[DIMENSIONS]; /* one alert for each group: score, budget, excluded */
	enum indicator indicator; /* score, budget */
	const char *window; /* score, excluded: a name that window_named() knows */
	enum cohort cohort; /* score */
	bool has_below[LEVELS]; /* score; of budget and excluded they follow from `above` */
	struct decimal below[LEVELS]; /* breached while value < below[level] */
	struct decimal clear; /* resolved only at value >= clear */
	struct decimal above[LEVELS]; /* budget: times its pace; excluded: a share; scale 0: none */
	struct decimal objective; /* budget; scale 0: the agreement's */
	const char *long_window, *short_window; /* budget */
	enum clock_kind clock; /* ticket */
	int64_t used[LEVELS]; /* ticket: of the target, in 1/USED_ONE, or RULE_NONE */
	int64_t before[LEVELS]; /* ticket, expiry, report: elapsed ms before it, or RULE_NONE */
	enum instant instant;
	const char *source; /* quiet */
	int64_t after; /* quiet: working ms in the calendar */
	const struct calendar *calendar; /* quiet */
	enum level level; /* instant, quiet, delivery */
	int64_t fresh; /* ticket, instant: ms after which a thing is of the past */
	int64_t escalate_after; /* ms; 0: never */
	size_t escalations;
	const char *const *escalate; /* receiver names */
	int64_t hold; /* `for`, ms: must hold so long before it fires or changes */
	int64_t keep; /* ms: fires on for so long after it fired */
	int64_t min; /* the least B; below it there is no data */
	size_t receivers;
	const char *const *notify; /* receiver names, all of the configuration */
};

/* Whether its thresholds are about a value, good / total. */
static inline bool
rule_has_value(const struct rule *rule)
{
	return rule->kind <= RULE_EXCLUDED;
}

/* Whether `min` means anything: not where the absence of A is all, or B is what was agreed. */
bool rule_has_least(const struct rule *rule);

#endif
