/*
 * checkpoint: when and how the write-ahead log is copied into the database; for the store's own
 * files alone.
 */
#ifndef SLAD_STORE_CHECKPOINT_H
#define SLAD_STORE_CHECKPOINT_H

#include "base/err.h"
#include "store/store.h"

/* Watches how the log of a writer grows. */
void checkpoint_watch(struct store *s);

/* Copies all of it, and begins it anew, if no reader is in the way: store_renewed(). */
int checkpoint_renew(struct store *s, struct err *err);

#endif
