/*
 * silence: alerts that nobody is to hear of for a while, by what they are and where.
 *
 * It is in force in [from, until), or until a person ended it. What it names, the alert must be;
 * an alert that has no value for a dimension that it names is about more than that, and is not
 * silenced.
 */
#ifndef SLAD_DOMAIN_SILENCE_H
#define SLAD_DOMAIN_SILENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "domain/rule.h"
#include "domain/scope.h"

struct silence {
	int64_t from, until;
	int64_t ended; /* by a person; STAMP_NEVER */
	const char *rule; /* its name; NULL: any */
	enum level level; /* LEVEL_NONE: any */
	const char *scope[DIMENSIONS]; /* NULL: any */
};

enum silence_state { SILENCE_WAITING, SILENCE_ACTIVE, SILENCE_ENDED };
#define SILENCE_STATES 3
extern const char *const silence_state_names[SILENCE_STATES]; /* "waiting", "active", "ended" */

int64_t silence_end(const struct silence *s);
enum silence_state silence_state(const struct silence *s, int64_t now);

/* Whether it names an alert of that rule, level and scope (NULL: not part of it), whatever the
 * time. */
bool silence_names(const struct silence *s, const char *rule, enum level level,
    const char *const scope[static DIMENSIONS]);

#endif
