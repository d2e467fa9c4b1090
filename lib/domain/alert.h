/*
 * alert: what a rule makes of one group's readings, one after the other.
 *
 * A reading is the value at an instant as integers; nothing is ever compared as a rounded number.
 *
 *   inactive   no level holds
 *   pending    a level holds, but not yet for the rule's `hold`
 *   firing     it held so long; one FIRED, one CHANGED for each change of level
 *   resolved   the value came back to `clear`; one RESOLVED. Terminal: what comes next is a new
 *              alert
 *   closed     a person closed it while the condition still held; RESOLVED was told. It keeps a new
 *              one from firing until the condition ends, and is resolved then, untold
 *
 * - Level L holds while value < below[L]; the worst one that holds is the reading's level. A rule
 *   that is not about a value says the level itself (`leveled`).
 * - Pending starts with the first reading at any level and fires, once every reading for `hold` had
 *   some level, at the level of the reading that completes it. A reading without a level ends it.
 * - A firing alert changes its level like it came to fire: once every reading for `hold` was on the
 *   same side of its level (worse, or better but not without a level), to the level of the reading
 *   that completes it. A reading at its own level, on the other side or without a level ends that.
 * - Between the thresholds and `clear` a firing alert stays at its level.
 * - It resolves with the first reading that has no level and value >= clear, `keep` or more after
 *   it fired.
 * - No data (a total of 0, b below the rule's `min`, or none said) is a state of its own: it sets
 *   `no_data` and leaves all else as it was, so it neither fires nor resolves. Time without data
 *   counts as what the readings on both sides of it say: a level before and after it held
 *   throughout.
 * - Spans count from instants, not from readings: a `hold` or `keep` of 0 is over at once. A clock
 *   that was set back only makes them longer.
 */
#ifndef SLAD_DOMAIN_ALERT_H
#define SLAD_DOMAIN_ALERT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/stamp.h"
#include "domain/rule.h"

enum alert_state {
	ALERT_INACTIVE,
	ALERT_PENDING,
	ALERT_FIRING,
	ALERT_RESOLVED,
	ALERT_CLOSED,
};
#define ALERT_STATES 5

/* The last one is no reading's: nobody acknowledged it for so long that others are told. */
enum alert_move { MOVE_NONE, MOVE_FIRED, MOVE_CHANGED, MOVE_RESOLVED, MOVE_ESCALATED };
#define MOVES 5

extern const char *const alert_state_names[ALERT_STATES]; /* "inactive", "pending", ... */
extern const char *const move_names[MOVES]; /* "none", "fired", "changed", ... */

struct alert_reading {
	bool data; /* false: the score has no value; the rest is not looked at */
	int64_t good, total; /* value = good / total; total >= 0 */
	int64_t a, b; /* as the score shows them; b is what `min` looks at */
	bool leveled; /* `held` is the level; good and total are not compared */
	enum level held;
	int64_t began; /* of one that is leveled: since when it holds, if that was before it is
			  given; 0: not said */
};

struct alert {
	enum alert_state state;
	enum level level; /* that it fired at or changed to; LEVEL_NONE until it fires */
	enum level candidate; /* while pending: of the last reading with data; while firing: that it
				 may change to, or LEVEL_NONE */
	int64_t candidate_since; /* the first reading of its side */
	int64_t since; /* pending began: when the condition began to hold */
	int64_t fired_at, resolved_at;
	bool no_data; /* the last reading had none */
	int64_t good, total, a, b; /* the last reading with data; total 0: there was none yet */
};

/* Instants that have not come are STAMP_NEVER. */
#define ALERT_INIT                                                                             \
	{                                                                                      \
		.candidate_since = STAMP_NEVER, .since = STAMP_NEVER, .fired_at = STAMP_NEVER, \
		.resolved_at = STAMP_NEVER                                                     \
	}

/* Whether a state may follow another one. */
bool alert_allowed(enum alert_state from, enum alert_state to);

/* Takes the next reading and says how the alert moved; a resolved alert stays as it is. */
enum alert_move alert_step(
    const struct rule *rule, struct alert *a, const struct alert_reading *r, int64_t now);

/* Ends it without a reading: its rule is gone, what it was about is excluded. A firing alert
 * resolves (MOVE_RESOLVED), a closed one too (MOVE_NONE), a pending one becomes inactive. */
enum alert_move alert_end(struct alert *a, int64_t now);

/* A person closes a firing one: MOVE_RESOLVED; others stay as they are. */
enum alert_move alert_close(struct alert *a, int64_t now);

/* The next instant at which the last reading, given again, would move it; STAMP_NEVER if none.
 * It lies in the past if the rule was changed meanwhile. */
int64_t alert_next(const struct rule *rule, const struct alert *a);

#endif
