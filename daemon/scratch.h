/*
 * scratch: a log folded by a configuration, in a temporary store that nobody else sees.
 */
#ifndef SLAD_DAEMON_SCRATCH_H
#define SLAD_DAEMON_SCRATCH_H

#include <stdint.h>

#include "codec/config.h"
#include "progress.h"
#include "store/store.h"

struct engine;

/* A fold under way; all zero: none. */
struct scratch {
	struct store *log, *fresh;
	struct engine *engine;
	struct progress progress;
	int64_t all; /* the last record of the log */
	int64_t seq, now; /* how far it is, and as of when */
};

/* Begins with an empty store; `what` is said of its progress, `now` is the latest instant that it
 * will be as of. End it also after a failure. */
int scratch_begin(struct scratch *s, struct store *log, struct config *c, int64_t now,
    const char *what, struct err *err);

/* Folds on up to a record, as of an instant that never goes back. */
int scratch_to(struct scratch *s, int64_t last, int64_t now, struct err *err);

/* The store as far as it is, to be closed; NULL is fine. */
struct store *scratch_end(struct scratch *s);

/* The whole log of a store, as of `now`. NULL if it fails; to be closed. */
struct store *scratch_fold(
    struct store *log, struct config *c, int64_t now, const char *what, struct err *err);

#endif
