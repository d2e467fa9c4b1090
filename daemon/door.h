/*
 * door: the listening sockets of an HTTP server, handed to libevent.
 */
#ifndef SLAD_DAEMON_DOOR_H
#define SLAD_DAEMON_DOOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "codec/config.h"

struct event_base;
struct evhttp;
struct doors;

/* Opens all, or none: NULL with a sentence. */
struct doors *doors_open(struct event_base *base, struct evhttp *http,
    const struct listener *listener, size_t count, struct err *err);

/* Closes them, and removes the files of Unix sockets. Before evhttp_free(). NULL is fine. */
void doors_close(struct doors *d);

/* Stops accepting for a while, or goes on. When the process runs out of files, the doors stop by
 * themselves for a second. NULL is fine. */
void doors_throttle(struct doors *d, bool stop);

bool doors_local(const struct doors *d); /* all are reachable from this machine only */
uint16_t doors_port(const struct doors *d, size_t i); /* 0 for a Unix socket */

#endif
