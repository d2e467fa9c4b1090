/*
 * profile: how an evaluation selects indicators, weighs and grades them.
 *
 * The standard (GB/T 33850-2017) names these steps and leaves the numbers to the parties. Profiles
 * are immutable, and owned by the configuration.
 */
#ifndef SLAD_DOMAIN_PROFILE_H
#define SLAD_DOMAIN_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/agreement.h"
#include "domain/indicator.h"

#define PROFILE_DEFAULT "default" /* the profile that every configuration has */
#define WEIGHT_ONE 1000 /* weights are thousandths: 1.5 in the file is 1500 */
#define WEIGHT_MAX (INT64_C(1000000) * WEIGHT_ONE)

struct weight {
	enum indicator indicator;
	int64_t weight;
};

struct grade {
	const char *name;
	struct decimal at_least;
};

struct veto { /* a value below `below` lets the grade be no better than `at_most` */
	enum indicator indicator;
	struct decimal below; /* more than 0, at most 1 */
	const char *at_most; /* a grade of the profile */
};

struct profile {
	const char *name;
	struct decimal min_coverage;
	int64_t characteristic[CHARACTERISTICS]; /* weights */
	size_t indicators, grades, vetoes;
	const struct weight *indicator; /* those not named weigh WEIGHT_ONE */
	const struct grade *grade; /* the best first; at least one */
	const struct veto *veto; /* at most one for each indicator */
};

/* The weight of an indicator within its characteristic. */
int64_t profile_weight(const struct profile *p, enum indicator i);

/* Whether neither the indicator's weight is 0 nor its characteristic's. */
bool profile_selects(const struct profile *p, enum indicator i);

/* The profile of this name, or NULL. */
const struct profile *profile_find(const struct profile *list, size_t count, const char *name);

#endif
