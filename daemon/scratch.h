/*
 * scratch: a log folded by a configuration, in a temporary store that nobody else sees.
 */
#ifndef SLAD_DAEMON_SCRATCH_H
#define SLAD_DAEMON_SCRATCH_H

#include <stdint.h>

#include "codec/config.h"
#include "store/store.h"

/* The whole log of a store, as of `now`; `what` is said of its progress. NULL if it fails; to be
 * closed. */
struct store *scratch_fold(
    struct store *log, struct config *c, int64_t now, const char *what, struct err *err);

#endif
