#include "shim.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <sqlite3.h>

#define FILES 65536
#define SMALL 65536 /* no address of anything */

enum kind { KIND_NONE, KIND_FILE, KIND_DIRECTORY, KIND_CONNECTION };

static unsigned char kinds[FILES];
static bool databases[FILES];
static const char *directory;
static int (*log_grown)(void *, sqlite3 *, const char *, int);

__attribute__((constructor)) static void
begin(void)
{
	directory = getenv("SHIM_DIR");
	if (directory != NULL)
		shim_watch();
}

static enum kind
kind_of(int fd)
{
	return fd >= 0 && fd < FILES ? kinds[fd] : KIND_NONE;
}

bool
shim_is_file(int fd)
{
	return kind_of(fd) == KIND_FILE;
}

bool
shim_is_database(int fd)
{
	return kind_of(fd) == KIND_FILE && databases[fd];
}

static void
kind_set(int64_t fd, enum kind kind)
{
	if (fd >= 0 && fd < FILES)
		kinds[fd] = (unsigned char)kind;
}

static bool
ends_in(const char *text, const char *end)
{
	size_t a = strlen(text), b = strlen(end);

	return a >= b && strcmp(text + a - b, end) == 0;
}

static enum kind
kind_of_path(const char *path)
{
	size_t len;

	if (directory == NULL)
		return KIND_NONE;
	len = strlen(directory);
	if (strncmp(path, directory, len) != 0 || (path[len] != '\0' && path[len] != '/'))
		return KIND_NONE;
	if (path[len] == '\0' || path[len + 1] == '\0')
		return KIND_DIRECTORY;
	return ends_in(path, "-shm") || ends_in(path, ".lock") ? KIND_NONE : KIND_FILE;
}

static int64_t
opened(int at, const char *path, int flags, mode_t mode)
{
	struct shim_call c = {SHIM_OPEN, .fd = -1, .flags = flags, .path = path};
	enum kind kind = kind_of_path(path);
	enum shim_verdict v = kind == KIND_FILE ? shim_before(&c) : SHIM_GO;
	int64_t fd = v == SHIM_GO ? syscall(SYS_openat, at, path, flags, mode) : -1;

	if (v == SHIM_GO)
		kind_set(fd, kind);
	if (kind_of((int)fd) == KIND_FILE)
		databases[fd] = ends_in(path, ".db");
	if (v == SHIM_GO && kind == KIND_FILE)
		shim_after(&c, fd);
	return fd;
}

static int64_t
written(int fd, const void *bytes, size_t len, int64_t offset)
{
	struct shim_call c = {SHIM_WRITE, .fd = fd, .bytes = bytes, .len = len, .offset = offset};
	enum shim_verdict v = shim_before(&c);
	int64_t n;

	if (v != SHIM_GO)
		return v == SHIM_SKIP ? (int64_t)len : -1;
	n = syscall(SYS_pwrite64, fd, bytes, c.len, offset);
	shim_after(&c, n);
	return n;
}

/* A call that gives 0, on a file or a path; `done` does it. */
static int
plain(struct shim_call *c, int64_t (*done)(const struct shim_call *))
{
	enum shim_verdict v = shim_before(c);
	int64_t rc;

	if (v != SHIM_GO)
		return v == SHIM_SKIP ? 0 : -1;
	rc = done(c);
	shim_after(c, rc);
	return (int)rc;
}

/* Something read from a connection, into the first of `iov`; or sent. */
static int64_t
talked(enum shim_what what, int64_t number, int fd, const struct iovec *iov, int count)
{
	struct shim_call c = {what, .fd = fd, .bytes = count > 0 ? iov->iov_base : "",
	    .len = count > 0 ? iov->iov_len : 0};
	enum shim_verdict v = kind_of(fd) == KIND_CONNECTION ? shim_before(&c) : SHIM_GO;
	int64_t n;

	if (v != SHIM_GO)
		return -1;
	n = syscall(number, fd, iov, count);
	if (kind_of(fd) == KIND_CONNECTION)
		shim_after(&c, n);
	return n;
}

static int64_t
accepted(int64_t fd)
{
	struct shim_call c = {SHIM_ACCEPT, .fd = (int)fd};

	if (fd >= 0 && directory != NULL && shim_before(&c) == SHIM_GO) {
		kind_set(fd, KIND_CONNECTION);
		shim_after(&c, fd);
	}
	return fd;
}

static int64_t
do_truncate(const struct shim_call *c)
{
	return syscall(SYS_ftruncate, c->fd, c->offset);
}

static int64_t
do_fsync(const struct shim_call *c)
{
	return syscall(SYS_fsync, c->fd);
}

static int64_t
do_fdatasync(const struct shim_call *c)
{
	return syscall(SYS_fdatasync, c->fd);
}

static int64_t
do_unlink(const struct shim_call *c)
{
	return syscall(SYS_unlink, c->path);
}

static int64_t
do_rename(const struct shim_call *c)
{
	return syscall(SYS_renameat2, AT_FDCWD, c->path, AT_FDCWD, c->to, c->flags);
}

static int
truncated(int fd, int64_t size)
{
	struct shim_call c = {SHIM_TRUNCATE, .fd = fd, .offset = size};

	return kind_of(fd) == KIND_FILE ? plain(&c, do_truncate) : (int)do_truncate(&c);
}

static int
synced(int fd, int64_t (*done)(const struct shim_call *))
{
	enum kind kind = kind_of(fd);
	struct shim_call c = {
	    SHIM_SYNC, .fd = fd, .flags = kind == KIND_DIRECTORY ? O_DIRECTORY : 0};

	return kind == KIND_FILE || kind == KIND_DIRECTORY ? plain(&c, done) : (int)done(&c);
}

static int
renamed(const char *from, const char *to, unsigned flags)
{
	struct shim_call c = {SHIM_RENAME, .fd = -1, .flags = (int)flags, .path = from, .to = to};

	return kind_of_path(from) == KIND_FILE ? plain(&c, do_rename) : (int)do_rename(&c);
}

static void *
mapped(void *at, size_t len, int prot, int flags, int fd, int64_t offset)
{
	struct shim_call c = {SHIM_MAP, .fd = fd};

	if (kind_of(fd) == KIND_FILE && (prot & PROT_WRITE) != 0 && (flags & MAP_SHARED) != 0 &&
	    shim_before(&c) == SHIM_GO)
		shim_after(&c, 0);
	return (void *)syscall(SYS_mmap, at, len, prot, flags, fd, offset);
}

static mode_t
mode_of(int flags, va_list ap)
{
	return (flags & O_CREAT) != 0 ? va_arg(ap, mode_t) : 0;
}

int
open(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = mode_of(flags, ap);
	va_end(ap);
	return (int)opened(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...) __attribute__((alias("open")));

int
close(int fd)
{
	struct shim_call c = {SHIM_CLOSE, .fd = fd};

	if (kind_of(fd) != KIND_NONE && shim_before(&c) == SHIM_GO) {
		kind_set(fd, KIND_NONE);
		shim_after(&c, 0);
	}
	return (int)syscall(SYS_close, fd);
}

ssize_t
pwrite64(int fd, const void *bytes, size_t len, off64_t offset)
{
	if (kind_of(fd) == KIND_FILE)
		return written(fd, bytes, len, offset);
	return syscall(SYS_pwrite64, fd, bytes, len, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t offset)
    __attribute__((alias("pwrite64")));

ssize_t
write(int fd, const void *bytes, size_t len)
{
	struct iovec iov = {(void *)(uintptr_t)bytes, len};
	int64_t offset, n;

	if (kind_of(fd) != KIND_FILE)
		return talked(SHIM_SEND, SYS_writev, fd, &iov, 1);
	offset = syscall(SYS_lseek, fd, 0, SEEK_CUR);
	n = written(fd, bytes, len, offset);
	if (n > 0)
		syscall(SYS_lseek, fd, offset + n, SEEK_SET);
	return n;
}

ssize_t
writev(int fd, const struct iovec *iov, int count)
{
	return talked(SHIM_SEND, SYS_writev, fd, iov, count);
}

ssize_t
read(int fd, void *bytes, size_t len)
{
	struct iovec iov = {bytes, len};

	if (kind_of(fd) == KIND_CONNECTION)
		return talked(SHIM_READ, SYS_readv, fd, &iov, 1);
	return syscall(SYS_read, fd, bytes, len);
}

ssize_t
readv(int fd, const struct iovec *iov, int count)
{
	return talked(SHIM_READ, SYS_readv, fd, iov, count);
}

int
accept4(int fd, struct sockaddr *address, socklen_t *len, int flags)
{
	struct shim_call c = {SHIM_ACCEPTING, .fd = fd};

	if (directory != NULL && shim_before(&c) == SHIM_FAIL)
		return -1;
	return (int)accepted(syscall(SYS_accept4, fd, address, len, flags));
}

int
accept(int fd, struct sockaddr *address, socklen_t *len)
{
	return accept4(fd, address, len, 0);
}

int
ftruncate64(int fd, off64_t size)
{
	return truncated(fd, size);
}

int ftruncate(int fd, off_t size) __attribute__((alias("ftruncate64")));

int
fsync(int fd)
{
	return synced(fd, do_fsync);
}

int
fdatasync(int fd)
{
	return synced(fd, do_fdatasync);
}

int
unlink(const char *path)
{
	struct shim_call c = {SHIM_UNLINK, .fd = -1, .path = path};

	return kind_of_path(path) == KIND_FILE ? plain(&c, do_unlink) : (int)do_unlink(&c);
}

int
rename(const char *from, const char *to)
{
	return renamed(from, to, 0);
}

int
renameat2(int from_at, const char *from, int to_at, const char *to, unsigned flags)
{
	if (from_at != AT_FDCWD || to_at != AT_FDCWD)
		return (int)syscall(SYS_renameat2, from_at, from, to_at, to, flags);
	return renamed(from, to, flags);
}

void *
mmap64(void *at, size_t len, int prot, int flags, int fd, off64_t offset)
{
	return mapped(at, len, prot, flags, fd, offset);
}

void *mmap(void *at, size_t len, int prot, int flags, int fd, off_t offset)
    __attribute__((alias("mmap64")));

static int
grown(void *context, sqlite3 *db, const char *name, int pages)
{
	return log_grown(context, db, name, pages * SHIM_GROWN);
}

/* SQLite sets hooks of its own, of every connection; slad one, of its writer, with a context that
 * lies on the heap. */
void *
sqlite3_wal_hook(sqlite3 *db, int (*hook)(void *, sqlite3 *, const char *, int), void *context)
{
	void *(*real)(sqlite3 *, int (*)(void *, sqlite3 *, const char *, int), void *);
	bool slads = (uintptr_t)context > SMALL;

	*(void **)&real = dlsym(RTLD_NEXT, "sqlite3_wal_hook");
	if (slads)
		log_grown = hook;
	return real(db, slads ? grown : hook, context);
}
