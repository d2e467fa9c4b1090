/*
 * guard_inside: one connection and all of them, for guard.c and guard_share.c alone.
 *
 * guard.c is what happens to one connection. guard_share.c is what they share: bytes, places, and
 * who has to go when there are not enough.
 */
#ifndef SLAD_DAEMON_GUARD_INSIDE_H
#define SLAD_DAEMON_GUARD_INSIDE_H

#include <sys/queue.h>

#include "base/err.h"
#include "base/hash.h"
#include "frame.h"
#include "guard.h"

enum phase {
	BORN, /* evhttp is still making its connection */
	IDLE, /* nothing of a request has come */
	READING, /* some of it has */
	WORKING, /* evhttp and the handler have it */
	ANSWERING, /* its answer is on its way */
	REFUSED, /* evhttp has our request in its place */
	LEAVING, /* refused and answered: evhttp is letting go */
	LINGERING, /* the socket is ours, and read for nothing */
	GONE, /* evhttp has let go */
};

TAILQ_HEAD(guard_list, guard);

struct guard {
	struct guards *all;
	struct bufferevent *bev; /* the key; we hold a reference, so it outlives evhttp's */
	struct evhttp_connection *evcon; /* NULL before evhttp has made it, and after its end */
	struct evbuffer_cb_entry *watch; /* of the bufferevent's input */
	struct evbuffer *raw; /* bytes that no frame has read yet */
	struct evbuffer *request; /* bytes of the request that is being read */
	struct event *timer; /* of the phase */
	struct event *stay; /* keeps the socket watched while evhttp does not read; NULL if BORN */
	enum phase phase;
	bool heard; /* bytes that evhttp does not read: its request's last, if not more */
	bool feeding; /* what the input gets now, it gets from us */
	bool counted; /* in all->going */
	size_t held; /* bytes that count in all->held */
	size_t unread; /* and in all->unread */
	struct frame frame;
	int status; /* of the refusal */
	char *why; /* its sentence; NULL: there is none */
	struct guard_list *list; /* that it is in, by its phase; or NULL */
	TAILQ_ENTRY(guard) entry;
	UT_hash_handle hh;
};

struct guards {
	struct event_base *base;
	struct http_limits limits;
	struct guard *connections; /* by bufferevent */
	struct guard_list idle, answering; /* the longest so first */
	struct guard_counts counts;
	unsigned going; /* connections that are as good as closed */
	void (*throttle)(void *arg, bool stop);
	void *throttle_arg;
	bool throttled, draining;
	struct event *drained;
	void (*done)(void *arg);
	void *done_arg;
};

/* Every change of phase. */
void guard_enter(struct guard *g, enum phase phase);

/* What it holds from now on. */
void guard_holds(struct guard *g, size_t held);

/* Whether all together hold more than they may, this one's part being as large as it is. */
bool guard_is_too_much(const struct guard *g);

/* Whether a new connection has a place, if need be that of the one that was idle the longest. */
bool guards_make_room(struct guards *all);

/* Lets go of those who have not read their answers for the longest, until all answers together are
 * as small as they must be; but never of this one. */
void guards_make_readers(struct guards *all, const struct guard *but);

/* Ends the connection as a timeout of evhttp's own would. guard.c's on_close() follows. */
void guard_cut(struct guard *g, short direction);

#endif
