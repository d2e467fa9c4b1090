#include "import.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/alert_words.h"
#include "command.h"
#include "import_inside.h"
#include "lines.h"

#define SAID_MAX 100 /* wrong lines that are named; the others are counted */
#define SENTENCE 1024 /* bytes of what is said in one line */

/* Names of files, ids and answers may hold anything. */
void
import_say(struct import *m, const char *fmt, ...)
{
	struct arena arena = {0};
	char text[SENTENCE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	progress_clear(&m->progress);
	fprintf(stderr, "%s\n", alert_clean(text, sizeof(text), &arena));
	arena_free(&arena);
}

const char *
import_file(const struct import *m, struct place place)
{
	const char *name = m->options->files[place.file];

	return strcmp(name, "-") == 0 ? "(standard input)" : name;
}

void
import_wrong(struct import *m, struct place place, const char *what)
{
	if (m->said < SAID_MAX)
		import_say(m, "%s:%lld: %s", import_file(m, place), (long long)place.line, what);
	else if (m->said == SAID_MAX)
		import_say(
		    m, "slad: %d wrong lines were named, the others are only counted", SAID_MAX);
	m->said++;
}

void
import_stop(struct import *m, int code)
{
	if (m->code == EXIT_DONE)
		m->code = code;
	m->stopped = true;
	pthread_cond_broadcast(&m->changed);
}

static struct batch *
batch_spare(struct import *m)
{
	struct batch *b;

	pthread_mutex_lock(&m->lock);
	while (m->spares == 0)
		pthread_cond_wait(&m->changed, &m->lock);
	b = m->spare[--m->spares];
	pthread_mutex_unlock(&m->lock);
	buf_reset(&b->body);
	b->count = 0;
	return b;
}

static void
batch_hand(struct import *m, struct batch *b)
{
	pthread_mutex_lock(&m->lock);
	while (m->ready != NULL && !m->stopped)
		pthread_cond_wait(&m->changed, &m->lock);
	if (m->ready == NULL && b->count > 0)
		m->ready = b;
	else
		m->spare[m->spares++] = b;
	pthread_cond_broadcast(&m->changed);
	pthread_mutex_unlock(&m->lock);
}

static bool
blank(const struct line *line)
{
	size_t i = 0;

	while (i < line->len && memchr(" \t\r", line->text[i], 3) != NULL)
		i++;
	return i == line->len;
}

void
import_add(struct reader *r, const char *text, size_t len, int64_t line, int64_t end)
{
	struct batch *b = r->batch;

	if (r->import->options->print) {
		printf("%.*s\n", (int)len, text);
		return;
	}
	if (b->count == IMPORT_LINES || b->body.len + len + 1 > IMPORT_BYTES) {
		batch_hand(r->import, b);
		b = r->batch = batch_spare(r->import);
	}
	buf_put(&b->body, text, len);
	buf_put(&b->body, "\n", 1);
	b->place[b->count++] = (struct place){r->file, line};
	b->end = end;
}

void
import_refuse(struct reader *r, int64_t line, const char *what)
{
	struct import *m = r->import;
	const char *kind = m->options->mapping == NULL ? "line" : "row";

	pthread_mutex_lock(&m->lock);
	import_wrong(m, (struct place){r->file, line}, what);
	m->sums.rejected++;
	if (m->code == EXIT_DONE)
		m->code = EXIT_NO;
	if (!m->options->skip) {
		import_say(m,
		    "slad: no more is %s; mend the %s and run this again, or add --skip to %s the "
		    "others",
		    m->options->print ? "printed" : "sent", kind,
		    m->options->print ? "print" : "send");
		import_stop(m, EXIT_NO);
	}
	pthread_mutex_unlock(&m->lock);
}

bool
import_stopped(struct import *m)
{
	bool stop;

	pthread_mutex_lock(&m->lock);
	stop = m->stopped || command_caught();
	pthread_mutex_unlock(&m->lock);
	return stop;
}

void
import_broken(struct reader *r, int64_t line, const struct err *err)
{
	struct import *m = r->import;

	if (command_caught())
		return;
	pthread_mutex_lock(&m->lock);
	import_wrong(m, (struct place){r->file, line}, err->msg);
	pthread_mutex_unlock(&m->lock);
}

/* 0 at its end, -1 if no other file is to be read. */
static int
file_lines(struct reader *r, struct lines *l)
{
	char longer[80];
	struct line line;
	struct err err;

	snprintf(longer, sizeof(longer), "the line has more than %u bytes", LINES_MAX);
	while (!import_stopped(r->import)) {
		switch (lines_next(l, &line, &err)) {
		case LINES_LINE:
			if (!blank(&line))
				import_add(
				    r, line.text, line.len, line.number, r->before + lines_read(l));
			break;
		case LINES_LONG:
			import_refuse(r, line.number, longer);
			break;
		case LINES_END:
			r->before += lines_read(l);
			return 0;
		case LINES_BROKEN:
			import_broken(r, line.number, &err);
			return -1;
		}
	}
	return -1;
}

static int
file_read(struct reader *r)
{
	struct import *m = r->import;
	struct lines *l;
	struct err err;
	int rc;

	if (r->map != NULL)
		return import_rows(r);
	l = lines_open(m->options->files[r->file], &err);
	if (l == NULL) {
		pthread_mutex_lock(&m->lock);
		import_say(m, "slad: %s", err.msg);
		pthread_mutex_unlock(&m->lock);
		return -1;
	}
	rc = file_lines(r, l);
	lines_close(l);
	return rc;
}

/* Reads all files; what was read before a failure is sent all the same. */
static void
files_read(struct import *m)
{
	struct reader r = {.import = m, .map = m->map, .batch = batch_spare(m)};
	int rc = 0;

	for (; r.file < m->options->count && rc == 0; r.file++)
		rc = file_read(&r);
	batch_hand(m, r.batch);
	pthread_mutex_lock(&m->lock);
	m->closed = true;
	if (command_caught())
		import_stop(m, EXIT_NO);
	else if (rc != 0 && !m->stopped)
		m->code = EXIT_STORAGE;
	pthread_cond_broadcast(&m->changed);
	pthread_mutex_unlock(&m->lock);
}

/* Looks at all files before the first is sent: -1 if one is not there. Their size is 0 if that of
 * one is not known. */
static int
files_size(const struct import_options *o, int64_t *size, struct err *err)
{
	bool known = true;
	struct stat st;

	*size = 0;
	for (size_t i = 0; i < o->count; i++) {
		if (strcmp(o->files[i], "-") == 0) {
			known = false;
			continue;
		}
		if (stat(o->files[i], &st) != 0 || access(o->files[i], R_OK) != 0)
			return err_set(err, "%s cannot be read: %m", o->files[i]);
		if (S_ISDIR(st.st_mode))
			return err_set(err, "%s is a directory; name its files", o->files[i]);
		known = known && S_ISREG(st.st_mode);
		*size += st.st_size;
	}
	if (!known)
		*size = 0;
	return 0;
}

static void
batches_make(struct import *m)
{
	struct batch *b;

	for (size_t i = 0; i < sizeof(m->spare) / sizeof(m->spare[0]); i++) {
		b = mem_alloc(1, sizeof(*b));
		b->body.max = IMPORT_BYTES;
		m->spare[m->spares++] = b;
	}
}

/* Signals are the main thread's, so that they end its reading. */
static void
threads_run(struct import *m, struct sender *sender)
{
	pthread_t thread[IMPORT_SENDERS];
	sigset_t all, before;
	int rc = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (size_t i = 0; i < IMPORT_SENDERS && rc == 0; i++)
		rc = pthread_create(&thread[i], NULL, import_send, &sender[i]);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc != 0)
		mem_none("no thread can be made");
	files_read(m);
	for (size_t i = 0; i < IMPORT_SENDERS; i++)
		pthread_join(thread[i], NULL);
}

/* A mapping with mistakes maps nothing. */
static int
map_make(struct import *m)
{
	struct buf mistakes = BUF_INIT(256u << 10);

	if (m->options->mapping == NULL)
		return 0;
	m->map = row_map_new(m->options->mapping, &mistakes);
	fputs(buf_text(&mistakes), stderr);
	buf_free(&mistakes);
	return m->map == NULL ? -1 : 0;
}

static void
senders_run(struct import *m)
{
	const char *path = m->options->skip ? "/v1/events?on_error=skip" : "/v1/events";
	struct sender sender[IMPORT_SENDERS];
	bool fine = true;
	struct err err;

	for (size_t i = 0; i < IMPORT_SENDERS; i++) {
		sender[i].import = m;
		sender[i].client = client_new(&m->options->address, path, &err);
		fine = fine && sender[i].client != NULL;
	}
	if (fine) {
		threads_run(m, sender);
	} else {
		import_say(m, "slad: %s", err.msg);
		m->code = EXIT_CONFIGURATION;
	}
	for (size_t i = 0; i < IMPORT_SENDERS; i++)
		client_free(sender[i].client);
}

static void
end_say(struct import *m)
{
	if (command_caught())
		import_say(m,
		    "slad: ended by a signal; the same command again sends the rest, and what is "
		    "there already counts as a duplicate");
	progress_clear(&m->progress);
}

int
import_run(const struct import_options *o, struct import_sums *sums)
{
	struct import *m = mem_alloc(1, sizeof(*m));
	struct err err;
	int64_t size;
	int code;

	m->options = o;
	pthread_mutex_init(&m->lock, NULL);
	pthread_cond_init(&m->changed, NULL);
	if (files_size(o, &size, &err) != 0) {
		m->code = EXIT_STORAGE;
		import_say(m, "slad: %s", err.msg);
	} else if (map_make(m) != 0) {
		m->code = EXIT_CONFIGURATION;
	} else {
		batches_make(m);
		progress_begin(&m->progress, "importing", size);
		if (o->print)
			files_read(m);
		else
			senders_run(m);
		end_say(m);
		m->sums.seconds = progress_seconds(&m->progress);
	}
	row_map_free(m->map);
	*sums = m->sums;
	code = m->code;
	if (m->ready != NULL)
		m->spare[m->spares++] = m->ready;
	for (size_t i = 0; i < m->spares; i++) {
		buf_free(&m->spare[i]->body);
		free(m->spare[i]);
	}
	pthread_cond_destroy(&m->changed);
	pthread_mutex_destroy(&m->lock);
	free(m);
	return code;
}
