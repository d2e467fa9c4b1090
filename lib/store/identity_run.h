/*
 * identity_run: sorted runs of hash and record, on the disk; for the files identity* alone.
 *
 * A run is cut into parts, and each part into blocks, by shares of all hashes: which row may hold a
 * hash is known without a search. Each part has a piece of a Bloom filter, kept beside the blocks
 * and, by the writer, in memory: a hash that is new costs a look at each filter and no row.
 *
 * Runs of one level become one of the next, a part at a time, in the order of hashes. Until that is
 * done, the heir answers for the parts it has, and the others for the rest; what it has taken from
 * them is deleted in the same transaction.
 */
#ifndef SLAD_STORE_IDENTITY_RUN_H
#define SLAD_STORE_IDENTITY_RUN_H

#include <stdbool.h>

#include "base/hashed.h"
#include "store/store.h"

#define IDENTITY_BLOCKS 32 /* of a part */

/* Sizes; tests take smaller ones. */
struct identity_sizes {
	size_t recent; /* entries that are in no run yet, and then become one */
	size_t block; /* entries, about */
	size_t fan; /* runs of one level that become one of the next */
};

#define IDENTITY_SIZES       \
	{                    \
		65536, 90, 4 \
	}

struct identity_run {
	int64_t id, level;
	uint64_t parts, done;
	int64_t entries, upto; /* upto: the last record in it */
	int64_t heir; /* 0: none */
	unsigned char *filter; /* owned; NULL: not in memory */
	uint64_t earned; /* entries that it may take over */
};

struct identity_runs {
	const struct identity_sizes *sizes;
	bool filters; /* are kept in memory */
	struct identity_run *list; /* owned; by id */
	size_t count, room;
};

/* As they are in the database; whatever there was before is forgotten. */
int identity_runs_load(struct store *s, struct identity_runs *r, struct err *err);
void identity_runs_free(struct identity_runs *r);
int64_t identity_runs_upto(const struct identity_runs *r); /* the last record in any; 0: none */

/* Gives each() the records under a hash, until it returns another than 0, which is returned. */
int identity_runs_find(struct store *s, const struct identity_runs *r, uint64_t hash,
    int (*each)(void *context, int64_t seq, struct err *err), void *context, struct err *err);

/* Gives each() all entries by which records are found, until it returns another than 0. */
int identity_runs_walk(struct store *s, const struct identity_runs *r,
    int (*each)(void *context, const struct hashed *h, struct err *err), void *context,
    struct err *err);

/* Within a transaction: a run of sorted entries; and what that many new events pay for of making
 * several runs one. After a failure, or a rollback, they must be loaded again. */
int identity_runs_add(struct store *s, struct identity_runs *r, const struct hashed *list,
    size_t count, int64_t upto, struct err *err);
int identity_runs_earn(struct store *s, struct identity_runs *r, size_t events, struct err *err);

#endif
