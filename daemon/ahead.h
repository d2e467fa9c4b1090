/*
 * ahead: records of the log, read and parsed ahead of the one that folds them.
 *
 * Unpacking and their JSON are most of the work, and go to a thread of its own, piece by piece;
 * whoever waits for a piece parses the next one meanwhile. The log itself is read by the caller's
 * thread alone. What is ahead is bounded: some 32,000 records, and 16 MiB of bodies as they are
 * stored. A log that is one piece is read without a thread.
 */
#ifndef SLAD_DAEMON_AHEAD_H
#define SLAD_DAEMON_AHEAD_H

#include <stdint.h>

#include "base/err.h"
#include "codec/event_json.h"
#include "store/store.h"

struct ahead;

/* Reads after the record `seq`, up to `last`. */
struct ahead *ahead_new(struct store *log, int64_t seq, int64_t last);
void ahead_free(struct ahead *a); /* NULL is fine */

/* The next record, until the next call: 1, 0 at the end. -1: the log cannot be read, or the error
 * names the record that is none; all before it were given. Of its body only the length is known. */
int ahead_next(struct ahead *a, const struct event **event, struct err *err);

#endif
