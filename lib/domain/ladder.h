/*
 * ladder: what each of the five levels of an assessed indicator stands for, in short.
 *
 * The facts are those of GB/T 33850-2017, the words are slad's. Most ladders put "written down, but
 * hardly done" above "done, but not written down"; that of service_courtesy turns them round, and
 * that of demand_flexibility ranks meeting demands without a mechanism above having one that fails.
 */
#ifndef SLAD_DOMAIN_LADDER_H
#define SLAD_DOMAIN_LADDER_H

#include "domain/assessment.h"
#include "domain/indicator.h"

struct ladder {
	enum indicator indicator;
	const char *level[LEVEL_TOP], *level_zh[LEVEL_TOP]; /* [0] is level 1 */
};

const struct ladder *ladder_of(enum indicator i); /* NULL where it is not assessed */

#endif
