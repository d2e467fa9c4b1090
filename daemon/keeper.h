/*
 * keeper: the thread that owns the store and the fold.
 *
 * The network's thread offers jobs to a bounded queue; the keeper takes all that wait, makes them
 * one transaction (group commit), and hands them back done. Between jobs it sleeps until time
 * itself has something to do. What it hands back is taken by keeper_collect(), in the network's
 * thread, once keeper_fd() is readable.
 */
#ifndef SLAD_DAEMON_KEEPER_H
#define SLAD_DAEMON_KEEPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine.h"

#define KEEPER_EVENTS 100000 /* events that may wait: a second's work or so */
#define KEEPER_BYTES (256u << 20) /* and the memory they may take */

enum job_result { JOB_DONE, JOB_BUSY /* disk full: try later */, JOB_FAILED };

/* One POST on its way through the keeper: events, or an order. */
struct job {
	struct job *next;
	struct arena arena; /* all that the submission, or the order, points into */
	struct events events;
	struct submission submission;
	struct order *order; /* NULL: it is events */
	enum job_result result;
	void *owner; /* the offerer's own */
};

struct keeper;

/* What the keeper did, since the start. Read in the network's thread, by keeper_counts(). */
struct keeper_counts {
	int64_t accepted, duplicates, rejected, batches, failures;
	int64_t waiting; /* events in the queue */
	bool broken; /* the last transaction failed */
};

/* Called in the network's thread by keeper_collect(), and the first by keeper_offer(). */
struct keeper_calls {
	/* keeper_wake() is wanted, once all that is ready to be read has been. */
	void (*offered)(void *context);
	void (*done)(void *context, struct job *job); /* the job is the callee's again */
	void (*message)(void *context, const struct outbox *message);
	/* At the start: what a receiver knows of an alert that fires, as of store_outbox_told(). */
	void (*told)(void *context, const struct outbox *message);
	void (*saved)(void *context, const char *receiver); /* its last report is stored */
	void (*configured)(
	    void *context, struct config *c, bool taken); /* reference is the callee's */
	void *context;
};

/* Takes the store; the engine is made in the caller's thread, so that what is wrong is known. */
struct keeper *keeper_new(
    struct store *s, struct config *c, const struct keeper_calls *calls, struct err *err);

/* Finishes what is in the queue, ends the thread, closes the store. */
void keeper_free(struct keeper *k);

/* -1: the queue is full; the job stays the caller's. */
int keeper_offer(struct keeper *k, struct job *job);

/* Wakes the thread for what was offered: a batch, where a wake-up for each job would make a commit
 * of the first one alone. */
void keeper_wake(struct keeper *k);

/* What became of a message; never refused. */
void keeper_report(struct keeper *k, const struct outbox *report);

/* Asks for another configuration; takes over the caller's reference. */
void keeper_configure(struct keeper *k, struct config *c);

int keeper_fd(const struct keeper *k);
void keeper_collect(struct keeper *k);
struct keeper_counts keeper_counts(struct keeper *k);

/* Rises while the thread makes progress, at least once a second. */
uint64_t keeper_beat(const struct keeper *k);

/* The thread met a failure of the disk after which nothing may be acknowledged: the process must
 * end, and will recover when it starts again. */
bool keeper_lost(const struct keeper *k);

int64_t keeper_now(void); /* the wall clock, UTC ms */

#endif
