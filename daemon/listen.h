/*
 * listen: sockets that listen, as the configuration names them.
 */
#ifndef SLAD_DAEMON_LISTEN_H
#define SLAD_DAEMON_LISTEN_H

#include <stdint.h>

#include "base/err.h"
#include "codec/config.h"

/*
 * A listening, non-blocking socket that closes on exec; -1 with a sentence.
 *
 * An IPv6 address takes IPv6 only, so that `[::]` and `0.0.0.0` may stand side by side. A Unix
 * socket gets mode 0660; one that is left from a process that no longer listens is replaced, one
 * that answers is not, nor any other file.
 */
int listen_open(const struct listener *l, struct err *err);

/* The TCP port that a socket is bound to, which the kernel chose if 0 was asked for; 0 if none. */
uint16_t listen_port(int fd);

#endif
