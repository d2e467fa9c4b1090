/*
 * posting: takes what the daybook has (store/daybook.h) over into the tallies.
 *
 * A turned page is posted in slices, in the order in which the store keeps tallies: each tally is
 * read and written once for all lines of the page, and its neighbours lie on the same pages of the
 * database.
 */
#ifndef SLAD_DAEMON_POSTING_H
#define SLAD_DAEMON_POSTING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "store/daybook.h"

/* Lines that are worth to be posted together. */
#define POSTING_LINES 8192

struct posting_item;

struct posting { /* of one store, as long as it is open; all zero: nothing is under way */
	uint64_t version; /* of the page */
	int level;
	struct posting_item *item; /* the page's lines as the level has them */
	size_t count, at;
};

/* Posts these lines at once, all of them. last: by level, a place behind which the store has no
 * tallies, so that none is looked for there; it is moved on. Or NULL: that is not known. */
int posting_all(struct store *s, const struct daybook_line *lines, size_t count,
    struct tally_place *last, struct err *err);

/* Posts a slice of about so many lines, at one level, where a page is turned, or has enough lines
 * to be. Within a transaction. */
int posting_slice(struct posting *p, struct store *s, size_t lines, struct err *err);

/* Posts all that waits, likewise. */
int posting_rest(struct posting *p, struct store *s, struct err *err);

void posting_free(struct posting *p);

/* Takes away from tallies that were posted to the end what another store of the same log has not
 * posted yet, so that the two can be compared. */
int posting_take_back(struct store *s, struct store *other, struct err *err);

#endif
