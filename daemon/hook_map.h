/*
 * hook_map: deliveries of foreign webhooks to events, by the mappings of the configuration.
 *
 * It runs where the store is written, since what became of a snapshot depends on the one before. A
 * mapping's values become CloudEvents, which are read as those that are posted: so every check and
 * every message is the same.
 *
 * slad import maps rows of tables likewise, far from any daemon: then nothing is known of
 * agreements, and the events are read where they are sent to.
 */
#ifndef SLAD_DAEMON_HOOK_MAP_H
#define SLAD_DAEMON_HOOK_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/buf.h"
#include "codec/config.h"
#include "codec/event_json.h"
#include "store/store_hook.h"

struct hook_delivery {
	const char *source;
	const char *body; /* UTF-8 */
	size_t len;
	const char *headers; /* a JSON object, names in lower case, without secrets */
	int64_t received; /* UTC ms */
	bool again; /* from the quarantine */
	int status; /* the answer once it was taken */
	size_t fields; /* of a row of a table */
	const struct mapper_field *field;
	/* what mapping it found */
	const char *id; /* of the delivery, or NULL */
	bool malformed; /* it is no JSON */
	bool snapshot; /* with a state that is to be kept once its events are */
	struct mapper_snapshot kept;
	const char
	    *missed; /* what the table agreements has no entry for; "": none was named; or NULL */
	const char *reason; /* why it could not be mapped; NULL: it could */
	bool lost; /* and the quarantine had no room for it */
};

struct hooks; /* the prepared mappings of a configuration */

/* Writes a line for each mistake in the expressions of mappings: FILE:LINE:COLUMN: what. Returns
 * how many there are. */
size_t hooks_check(const struct config *c, struct buf *mistakes);

/* Holds no reference to the configuration, which lives longer. A mapping with mistakes maps
 * nothing, and says so in the reason. */
struct hooks *hooks_new(const struct config *c);
void hooks_free(struct hooks *h); /* NULL is fine */

/* Fills the events, and what mapping found; -1 if the store failed. `now` is what their times may
 * not be ahead of. */
int hooks_map(struct hooks *h, struct store *s, struct hook_delivery *d, int64_t now,
    struct arena *a, struct events *events, struct err *err);

/* What the only hook of a configuration makes of a row: an array of events, to be dropped, or NULL
 * and the reason in the delivery. The states of snapshots are kept in the store. */
json_t *hooks_row(
    struct hooks *h, struct store *s, struct hook_delivery *d, struct arena *a, struct err *err);

#endif
