/*
 * recorder: writes down, in order, every call that the shim shows, into $RECORD (appended to; many
 * processes may), each with its bytes unless $RECORD_BRIEF is set; and kills its process at a call
 * of the harness's choice.
 *
 * $RECORD_CONTROL is a file of struct control, mapped: calls on files are counted in `calls`; when
 * the harness puts a number into `left`, the process ends by SIGKILL at that call from then on:
 * before it, in the midst of its bytes, or after it, by `how`.
 *
 * What shows whether a harness sees: $RECORD_SYNCHRONOUS replaces FULL in the SQL that the program
 * executes; with $RECORD_SWALLOW=directory no directory is ever synced, with =database no file
 * whose name ends in .db.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <sqlite3.h>

#include "shim.h"

#define TOLD 200 /* bytes that are kept of what was read or sent */

/* As in trace.py. The call's number is that of enum shim_what. */
enum { RECORD_SYNCED = 20, RECORD_PROCESS = 21 };

struct record {
	uint32_t what, process;
	int32_t fd;
	uint32_t flags;
	int64_t result, offset;
	uint64_t len; /* of the bytes after it */
};

enum how { HOW_BEFORE, HOW_AMIDST, HOW_AFTER };

struct control {
	atomic_int_least64_t left, calls, how, database;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct control none, *control = &none;
static bool dying, brief;
static const char *swallow = "";
static int out = -1;

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void
put(struct record *r, const void *bytes, size_t len)
{
	struct iovec iov[2] = {{r, sizeof(*r)}, {(void *)(uintptr_t)bytes, len}};

	r->process = (uint32_t)getpid();
	r->len = len;
	if (out >= 0 && syscall(SYS_writev, out, iov, 2) != (int64_t)(sizeof(*r) + len))
		abort();
}

void
shim_watch(void)
{
	const char *path = getenv("RECORD"), *page = getenv("RECORD_CONTROL");
	struct record r = {.what = RECORD_PROCESS};
	void *at;
	int fd;

	brief = getenv("RECORD_BRIEF") != NULL;
	if (getenv("RECORD_SWALLOW") != NULL)
		swallow = getenv("RECORD_SWALLOW");
	if (path != NULL) {
		out = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
		if (out < 0)
			abort();
	}
	if (page != NULL) {
		fd = open(page, O_RDWR | O_CLOEXEC);
		at = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (at == MAP_FAILED)
			abort();
		control = at;
		close(fd);
	}
	put(&r, "", 0);
}

static void
die(void)
{
	syscall(SYS_kill, getpid(), SIGKILL);
	for (;;)
		pause();
}

static bool
on_files(enum shim_what what)
{
	return what < SHIM_CLOSE && what != SHIM_MAP;
}

/* Counts a call on a file, and ends here if it is the one. */
static void
count(struct shim_call *c)
{
	if (atomic_load(&control->database) != 0 && !shim_is_database(c->fd))
		return;
	atomic_fetch_add(&control->calls, 1);
	if (atomic_load(&control->left) <= 0 || atomic_fetch_sub(&control->left, 1) != 1)
		return;
	if (atomic_load(&control->how) == HOW_BEFORE)
		die();
	dying = true;
	if (c->what == SHIM_WRITE && atomic_load(&control->how) == HOW_AMIDST)
		c->len = (c->len + 1) / 2;
}

static bool
swallowed(const struct shim_call *c)
{
	if (c->flags != 0)
		return strcmp(swallow, "directory") == 0;
	return shim_is_database(c->fd) && strcmp(swallow, "database") == 0;
}

/* A file's calls keep the lock until they are written down, but for syncs, which take long. */
enum shim_verdict
shim_before(struct shim_call *c)
{
	struct record r = {.what = c->what, .fd = c->fd, .flags = (uint32_t)c->flags};

	if (c->what == SHIM_SYNC && swallowed(c))
		return SHIM_SKIP;
	if (c->what == SHIM_READ || c->what == SHIM_ACCEPTING)
		return SHIM_GO;
	pthread_mutex_lock(&lock);
	if (on_files(c->what))
		count(c);
	if (c->what == SHIM_SEND)
		put(&r, c->bytes, least(c->len, TOLD));
	else if (c->what == SHIM_SYNC)
		put(&r, "", 0);
	if (c->what == SHIM_SEND || c->what == SHIM_SYNC)
		pthread_mutex_unlock(&lock);
	return SHIM_GO;
}

static void
path_put(struct record *r, const struct shim_call *c)
{
	char both[8192];
	int len = snprintf(both, sizeof(both), "%s%c%s", c->path, 0, c->to == NULL ? "" : c->to);

	put(r, both, c->to == NULL ? strlen(c->path) : (size_t)len);
}

void
shim_after(const struct shim_call *c, int64_t result)
{
	struct record r = {.what = c->what == SHIM_SYNC ? RECORD_SYNCED : c->what,
	    .fd = c->fd,
	    .flags = (uint32_t)c->flags,
	    .result = result,
	    .offset = c->offset};
	size_t len = result > 0 ? (size_t)result : 0;

	if (c->what == SHIM_SEND)
		return;
	if (c->what == SHIM_READ || c->what == SHIM_SYNC)
		pthread_mutex_lock(&lock);
	if (c->path != NULL)
		path_put(&r, c);
	else if (c->what == SHIM_WRITE)
		put(&r, c->bytes, brief ? 0 : len);
	else if (c->what == SHIM_READ)
		put(&r, c->bytes, least(len, least(c->len, TOLD)));
	else
		put(&r, "", 0);
	if (dying && on_files(c->what))
		die();
	pthread_mutex_unlock(&lock);
}

int
sqlite3_exec(sqlite3 *db, const char *sql, int (*each)(void *, int, char **, char **),
    void *context, char **error)
{
	static const char full[] = "synchronous = FULL";
	int (*real)(
	    sqlite3 *, const char *, int (*)(void *, int, char **, char **), void *, char **);
	const char *wanted = getenv("RECORD_SYNCHRONOUS"), *at = strstr(sql, full);
	char text[2048];

	*(void **)&real = dlsym(RTLD_NEXT, "sqlite3_exec");
	if (wanted == NULL || at == NULL)
		return real(db, sql, each, context, error);
	snprintf(text, sizeof(text), "%.*ssynchronous = %s%s", (int)(at - sql), sql, wanted,
	    at + sizeof(full) - 1);
	return real(db, text, each, context, error);
}
