#include "store/checkpoint.h"

#include <sqlite3.h>

#include "store/statement.h"

/* The log is long when it has so many pages, and as those of so many transactions like the last
 * one: what transactions change again and again is copied once. */
#define LONG_PAGES 8000
#define LARGE 1000 /* pages of one transaction; with such a one in it, of the log as well */
#define LONG_TRANSACTIONS 3

#define LATE 2 /* times as long: who checkpoints were left to has not done it in time */

/* SQLite's own hook would tell nobody that a checkpoint failed. The commit before it stands. */
static int
grown(void *context, sqlite3 *db, const char *name, int pages)
{
	struct store *s = context;

	(void)db;
	(void)name;
	s->wal_added = pages > s->wal ? pages - s->wal : pages;
	s->wal_large = s->wal_added >= LARGE || (s->wal_large && pages > s->wal);
	s->wal = pages;
	if (s->wal_late == NULL && store_wal_long(s, 1))
		store_checkpoint(s);
	else if (s->wal_late != NULL && store_wal_long(s, store_wal_large(s) ? 1 : LATE))
		s->wal_late(s->wal_context);
	return SQLITE_OK;
}

void
checkpoint_watch(struct store *s)
{
	sqlite3_wal_hook(s->db, grown, s);
}

void
store_leave_checkpoints(struct store *s, void (*late)(void *context), void *context)
{
	s->wal_late = late;
	s->wal_context = context;
}

bool
store_wal_large(const struct store *s)
{
	return s->wal_large;
}

bool
store_wal_long(const struct store *s, int times)
{
	int least = store_wal_large(s) ? LARGE : LONG_PAGES;

	return s->wal >= least * times && s->wal / (LONG_TRANSACTIONS * times) >= s->wal_added;
}

/* SQLite leaves that to a checkpoint that nobody overtook. */
static int
database_sync(struct store *s)
{
	sqlite3_file *f = NULL;
	int rc = sqlite3_file_control(s->db, "main", SQLITE_FCNTL_FILE_POINTER, &f);

	return rc == SQLITE_OK ? f->pMethods->xSync(f, SQLITE_SYNC_NORMAL) : rc;
}

void
store_checkpoint(struct store *s)
{
	int all = 0, copied = 0, rc;

	rc = sqlite3_wal_checkpoint_v2(s->db, "main", SQLITE_CHECKPOINT_PASSIVE, &all, &copied);
	if (rc == SQLITE_OK && s->beside)
		rc = database_sync(s);
	if (rc == SQLITE_OK && copied == all) {
		s->wal = 0;
		s->wal_large = false;
	}
	if (rc != SQLITE_OK && rc != SQLITE_BUSY)
		s->failure = rc;
}

void
store_fail_as(struct store *s, struct store *other)
{
	if (other->failure != SQLITE_OK)
		s->failure = other->failure;
	other->failure = SQLITE_OK;
}

int
checkpoint_renew(struct store *s, struct err *err)
{
	int rc;

	sqlite3_busy_timeout(s->db, 0);
	rc = sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	sqlite3_busy_timeout(s->db, STORE_PATIENCE);
	s->renewed = rc == SQLITE_OK;
	if (rc == SQLITE_OK || (rc & 0xff) == SQLITE_BUSY || (rc & 0xff) == SQLITE_LOCKED)
		return 0;
	s->failure = sqlite3_extended_errcode(s->db);
	return err_set(err, "database: its write-ahead log cannot be copied into it: %s",
	    sqlite3_errmsg(s->db));
}
