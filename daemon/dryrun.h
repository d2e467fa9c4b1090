/*
 * dryrun: what would be otherwise if another configuration were in force. It changes nothing.
 */
#ifndef SLAD_DAEMON_DRYRUN_H
#define SLAD_DAEMON_DRYRUN_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/buf.h"
#include "snapshot.h"

#define DRYRUN_NAMED 20 /* tickets of an agreement that are named */

enum side { SIDE_BEFORE, SIDE_AFTER };
#define SIDES 2

/* How a cycle of a ticket counts in an indicator. */
struct dryrun_count {
	bool counts;
	unsigned measure; /* in the cohort opened */
	int64_t opened, settled; /* minutes since 1970; settled -1: not yet */
};

struct dryrun_change {
	unsigned cycle; /* from 0 */
	enum indicator indicator;
	struct dryrun_count side[SIDES];
};

struct dryrun_ticket {
	const char *source, *subject;
	size_t changes;
	struct dryrun_change *change; /* by cycle and indicator */
};

struct dryrun_tickets {
	const char *agreement;
	int64_t count;
	int64_t retimed; /* of them: count as the same, but in other minutes */
	size_t named;
	struct dryrun_ticket *ticket; /* the first, by subject and source; retimed ones last */
};

struct dryrun {
	struct arena arena;
	int64_t now;
	int64_t tickets; /* that would count otherwise */
	size_t agreements;
	struct dryrun_tickets *agreement; /* those with any, ascending by id */
	struct snapshot snapshot[SIDES];
	size_t moves; /* scores that would move */
	bool complete; /* no score was left out */
};

/*
 * Folds the log of a store by `other`, as of the instant up to which it was judged, and compares
 * it with what is stored; or, if that was judged by another configuration than `c`, with the log
 * folded by `c`. The clock is read once the store stands still for this reader, so that a daemon
 * may run beside. Both configurations outlive the result, which is zeroed if it fails.
 */
int dryrun(struct dryrun *d, struct store *stored, struct config *c, struct config *other,
    int64_t (*clock)(void), struct err *err);
void dryrun_free(struct dryrun *d);

/* Whether there is anything to say, or something was left out. */
bool dryrun_differs(const struct dryrun *d);

void dryrun_text(const struct dryrun *d, struct buf *out);
json_t *dryrun_json(const struct dryrun *d);

#endif
