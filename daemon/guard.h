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
 * by each: too many bytes of requests are refused, too many of answers end the connections that
 * have not read theirs for the longest. Requests no larger than a head have room of their own, so
 * that questions are answered while large bodies fill the rest. A new connection takes the place of
 * the one that has been idle for the longest, if there is no other. After a refusal the socket is
 * read, and what comes is forgotten, for a moment, so that the answer is not lost to a reset while
 * the client still sends.
 *
 * Everything happens in the thread of the event base.
 */
#ifndef SLAD_DAEMON_GUARD_H
#define SLAD_DAEMON_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "limits.h"

struct event_base;
struct evhttp;
struct evhttp_request;

struct guard_refusal {
	int status;
	const char *sentence;
};

/* What connections and requests met, each counted when it happens. */
enum guard_met {
	MET_CONNECTIONS, /* refused: all places are taken, by none that is idle */
	MET_DISPLACED, /* closed, the longest idle, to make room for a new one */
	MET_HELD, /* refused: all requests together have too many bytes */
	MET_REQUEST_TIME, /* refused: not whole in time */
	MET_ANSWER_TIME, /* cut: its answer was not read in time */
	MET_UNREAD, /* cut, the longest unread: all answers together have too many bytes */
	GUARD_MET,
};

struct guard_counts {
	size_t held, unread; /* bytes of requests and of answers, now */
	uint64_t met[GUARD_MET]; /* since the start */
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

/* The request's bytes have been let go, before its answer. */
void guard_spare(struct guard *g);

/* The answer, of so many bytes, has just been handed to evhttp, and must be read by the client in
 * time. */
void guard_answering(struct guard *g, size_t bytes);

/* Closes what is idle, and whatever else as soon as it is answered; calls back from the loop when
 * no connection is left. */
void guards_drain(struct guards *all, void (*done)(void *arg), void *arg);

unsigned guards_open(const struct guards *all); /* connections */
struct guard_counts guards_counts(const struct guards *all);

#endif
