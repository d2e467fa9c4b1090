/*
 * watch_inside: a look at the rules from within, for the files watch*.c alone.
 *
 * watch.c        all rules in turn, and the alerts whose rule is gone
 * watch_alert.c  an alert takes a reading, or ends: it is moved, stored, remembered
 * watch_tell.c   who hears of that: silences, escalation
 * watch_scores.c readings of rules about a score
 * watch_budget.c how fast an objective's allowance is used up
 * watch_excluded.c the share of excluded tickets
 * watch_leveled.c what rules say that are about one thing, not about a value
 * watch_quiet.c  a source that sends nothing
 * watch_papers.c assessments about to expire, reports about to be due
 * watch_delivery.c messages that failed for good
 * watch_events.c what is known between steps of rules about single tickets and events
 * watch_folded.c what these rules see of a ticket, an outage, a fact that was folded
 * watch_past.c   what they would have fired for in the past, told of in one summary
 */
#ifndef SLAD_DAEMON_WATCH_INSIDE_H
#define SLAD_DAEMON_WATCH_INSIDE_H

#include <jansson.h>

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
	int hint; /* where the next one is likely: alerts begin in the order of their groups */
	struct watched result;
};

/* What the pure alert knows of a stored one. */
struct alert watch_alert(const struct stored_alert *row);

/* An alert of a rule that has not begun yet, of the rule's scope. */
struct stored_alert watch_fresh(const struct rule *rule);

/* The live alert with the same rule, scope and subject; it is seen then. NULL: there is none. */
struct stored_alert *watch_live(struct watch *w, const struct stored_alert *like);

/* Gives a reading to the live alert that is like a fresh one, or to that one. If it resolves,
 * `reason` says why. Nothing happens if its agreement is no longer configured. */
int watch_reading(struct watch *w, const struct rule *rule, struct stored_alert *fresh,
    const struct alert_reading *reading, const char *reason, struct err *err);

/* Gives a reading to a stored alert. */
int watch_give(struct watch *w, const struct rule *rule, struct stored_alert *row,
    const struct alert_reading *reading, const char *reason, struct err *err);

/* Gives a reading to the live alerts of a rule that were not seen, but for those of agreements that
 * are no longer configured. */
int watch_unseen(struct watch *w, const struct rule *rule, const struct alert_reading *reading,
    const char *reason, struct err *err);

/* Ends an alert without a reading. */
int watch_end(struct watch *w, const struct rule *rule, struct stored_alert *row,
    const char *reason, struct err *err);

/* Whether the rule, as it is now, could have made this alert. */
bool watch_is_of(const struct rule *rule, const struct stored_alert *row);

/* Time alone may move an alert at t; nothing if that is not to come. */
void watch_at(struct watch *w, int64_t t);

/* Gives the alert of a rule that says the level itself its reading: LEVEL_NONE resolves it. about
 * is a JSON object, taken over. Without `data` it stays as it is. */
int watch_leveled(struct watch *w, const struct rule *rule, struct stored_alert *fresh,
    json_t *about, bool data, enum level held, struct err *err);

/* The rule that an alert is of; or, if the configuration has none, what the alert knows of it. */
struct rule watch_rule(const struct watch *w, const struct stored_alert *row);

/* Brings what receivers know of a stored alert in line with what it is, if it fires: they hear that
 * it fired, that its level is another, and others that nobody acknowledged it; or nothing while a
 * silence names it. It does nothing where there is nothing to do. */
int watch_tell(struct watch *w, const struct rule *rule, struct stored_alert *row, struct err *err);

/* Tells those who heard of an alert that it is over, for its reason. */
int watch_tell_end(
    struct watch *w, const struct rule *rule, const struct stored_alert *row, struct err *err);

/* The same as watch_tell() for all live ones, whether a reading was given or not. */
int watch_tell_all(struct watch *w, struct err *err);

/* The rules of each kind. */
int watch_scores(struct watch *w, const struct rule *rule, struct err *err);
int watch_budget(struct watch *w, const struct rule *rule, struct err *err);
int watch_excluded(struct watch *w, const struct rule *rule, struct err *err);
int watch_quiet(struct watch *w, const struct rule *rule, struct err *err);
int watch_expiry(struct watch *w, const struct rule *rule, struct err *err);
int watch_report(struct watch *w, const struct rule *rule, struct err *err);
int watch_delivery(struct watch *w, const struct rule *rule, struct err *err);

/* Of rules that wait for events: moves what `for` and `keep` hold back. */
int watch_waiting(struct watch *w, const struct rule *rule, struct err *err);

struct subject;

/* What is known between the steps, so that an ordinary event asks the store for nothing. */
struct watch_events {
	struct store *store;
	const struct config *config;
	int64_t now;
	bool counts; /* what is of the past is counted */
	bool loaded; /* what follows is as in the store */
	struct subject *live; /* tickets, outages and facts that may have live alerts */
	int64_t past_last; /* when something of the past was last learned of; STAMP_NEVER: never */
	bool told;
};

/* Whether a ticket, an outage or a fact may have live alerts, by the key that begins the subjects
 * of these. */
bool watch_events_live(const struct watch_events *v, const char *key);
void watch_events_live_add(struct watch_events *v, const char *key);

/* Writes the summary for each receiver whose rules it is about, and forgets what it is about. */
int watch_past_tell(struct watch_events *v, struct err *err);

#endif
