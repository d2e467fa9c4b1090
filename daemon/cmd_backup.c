#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "progress.h"
#include "store/backup.h"

#define PATH_BYTES 4096

struct job {
	const char *file; /* the configuration */
	const char *database, *dest;
	bool force;
	char tmp[PATH_BYTES];
	int fd; /* of tmp */
	struct progress progress;
	int64_t records, bytes;
};

static int
options_read(int argc, char **argv, struct job *j)
{
	static const struct option known[] = {
	    {"force", no_argument, NULL, 'f'}, {NULL, 0, NULL, 0}};
	int letter;

	*j = (struct job){.file = SLAD_CONFIG, .fd = -1};
	opterr = 0;
	while ((letter = getopt_long(argc, argv, "c:", known, NULL)) != -1) {
		if (letter == 'c')
			j->file = optarg;
		else if (letter == 'f')
			j->force = true;
		else
			return -1;
	}
	if (argc - optind != 1 || argv[optind][0] == '\0')
		return -1;
	j->dest = argv[optind];
	return 0;
}

static bool
same_file(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* No copy goes over what it is a copy of. */
static bool
is_database(const struct job *j, const char *path)
{
	static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
	char part[PATH_BYTES + 8];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(part, sizeof(part), "%s%s", j->database, ends[i]);
		if (same_file(part, path))
			return true;
	}
	return false;
}

static int
dest_check(const struct job *j, struct err *err)
{
	struct stat st;

	if (is_database(j, j->dest) || is_database(j, j->tmp))
		return err_set(err, "%s: that is the database itself", j->dest);
	if (stat(j->dest, &st) != 0)
		return 0;
	if (S_ISDIR(st.st_mode))
		return err_set(err, "%s is a directory; name a file in it", j->dest);
	if (!S_ISREG(st.st_mode))
		return err_set(err, "%s is there, and is no file", j->dest);
	if (!j->force)
		return err_set(err, "%s is there already; --force would replace it", j->dest);
	return 0;
}

/* What SQLite leaves beside a copy that failed. (What one that was killed left beside a file that
 * is empty now it takes for none of it.) */
static void
sides_remove(const struct job *j)
{
	static const char *const ends[] = {"-wal", "-shm", "-journal"};
	char side[PATH_BYTES + 16];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(side, sizeof(side), "%s%s", j->tmp, ends[i]);
		unlink(side);
	}
}

/* Makes the file that the copy is written to; it stays open to hold its lock. */
static int
tmp_make(struct job *j, struct err *err)
{
	j->fd = open(j->tmp, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (j->fd < 0)
		return err_set(err, "%s cannot be written: %m", j->tmp);
	if (flock(j->fd, LOCK_EX | LOCK_NB) != 0) {
		close(j->fd);
		j->fd = -1;
		return err_set(err, "%s is being written by another slad backup", j->tmp);
	}
	if (fchmod(j->fd, 0600) != 0 || ftruncate(j->fd, 0) != 0)
		return err_set(err, "%s cannot be written: %m", j->tmp);
	return 0;
}

/* A name in a directory is on the disk when the directory is. */
static int
directory_sync(const char *path, struct err *err)
{
	char copy[PATH_BYTES];
	int fd, rc = -1;

	snprintf(copy, sizeof(copy), "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		rc = fsync(fd);
		close(fd);
	}
	return rc == 0 ? 0 : err_set(err, "the directory of %s cannot be synced: %m", path);
}

static int
give_name(const struct job *j, struct err *err)
{
	int rc = renameat2(
	    AT_FDCWD, j->tmp, AT_FDCWD, j->dest, j->force ? 0 : (unsigned)RENAME_NOREPLACE);

	if (rc != 0 && errno == EINVAL) /* a file system that cannot refuse */
		rc = rename(j->tmp, j->dest);
	if (rc != 0)
		return err_set(err, "%s cannot get its name: %m", j->dest);
	return directory_sync(j->dest, err);
}

static int
step(void *job, int64_t done, int64_t all)
{
	struct job *j = job;

	j->progress.all = all;
	if (all > 0)
		progress_step(&j->progress, done);
	return command_caught() ? -1 : 0;
}

static int
copy(struct job *j, struct err *err)
{
	struct stat st;
	int rc;

	progress_begin(&j->progress, "copying pages", 0);
	rc = backup_copy(j->database, j->tmp, step, j, err);
	if (rc == 0 && (fsync(j->fd) != 0 || fstat(j->fd, &st) != 0))
		rc = err_set(err, "%s cannot be synced: %m", j->tmp);
	if (rc == 0) {
		j->bytes = st.st_size;
		rc = backup_check(j->tmp, step, j, &j->records, err);
	}
	progress_clear(&j->progress);
	return rc == 0 ? give_name(j, err) : -1;
}

/* An exit code. */
static int
backup(struct job *j, struct err *err)
{
	int rc;

	if (snprintf(j->tmp, sizeof(j->tmp), "%s.tmp", j->dest) >= (int)sizeof(j->tmp)) {
		err_set(err, "the name of the copy is too long");
		return EXIT_USAGE;
	}
	if (dest_check(j, err) != 0)
		return EXIT_NO;
	rc = tmp_make(j, err);
	if (rc == 0) {
		rc = copy(j, err);
		sides_remove(j);
	}
	if (rc != 0 && j->fd >= 0)
		unlink(j->tmp);
	if (j->fd >= 0)
		close(j->fd);
	if (rc != 0 && command_caught()) {
		err_set(err, "ended by a signal; no copy was made");
		return EXIT_NO;
	}
	return rc == 0 ? EXIT_DONE : EXIT_STORAGE;
}

int
cmd_backup(int argc, char **argv)
{
	struct config *c;
	struct err err;
	struct job j;
	int code;

	if (options_read(argc, argv, &j) != 0) {
		fputs("usage: slad backup [-c FILE] [--force] DEST\n", stderr);
		return EXIT_USAGE;
	}
	c = command_config(j.file);
	if (c == NULL)
		return EXIT_CONFIGURATION;
	j.database = c->database;
	command_catch();
	code = backup(&j, &err);
	if (code == EXIT_DONE)
		printf("%s: %" PRId64 " records, %" PRId64 " bytes, in %.1f s\n", j.dest, j.records,
		    j.bytes, progress_seconds(&j.progress));
	else
		fprintf(stderr, "slad: %s\n", err.msg);
	config_unref(c);
	return code;
}
