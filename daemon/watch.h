/*
 * watch: reads the scores that rules watch, moves their alerts, and writes what is to be told.
 *
 * It keeps nothing: alerts live in the store, so a restart neither repeats nor forgets.
 */
#ifndef SLAD_DAEMON_WATCH_H
#define SLAD_DAEMON_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "codec/config.h"
#include "domain/alert.h"
#include "store/store_alert.h"

/* What a look at the rules gave. */
struct watched {
	bool told; /* a message was written */
	int64_t next; /* when time alone may move an alert */
	const struct rule *crowded; /* a rule with too many groups: those past SCORES_GROUPS are not
				       watched; or NULL */
	const struct rule *aimless; /* a rule of a budget with a group of an agreement that has no
				       objective: that group has no data; or NULL */
};

/* Within the transaction of the change it looks at. */
int watch_step(
    struct store *s, const struct config *c, int64_t now, struct watched *watched, struct err *err);

struct act;

/* A person closes a firing alert: `line` is what the history gets, `reason` what receivers hear. */
int watch_close(const struct act *act, struct stored_alert *row, const struct alert_line *line,
    const char *reason, struct err *err);

/*
 * Rules about single tickets and events: these are judged as they are folded, in the same
 * transaction. watch_folded() is a fold's `folded`, with what watch_events_new() made as context.
 *
 * Begin before each transaction; after one that failed, forget. `counts`: what is of the past is
 * counted for a summary; not where all is looked at anew for another configuration.
 */
struct watch_events;
struct folded;

struct watch_events *watch_events_new(struct store *s);
void watch_events_free(struct watch_events *v); /* NULL is fine */
int watch_events_begin(
    struct watch_events *v, const struct config *c, int64_t now, bool counts, struct err *err);
void watch_events_forget(struct watch_events *v);
int watch_folded(void *context, const struct folded *f, struct err *err);

/* When the summary of what is past is due; STAMP_NEVER: there is none. */
int64_t watch_events_next(const struct watch_events *v);

/* Ends a step: writes the summary if it is due. Says whether messages were written. */
int watch_events_end(struct watch_events *v, bool *told, struct err *err);

/* The time zone that a rule's or a question's window lies in: its agreement's, else the daemon's.
 */
const struct zone *watch_zone(const struct config *c, const char *agreement, int64_t now);

#endif
