#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "progress.h"

#define PAGE 8000 /* records read at once: the daemon is not held up by a slow reader */

struct export
{
	struct store *store;
	struct progress progress;
	int64_t seq, count, damaged;
};

static int
write_one(void *context, int64_t seq, const char *body, size_t len, struct err *err)
{
	struct export *e = context;

	e->seq = seq;
	e->count++;
	if (fwrite(body, 1, len, stdout) != len || putchar('\n') == EOF)
		return err_set(err, "standard output: %s", strerror(errno));
	progress_step(&e->progress, seq);
	return 0;
}

/* Goes to the next record that there is. */
static int
pass(struct export *e, int64_t last, struct err *err)
{
	const char *body;
	size_t len;
	int found = 0;

	while (found == 0 && e->seq < last)
		found = store_body(e->store, ++e->seq, &body, &len, err);
	return found < 0 ? -1 : 0;
}

/* Behind a record that is damaged it goes on. */
static int
write_all(struct export *e, int64_t last, struct err *err)
{
	int64_t before;

	while (e->seq < last) {
		before = e->count;
		if (store_replay(e->store, e->seq, PAGE, write_one, e, err) == 0) {
			if (e->count == before)
				break;
			continue;
		}
		if (ferror(stdout) || store_failure(e->store) != STORE_SOUND)
			return -1;
		progress_clear(&e->progress);
		fprintf(stderr, "slad: %s\n", err->msg);
		e->damaged++;
		if (pass(e, last, err) != 0)
			return -1;
	}
	return fflush(stdout) == 0 ? 0 : err_set(err, "standard output: %s", strerror(errno));
}

static int
log_write(struct config *c, struct err *err)
{
	struct export e = {.seq = 0};
	int64_t last;
	int rc = -1;

	e.store = store_open(c->database, STORE_READ, err);
	if (e.store != NULL && store_last(e.store, &last, err) == 0) {
		progress_begin(&e.progress, "exporting", last);
		e.progress.terminal = e.progress.terminal && isatty(STDOUT_FILENO) == 0;
		rc = write_all(&e, last, err);
		progress_end(&e.progress, e.count);
	}
	store_close(e.store);
	return rc != 0 ? EXIT_STORAGE : e.damaged > 0 ? EXIT_NO : EXIT_DONE;
}

int
cmd_export(int argc, char **argv)
{
	return command_run(argc, argv, log_write);
}
