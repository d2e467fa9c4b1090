/*
 * identity: whether the log has an event of a source and an id, exactly, and where; for the store's
 * own files alone.
 *
 * A keyed hash of source and id leads to records, and those are read and compared: equal hashes
 * cost time, never the truth. Hashes of the latest records are in memory only, found again at the
 * start by reading the end of the log; older ones lie on the disk in runs (identity_run.h). No row
 * is written for a single event, and none is read for one that is new, but for one in eighty that a
 * filter cannot tell.
 *
 * A reader keeps no filters. It follows the end of the log in a memory of its own.
 */
#ifndef SLAD_STORE_IDENTITY_H
#define SLAD_STORE_IDENTITY_H

#include <stdbool.h>

#include <sqlite3.h>

#include "base/latest.h"
#include "store/identity_hash.h"
#include "store/identity_run.h"
#include "store/store.h"

#define IDENTITY_BYTES (64u << 20) /* of records that a start reads again */

struct identity {
	struct identity_sizes sizes;
	struct identity_hash *key; /* NULL until first needed */
	uint64_t mask; /* bits of a hash that count: all, but in tests */
	struct identity_runs runs;
	struct latest latest;
	bool reader, loaded;
	int64_t seen; /* the last record that is known */
	size_t bytes; /* of the records in `latest` */
	size_t mark, mark_bytes; /* as of the beginning of the transaction */
	int64_t mark_seen;
	bool pending, settled; /* the transaction added some; and changed runs */
};

/* Of a record: its source, 0 for none, and its id; they live until the caller ends the statement.
 */
struct identity_words {
	int64_t source;
	const char *id;
	size_t bytes; /* of its body */
};

/* Reads them from the body in a column of a row that stands, by QUERY_IDENTITY_WORDS; a body that
 * is damaged has none. */
int identity_words(
    struct store *s, sqlite3_stmt *st, int column, struct identity_words *w, struct err *err);

void identity_init(struct identity *i, bool reader);
void identity_free(struct identity *i);

/* Reads what there is, and makes runs of what is too long to be kept in memory, in transactions of
 * their own: a kill loses none but the last. `step`, which may be NULL, is told how far it is. */
int identity_load(struct store *s, void (*step)(void *context, int64_t done, int64_t all),
    void *context, struct err *err);

int identity_find(struct store *s, int64_t source, const char *id, int64_t *seq, struct err *err);
/* Whether that leads to a record, filters and all; of a store that is loaded. */
int identity_stands(struct store *s, int64_t source, const char *id, int64_t seq, struct err *err);

int identity_add(
    struct store *s, int64_t source, const char *id, int64_t seq, size_t bytes, struct err *err);

void identity_begin(struct store *s);
int identity_settle(struct store *s, struct err *err); /* before the commit */
void identity_ended(struct store *s); /* after it */
void identity_revert(struct store *s); /* after a rollback */

#endif
