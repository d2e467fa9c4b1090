/*
 * guard: stands between the sockets and libevent's HTTP server, which believes too much.
 *
 * evhttp trims, merges and guesses; waits for ever, byte by byte; and takes every connection. So
 * it is fed by hand. Each connection's bytes go through a frame (frame.h) first and are held back
 * until one request is whole and plain; only then does evhttp see that one request, and the next
 * only after its answer has left. What is refused never reaches evhttp: a short request of ours
 * stands in its place, whose handler finds the refusal here, answers it, and closes. That way one
 * writer only writes to a socket, and every refusal is an answer like the others.
 *
 * Time is measured by phase, not by byte: a request must be whole, and an answer be read, within a
 * limit that no drip of bytes renews. Memory is bounded by what all connections hold together, not
 * by each. After a refusal the socket is read, and what comes is forgotten, for a moment, so that
 * the answer is not lost to a reset while the client still sends.
 *
 * Everything happens in the thread of the event base.
 */
#ifndef SLAD_DAEMON_GUARD_H
#define SLAD_DAEMON_GUARD_H

#include <stdbool.h>

#include "limits.h"

struct event_base;
struct evhttp;
struct evhttp_request;

struct guard_refusal {
	int status;
	const char *sentence;
	bool is_head; /* no body in the answer */
};

struct guards; /* all connections of one server */
struct guard; /* one of them */

/* Makes itself the source of the server's connections. `throttle` is told when there are so many
 * connections that no more should be accepted, and when they may again. */
struct guards *guards_new(struct event_base *base, struct evhttp *http,
    const struct http_limits *limits, void (*throttle)(void *arg, bool stop), void *arg);

/* After evhttp_free(). */
void guards_free(struct guards *all);

/* The guard of a request that evhttp hands out, in any call but the first after that request's
 * arrival; guard_take() is the first. NULL once its connection is gone. */
struct guard *guard_take(struct guards *all, struct evhttp_request *req);
struct guard *guard_find(struct guards *all, struct evhttp_request *req);

/* Whether the request stands for one that was refused, and why. */
bool guard_refused(const struct guard *g, struct guard_refusal *refusal);

/* How many bytes more may be held for requests now, and to hold so many for this one, until it is
 * answered: what its handler needs beside the request as it was sent. */
size_t guard_room(const struct guard *g);
void guard_hold(struct guard *g, size_t bytes);

/* The answer has just been handed to evhttp, and must be read by the client in time. */
void guard_answering(struct guard *g);

/* Closes what is idle, and whatever else as soon as it is answered; calls back from the loop when
 * no connection is left. */
void guards_drain(struct guards *all, void (*done)(void *arg), void *arg);

unsigned guards_open(const struct guards *all); /* connections */

#endif
