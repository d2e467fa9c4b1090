/*
 * engine_inside: the engine's state, for the files engine*.c and their tests alone.
 *
 * engine.c       a step: batches in, one transaction
 * engine_hook.c  deliveries of hooks, and the quarantine
 * engine_judge.c the whole: all entities judged anew, or the whole log folded anew
 * engine_replay.c the log, folded page by page
 * engine_moved.c what that moved, told to the operator
 */
#ifndef SLAD_DAEMON_ENGINE_INSIDE_H
#define SLAD_DAEMON_ENGINE_INSIDE_H

#include "engine.h"
#include "fold.h"
#include "hook_map.h"
#include "posting.h"
#include "snapshot.h"
#include "watch.h"

struct engine {
	struct store *store;
	struct config *config;
	struct hooks *hooks; /* of the configuration */
	struct fold_batch batch;
	struct posting posting;
	struct watch_events *events;
	const char *heard; /* the source that this step has noted last as heard of; or NULL */
	int64_t watched, watch_next; /* the last look at the rules, and when time asks for one */
	int64_t prune_next; /* when old messages are looked for */
	bool changed; /* since then */
	bool told, crowded, aimless;
	int64_t quarantine_count, quarantine_bytes;
};

/* Lets the fold judge by the engine's configuration. */
void engine_configured(struct engine *e);

/* Folds the log anew if that is wanted, or another version of slad packed it; else judges anew if
 * need be. */
int engine_prepare(struct engine *e, bool anew, int64_t now,
    void (*progress)(void *context, int64_t done), void *context, struct err *err);

/* Judges all entities anew if the configuration does it otherwise than the last one, and logs what
 * that moved. `before` is the one that was in force until now, or NULL where that is not known:
 * then what does not come from tickets alone is compared under the new one. */
int engine_judge(struct engine *e, const struct config *before, int64_t now,
    void (*progress)(void *context, int64_t done), void *context, struct err *err);

/* Stores and folds the events of a submission; where it has faults and does not skip, none. */
int engine_take(struct engine *e, struct submission *s, int64_t now, struct err *err);

/* Makes the events of a hook's delivery, and stores and folds them. */
int engine_hook(struct engine *e, struct submission *s, int64_t now, struct err *err);

/* Keeps what was wrong of a submission. */
int engine_quarantine(struct engine *e, const struct submission *s, int64_t now, struct err *err);

/* Carries out the orders of a step. */
int engine_orders(struct engine *e, const struct engine_work *w, int64_t now, struct err *err);

/* Lets rules about single tickets and events look at all open tickets, if these rules are others
 * than when that was last done, or all was judged anew. What is of the past is neither told nor
 * counted. */
int engine_watch(struct engine *e, int64_t now, void (*progress)(void *context, int64_t done),
    void *context, struct err *err);

struct recount;

/* What moves while all is judged anew. */
struct engine_moved {
	struct snapshot_query query;
	struct snapshot before;
	struct recount *recounts;
	int64_t tickets; /* that count otherwise */
	int64_t judged; /* entities */
};

int engine_moved_begin(struct engine_moved *m, struct engine *e, const struct config *before,
    int64_t now, void (*beat)(void *context, int64_t done), void *context, struct err *err);
void engine_moved_log(struct engine_moved *m, struct engine *e, bool resumed);
void engine_moved_end(struct engine_moved *m, struct engine *e); /* also after a failed begin */

#endif
