#include "domain/improvement.h"

#include <stddef.h>

const char *const improvement_state_names[] = {
    [IMPROVEMENT_IDENTIFIED] = "identified",
    [IMPROVEMENT_ACTING] = "acting",
    [IMPROVEMENT_VERIFYING] = "verifying",
    [IMPROVEMENT_CLOSED] = "closed",
    NULL,
};

const char *const improvement_move_names[] = {
    [IMPROVEMENT_ACT] = "act",
    [IMPROVEMENT_VERIFY] = "verify",
    [IMPROVEMENT_CLOSE] = "close",
    [IMPROVEMENT_REOPEN] = "reopen",
    NULL,
};

#define NO (-1)

int
improvement_moved(enum improvement_state from, enum improvement_move move)
{
	static const int to[IMPROVEMENT_STATES][IMPROVEMENT_MOVES] = {
	    /* act, verify, close, reopen */
	    [IMPROVEMENT_IDENTIFIED] = {IMPROVEMENT_ACTING, NO, IMPROVEMENT_CLOSED, NO},
	    [IMPROVEMENT_ACTING] = {NO, IMPROVEMENT_VERIFYING, IMPROVEMENT_CLOSED, NO},
	    [IMPROVEMENT_VERIFYING] = {IMPROVEMENT_ACTING, NO, IMPROVEMENT_CLOSED, NO},
	    [IMPROVEMENT_CLOSED] = {NO, NO, NO, IMPROVEMENT_ACTING},
	};

	return to[from][move];
}
