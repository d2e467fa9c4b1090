/*
 * hook_event: what a mapping's expressions gave, as a CloudEvent.
 *
 * A value is written as its member wants it: SQL knows no true and no false, and its instants are
 * UTC ms. What does not fit stays as it is, so that the reader of events says what is wrong.
 */
#ifndef SLAD_DAEMON_HOOK_EVENT_H
#define SLAD_DAEMON_HOOK_EVENT_H

#include <jansson.h>

#include "base/buf.h"
#include "hook_map.h"

struct hook_making {
	const struct hook *hook;
	const struct hook_delivery *delivery;
	struct arena *arena;
	void (*hash)(const void *bytes, size_t len, char hex[static 65]);
	json_t *events; /* an array */
};

/* Adds an event, but for one without a type. */
void hook_event_add(struct hook_making *making, const struct mapped *m);

/* All of them as an array; -1 if there is no room. */
int hook_event_text(const struct hook_making *making, struct buf *out);

#endif
