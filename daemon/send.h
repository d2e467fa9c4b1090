/*
 * send: an answer as HTTP, and what lies in a bufferevent's output, before its loop turns.
 */
#ifndef SLAD_DAEMON_SEND_H
#define SLAD_DAEMON_SEND_H

#include <stdbool.h>
#include <stddef.h>

#include "request.h"

struct bufferevent;
struct evhttp_request;

/* Hands an answer to evhttp, `last`: the connection ends with it; its body's memory goes along.
 * Gives the bytes of the body. */
size_t send_reply(struct evhttp_request *req, struct answer *a, bool last);

/*
 * Sends what the socket takes of a bufferevent's output, in place of the next turn of its loop: it
 * need not be watched for room then, and the peer goes on while this turn goes on. If that was all,
 * the callback for writing is called before this returns, and may free what it will. The rest, and
 * a failure, is left to the bufferevent, which meets them in its turn.
 */
void send_now(struct bufferevent *bev);

#endif
