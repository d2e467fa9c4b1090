/*
 * rule: when an indicator of a scope is worth a person's attention.
 */
#ifndef SLAD_DOMAIN_RULE_H
#define SLAD_DOMAIN_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/agreement.h"
#include "domain/indicator.h"
#include "domain/scope.h"

/* The levels of an alert; a smaller number is worse. */
enum level { LEVEL_NONE, LEVEL_URGENT, LEVEL_IMPORTANT, LEVEL_GENERAL };
#define LEVELS 4

extern const char *const level_names[LEVELS]; /* "none", "urgent", "important", "general" */

enum cohort { COHORT_OPENED, COHORT_SETTLED };
#define COHORTS 2
extern const char *const cohort_names[]; /* NULL-terminated */

struct rule {
	const char *name;
	enum indicator indicator;
	const char *where[DIMENSIONS]; /* NULL: any */
	size_t bys;
	enum dimension by[DIMENSIONS]; /* one alert for each group */
	const char *window; /* a name that window_named() knows */
	enum cohort cohort;
	bool has_below[LEVELS];
	struct decimal below[LEVELS]; /* breached while value < below[level] */
	struct decimal clear; /* resolved only at value >= clear */
	int64_t hold; /* `for`, ms: must hold so long before it fires or changes */
	int64_t keep; /* ms: fires on for so long after it fired */
	int64_t min; /* the least B; below it there is no data */
	size_t receivers;
	const char *const *notify; /* receiver names, all of the configuration */
};

/* Whether `min` means anything: not where the absence of A is all, or B is what was agreed. */
bool rule_has_least(const struct rule *rule);

#endif
