/*
 * engine_inside: the engine's state, for engine.c and engine_judge.c alone.
 *
 * engine.c is a step: batches in, one transaction. engine_judge.c is the whole: all entities judged
 * anew, or the whole log folded anew.
 */
#ifndef SLAD_DAEMON_ENGINE_INSIDE_H
#define SLAD_DAEMON_ENGINE_INSIDE_H

#include "engine.h"
#include "fold.h"

struct engine {
	struct store *store;
	struct config *config;
	struct fold_batch batch;
	int64_t watched, watch_next; /* the last look at the rules, and when time asks for one */
	int64_t prune_next; /* when old messages are looked for */
	bool changed; /* since then */
	bool told, crowded;
	int64_t quarantine_count, quarantine_bytes;
};

/* Folds the log anew if another version of slad packed it, else judges anew if need be. */
int engine_prepare(struct engine *e, int64_t now, void (*progress)(void *context, int64_t done),
    void *context, struct err *err);

/* Judges all entities anew if the configuration does it otherwise than the last one. */
int engine_judge(struct engine *e, int64_t now, void (*progress)(void *context, int64_t done),
    void *context, struct err *err);

#endif
