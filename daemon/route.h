/*
 * route: which function answers which path.
 *
 * A pattern is a path whose parts are literal or, in braces, any one part: "/v1/tickets/{id}".
 * The handler finds it in the request's segments, decoded. The first pattern of the table wins.
 */
#ifndef SLAD_DAEMON_ROUTE_H
#define SLAD_DAEMON_ROUTE_H

#include "request.h"

struct exchange; /* http.h */
struct order; /* order.h */
struct act;
struct err;

struct route {
	enum method method;
	const char *pattern;
	unsigned scope; /* of enum token_scope; 0 is open to all */
	/* One of the two; both where study_take (study.h) has the first one called. The second
	 * answers later, by http_answer(). */
	void (*handler)(void *context, const struct request *r, struct answer *a);
	void (*deferred)(void *context, struct exchange *x);
	/* What the keeper does, where `deferred` takes orders. */
	int (*carry_out)(struct order *o, const struct act *act, struct err *err);
};

/* The route of a request; else NULL, where `allow` is the methods that its path knows, as the
 * value of an Allow header, or NULL for an unknown path. */
const struct route *route_find(
    const struct route *table, size_t count, const struct request *r, const char **allow);

#endif
