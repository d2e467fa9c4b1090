/*
 * watch_inside: a look at the rules from within, for the files watch*.c alone.
 *
 * watch.c        all rules in turn, and the alerts whose rule is gone
 * watch_alert.c  an alert takes a reading, or ends: it is moved, stored, remembered
 * watch_tell.c   who hears of that: silences, escalation
 * watch_scores.c readings of rules about a score
 */
#ifndef SLAD_DAEMON_WATCH_INSIDE_H
#define SLAD_DAEMON_WATCH_INSIDE_H

#include "store/store_silence.h"
#include "watch.h"

struct watch {
	struct store *store;
	const struct config *config;
	int64_t now;
	struct arena arena;
	struct stored_alert *live;
	int live_count;
	bool *seen; /* beside live: its group gave a reading */
	struct stored_silence *silence; /* that are not over */
	int silences;
	bool silences_read;
	struct watched result;
};

/* What the pure alert knows of a stored one, and back. */
struct alert watch_alert(const struct stored_alert *row);
void watch_alert_set(struct stored_alert *row, const struct alert *a);

/* An alert of a rule that has not begun yet, of the rule's scope. */
struct stored_alert watch_fresh(const struct rule *rule);

/* The live alert with the same rule, scope and subject; it is seen then. NULL: there is none. */
struct stored_alert *watch_live(struct watch *w, const struct stored_alert *like);

/* Gives a reading to the live alert that is like a fresh one, or to that one. If it resolves,
 * `reason` says why. */
int watch_reading(struct watch *w, const struct rule *rule, struct stored_alert *fresh,
    const struct alert_reading *reading, const char *reason, struct err *err);

/* Gives a reading to a stored alert. */
int watch_give(struct watch *w, const struct rule *rule, struct stored_alert *row,
    const struct alert_reading *reading, const char *reason, struct err *err);

/* Gives a reading to the live alerts of a rule that were not seen. */
int watch_unseen(struct watch *w, const struct rule *rule, const struct alert_reading *reading,
    const char *reason, struct err *err);

/* Ends an alert without a reading. */
int watch_end(struct watch *w, const struct rule *rule, struct stored_alert *row,
    const char *reason, struct err *err);

/* Whether the rule, as it is now, could have made this alert. */
bool watch_is_of(const struct rule *rule, const struct stored_alert *row);

/* The rule that an alert is of; or, if the configuration has none, what the alert knows of it. */
struct rule watch_rule(const struct watch *w, const struct stored_alert *row);

/* Asks for another look no later than at an instant, if that is to come. */
void watch_again(struct watch *w, int64_t at);

/* Brings what receivers know of a stored alert in line with what it is, if it fires: they hear that
 * it fired, that its level is another, and others that nobody acknowledged it; or nothing while a
 * silence names it. It does nothing where there is nothing to do. */
int watch_tell(struct watch *w, const struct rule *rule, struct stored_alert *row, struct err *err);

/* Tells those who heard of an alert that it is over, for its reason. */
int watch_tell_end(
    struct watch *w, const struct rule *rule, const struct stored_alert *row, struct err *err);

/* The same as watch_tell() for all live ones, whether a reading was given or not. */
int watch_tell_all(struct watch *w, struct err *err);

int watch_scores(struct watch *w, const struct rule *rule, struct err *err);

#endif
