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

struct keeper {
	struct store *store;
	struct engine *engine;
	struct keeper_calls calls;
	pthread_t thread;
	int fd;
	bool offered; /* the network's: jobs were offered since it last woke the thread */
	/* under the lock */
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct queue in, out;
	size_t events, bytes;
	struct note *notes, **notes_last;
	struct letter *letters, **letters_last;
	struct config *wanted; /* to be taken by the thread */
	struct config *given; /* to be given back, with `taken` */
	bool taken, stop;
	struct keeper_counts counts;
	/* the thread's own */
	struct lane *lanes;
	bool failed; /* the last step did */
	atomic_uint_fast64_t beat;
	atomic_bool lost;
};

void keeper_queue_put(struct queue *q, struct job *job);
void keeper_note_free(struct note *n);
void keeper_letter_free(struct letter *l);

/* The thread's whole life; the context is the keeper. */
void *keeper_keep(void *context);

#endif
