/*
 * notify_render: events as one receiver is told of them.
 */
#ifndef SLAD_DAEMON_NOTIFY_RENDER_H
#define SLAD_DAEMON_NOTIFY_RENDER_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "codec/config.h"

#define NOTIFY_RENDER_MAX (8u << 20) /* bytes of one message: some events and their texts */

/* One event, or several in one, appended; the bodies are CloudEvents, oldest first. Several only
 * if the receiver takes them. */
int notify_render(const struct receiver *r, const char *const *bodies, size_t count,
    struct buf *out, struct err *err);

#endif
