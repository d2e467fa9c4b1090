#include "store/backup.h"

#include <stdbool.h>
#include <string.h>

#include "store/statement.h"

#define PAGES 1024 /* of one step: 4 MiB */
#define OPCODES 1000 /* of SQLite's machine between two looks whether to go on checking */

static int
failed(sqlite3 *db, const char *path, const char *what, struct err *err)
{
	return err_set(err, "%s: %s: %s", path, what, sqlite3_errmsg(db));
}

/* -1 unless the file can be opened and the pragmas are obeyed. */
static int
open_plain(const char *path, const char *pragmas, sqlite3 **db, struct err *err)
{
	int rc = sqlite3_open_v2(path, db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_exec(*db, pragmas, NULL, NULL, NULL);
	return rc == SQLITE_OK ? 0 : failed(*db, path, "cannot be written", err);
}

static int
pages_copy(sqlite3 *to, sqlite3 *from, backup_step *step, void *context, struct err *err)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
	int rc = SQLITE_OK, all;

	if (b == NULL)
		return err_set(err, "%s", sqlite3_errmsg(to));
	while (rc == SQLITE_OK) {
		rc = sqlite3_backup_step(b, PAGES);
		all = sqlite3_backup_pagecount(b);
		if (rc == SQLITE_OK && step(context, all - sqlite3_backup_remaining(b), all) != 0)
			rc = SQLITE_INTERRUPT;
	}
	sqlite3_backup_finish(b);
	return rc == SQLITE_DONE ? 0 : err_set(err, "%s", sqlite3_errstr(rc));
}

/* A transaction that has read something stays at that instant, and the steps of a copy with it. */
static int
copy(struct store *from, const char *to, backup_step *step, void *context, struct err *err)
{
	sqlite3 *db = NULL;
	int64_t last;
	int rc = -1;

	if (store_begin_read(from, err) != 0)
		return -1;
	if (store_last(from, &last, err) == 0 &&
	    open_plain(to, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;", &db, err) == 0) {
		rc = pages_copy(db, from->db, step, context, err);
		if (rc != 0)
			err_prefix(err, "copying to %s", to);
	}
	sqlite3_close(db);
	store_rollback(from);
	return rc;
}

/* The pages are those of a database with a write-ahead log; the copy shall need none. */
static int
close_log(const char *path, struct err *err)
{
	sqlite3 *db = NULL;
	int rc =
	    open_plain(path, "PRAGMA synchronous = OFF; PRAGMA journal_mode = DELETE;", &db, err);

	if (sqlite3_close(db) != SQLITE_OK && rc == 0)
		return err_set(err, "%s: cannot be closed", path);
	return rc;
}

int
backup_copy(const char *from, const char *to, backup_step *step, void *context, struct err *err)
{
	struct store *s = store_open(from, STORE_READ, err);
	int rc;

	if (s == NULL)
		return -1;
	rc = copy(s, to, step, context, err);
	if (rc != 0)
		err_prefix(err, "%s", from);
	store_close(s);
	return rc == 0 ? close_log(to, err) : -1;
}

struct watch {
	backup_step *step;
	void *context;
};

static int
watch_step(void *watch)
{
	const struct watch *w = watch;

	return w->step(w->context, 0, 0) != 0;
}

static int
quick_check(sqlite3 *db, struct err *err)
{
	const char *said = "";
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &st, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		said = (const char *)sqlite3_column_text(st, 0);
	if (rc != SQLITE_ROW)
		err_set(err, "it cannot be checked: %s", sqlite3_errmsg(db));
	else if (strcmp(said, "ok") != 0)
		err_set(err, "it is not sound: %s", said);
	rc = rc == SQLITE_ROW && strcmp(said, "ok") == 0 ? 0 : -1;
	sqlite3_finalize(st);
	return rc;
}

int
backup_check(const char *path, backup_step *step, void *context, int64_t *records, struct err *err)
{
	struct watch w = {step, context};
	struct store *s = store_open(path, STORE_READ, err);
	int64_t last = 0;
	int rc;

	if (s == NULL)
		return -1;
	sqlite3_progress_handler(s->db, OPCODES, watch_step, &w);
	rc = quick_check(s->db, err);
	if (rc == 0)
		rc = store_last(s, &last, err);
	if (rc != 0)
		err_prefix(err, "%s", path);
	store_close(s);
	if (rc == 0)
		*records = last;
	return rc;
}
