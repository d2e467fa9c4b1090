/*
 * pile: what many batches of the fold add to tallies, to be posted together.
 *
 * Where the log is folded anew, one batch after the other changes the same tallies. A pile gathers
 * that in memory, and each tally is written once for all of it.
 */
#ifndef SLAD_DAEMON_PILE_H
#define SLAD_DAEMON_PILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/mem.h"
#include "domain/tally.h"
#include "store/daybook.h"

/* How many lines are posted at once; with what sorts them, they take some 8 MiB. */
#define PILE_LINES 65536

struct pile {
	struct store *store;
	struct arena arena;
	struct daybook_line *line; /* owned */
	size_t lines, room;
	bool alone;
	struct tally_place last[TALLY_LEVELS]; /* the last tallies there are, if it is alone */
};

/* `alone`: the store has no tallies but those that this pile posts. */
void pile_init(struct pile *p, struct store *s, bool alone);
void pile_free(struct pile *p);

/* Copies them; posts all once there are enough. */
int pile_add(struct pile *p, const struct daybook_line *lines, size_t count, struct err *err);

/* Posts the rest. */
int pile_post(struct pile *p, struct err *err);

#endif
