#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"
#include "store/checkpoint.h"
#include "store/statement.h"
#include "store/wal.h"

/* A page cache of 16 MiB. */
static const char pragmas_write[] = "PRAGMA journal_mode = WAL;"
				    "PRAGMA synchronous = FULL;"
				    "PRAGMA journal_size_limit = 67108864;"
				    "PRAGMA secure_delete = OFF;"
				    "PRAGMA cache_size = -16384;";
static const char pragmas_read[] = "PRAGMA query_only = ON;"
				   "PRAGMA cache_size = -4096;";
static const char pragmas_checkpoint[] = "PRAGMA synchronous = FULL;";
static const char pragmas_scratch[] = "PRAGMA journal_mode = OFF;"
				      "PRAGMA synchronous = OFF;"
				      "PRAGMA cache_size = -65536;";

static int
failed(struct store *s, struct err *err, const char *what)
{
	s->failure = sqlite3_extended_errcode(s->db);
	return err_set(err, "database: %s: %s", what, sqlite3_errmsg(s->db));
}

static int
version_get(struct store *s, int *version, struct err *err)
{
	sqlite3_stmt *st;

	if (sqlite3_prepare_v2(s->db, "PRAGMA user_version", -1, &st, NULL) != SQLITE_OK ||
	    sqlite3_step(st) != SQLITE_ROW)
		return failed(s, err, "cannot be read");
	*version = sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	return 0;
}

/* Each step in one transaction. */
static int
migrate(struct store *s, int version, struct err *err)
{
	char stamp[64];

	for (; version < (int)sql_schema_count; version++) {
		snprintf(stamp, sizeof(stamp), "PRAGMA user_version = %d; COMMIT;", version + 1);
		if (sqlite3_exec(s->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK ||
		    sqlite3_exec(s->db, sql_schemas[version], NULL, NULL, NULL) != SQLITE_OK ||
		    sqlite3_exec(s->db, stamp, NULL, NULL, NULL) != SQLITE_OK)
			return failed(s, err, "its tables cannot be made");
	}
	return 0;
}

/* Brings an older form to this one's, if it may. */
static int
version_take(struct store *s, enum store_mode mode, struct err *err)
{
	int version = 0, newest = (int)sql_schema_count;

	if (version_get(s, &version, err) != 0)
		return -1;
	if (version > newest)
		return err_set(err,
		    "database: its tables are of version %d, this slad knows %d; use a newer slad",
		    version, newest);
	if (version == 0 && mode == STORE_READ)
		return err_set(err, "database: it has no tables of slad; start slad serve once");
	if (version < newest && mode == STORE_READ)
		return err_set(err,
		    "database: its tables are of version %d, this slad wants %d; start slad serve "
		    "once, which brings them there",
		    version, newest);
	if (mode == STORE_WRITE && version > 0 && version < newest && checkpoint_renew(s, err) != 0)
		return -1;
	return migrate(s, version, err);
}

static int
set_up(struct store *s, enum store_mode mode, struct err *err)
{
	static const char *const pragmas[] = {[STORE_WRITE] = pragmas_write,
	    [STORE_READ] = pragmas_read,
	    [STORE_CHECKPOINT] = pragmas_checkpoint,
	    [STORE_SCRATCH] = pragmas_scratch};

	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_busy_timeout(s->db, STORE_PATIENCE);
	if (sqlite3_exec(s->db, pragmas[mode], NULL, NULL, NULL) != SQLITE_OK)
		return failed(s, err, "cannot be opened");
	if (mode == STORE_WRITE && sqlite3_db_readonly(s->db, "main") != 0)
		return err_set(err,
		    "database: it can only be read; whose is the file, and is its "
		    "disk mounted to be read only?");
	s->renewed = mode != STORE_WRITE;
	s->beside = mode == STORE_CHECKPOINT;
	if (mode == STORE_WRITE)
		checkpoint_watch(s);
	return version_take(s, mode, err);
}

struct store *
store_open_watched(const char *path, enum store_mode mode,
    void (*step)(void *context, int64_t done, int64_t all), void *context, struct err *err)
{
	int flags =
	    mode == STORE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	struct store *s = mem_alloc(1, sizeof(*s));
	bool finds = mode == STORE_WRITE;

	if (mode == STORE_SCRATCH)
		path = "";
	if (mode == STORE_REBUILD)
		mode = STORE_WRITE;
	identity_init(&s->identity, mode == STORE_READ);
	s->daybook.shared = mode == STORE_READ;
	if (wal_register() != SQLITE_OK ||
	    sqlite3_open_v2(path, &s->db, flags | SQLITE_OPEN_NOMUTEX, WAL_VFS) != SQLITE_OK) {
		err_set(err, "database: %s: %s", path, sqlite3_errmsg(s->db));
		store_close(s);
		return NULL;
	}
	if (set_up(s, mode, err) != 0 || (finds && identity_load(s, step, context, err) != 0)) {
		err_prefix(err, "%s", path);
		store_close(s);
		return NULL;
	}
	return s;
}

struct store *
store_open(const char *path, enum store_mode mode, struct err *err)
{
	return store_open_watched(path, mode, NULL, NULL, err);
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	for (int q = 0; q < QUERIES; q++)
		sqlite3_finalize(s->stmt[q]);
	sqlite3_close(s->db);
	identity_free(&s->identity);
	daybook_free(&s->daybook);
	bodies_free(&s->bodies);
	memo_forget(&s->sources);
	memo_forget(&s->scopes);
	free(s);
}

void
store_leave(struct store *s)
{
	if (s != NULL)
		sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	store_close(s);
}

const char *
store_version(void)
{
	return sqlite3_libversion();
}

int
store_begin(struct store *s, struct err *err)
{
	if (store_failure(s) == STORE_BROKEN)
		return err_set(err, "database: %s", store_failure_text(s));
	s->failure = SQLITE_OK;
	if (!s->renewed && checkpoint_renew(s, err) != 0)
		return -1;
	statement(s, QUERY_BEGIN, "");
	if (statement_run(s, QUERY_BEGIN, err) != 0)
		return -1;
	identity_begin(s);
	return 0;
}

int
store_begin_read(struct store *s, struct err *err)
{
	daybook_begin(&s->daybook);
	statement(s, QUERY_BEGIN_READ, "");
	return statement_run(s, QUERY_BEGIN_READ, err);
}

int
store_commit(struct store *s, struct err *err)
{
	if (identity_settle(s, err) != 0)
		return -1;
	for (int q = 0; q < QUERIES; q++) {
		if (sqlite3_stmt_busy(s->stmt[q]))
			sqlite3_reset(s->stmt[q]);
	}
	statement(s, QUERY_COMMIT, "");
	if (statement_run(s, QUERY_COMMIT, err) != 0)
		return -1;
	identity_ended(s);
	return 0;
}

void
store_rollback(struct store *s)
{
	int failure = s->failure;

	identity_revert(s);
	daybook_revert(&s->daybook);
	memo_forget(&s->sources);
	memo_forget(&s->scopes);
	if (sqlite3_get_autocommit(s->db))
		return;
	for (int q = 0; q < QUERIES; q++)
		sqlite3_reset(s->stmt[q]);
	statement(s, QUERY_ROLLBACK, "");
	statement_run(s, QUERY_ROLLBACK, NULL);
	s->failure = failure;
}

enum store_failure
store_failure(const struct store *s)
{
	switch (s->failure & 0xff) {
	case SQLITE_OK:
		return STORE_SOUND;
	case SQLITE_FULL:
		return STORE_FULL;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return STORE_LOCKED;
	case SQLITE_ERROR:
	case SQLITE_INTERNAL:
	case SQLITE_TOOBIG:
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
	case SQLITE_MISUSE:
	case SQLITE_RANGE:
		return STORE_REFUSED;
	default:
		return STORE_BROKEN;
	}
}

void
store_forgive(struct store *s)
{
	s->failure = SQLITE_OK;
}

bool
store_renewed(const struct store *s)
{
	return s->renewed;
}

const char *
store_path(const struct store *s)
{
	return sqlite3_db_filename(s->db, "main");
}

const char *
store_failure_text(const struct store *s)
{
	return sqlite3_errstr(s->failure);
}

int
store_meta(struct store *s, const char *name, char *value, size_t size, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_META_GET, "t", name);
	int found = statement_step(s, QUERY_META_GET, err);

	if (found > 0)
		snprintf(value, size, "%s", (const char *)sqlite3_column_text(st, 0));
	statement_end(s, QUERY_META_GET);
	return found;
}

int
store_meta_set(struct store *s, const char *name, const char *value, struct err *err)
{
	statement(s, QUERY_META_SET, "tt", name, value);
	return statement_run(s, QUERY_META_SET, err);
}

int
store_probe(struct store *s, struct err *err)
{
	if (store_begin(s, err) != 0)
		return -1;
	statement(s, QUERY_PROBE, "");
	if (statement_run(s, QUERY_PROBE, err) == 0 && store_commit(s, err) == 0)
		return 0;
	store_rollback(s);
	return -1;
}
