/*
 * outbox: how long it is kept what became of messages.
 *
 * What was delivered is deleted after a while, and what failed after a longer one, so that people
 * find it after their holidays; what waits stays, and so does all of an alert that goes on: it says
 * who is to hear how it ends. A step deletes a bounded number.
 */
#ifndef SLAD_DAEMON_OUTBOX_H
#define SLAD_DAEMON_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/stamp.h"

#define OUTBOX_DELIVERED_KEPT (30 * STAMP_DAY)
#define OUTBOX_FAILED_KEPT (90 * STAMP_DAY)
#define OUTBOX_PAGE 500 /* messages deleted in one step, of each state */
#define OUTBOX_PAUSE STAMP_HOUR /* between two looks */

struct store;

/* Whether it is time for a look; a clock that was set back does not put it off. */
bool outbox_due(int64_t next, int64_t now);

/* Within a transaction; sets when to look again: at once if there may be more. */
int outbox_prune(struct store *s, int64_t now, int64_t *next, struct err *err);

#endif
