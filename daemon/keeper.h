/*
 * keeper: the thread that owns the store and the fold.
 *
 * The network's thread offers jobs to a bounded queue; the keeper takes all that wait, makes them
 * one transaction (group commit), and hands them back done. Small jobs and large ones take turns,
 * and the large leave an eighth of the queue to the small: a desk goes on while its past is
 * imported. Between jobs it
 * sleeps until time itself has something to do. What it hands back is taken by keeper_collect(), in
 * the network's thread, once keeper_fd() is readable.
 */
#ifndef SLAD_DAEMON_KEEPER_H
#define SLAD_DAEMON_KEEPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine.h"

#define KEEPER_EVENTS 100000 /* events that may wait: a second's work or so */
#define KEEPER_BYTES (256u << 20) /* the memory of all jobs between offer and collect */
#define KEEPER_SMALL 100 /* events of a small job */
#define KEEPER_LATER 60 /* seconds, at most, that a sender is asked to wait */
#define KEEPER_JOB (16u << 10) /* of one beside its arena: its exchange, its request's head */
#define KEEPER_STALL 5000 /* ms of one step without progress: nobody is let wait any more */

enum job_result {
	JOB_DONE,
	JOB_CROWDED, /* too much waits */
	JOB_FULL, /* the disk is */
	JOB_STALLED, /* the disk does not answer */
	JOB_FAILED,
};

/* One POST on its way through the keeper: events, or an order. */
struct job {
	struct job *next;
	struct arena arena; /* all that the submission, or the order, points into */
	struct events events;
	struct submission submission;
	struct order *order; /* NULL: it is events */
	enum job_result result;
	void *owner; /* the offerer's own */
	size_t beside; /* bytes that it takes beside its arena and KEEPER_JOB; the offerer says */
	size_t cost, weight; /* the keeper's: of all of these at the offer, and of its events */
};

struct keeper;

/* What the keeper did, since the start. Read in the network's thread, by keeper_counts(). */
struct keeper_counts {
	int64_t accepted, duplicates, rejected, batches, failures;
	int64_t waiting; /* events in the queue */
	int64_t bytes; /* that jobs take between offer and collect */
	int64_t refused; /* offers */
	bool broken; /* one failed, and no event was stored since, nor as much tried */
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

/* Takes the store; the engine is made in the caller's thread, so that what is wrong is known, and
 * says how many records or tickets it has folded or judged anew, now and then. */
struct keeper *keeper_new(struct store *s, struct config *c, const struct keeper_calls *calls,
    void (*progress)(void *context, int64_t done), void *context, struct err *err);

/* Finishes what is in the queue, ends the thread, closes the store. */
void keeper_free(struct keeper *k);

/* -1: it is not taken, for the result that the job has now; it stays the caller's. One job is taken
 * whatever its size, if there is no other. The thread is woken once enough for a commit wait. */
int keeper_offer(struct keeper *k, struct job *job);

/* Wakes the thread for the rest of what was offered: a batch, where a wake-up for each job would
 * make a commit of the first one alone. */
void keeper_wake(struct keeper *k);

/* Whether it is worth making a job of so many bytes that have come: JOB_DONE, or why not, which
 * counts as an offer. */
enum job_result keeper_room(struct keeper *k, size_t bytes);

/* For what was not done: why, as a sentence, and the seconds after which to try again; while too
 * much waits, those until what was offered by now should be stored, by the time that the last
 * batches took, KEEPER_LATER at most. */
const char *keeper_refusal(struct keeper *k, enum job_result result, int *retry_after);

/* Gives back, by done(), the jobs that wait; not those that are being stored. */
void keeper_shed(struct keeper *k, enum job_result result);

/* A message that could not be handed on: it is handed out again later, not before another message
 * of its receiver has left. */
void keeper_return(struct keeper *k, const char *receiver, int64_t id);

/* What became of a message; never refused. */
void keeper_report(struct keeper *k, const struct outbox *report);

/* Asks for another configuration; takes over the caller's reference. */
void keeper_configure(struct keeper *k, struct config *c);

int keeper_fd(const struct keeper *k);
void keeper_collect(struct keeper *k);
struct keeper_counts keeper_counts(struct keeper *k);

/* Rises while the thread makes progress, at least once a second. */
uint64_t keeper_beat(const struct keeper *k);

/* How long the step that it is in has been without progress, ms; 0 in none. */
int64_t keeper_still(const struct keeper *k);
int64_t keeper_busy(const struct keeper *k); /* ms that its thread has computed */

/* The thread met a failure of the store after which nothing may be acknowledged, and has ended: so
 * must the process, which will recover when it starts again. */
bool keeper_lost(const struct keeper *k);

int64_t keeper_now(void); /* the wall clock, UTC ms */

#endif
