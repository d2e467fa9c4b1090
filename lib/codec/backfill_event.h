/*
 * backfill_event: what a receiver is told of things that came too late to fire an alert for, as a
 * CloudEvent of type slad.backfill.
 *
 *   "data":{"rules":[{"rule":"late-tickets","count":212},…],"count":230,
 *    "earliest":"2025-11-21T01:00:00.000Z","latest":"2026-11-20T17:04:00.000Z"}
 */
#ifndef SLAD_CODEC_BACKFILL_EVENT_H
#define SLAD_CODEC_BACKFILL_EVENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct backfill_rule {
	const char *rule;
	int64_t count;
	int64_t earliest, latest;
};

/* The whole event, appended; at least one rule. Fails for want of room, or a name that is not
 * UTF-8. */
int backfill_event_text(const char *id, int64_t time, const struct backfill_rule *rules,
    size_t count, struct buf *out, struct err *err);

#endif
