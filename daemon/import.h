/*
 * import: the lines of files, in batches, to a running daemon.
 *
 * One thread reads, IMPORT_SENDERS threads post: while the daemon stores one batch it reads the
 * next. Neither their order nor how often they are sent makes a difference to it. Memory is bounded
 * by a batch for each thread. What goes wrong is said on standard error as FILE:LINE: what.
 *
 * A line is an event; or, with a mapping, a row of a table gives as many as the mapping says.
 */
#ifndef SLAD_DAEMON_IMPORT_H
#define SLAD_DAEMON_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "client.h"
#include "row_map.h"

#define IMPORT_SENDERS 2
#define IMPORT_LINES 5000 /* of a batch; the daemon takes 10,000 */
#define IMPORT_BYTES 1000000 /* and bytes; proxies often take no more than 1 MiB */

struct import_options {
	struct client_address address;
	bool skip; /* wrong events, and go on */
	bool print; /* the events, and send nothing */
	const struct row_setting *mapping; /* NULL: lines are events */
	int64_t patience; /* ms to wait for a daemon that is busy or not there */
	char *const *files; /* "-" is standard input */
	size_t count;
};

struct import_sums {
	int64_t accepted, duplicates, rejected;
	double seconds;
};

/* An exit code, its reasons said. The sums are those of all that was answered. After a signal
 * (command_caught) the batches under way are the last. */
int import_run(const struct import_options *o, struct import_sums *sums);

#endif
