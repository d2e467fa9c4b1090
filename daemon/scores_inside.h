/*
 * scores_inside: a question being answered, for the files scores*.c alone.
 *
 * scores.c        the groups of an answer, and their scores
 * scores_gather.c what they are made of: tallies, outages, and the entries of agreements
 */
#ifndef SLAD_DAEMON_SCORES_INSIDE_H
#define SLAD_DAEMON_SCORES_INSIDE_H

#include <uthash.h>

#include "scores.h"

#define NO_GROUP SIZE_MAX

struct place { /* of a group, by its values of `by` */
	UT_hash_handle hh;
	size_t group;
};

/* What was gathered for a group. */
struct part {
	struct sums sums[INDICATORS];
	struct availability availability;
	int64_t late; /* maintenance announced too late */
	int64_t quota; /* incidents agreed, in millionths */
	struct amounts amounts[INDICATORS];
	struct levels levels[INDICATORS];
};

struct asking {
	struct store *store;
	const struct config *config;
	const struct scores_query *query;
	struct arena *arena;
	struct err *err;
	struct scores_group *group;
	struct part *part; /* beside group */
	size_t count, room, most;
	struct place *places;
	bool damaged, crowded;
	size_t current; /* the group that tallies are added to */
};

/* The group that a scope counts in; NO_GROUP once there are too many. */
size_t scores_group_of(struct asking *k, const struct scope *scope);

/* Whether its groups are agreements, or there is only one. */
bool scores_by_agreement(const struct scores_query *q);

int tallies_ask(struct asking *k);
int outages_ask(struct asking *k);
int agreements_ask(struct asking *k);

#endif
