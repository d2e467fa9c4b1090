/*
 * faulty: a watcher that lets the n-th call of a kind fail, or all from the n-th on, or makes them
 * slow, at a harness's wish. $FAULTY_CONTROL is a file of struct control, mapped; `calls` counts
 * the calls of each kind, and `hits` those that were interfered with.
 *
 * Beside what the shim shows, reads of its files, waiting for events and the allocation of memory
 * may fail.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "shim.h"

/* As in faulty.py. */
enum kind {
	OPEN,
	READ,
	WRITE,
	TRUNCATE,
	SYNC,
	CHECKPOINT, /* a sync of the database itself */
	UNLINK,
	ACCEPT,
	RECEIVE,
	SEND,
	WAIT,
	ALLOC,
	KINDS
};
enum how { HOW_ERROR, HOW_SHORT /* of a write, half is done */, HOW_SLEEP, HOW_SPIN };
/* After HOW_SLEEP and HOW_SPIN the call is made, or fails if there is an error. */

struct control {
	atomic_int_least64_t kind, left, forever, how;
	atomic_int_least64_t error; /* errno */
	atomic_int_least64_t ms; /* to sleep or spin */
	atomic_int_least64_t hits, calls[KINDS];
};

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

static struct control none = {.kind = KINDS}, *control = &none;

void
shim_watch(void)
{
	const char *path = getenv("FAULTY_CONTROL");
	int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
	void *at;

	if (fd < 0)
		return;
	at = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		abort();
	control = at;
	close(fd);
}

static int64_t
now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void
pass_time(bool computing)
{
	int64_t ms = atomic_load(&control->ms), until = now(CLOCK_MONOTONIC) + ms;
	struct timespec ts = {ms / 1000, ms % 1000 * 1000000};

	if (!computing)
		while (nanosleep(&ts, &ts) != 0)
			continue;
	else
		while (now(CLOCK_MONOTONIC) < until)
			continue;
}

/* Whether a call is to be interfered with. */
static bool
hit(enum kind kind)
{
	int64_t left;

	if (atomic_load(&control->kind) != (int64_t)kind && kind == ALLOC)
		return false;
	atomic_fetch_add(&control->calls[kind], 1);
	if (atomic_load(&control->kind) != (int64_t)kind)
		return false;
	left = atomic_fetch_sub(&control->left, 1);
	if (left > 1 || (left < 1 && atomic_load(&control->forever) == 0))
		return false;
	atomic_fetch_add(&control->hits, 1);
	return true;
}

/* True: it fails, and errno says how. */
static bool
fails(enum kind kind)
{
	if (!hit(kind))
		return false;
	if (atomic_load(&control->how) == HOW_SHORT)
		return false;
	if (atomic_load(&control->how) != HOW_ERROR)
		pass_time(atomic_load(&control->how) == HOW_SPIN);
	errno = (int)atomic_load(&control->error);
	return errno != 0;
}

static enum shim_verdict
write_before(struct shim_call *c)
{
	int64_t hits = atomic_load(&control->hits);

	if (fails(WRITE))
		return SHIM_FAIL;
	if (atomic_load(&control->hits) != hits && atomic_load(&control->how) == HOW_SHORT)
		c->len = (c->len + 1) / 2;
	return SHIM_GO;
}

enum shim_verdict
shim_before(struct shim_call *c)
{
	static const enum kind kinds[] = {[SHIM_OPEN] = OPEN,
	    [SHIM_TRUNCATE] = TRUNCATE,
	    [SHIM_SYNC] = SYNC,
	    [SHIM_UNLINK] = UNLINK,
	    [SHIM_RENAME] = UNLINK,
	    [SHIM_READ] = RECEIVE,
	    [SHIM_SEND] = SEND,
	    [SHIM_ACCEPTING] = ACCEPT};

	if (c->what == SHIM_MAP || c->what == SHIM_CLOSE || c->what == SHIM_ACCEPT)
		return SHIM_GO;
	if (c->what == SHIM_WRITE)
		return write_before(c);
	if (c->what == SHIM_SYNC && shim_is_database(c->fd))
		return fails(CHECKPOINT) ? SHIM_FAIL : SHIM_GO;
	return fails(kinds[c->what]) ? SHIM_FAIL : SHIM_GO;
}

void
shim_after(const struct shim_call *call, int64_t result)
{
	(void)call, (void)result;
}

ssize_t
pread64(int fd, void *bytes, size_t len, off64_t offset)
{
	if (shim_is_file(fd) && fails(READ))
		return -1;
	return syscall(SYS_pread64, fd, bytes, len, offset);
}

ssize_t
pread(int fd, void *bytes, size_t len, off_t offset)
{
	return pread64(fd, bytes, len, offset);
}

int
epoll_wait(int fd, struct epoll_event *events, int most, int ms)
{
	if (fails(WAIT))
		return -1;
	return (int)syscall(SYS_epoll_wait, fd, events, most, ms);
}

void *
malloc(size_t size)
{
	return fails(ALLOC) ? NULL : __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	return fails(ALLOC) ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t size)
{
	return fails(ALLOC) ? NULL : __libc_realloc(p, size);
}
