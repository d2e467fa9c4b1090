/*
 * server: the daemon's parts, and how they hear of each other.
 *
 *   http → api_*                       questions, answered at once from a reader
 *   http → ingest → keeper             events, answered after the commit
 *   keeper → notify → keeper           messages, and what became of them
 *   signals → configuration, or the end
 */
#ifndef SLAD_DAEMON_SERVER_H
#define SLAD_DAEMON_SERVER_H

#include <stdbool.h>

#include "base/err.h"
#include "codec/config.h"

struct server;

/* Everything that can be wrong with a start is said here, and `code` is the exit code that tells
 * it: of the storage, or, an address cannot be had, that the answer is no. Takes over the
 * reference. */
struct server *server_new(struct config *c, int *code, struct err *err);

/* Serves until SIGTERM or SIGINT; -1 if the store was lost on the way. */
int server_run(struct server *s);

void server_free(struct server *s);

#endif
