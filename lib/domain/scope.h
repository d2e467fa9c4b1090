/*
 * scope: the four dimensions by which scores are cut.
 */
#ifndef SLAD_DOMAIN_SCOPE_H
#define SLAD_DOMAIN_SCOPE_H

enum dimension { DIM_AGREEMENT, DIM_SERVICE, DIM_PRIORITY, DIM_TEAM };
#define DIMENSIONS 4

/* What one ticket counts under. "" is a ticket that has none; never NULL here. */
struct scope {
	const char *dim[DIMENSIONS];
};

/* "agreement", "service", "priority", "team" */
extern const char *const dimension_names[DIMENSIONS];
extern const char *const dimension_names_zh[DIMENSIONS];

int dimension_find(const char *name); /* enum dimension, or -1 */

#endif
