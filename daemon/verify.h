/*
 * verify: is what is stored what follows from the log? It changes nothing.
 */
#ifndef SLAD_DAEMON_VERIFY_H
#define SLAD_DAEMON_VERIFY_H

#include <stdint.h>

#include "codec/config.h"
#include "store/store.h"

/* Folds the log of a store anew into a scratch one, as of the instant up to which it was judged
 * (now, or just before the first deadline that waits), and compares all that is folded. The clock
 * is read once the store stands still for this reader, so that a daemon may run beside. */
int verify_store(struct store *stored, struct config *c, int64_t (*clock)(void),
    void (*each)(void *context, const char *what, const char *key, const char *sentence),
    void *context, int64_t *differences, struct err *err);

#endif
