/*
 * engine: keeps the truth. Batches of events and the passing of time go in; log, tickets, tallies,
 * alerts and their messages come out in one transaction.
 *
 * It is what the keeper's thread runs, and what rebuild, verify and the tests run without a thread:
 * there is no other way in which anything is folded. Time is an argument.
 */
#ifndef SLAD_DAEMON_ENGINE_H
#define SLAD_DAEMON_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"
#include "codec/config.h"
#include "codec/event_json.h"
#include "store/store_alert.h"

/* What one sender asks to be stored, all or nothing unless it says `skip`. */
struct submission {
	struct events *events;
	bool skip;
	const char *sender; /* for the quarantine */
	struct arena *arena; /* of the request; conflicts are written into it */
	struct hook_delivery *hook; /* hook_map.h: the events are still to be made of it; or NULL */
	struct event **fresh; /* the engine's: those that are stored */
	/* the answer, valid once the step returned 0 */
	size_t accepted, duplicates;
};

struct engine;
struct order;

/* Owns neither store nor configuration, but holds a reference to the latter. Folds everything anew
 * where this slad, or the configuration, judges tickets otherwise than when they were last folded;
 * `progress`, which may be NULL, is told how many tickets are done. */
struct engine *engine_new(struct store *s, struct config *c, int64_t now,
    void (*progress)(void *context, int64_t done), void *context, struct err *err);
/* The same, and folds the log anew in any case. */
struct engine *engine_anew(struct store *s, struct config *c, int64_t now,
    void (*progress)(void *context, int64_t done), void *context, struct err *err);
void engine_free(struct engine *e);

/* Takes another configuration, like engine_new. After a failure it has the old one, but some
 * tickets may be judged by one and some by the other: until a call succeeds, or a new engine judges
 * all of them, no step may be made. */
int engine_configure(struct engine *e, struct config *c, int64_t now,
    void (*progress)(void *context, int64_t done), void *context, struct err *err);

/* What one step is about; any part may be empty. */
struct engine_work {
	size_t submissions, orders, reports;
	struct submission **submission;
	struct order **order; /* order.h */
	const struct outbox *report; /* what became of messages */
	/* Called now and then while an order takes long; or NULL. */
	void (*beat)(void *context, int64_t done);
	void *context;
};

/*
 * One transaction: stores and folds the submissions, judges what fell due by now, carries out the
 * orders, moves alerts.
 * -1: nothing happened, no submission is answered. Conflicting events are added to the faults of
 * their submission; where it has faults and does not skip, nothing of it is stored. Of a hook's
 * delivery what is wrong goes to the quarantine as a whole, and what is right is stored, but of a
 * snapshot: there it is all or nothing.
 */
int engine_step(struct engine *e, const struct engine_work *work, int64_t now, struct err *err);

/* When time alone next has something to do; STAMP_NEVER if it has not. */
int engine_next(struct engine *e, int64_t now, int64_t *next, struct err *err);

/* Folds the log into an emptied store, after `seq` (moved forward), up to the record `last`;
 * `progress`, which may be NULL, is told how far it is. No alerts move. */
int engine_replay(struct engine *e, struct store *log, int64_t *seq, int64_t last, int64_t now,
    void (*progress)(void *context, int64_t done), void *context, struct err *err);

/* Judges what fell due by now, within a transaction. No alerts move. */
int engine_due(struct engine *e, int64_t now, struct err *err);

/* Messages for receivers were written since this was last asked; true once after the start, too. */
bool engine_told(struct engine *e);

#endif
