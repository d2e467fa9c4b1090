/*
 * send: what lies in a bufferevent's output, before its loop turns.
 */
#ifndef SLAD_DAEMON_SEND_H
#define SLAD_DAEMON_SEND_H

struct bufferevent;

/*
 * Sends what the socket takes of a bufferevent's output, in place of the next turn of its loop: it
 * need not be watched for room then, and the peer goes on while this turn goes on. If that was all,
 * the callback for writing is called before this returns, and may free what it will. The rest, and
 * a failure, is left to the bufferevent, which meets them in its turn.
 */
void send_now(struct bufferevent *bev);

#endif
