/*
 * bytes: on their way through libevent's buffers.
 */
#ifndef SLAD_DAEMON_BYTES_H
#define SLAD_DAEMON_BYTES_H

#include <stddef.h>

struct bufferevent;
struct evbuffer;

/* Moves bytes without a block of memory for each few of them. */
void bytes_move(struct evbuffer *from, struct evbuffer *to, size_t len);

/*
 * Sends what the socket takes of a bufferevent's output now, in place of the next turn of its loop:
 * it need not be watched for room then, and the peer can go on while this turn goes on. If that was
 * all, the callback for writing is called before this returns. The rest, and a failure, is left to
 * the bufferevent, which meets them in its turn.
 */
void bytes_send(struct bufferevent *bev);

#endif
