/*
 * keeper_inside: the keeper's two sides, for keeper.c and keeper_thread.c alone.
 *
 * keeper.c is what the network's thread does: offer, collect. keeper_thread.c is what the keeper's
 * own thread does: take, step, hand back.
 */
#ifndef SLAD_DAEMON_KEEPER_INSIDE_H
#define SLAD_DAEMON_KEEPER_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>

#include "checkpointer.h"
#include "keeper.h"

struct note { /* a report on its way to the store */
	struct note *next;
	struct outbox report;
	char *receiver;
	char error[256];
};

struct lane { /* what was handed out for one receiver, so that a dead one holds up no other */
	struct lane *next;
	char *receiver;
	int64_t last; /* the newest message handed out */
	int64_t out; /* handed out, and neither delivered nor failed yet */
	int64_t *again; /* messages up to the last that wait to be handed out again */
	size_t agains, room;
};

struct letter { /* a page of messages on its way to the network */
	struct letter *next;
	struct arena arena;
	struct outbox *list;
	int count;
	bool told; /* they were delivered before */
	char *saved; /* instead: a receiver whose report is stored */
};

struct queue {
	struct job *first, **last;
};

enum size { SMALL, LARGE, SIZES };

struct keeper {
	struct store *store;
	struct engine *engine;
	struct checkpointer *checkpointer;
	struct keeper_calls calls;
	pthread_t thread;
	int fd;
	bool offered; /* the network's: jobs were offered since it last woke the thread */
	/* under the lock */
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct queue in[SIZES], out;
	size_t events; /* that wait */
	size_t jobs, bytes, load; /* between offer and collect; events and jobs, added up */
	double took,
	    weight; /* seconds and load of the last batches, each counting half its successor */
	struct note *notes, **notes_last;
	struct note *returned; /* messages that could not be handed on */
	struct letter *letters, **letters_last;
	struct config *wanted; /* to be taken by the thread */
	struct config *given; /* to be given back, with `taken` */
	bool taken, stop;
	struct keeper_counts counts;
	/* the thread's own */
	struct lane *lanes;
	enum size turn; /* whose the last batch was */
	bool failed; /* the last step did */
	struct config *pending; /* wanted, and not applied yet because there was no room */
	int64_t again; /* monotonic ms when that is tried again */
	atomic_uint_fast64_t beat;
	atomic_int_fast64_t since; /* monotonic ms of the step's last progress; 0: in none */
	atomic_bool lost;
};

void keeper_queue_put(struct queue *q, struct job *job);
int64_t keeper_monotonic(void); /* ms */
void keeper_note_free(struct note *n);
void keeper_letter_free(struct letter *l);

/* keeper_lanes.c, of the thread alone: messages, as they are handed to the network. */
void keeper_signal(struct keeper *k); /* there is something to collect */
void keeper_told_out(struct keeper *k); /* what receivers know, before the first message */
void keeper_messages_out(struct keeper *k); /* as many as there is room for */
void keeper_order_out(
    struct keeper *k, int64_t id); /* waits again, though its lane may be past it */
void keeper_returned_take(
    struct keeper *k, struct note *notes); /* what the network would not have */
void keeper_left(struct keeper *k, const char *receiver); /* a message of its lane has */

/* The thread's whole life; the context is the keeper. */
void *keeper_keep(void *context);

#endif
