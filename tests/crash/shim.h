/*
 * shim: what a program does with its files and with the connections it accepts, shown to a watcher
 * before and after it is done. It is loaded before a real daemon (LD_PRELOAD), which knows nothing
 * of it.
 *
 * shim.c stands before the C library's functions; the watcher is another file linked with it into
 * one shared object: recorder.c writes down and kills, faulty.c lets calls fail. Seen are calls on
 * files, and on the directory itself, below $SHIM_DIR, but for those that are not to last (-shm,
 * .lock), and on connections that came from accept().
 *
 * The program is told that its write-ahead log is SHIM_GROWN times as long as it is, so that a
 * short life has many checkpoints.
 */
#ifndef SLAD_TESTS_CRASH_SHIM_H
#define SLAD_TESTS_CRASH_SHIM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define SHIM_GROWN 16

enum shim_what {
	SHIM_OPEN, /* path, flags; the result is the descriptor */
	SHIM_WRITE, /* fd, bytes, len, offset */
	SHIM_TRUNCATE, /* fd, offset: the new size */
	SHIM_SYNC, /* fd; flags: O_DIRECTORY of a directory */
	SHIM_UNLINK, /* path */
	SHIM_RENAME, /* path, to */
	SHIM_MAP, /* fd: writes through memory, which nobody sees from here */
	SHIM_CLOSE, /* fd */
	SHIM_ACCEPT, /* the result is the descriptor */
	SHIM_READ, /* a connection's fd; bytes are there afterwards */
	SHIM_SEND, /* a connection's fd, bytes, len: of the first piece */
	SHIM_ACCEPTING, /* fd: that listens; not shown afterwards */
};

struct shim_call {
	enum shim_what what;
	int fd;
	int flags;
	const char *path, *to;
	const void *bytes;
	size_t len;
	int64_t offset;
};

enum shim_verdict {
	SHIM_GO, /* done, and shown again afterwards */
	SHIM_SKIP, /* a write, a sync, ...: not done, though the caller is told so; not shown again
		    */
	SHIM_FAIL, /* not done: -1, and errno is what the watcher left there; not shown again */
};

/* The watcher's. Calls come from all threads; a watcher may hold a lock from before to after. It
 * may lessen call->len of a write. */
void shim_watch(void); /* once, before main() */
enum shim_verdict shim_before(struct shim_call *call);
void shim_after(const struct shim_call *call, int64_t result);

bool shim_is_file(int fd); /* one that is seen, */
bool shim_is_database(int fd); /* and whose name ends in .db */

#endif
