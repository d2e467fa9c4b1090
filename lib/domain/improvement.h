/*
 * improvement: the states of an improvement record, and the moves between them.
 *
 *   identified  a gap between a baseline and an aim was written down
 *   acting      a measure against it was taken
 *   verifying   its effect is being looked at
 *   closed      done, or given up; what came of it is kept
 *
 * A measure that did not help is followed by another (verifying to acting); what comes back is
 * opened again (closed to acting).
 */
#ifndef SLAD_DOMAIN_IMPROVEMENT_H
#define SLAD_DOMAIN_IMPROVEMENT_H

enum improvement_state {
	IMPROVEMENT_IDENTIFIED,
	IMPROVEMENT_ACTING,
	IMPROVEMENT_VERIFYING,
	IMPROVEMENT_CLOSED,
};
#define IMPROVEMENT_STATES 4

enum improvement_move {
	IMPROVEMENT_ACT,
	IMPROVEMENT_VERIFY,
	IMPROVEMENT_CLOSE,
	IMPROVEMENT_REOPEN,
};
#define IMPROVEMENT_MOVES 4

extern const char *const improvement_state_names[]; /* NULL-terminated */
extern const char *const improvement_move_names[]; /* "act", …; NULL-terminated */

/* The state that a move leads to, or -1: it is not possible from there. */
int improvement_moved(enum improvement_state from, enum improvement_move move);

#endif
