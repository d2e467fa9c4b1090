/*
 * scores_inside: a question being answered, for the files scores*.c alone.
 *
 * scores.c        the groups of an answer, and their scores
 * scores_sums.c   the tallies of many questions at once
 * scores_gather.c what they are made of: tallies, outages, and the entries of agreements
 */
#ifndef SLAD_DAEMON_SCORES_INSIDE_H
#define SLAD_DAEMON_SCORES_INSIDE_H

#include "gather.h"

/* What was gathered for a group. */
struct part {
	struct sums sums[INDICATORS];
	struct availability availability;
	int64_t late; /* maintenance announced too late */
	int64_t quota; /* incidents agreed, in millionths */
	struct amounts amounts[INDICATORS];
	struct levels levels[INDICATORS];
};

/* The parts that tallies, outages and the entries of agreements fill. */
int tallies_ask(struct gather *g);
int outages_ask(struct gather *g);
int agreements_ask(struct gather *g);

/* Whether its groups are agreements, or there is only one. */
bool scores_by_agreement(const struct scores_query *q);

#endif
