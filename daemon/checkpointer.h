/*
 * checkpointer: the thread that copies the write-ahead log into the database while the keeper goes
 * on writing.
 *
 * What is written meanwhile is left over, so that the log would never end. That the keeper copies
 * itself, between two transactions, and SQLite begins the log anew. The two never copy at once, and
 * the thread begins only where something is left to copy (see store.h).
 *
 * With a large transaction in the log the keeper copies all, and before it answers: the next one
 * would write beside the copy, and on a slow disk wait for both; and so the copy counts in how long
 * batches take, and they stay short.
 */
#ifndef SLAD_DAEMON_CHECKPOINTER_H
#define SLAD_DAEMON_CHECKPOINTER_H

#include "store/store.h"

struct checkpointer;

/* For a writer's store, whose checkpoints it takes over; NULL with a sentence. */
struct checkpointer *checkpointer_new(struct store *writer, struct err *err);

/* To be called by the writer's thread after its transactions, and called by store_commit() where
 * that was not done in time: lets the log be copied where it is long, or where the disk is full, so
 * that there is room in the log; waits where it is so many times as long that the copying does not
 * keep up; and says by store_failure() of the writer's store what went wrong. */
void checkpointer_look(struct checkpointer *c);

/* Ends the thread, after the copy it is at; before the writer's store is closed. */
void checkpointer_free(struct checkpointer *c);

#endif
