/*
 * store_ticket: tickets one after the other, as lists of them are read.
 */
#ifndef SLAD_STORE_STORE_TICKET_H
#define SLAD_STORE_STORE_TICKET_H

#include "store/store.h"

extern const char *const entity_state_names[]; /* of enum entity_state; NULL-terminated */

/* A place in a list: the id alone, or the due instant and the id. */
struct ticket_place {
	int64_t due, id;
};

struct stored_ticket {
	struct ticket_place place;
	const char *source;
	struct scope scope; /* NULL dimensions: it has none yet */
	struct entity entity;
};

/* Where a list begins: after a place, INT64_MAX the first ones; and how much of it is looked at. */
struct ticket_walk {
	int state; /* enum entity_state; -1: any */
	struct ticket_place after;
	int limit;
};

/* each() gets a ticket whose texts and bytes live as long as the call; returning 1 ends the walk.
 * They return how many were looked at, or -1. */
typedef int ticket_each(void *context, const struct stored_ticket *t);

/* Newest first. */
int store_tickets(struct store *s, const struct ticket_walk *walk, ticket_each *each, void *context,
    struct err *err);

/* Those of which time alone changes something up to `until`, that first. */
int store_tickets_due(struct store *s, const struct ticket_walk *walk, int64_t until,
    ticket_each *each, void *context, struct err *err);

#endif
