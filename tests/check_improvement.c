/* The moves of an improvement record, all sixteen. */
#include <check.h>
#include <stdlib.h>

#include "domain/improvement.h"
#include "suite.h"

START_TEST(every_move)
{
	static const struct {
		enum improvement_state from;
		enum improvement_move move;
		enum improvement_state to;
	} possible[] = {
	    {IMPROVEMENT_IDENTIFIED, IMPROVEMENT_ACT, IMPROVEMENT_ACTING},
	    {IMPROVEMENT_IDENTIFIED, IMPROVEMENT_CLOSE, IMPROVEMENT_CLOSED},
	    {IMPROVEMENT_ACTING, IMPROVEMENT_VERIFY, IMPROVEMENT_VERIFYING},
	    {IMPROVEMENT_ACTING, IMPROVEMENT_CLOSE, IMPROVEMENT_CLOSED},
	    {IMPROVEMENT_VERIFYING, IMPROVEMENT_ACT, IMPROVEMENT_ACTING},
	    {IMPROVEMENT_VERIFYING, IMPROVEMENT_CLOSE, IMPROVEMENT_CLOSED},
	    {IMPROVEMENT_CLOSED, IMPROVEMENT_REOPEN, IMPROVEMENT_ACTING},
	};
	int to, wanted;

	for (int from = 0; from < IMPROVEMENT_STATES; from++) {
		for (int move = 0; move < IMPROVEMENT_MOVES; move++) {
			wanted = -1;
			for (size_t i = 0; i < sizeof(possible) / sizeof(possible[0]); i++) {
				if ((int)possible[i].from == from && (int)possible[i].move == move)
					wanted = (int)possible[i].to;
			}
			to = improvement_moved(
			    (enum improvement_state)from, (enum improvement_move)move);
			ck_assert_msg(to == wanted, "%s, %s", improvement_state_names[from],
			    improvement_move_names[move]);
		}
	}
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, every_move);
}

SUITE_MAIN("improvement", add)
