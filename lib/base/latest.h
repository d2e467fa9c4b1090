/*
 * latest: numbers under the hashes of their names, in the order they came, found by hash.
 *
 * The last ones can be taken back. Sixteen bytes for each, and as much again for finding them.
 */
#ifndef SLAD_BASE_LATEST_H
#define SLAD_BASE_LATEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/hashed.h"

struct latest { /* all zero: empty */
	struct hashed *list; /* owned, in the order they came */
	size_t count, room;
	uint32_t *slot; /* owned: 1 + the place in the list, 0: free */
	size_t slots; /* a power of two, at least twice the count */
};

void latest_add(struct latest *l, uint64_t hash, int64_t n);
void latest_cut(struct latest *l, size_t count); /* as it was when it had that many */

/* Numbers of a hash, one at a time: `at` is 0 for the first, and moved on; -1 after the last. */
int64_t latest_next(const struct latest *l, uint64_t hash, size_t *at);

void latest_free(struct latest *l); /* empty, and usable again */

#endif
