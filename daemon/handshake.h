/*
 * handshake: OPTIONS of a path that takes webhooks, as CloudEvents' HTTP 1.1 Web Hooks for Event
 * Delivery 1.0.2 asks for in section 4, Abuse Protection.
 *
 * A sender asks whether its deliveries are welcome, before it has a token to show; they are, from
 * everyone and at any rate: whether one is taken is decided when it comes, by its token. It is not
 * a browser's question about another origin's page: there is no header of CORS in the answer.
 */
#ifndef SLAD_DAEMON_HANDSHAKE_H
#define SLAD_DAEMON_HANDSHAKE_H

#include "request.h"

void handshake_answer(void *context, const struct request *r, struct answer *a);

#endif
