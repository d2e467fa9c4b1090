/*
 * fold_inside: a batch of the fold from within, for the files fold*.c alone.
 *
 * fold.c      which entities a batch touches, and the records it adds to them or retracts
 * fold_save.c what they come to, saved as entities, counts, downs and entries
 */
#ifndef SLAD_DAEMON_FOLD_INSIDE_H
#define SLAD_DAEMON_FOLD_INSIDE_H

#include "base/hash.h"
#include "codec/packed.h"
#include "domain/tally_sum.h"
#include "fold.h"

/* One entity's records. Each event folds all of its entity again, so that a sender who puts the
 * same subject on everything must hear of it: about 10,000 events of a ticket, 40,000 of an outage.
 */
#define TICKET_MAX (1u << 20)
#define OUTAGE_MAX (4u << 20)
#define FACTS_MAX (8u << 20)

struct touched {
	UT_hash_handle hh; /* by key: class, source and name */
	struct entity stored;
	const char *source;
	struct buf facts;
	size_t held; /* room of events that are checked, but not added yet */
	struct blob facts_before;
	int64_t due_before;
	struct blob before; /* the counts that are in the tallies */
	int64_t scope_before;
};

struct cell {
	UT_hash_handle hh; /* by at */
	struct cell_key {
		int64_t scope, minute;
	} at;
	struct tally tally;
};

/* What an entity's records say: all of them, and those that have an effect. */
struct told {
	const struct record *all;
	size_t all_count;
	const struct record **list;
	size_t count;
};

int told_unpack(const void *facts, size_t len, const char *source, const char *name,
    struct arena *a, struct told *told, struct err *err);

#endif
