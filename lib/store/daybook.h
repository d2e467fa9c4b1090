/*
 * daybook: what commits add to tallies, until it is posted to them, as bookkeepers do it.
 *
 * A ticket's event changes many tallies, and each lies on another page. So a commit of few events
 * adds one row to the daybook, and the rows of many commits are posted together, tally by tally in
 * the order in which the store keeps them, a slice with each commit. Sums do not mind when they are
 * added: whoever reads tallies through this connection gets what is not posted yet in addition,
 * which it does within a transaction, all of it is of one moment.
 *
 * There are two pages: the open one, on which is written, and the turned one, which is posted. In
 * memory, what was written of one scope and minute is one line.
 */
#ifndef SLAD_STORE_DAYBOOK_H
#define SLAD_STORE_DAYBOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"
#include "store/store.h"

/* What is added to one scope in one minute, packed as a tally's counts. */
struct daybook_line {
	int64_t scope, minute;
	struct blob counts;
};

/* Of the tally that a line is posted to. */
struct tally_place tally_place_of(int level, const struct daybook_line *line);

/* Writes on the open page. */
int store_daybook_add(
    struct store *s, const struct daybook_line *lines, size_t count, struct err *err);

/* How many lines were written on the open page. */
int store_daybook_waiting(struct store *s, size_t *written, struct err *err);

/* The turned page, and the place from which on it is not posted. No lines: there is none. They stay
 * where they are as long as `version` is the same. */
struct daybook_turned {
	uint64_t version;
	const struct daybook_line *line;
	size_t lines, written;
	struct tally_place from;
};

int store_daybook_turned(struct store *s, struct daybook_turned *turned, struct err *err);

/* Turns the open page, when the last one that was turned is done. */
int store_daybook_turn(struct store *s, struct err *err);

/* The turned page is posted up to that place; to all of them. */
int store_daybook_posted(struct store *s, const struct tally_place *upto, struct err *err);
int store_daybook_done(struct store *s, struct err *err);

/* Calls each() for every line that is not posted to its tally at this level. */
int store_daybook_unposted(struct store *s, int level,
    void (*each)(void *context, const struct daybook_line *line), void *context, struct err *err);

/* What follows is for the store's own files. */

struct daybook_account;
struct daybook_minute;

struct daybook_page {
	struct arena arena; /* all but the lists */
	struct daybook_line *line;
	size_t *before; /* the scope's line before each: its place and one more; 0 is none */
	size_t lines, room, written;
	struct daybook_minute *minutes; /* where the line of a scope and minute is */
	struct daybook_account *accounts; /* the scopes' last lines */
};

/* What of a tally is not in it yet. */
struct daybook_rest {
	int64_t bucket;
	struct blob counts;
};

struct daybook { /* all zero: nothing is known of it */
	bool shared; /* another connection writes */
	bool known; /* as far as the transaction sees it */
	struct daybook_page open, turned;
	uint64_t version; /* of the turned one */
	int64_t last; /* the id of the last row of either page */
	int64_t since, upto; /* the turned one has the rows behind `since`, up to this one */
	struct tally_place from;
	struct daybook_rest *rest; /* of the last question */
	size_t rests, room;
};

/* A transaction for reading begins: others may have written since the last one. */
void daybook_begin(struct daybook *d);

/* A transaction was rolled back. */
void daybook_revert(struct daybook *d);
void daybook_free(struct daybook *d);

/* Forgets all that waits, in the database as well, however damaged it is. */
int daybook_clear(struct store *s, struct err *err);

/* Puts into `rest` what a scope's tallies of the buckets [from, to) lack, ascending. */
int daybook_lacks(
    struct store *s, int64_t scope, int level, int64_t from, int64_t to, struct err *err);

#endif
