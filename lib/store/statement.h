/*
 * statement: the named queries of sql/ as prepared statements. Only the store's own files use it.
 */
#ifndef SLAD_STORE_STATEMENT_H
#define SLAD_STORE_STATEMENT_H

#include <sqlite3.h>

#include "base/err.h"
#include "sql.h"
#include "store/body.h"
#include "store/daybook.h"
#include "store/identity.h"
#include "store/memo.h"
#include "store/store.h"

#define STORE_PATIENCE 5000 /* ms to wait for another program that writes */

struct store {
	sqlite3 *db;
	sqlite3_stmt *stmt[QUERIES]; /* each prepared when it is first asked */
	int failure; /* of the last failed call: a SQLite result code */
	bool renewed; /* the write-ahead log is of this connection alone */
	int wal; /* pages of the write-ahead log after the last commit; 0 once all are copied */
	int wal_added; /* by that commit */
	bool wal_large; /* there is a large transaction in it */
	void (*wal_late)(void *context); /* NULL: its commits copy the log themselves */
	void *wal_context;
	bool beside; /* STORE_CHECKPOINT */
	struct identity identity;
	struct daybook daybook;
	struct bodies bodies;
	struct memo sources, scopes; /* of the writer */
};

/* The statement, reset, with parameters bound from the letters of `types`: i int64_t, t text or
 * NULL, b struct blob. Bytes must live until the statement has been stepped. */
sqlite3_stmt *statement(struct store *s, enum query q, const char *types, ...);

/* One that asks for what lies under a prefix: prefix, '/' and more. */
sqlite3_stmt *statement_under(struct store *s, enum query q, const char *prefix, struct arena *a);

/* Steps once: 1 a row, 0 done, -1 failed. */
int statement_step(struct store *s, enum query q, struct err *err);

/* Steps a statement that gives no rows, and resets it. */
int statement_run(struct store *s, enum query q, struct err *err);

void statement_end(struct store *s, enum query q);

/* Columns copied into an arena; NULL stays NULL. */
const char *column_text(sqlite3_stmt *st, int column, struct arena *a);
struct blob column_blob(sqlite3_stmt *st, int column, struct arena *a);

/* Until the next step. */
struct hashed_span hashed_column(sqlite3_stmt *st, int column);

#endif
