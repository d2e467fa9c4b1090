/*
 * slow_disk: a disk that takes so many bytes a second, loaded before a real daemon (LD_PRELOAD).
 *
 * $SLOW_DISK is a file of struct pace, mapped, which a harness may change at any time. What was
 * written since the last sync is paid for at the next one, as by a disk whose cache is small: first
 * the time, then the sync itself. Both count for all threads together, as there is one disk.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

/* As in overload.py. */
struct pace {
	atomic_int_least64_t rate; /* bytes a second; 0: no limit */
	atomic_int_least64_t sync; /* ms of each sync */
	atomic_int_least64_t syncs, bytes; /* so far */
};

typedef ssize_t write_call(int fd, const void *bytes, size_t len, off64_t at);
typedef int sync_call(int fd);

static struct pace *pace;
static atomic_int_least64_t unpaid;
static write_call *write_next;
static sync_call *fdatasync_next, *fsync_next;

static void *
next(const char *name)
{
	void *found = dlsym(RTLD_NEXT, name);

	if (found == NULL)
		abort();
	return found;
}

__attribute__((constructor)) static void
begin(void)
{
	const char *path = getenv("SLOW_DISK");
	int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);

	*(void **)&write_next = next("pwrite64");
	*(void **)&fdatasync_next = next("fdatasync");
	*(void **)&fsync_next = next("fsync");
	if (fd < 0)
		return;
	pace = mmap(NULL, sizeof(*pace), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (pace == MAP_FAILED)
		abort();
	close(fd);
}

static void
pay(void)
{
	int64_t bytes = atomic_exchange(&unpaid, 0), rate, ns;
	struct timespec ts;

	if (pace == NULL)
		return;
	atomic_fetch_add(&pace->syncs, 1);
	atomic_fetch_add(&pace->bytes, bytes);
	rate = atomic_load(&pace->rate);
	ns = atomic_load(&pace->sync) * 1000000;
	if (rate > 0)
		ns += (int64_t)(1e9 * (double)bytes / (double)rate);
	ts = (struct timespec){ns / 1000000000, ns % 1000000000};
	while (nanosleep(&ts, &ts) != 0)
		continue;
}

static ssize_t
write_at(int fd, const void *bytes, size_t len, off64_t at)
{
	ssize_t done = write_next(fd, bytes, len, at);

	if (done > 0)
		atomic_fetch_add(&unpaid, done);
	return done;
}

ssize_t
pwrite64(int fd, const void *bytes, size_t len, off64_t at)
{
	return write_at(fd, bytes, len, at);
}

ssize_t
pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	return write_at(fd, bytes, len, at);
}

int
fdatasync(int fd)
{
	pay();
	return fdatasync_next(fd);
}

int
fsync(int fd)
{
	pay();
	return fsync_next(fd);
}
