/*
 * gather: what an answer is made of, by group: tallies and availability of the scopes that match.
 *
 * A question cuts what it finds into groups, one for each combination of values of its `by`, or one
 * for all. A group has a part, which whoever asks fills: scores and statistics each have their own.
 */
#ifndef SLAD_DAEMON_GATHER_H
#define SLAD_DAEMON_GATHER_H

#include "base/hash.h"
#include "scores.h"

struct gather_group {
	UT_hash_handle hh; /* by the values of `by`; after gather_end() in their order */
	const char *by[DIMENSIONS];
	void *part; /* zeroed when the group is new; it stays where it is */
};

struct gather {
	struct store *store;
	const struct config *config;
	const struct scores_query *query;
	struct arena *arena; /* everything lives there */
	struct err *err;
	size_t part_size;
	size_t most; /* groups */
	struct gather_group *groups; /* walk it with HASH_ITER */
	struct gather_group *only; /* without `by`: always there */
	struct gather_group *last; /* that a part was asked of: scopes of one come in a row */
	struct gather_match *match; /* the scopes that match, by id, once they were looked for */
	int64_t *scope; /* the id of each */
	size_t matches;
	bool matched;
	bool crowded; /* more were wanted; they are left out */
};

void gather_begin(struct gather *g); /* the members up to `most` are set, the others zero */
void gather_end(struct gather *g); /* sorts the groups */
void gather_free(struct gather *g); /* forgets them; also after a failure */

/* The part of the group that a scope counts in; NULL once there are too many. */
void *gather_part(struct gather *g, const struct scope *scope);

/* Calls each() for this half of the stored tallies that make up the minutes [from, to) of the
 * scopes that match: each counts so many `times`, 1 or -1. It passes over measures of the other
 * half, and returns -1 to fail. */
int gather_tallies(struct gather *g, enum tally_half half, int64_t from, int64_t to,
    int (*each)(struct gather *g, void *part, struct blob counts, int times));

/* Adds the availability of every service that matches, of all agreements, to where of() says for a
 * part; it hears how many maintenances of the service were announced too late. */
int gather_outages(
    struct gather *g, struct availability *(*of)(void *part, int64_t late_maintenance));

#endif
