/*
 * import_inside: what the files of import share.
 */
#ifndef SLAD_DAEMON_IMPORT_INSIDE_H
#define SLAD_DAEMON_IMPORT_INSIDE_H

#include <pthread.h>

#include "import.h"
#include "progress.h"

struct place {
	size_t file; /* of the options' */
	int64_t line;
};

struct batch {
	struct buf body;
	size_t count;
	int64_t end; /* bytes of all files up to its end */
	struct place place[IMPORT_LINES];
};

struct import {
	const struct import_options *options;
	pthread_mutex_t lock; /* of what follows, and of standard error */
	pthread_cond_t changed;
	struct batch *ready; /* filled, and not taken yet; NULL: none */
	struct batch *spare[IMPORT_SENDERS + 2];
	size_t spares;
	bool closed; /* no batch will follow */
	bool stopped; /* none may be sent any more */
	int code; /* the first that was not EXIT_DONE */
	struct import_sums sums;
	int64_t done, counted; /* bytes and events that were answered */
	size_t said; /* wrong lines that were named */
	char trouble[300]; /* why the daemon takes nothing at present; "" else */
	struct progress progress;
};

const char *import_file(const struct import *m, struct place place); /* as it is said */

/* With the lock held: */
void import_say(struct import *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void import_wrong(struct import *m, struct place place, const char *what); /* names a line */
void import_stop(struct import *m, int code); /* no batch is begun from now on */

struct sender {
	struct import *import;
	struct client *client;
};

/* Posts batches until there are none any more: a thread of its own. */
void *import_send(void *sender);

#endif
