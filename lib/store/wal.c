#include "store/wal.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "base/mem.h"

/* Bytes that wait at most: as much as a page can have. SQLite writes no more than that at once, and
 * its own xWrite fails from 128 KiB on. */
#define WAITING (64 << 10)

/* A frame is a head and a page. In the head of the last one of a commit, and only there, the second
 * word is not zero: the pages of the database. (SQLite's "Database File Format", 4.1) */
#define HEAD 24
#define WORD 4

/* A log that is open; the system's own file follows it. */
struct wal {
	struct sqlite3_file file;
	char *bytes; /* of WAITING, from the first write on */
	sqlite3_int64 at; /* where they go */
	int count;
	bool ends; /* the page that comes next is the last one of a commit */
};

static sqlite3_file *
inner(sqlite3_file *f)
{
	return (sqlite3_file *)((struct wal *)f + 1);
}

static int
flush(sqlite3_file *f)
{
	struct wal *w = (struct wal *)f;
	int count = w->count;

	w->count = 0;
	return count == 0 ? SQLITE_OK
			  : inner(f)->pMethods->xWrite(inner(f), w->bytes, count, w->at);
}

/* Puts bytes to those that wait. */
static int
gather(sqlite3_file *f, const void *bytes, int count, sqlite3_int64 at)
{
	struct wal *w = (struct wal *)f;
	int rc = SQLITE_OK;

	if (w->count > 0 && (at != w->at + w->count || count > WAITING - w->count))
		rc = flush(f);
	if (rc != SQLITE_OK)
		return rc;
	if (w->bytes == NULL)
		w->bytes = mem_raw(WAITING);
	if (w->count == 0)
		w->at = at;
	memcpy(w->bytes + w->count, bytes, (size_t)count);
	w->count += count;
	return SQLITE_OK;
}

static int
wal_write(sqlite3_file *f, const void *bytes, int count, sqlite3_int64 at)
{
	static const char none[WORD];
	struct wal *w = (struct wal *)f;
	bool ends = w->ends;
	int rc = gather(f, bytes, count, at);

	w->ends = count == HEAD && memcmp((const char *)bytes + WORD, none, WORD) != 0;
	return rc == SQLITE_OK && ends ? flush(f) : rc;
}

static int
wal_close(sqlite3_file *f)
{
	int rc = flush(f), closed = inner(f)->pMethods->xClose(inner(f));

	free(((struct wal *)f)->bytes);
	return rc == SQLITE_OK ? closed : rc;
}

static int
wal_read(sqlite3_file *f, void *bytes, int count, sqlite3_int64 at)
{
	int rc = flush(f);

	return rc == SQLITE_OK ? inner(f)->pMethods->xRead(inner(f), bytes, count, at) : rc;
}

static int
wal_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	int rc = flush(f);

	return rc == SQLITE_OK ? inner(f)->pMethods->xTruncate(inner(f), size) : rc;
}

static int
wal_sync(sqlite3_file *f, int flags)
{
	int rc = flush(f);

	return rc == SQLITE_OK ? inner(f)->pMethods->xSync(inner(f), flags) : rc;
}

static int
wal_size(sqlite3_file *f, sqlite3_int64 *size)
{
	int rc = flush(f);

	return rc == SQLITE_OK ? inner(f)->pMethods->xFileSize(inner(f), size) : rc;
}

static int
wal_lock(sqlite3_file *f, int level)
{
	return inner(f)->pMethods->xLock(inner(f), level);
}

static int
wal_unlock(sqlite3_file *f, int level)
{
	return inner(f)->pMethods->xUnlock(inner(f), level);
}

static int
wal_locked(sqlite3_file *f, int *locked)
{
	return inner(f)->pMethods->xCheckReservedLock(inner(f), locked);
}

static int
wal_control(sqlite3_file *f, int what, void *about)
{
	return inner(f)->pMethods->xFileControl(inner(f), what, about);
}

static int
wal_sector(sqlite3_file *f)
{
	return inner(f)->pMethods->xSectorSize(inner(f));
}

static int
wal_characteristics(sqlite3_file *f)
{
	return inner(f)->pMethods->xDeviceCharacteristics(inner(f));
}

static int
open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *opened)
{
	static const sqlite3_io_methods methods = {.iVersion = 1,
	    .xClose = wal_close,
	    .xRead = wal_read,
	    .xWrite = wal_write,
	    .xTruncate = wal_truncate,
	    .xSync = wal_sync,
	    .xFileSize = wal_size,
	    .xLock = wal_lock,
	    .xUnlock = wal_unlock,
	    .xCheckReservedLock = wal_locked,
	    .xFileControl = wal_control,
	    .xSectorSize = wal_sector,
	    .xDeviceCharacteristics = wal_characteristics};
	sqlite3_vfs *system = vfs->pAppData;
	struct wal *w = (struct wal *)f;
	int rc;

	if ((flags & SQLITE_OPEN_WAL) == 0)
		return system->xOpen(system, name, f, flags, opened);
	memset(w, 0, sizeof(*w));
	rc = system->xOpen(system, name, inner(f), flags, opened);
	if (inner(f)->pMethods != NULL)
		w->file.pMethods = &methods;
	return rc;
}

int
wal_register(void)
{
	sqlite3_vfs *system, *own;

	if (sqlite3_vfs_find(WAL_VFS) != NULL)
		return SQLITE_OK;
	system = sqlite3_vfs_find(NULL);
	if (system == NULL)
		return SQLITE_ERROR;
	own = mem_alloc(1, sizeof(*own));
	*own = *system;
	own->zName = WAL_VFS;
	own->szOsFile += (int)sizeof(struct wal);
	own->pAppData = system;
	own->xOpen = open_file;
	return sqlite3_vfs_register(own, 0);
}
