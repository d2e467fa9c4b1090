#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "hook_map.h"
#include "log.h"
#include "progress.h"
#include "systemd.h"

#define MISTAKES_MAX (256u << 10) /* bytes of what a configuration's mistakes may fill */

const char *
command_file(int argc, char **argv)
{
	if (argc == 1)
		return SLAD_CONFIG;
	if (argc == 3 && strcmp(argv[1], "-c") == 0)
		return argv[2];
	fprintf(stderr, "usage: slad %s [-c FILE]\n", argv[0]);
	return NULL;
}

/* The file, and the expressions of the mappings that it names. */
static struct config *
load(const char *file, struct buf *mistakes)
{
	struct config *c = config_load(file, mistakes);

	if (c == NULL || hooks_check(c, mistakes) == 0)
		return c;
	config_unref(c);
	return NULL;
}

struct config *
command_config(const char *file)
{
	struct buf mistakes = BUF_INIT(MISTAKES_MAX);
	struct config *c = load(file, &mistakes);

	fputs(buf_text(&mistakes), stderr);
	buf_free(&mistakes);
	return c;
}

struct config *
command_config_logged(const char *file)
{
	struct buf mistakes = BUF_INIT(MISTAKES_MAX);
	struct config *c = load(file, &mistakes);
	const char *text = buf_text(&mistakes);
	size_t len;

	for (; *text != '\0'; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		log_line(c == NULL ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, "%.*s", (int)len, text);
	}
	buf_free(&mistakes);
	return c;
}

int
command_run(int argc, char **argv, int (*run)(struct config *c, struct err *err))
{
	const char *file = command_file(argc, argv);
	int code;
	struct config *c;
	struct err err;

	if (file == NULL)
		return EXIT_USAGE;
	c = command_config(file);
	if (c == NULL)
		return EXIT_CONFIGURATION;
	code = run(c, &err);
	if (code == EXIT_STORAGE)
		fprintf(stderr, "slad: %s\n", err.msg);
	config_unref(c);
	return code;
}

int
command_lock(const char *database, struct err *err)
{
	char *real = realpath(database, NULL); /* a symbolic link is no way around the lock */
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s.lock", real == NULL ? database : real);
	free(real);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(err, "%s: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		close(fd);
		return err_set(err, "%s is in use by another slad; stop that first", database);
	}
	return 0;
}

static void
store_step(void *context, int64_t done, int64_t all)
{
	struct progress *p = context;

	p->all = all;
	progress_say(p, done);
}

struct store *
command_store(const char *database, struct err *err)
{
	struct progress p;
	struct store *s;

	progress_begin(&p, "taking over records", 0);
	s = store_open_watched(database, STORE_WRITE, store_step, &p, err);
	progress_clear(&p);
	return s;
}

void
command_goes_on(void *progress, int64_t done)
{
	progress_say(progress, done);
	systemd_starting();
}

static atomic_int caught;

static void
on_signal(int number)
{
	(void)number;
	atomic_store(&caught, 1);
}

/* One that is ignored stays ignored: a job in the background shall not hear of Ctrl-C. */
static void
signal_catch(int number)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND}, old;

	if (sigaction(number, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
		sigaction(number, &action, NULL);
}

void
command_catch(void)
{
	signal_catch(SIGINT);
	signal_catch(SIGTERM);
}

bool
command_caught(void)
{
	return atomic_load(&caught) != 0;
}
