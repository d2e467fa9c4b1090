/*
 * posting: takes what the daybook has (store/daybook.h) over into the tallies.
 *
 * A turned page is posted in slices, in the order in which the store keeps tallies: each row of
 * them is read and written once for all lines of the page, and its neighbours lie on the same pages
 * of the database. Whoever writes posts as much in return, so that less than two pages' worth of
 * lines ever wait, however many a transaction writes.
 */
#ifndef SLAD_DAEMON_POSTING_H
#define SLAD_DAEMON_POSTING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "store/daybook.h"

/* Written lines that are worth to be posted together: while events come, when none do, and with the
 * commit that writes them. */
#define POSTING_LINES 32768
#define POSTING_LINES_IDLE 256
#define POSTING_LINES_AT_ONCE 2048 /* of one commit */
#define POSTING_PAUSE 1000 /* ms without a line written */

struct posting_item;

struct posting { /* of one store, as long as it is open; all zero: nothing is under way */
	uint64_t version; /* of the page */
	int level;
	struct posting_item *item; /* the page's lines as the level has them */
	size_t count, at;
	size_t worth; /* lines, instead of POSTING_LINES; 0: those */
	bool wrote_now; /* since the last step */
	int64_t wrote; /* when a line was last written */
	bool waits; /* there is something to be posted when no events come */
};

/* Posts these lines at once, all of them. last: by level, a place behind which the store has no
 * tallies, so that none is looked for there; it is moved on. Or NULL: that is not known. */
int posting_all(struct store *s, const struct daybook_line *lines, size_t count,
    struct tally_place *last, struct err *err);

/* Posts a slice of about so many lines of the turned page, a line at each level being one; without
 * one, turns the open page if so many lines were written on it. Within a transaction, as what
 * follows. */
int posting_slice(struct posting *p, struct store *s, size_t lines, size_t worth, struct err *err);

/* Writes on the open page, and posts as much as it takes to be done with the turned one before half
 * as much is written again as it has; many lines it posts at once. */
int posting_add(struct posting *p, struct store *s, const struct daybook_line *lines, size_t count,
    struct err *err);

/* At the end of a transaction. When nothing was written for a while, posts a slice of what waits.
 */
int posting_step(struct posting *p, struct store *s, int64_t now, struct err *err);

/* When posting_step() has something to do though nothing is written; STAMP_NEVER if it has not. */
int64_t posting_next(const struct posting *p);

void posting_free(struct posting *p);

/* Takes away from tallies that were posted to the end what another store of the same log has not
 * posted yet, so that the two can be compared. */
int posting_take_back(struct store *s, struct store *other, struct err *err);

#endif
