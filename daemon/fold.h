/*
 * fold: what a batch of records does to entities and tallies, gathered in memory and then saved.
 *
 * Each entity that a batch touches is loaded once, folded once, and saved once; what a scope is to
 * count in one minute is gathered likewise, and then posted to its tallies (posting.h).
 */
#ifndef SLAD_DAEMON_FOLD_H
#define SLAD_DAEMON_FOLD_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "codec/event_json.h"
#include "domain/agreement.h"
#include "domain/outage.h"
#include "domain/rule.h"
#include "domain/ticket.h"
#include "store/store.h"

struct posting;
struct touched; /* an entity of the batch */
struct cell; /* a scope's minute of the batch */
struct origin; /* a source of the batch */

/* An entity as it was folded and saved. */
struct folded {
	const struct entity *entity;
	const char *source;
	int64_t now;
	const struct ticket *ticket; /* class ticket */
	const struct down *down; /* class outage */
	size_t downs;
	const struct record *record; /* class fact; NULL: it is retracted */
	struct blob facts_before; /* its records as they were stored; none: it is new */
	int64_t due_before; /* 0: none */
};

struct fold_batch {
	struct store *store;
	struct store
	    *log; /* where a retraction looks for its event: the store, or what is replayed */
	const struct agreements *agreements;
	const struct rule *rule; /* tickets fall due for those about tickets, too */
	size_t rules;
	int64_t now;
	struct posting *posting; /* posts what is little later, by the daybook; or NULL */
	struct pile *pile; /* gathers what tallies get from many batches; or NULL */
	struct arena arena; /* freed with the batch */
	struct arena scratch; /* emptied with each entity that is saved */
	struct buf packed; /* a record, to know its size */
	struct touched *touched;
	struct cell *cells;
	struct origin *origins;
	/* Told of each stored ticket that is saved with other counts, or NULL. */
	void (*recounted)(void *context, int64_t scope);
	void *context;
	/* Given each ticket, outage and fact once it is saved, or NULL. */
	int (*folded)(void *context, const struct folded *f, struct err *err);
	void *folded_context;
};

/* Whether the event's entity has room for it: 1, 0, or -1. Room that was found is held for the
 * event, until the batch is saved or the room is given back. */
int fold_room(struct fold_batch *b, int64_t source, const struct event *event, struct err *err);
void fold_room_back(struct fold_batch *b, int64_t source, const struct event *event);

/* Adds a stored event to its entity; a retraction takes its event from what that one is about. */
int fold_add(struct fold_batch *b, int64_t source, const struct event *event, struct err *err);

/* Looks at a stored entity again, because time passed or the agreements changed. */
int fold_again(struct fold_batch *b, int64_t entity, struct err *err);

/* Folds what was touched, saves it and its share of the tallies; the batch is empty afterwards. */
int fold_save(struct fold_batch *b, struct err *err);

/* Drops the batch without saving. */
void fold_drop(struct fold_batch *b);

/* A folded entity: its records unpacked, and what they say. For explanations, too. */
int fold_ticket(const struct entity *e, const char *source, const struct agreements *agreements,
    int64_t now, struct arena *a, struct ticket *ticket, struct err *err);

int fold_outage(const struct entity *e, const char *source, struct arena *a, struct down **downs,
    struct err *err); /* how many, or -1 */

#endif
