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
	struct row_map *map; /* the reader's */
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

struct reader { /* of the files, one after another */
	struct import *import;
	struct row_map *map; /* of rows; NULL: lines are events */
	struct batch *batch; /* being filled */
	int64_t before; /* bytes of the files before this one */
	size_t file;
};

/* An event of a line, to be sent. `end` is where the line ends, in bytes of all files. */
void import_add(struct reader *r, const char *text, size_t len, int64_t line, int64_t end);

/* A line of which nothing can be sent. */
void import_refuse(struct reader *r, int64_t line, const char *what);

/* A file that cannot be read from a line on. */
void import_broken(struct reader *r, int64_t line, const struct err *err);
bool import_stopped(struct import *m);

/* Reads a file of rows: 0 at its end, -1 if no other file is to be read. */
int import_rows(struct reader *r);

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
