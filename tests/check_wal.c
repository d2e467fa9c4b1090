/* What goes to a write-ahead log is there when it has to be, in few writes. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/mem.h"
#include "store/store.h"
#include "store/wal.h"
#include "scratch_dir.h"
#include "suite.h"

#define PAGE 512
#define HEAD 24
#define FILE_MOST (300 * (HEAD + PAGE))

static char path[SCRATCH_PATH];
static unsigned char model[FILE_MOST], disk[FILE_MOST];
static size_t size; /* of the model */
static sqlite3_file *f;

static void
setup(void)
{
	sqlite3_vfs *vfs;
	int flags = SQLITE_OPEN_WAL | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;

	scratch_make();
	scratch_path(path, "db");
	fclose(fopen(path, "w")); /* a log has the mode of its database */
	scratch_path(path, "db-wal");
	ck_assert_int_eq(wal_register(), SQLITE_OK);
	ck_assert_int_eq(wal_register(), SQLITE_OK);
	vfs = sqlite3_vfs_find(WAL_VFS);
	f = mem_alloc(1, (size_t)vfs->szOsFile);
	ck_assert_int_eq(vfs->xOpen(vfs, path, f, flags, &flags), SQLITE_OK);
	memset(model, 0, sizeof(model));
	size = 0;
}

static void
teardown(void)
{
	ck_assert_int_eq(f->pMethods->xClose(f), SQLITE_OK);
	free(f);
	scratch_remove();
}

static void
put(const void *bytes, size_t count, size_t at)
{
	memcpy(model + at, bytes, count);
	size = at + count > size ? at + count : size;
	ck_assert_int_eq(f->pMethods->xWrite(f, bytes, (int)count, (sqlite3_int64)at), SQLITE_OK);
}

/* Whether the file is what was written to it. */
static bool
on_disk(void)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, disk, sizeof(disk));

	close(fd);
	return n == (ssize_t)size && memcmp(disk, model, size) == 0;
}

static void
frame(size_t at, bool ends)
{
	unsigned char bytes[PAGE];

	for (size_t i = 0; i < PAGE; i++)
		bytes[i] = (unsigned char)rand();
	memset(bytes + 4, 0, 4);
	bytes[7] = ends;
	put(bytes, HEAD, at);
	put(bytes, PAGE, at + HEAD);
}

/* Frames in a row or over old ones, looks and syncs, as they come. */
START_TEST(a_log_is_what_was_written)
{
	unsigned char back[2 * PAGE];
	sqlite3_int64 there;
	size_t at = 0, count;
	bool ends;

	for (int i = 0; i < 5000; i++) {
		if (at + HEAD + PAGE > FILE_MOST || rand() % 20 == 0)
			at = (size_t)(rand() % 100) * (HEAD + PAGE);
		at = at > size ? size : at;
		ends = rand() % 10 == 0;
		frame(at, ends);
		at += HEAD + PAGE;
		if (rand() % 10 == 0)
			ck_assert_int_eq(f->pMethods->xSync(f, SQLITE_SYNC_NORMAL), SQLITE_OK);
		else if (rand() % 10 == 0)
			ck_assert_int_eq(f->pMethods->xFileSize(f, &there), SQLITE_OK);
		else if (!ends && rand() % 3 == 0 && size > sizeof(back)) {
			count = (size_t)rand() % (size - sizeof(back));
			ck_assert_int_eq(
			    f->pMethods->xRead(f, back, sizeof(back), (sqlite3_int64)count),
			    SQLITE_OK);
			ck_assert(memcmp(back, model + count, sizeof(back)) == 0);
		} else if (!ends)
			continue;
		ck_assert_msg(on_disk(), "in round %d", i);
	}
	ck_assert_int_eq(f->pMethods->xTruncate(f, 100), SQLITE_OK);
	size = 100;
	ck_assert(on_disk());
}
END_TEST

/* Calls of this process that wrote so far. */
static long
writes(void)
{
	FILE *io = fopen("/proc/self/io", "r");
	char name[32];
	long n, found = -1;

	while (fscanf(io, "%31s %ld", name, &n) == 2)
		found = strcmp(name, "syscw:") == 0 ? n : found;
	fclose(io);
	return found;
}

START_TEST(a_commit_takes_few_writes)
{
	static char facts[2000];
	struct entity e;
	struct store *s;
	struct err err;
	char db[SCRATCH_PATH];
	long before, made;
	int rc = 0;

	scratch_path(db, "db");
	unlink(path);
	s = store_open(db, STORE_WRITE, &err);
	ck_assert_msg(s != NULL, "%s", err.msg);
	ck_assert_int_eq(store_begin(s, &err), 0);
	ck_assert_int_eq(store_commit(s, &err), 0);
	before = writes(); /* an assertion writes, too */
	rc |= store_begin(s, &err);
	for (int i = 0; i < 200; i++) {
		snprintf(facts, sizeof(facts), "T-%d", i);
		e = (struct entity){.name = facts, .facts = {facts, sizeof(facts)}};
		e.counts.bytes = "";
		rc |= store_entity_save(s, &e, &err);
	}
	rc |= store_commit(s, &err);
	made = writes() - before;
	ck_assert_int_eq(rc, 0);
	ck_assert_msg(made < 20, "%ld for some 100 pages", made);
	store_close(s);
}
END_TEST

static void
add(TCase *t)
{
	unsigned seed = (unsigned)time(NULL);

	printf("seed %u\n", seed);
	srand(seed);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_log_is_what_was_written);
	tcase_add_test(t, a_commit_takes_few_writes);
}

SUITE_MAIN("wal", add)
