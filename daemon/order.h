/*
 * order: what an operator asks slad to write: a period to be closed, an improvement to move on.
 *
 * It is read in the network's thread, carried out by the keeper in the transaction of its next
 * step, after all that is due has been judged, and answered after the commit. What carries it out
 * checks first and writes then: an answer of 4xx has written nothing.
 */
#ifndef SLAD_DAEMON_ORDER_H
#define SLAD_DAEMON_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/err.h"
#include "base/mem.h"
#include "codec/config.h"
#include "request.h"
#include "route.h"
#include "store/store.h"

#define ORDER_NAME 200 /* bytes of who asks */
#define ORDER_NOTE 4000 /* of what they have to say */

struct job;
struct keeper;
struct submission; /* engine.h */

/* Where and when an order is carried out. */
struct act {
	struct store *store; /* within the step's transaction */
	const struct config *config;
	int64_t now;
	/* Takes events as if they were posted now; all or nothing. */
	int (*submit)(void *engine, struct submission *s, int64_t now, struct err *err);
	void *engine;
	bool *released; /* set: something left the quarantine */
	bool *moved; /* set: alerts or what silences them did, so the rules are looked at at once */
	/* To be called now and then by what takes long, lest the thread be taken for dead; or NULL.
	 */
	void (*beat)(void *context, int64_t done);
	void *context;
};

struct order {
	int (*carry_out)(struct order *o, const struct act *act, struct err *err);
	struct arena *arena; /* lives as long as the order */
	struct request request; /* its segments and parameters */
	json_t *body; /* an object; an empty one where none was sent; of a DELETE, which has no
			 body, the parameters `by` and `note` */
	const char *by; /* who asks: `by` of the body, else the token's name, else "operator" */
	const char *note; /* `note` of the body, or "" */
	struct answer answer; /* for carry_out to fill */
	int64_t message; /* for carry_out: one of the outbox that waits again; 0: none */
};

/* A text of the body, in the arena: NULL where it is absent or null. -1 and a sentence where it is
 * no text, or longer than `most` bytes. */
int order_text(
    const struct order *o, const char *name, size_t most, const char **text, struct err *err);

/* Whether every member of the body stands in a list, NULL-terminated. */
int order_members(const struct order *o, const char *const *names, struct err *err);

/* The deferred handler of every route that has a carry_out; and what a keeper's `done` does. */
void order_take(void *context, struct exchange *x);
void order_done(struct keeper *k, struct job *job);

/* The two halves, for those who have no socket: a job, or NULL and an answer; and the answer of a
 * job that was carried out, which frees it. */
struct job *order_read(const struct request *r, const struct route *route, struct answer *a);
void order_answer(struct keeper *k, struct job *job, struct answer *a);

#endif
