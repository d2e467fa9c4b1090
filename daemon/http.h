/*
 * http: the server at the process's edge, on libevent.
 *
 * It takes a request off the wire (guard.h says which), finds its route, asks auth, calls the
 * handler and sends the answer. Everything happens in the thread of the event base. An answer
 * always carries a Content-Type, `Cache-Control: no-store` and `X-Content-Type-Options: nosniff`;
 * what is refused, here or in a handler, is an application/problem+json. HEAD is answered as GET
 * without the body. A handler sees the body of a POST without its Content-Encoding (coding.h),
 * which is taken off once the request is admitted, in steps. Whatever but GET a browser sends for
 * another site's page is refused, since a daemon without tokens trusts its own machine, and the
 * browser runs there; and without tokens so is what was sent to a name that may be anybody's
 * (host.h).
 */
#ifndef SLAD_DAEMON_HTTP_H
#define SLAD_DAEMON_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "codec/config.h"
#include "guard.h"
#include "limits.h"
#include "route.h"

struct event_base;
struct http;
struct exchange; /* a request whose answer is due */

struct http_counts {
	uint64_t answers[6]; /* by the first digit of the status: [2], [4], … */
	uint64_t refused; /* of these, by the guard: never a request */
	unsigned connections, most; /* now, and at most */
	struct guard_counts guards;
	unsigned exchanges; /* now: handed to a handler and not answered */
};

/* The table and the context live longer than the server. Libevent's own messages go to the log
 * from now on, and the process ignores SIGPIPE. If the process may not open enough files, the limit
 * of connections is lowered and that is logged. */
struct http *http_new(struct event_base *base, const struct http_limits *limits,
    const struct route *table, size_t count, void *context);

/* Listens on every one, or on none: -1 with a sentence. Once only. */
int http_listen(struct http *h, const struct listener *listener, size_t count, struct err *err);

/* The tokens that are valid from now on; copied. Until the first call, every route with a scope
 * answers 401. */
void http_reload(struct http *h, const struct token *token, size_t count);

/* Looks at what a handler answers, and may answer otherwise. */
void http_check(struct http *h, void (*check)(void *arg, struct answer *a), void *arg);

/* The port that listener i is bound to; 0 for a Unix socket. */
uint16_t http_port(const struct http *h, size_t i);

/* For deferred handlers. The request stays as it is until the answer, even if its client goes;
 * then the answer goes nowhere, which needs no care. */
const struct request *exchange_request(const struct exchange *x);
const struct route *exchange_route(const struct exchange *x);

/* Lets go of the request's body, and of the memory that it takes, before the answer. */
void exchange_spare(struct exchange *x);

/* Goes on with the exchange in steps between which others are served (chore.h): the last one has
 * answered it, or given it to somebody who will; or begins the next chore. If the server is freed
 * before, `drop` is called, if it is not NULL. One chore at a time. */
void exchange_chore(
    struct exchange *x, bool (*step)(void *arg), void (*drop)(void *arg), void *arg);

/* Ends the exchange and empties the answer's body, which becomes the server's. Each exchange is
 * answered exactly once, in the server's thread, before http_free(). */
void http_answer(struct exchange *x, struct answer *a);

/* Stops accepting, closes what is idle, and lets the rest finish; `done` is called from the loop
 * when no connection and no exchange is left; it may free the server. */
void http_drain(struct http *h, void (*done)(void *arg), void *arg);

struct http_counts http_counts(const struct http *h);

/* Closes everything, at once. Exchanges that are not answered are gone. NULL is fine. */
void http_free(struct http *h);

#endif
