#include "ahead.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/stamp.h"

#define PIECE_RECORDS 256
#define PIECE_BYTES (64u << 10) /* and the last record's, which may be as long */
#define PIECES 128 /* as much as is parsed while a page of engine_replay.c is saved */

struct piece {
	size_t count, read;
	int64_t seq[PIECE_RECORDS];
	struct raw_body body[PIECE_RECORDS]; /* their bytes: one after the other, in `bytes` */
	struct buf bytes;
	size_t text; /* bytes of their texts */
	struct event *event; /* `read` of them */
	struct arena arena;
	struct err err; /* why not all were read */
	bool parsed;
};

/* Pieces are filled, claimed for parsing and given in their order. */
struct ahead {
	struct store *log;
	int64_t seq, last;
	bool end; /* of the log */
	pthread_t thread;
	bool threaded, tried;
	size_t given; /* as are all below, of all pieces there ever were */
	size_t at; /* in the piece that is being given */
	struct bodies *reader; /* of the caller's thread */
	pthread_mutex_t lock; /* for what follows, and `parsed` */
	pthread_cond_t changed;
	size_t filled, claimed;
	bool stop;
	struct piece piece[PIECES];
};

static struct piece *
piece_of(struct ahead *a, size_t number)
{
	return &a->piece[number % PIECES];
}

static void
piece_empty(struct piece *p)
{
	buf_free(&p->bytes);
	arena_free(&p->arena);
	p->count = p->read = p->text = 0;
	p->parsed = false;
}

static int
body_parse(struct piece *p, struct raw_body *body, struct bodies *reader)
{
	struct event *event = &p->event[p->read];
	const char *text;

	if (store_body_text(reader, body, &text, &p->err) != 0 ||
	    event_read_stored(text, body->len, &p->arena, event, &p->err) != 0)
		return -1;
	event->record.seq = p->seq[p->read];
	event->len = body->len;
	return 0;
}

static void
piece_parse(struct piece *p, struct bodies *reader)
{
	const char *bytes = buf_text(&p->bytes);
	struct raw_body *body;

	p->event = arena_alloc(&p->arena, p->count, sizeof(*p->event));
	for (; p->read < p->count; p->read++) {
		body = &p->body[p->read];
		body->bytes.bytes = bytes;
		bytes += body->bytes.len;
		if (body_parse(p, body, reader) != 0) {
			err_prefix(&p->err, "record %" PRId64 " of the log", p->seq[p->read]);
			break;
		}
	}
	buf_free(&p->bytes);
}

/* Parses the next piece that nobody has claimed, under the lock; false: there is none. */
static bool
parse_next(struct ahead *a, struct bodies *reader)
{
	struct piece *p;

	if (a->claimed == a->filled)
		return false;
	p = piece_of(a, a->claimed++);
	pthread_mutex_unlock(&a->lock);
	piece_parse(p, reader);
	pthread_mutex_lock(&a->lock);
	p->parsed = true;
	pthread_cond_broadcast(&a->changed);
	return true;
}

static void *
parse_all(void *context)
{
	struct bodies *reader = store_bodies_new();
	struct ahead *a = context;

	pthread_mutex_lock(&a->lock);
	while (!a->stop) {
		if (!parse_next(a, reader))
			pthread_cond_wait(&a->changed, &a->lock);
	}
	pthread_mutex_unlock(&a->lock);
	store_bodies_free(reader);
	return NULL;
}

/* Signals are for the others. Without a thread, all is done by the caller's. */
static void
thread_begin(struct ahead *a)
{
	sigset_t all, before;

	a->tried = true;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	a->threaded = pthread_create(&a->thread, NULL, parse_all, a) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct ahead *
ahead_new(struct store *log, int64_t seq, int64_t last)
{
	struct ahead *a = mem_alloc(1, sizeof(*a));

	a->log = log;
	a->seq = seq;
	a->last = last;
	a->end = seq >= last;
	a->reader = store_bodies_new();
	for (size_t i = 0; i < PIECES; i++)
		a->piece[i].bytes.max = SIZE_MAX / 2;
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->changed, NULL);
	return a;
}

void
ahead_free(struct ahead *a)
{
	if (a == NULL)
		return;
	pthread_mutex_lock(&a->lock);
	a->stop = true;
	pthread_cond_broadcast(&a->changed);
	pthread_mutex_unlock(&a->lock);
	if (a->threaded)
		pthread_join(a->thread, NULL);
	for (size_t i = 0; i < PIECES; i++)
		piece_empty(&a->piece[i]);
	store_bodies_free(a->reader);
	pthread_cond_destroy(&a->changed);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

static int
piece_put(void *context, int64_t seq, const struct raw_body *body, struct err *err)
{
	struct piece *p = context;

	(void)err;
	p->seq[p->count] = seq;
	p->body[p->count++] = *body;
	p->text += body->len;
	buf_put(&p->bytes, body->bytes.bytes, body->bytes.len);
	return p->text >= PIECE_BYTES;
}

static int
piece_fill(struct ahead *a, struct piece *p, struct err *err)
{
	int64_t rest = a->last - a->seq, most = rest < PIECE_RECORDS ? rest : PIECE_RECORDS;

	if (store_replay_raw(a->log, a->seq, most, piece_put, p, err) < 0)
		return -1;
	if (p->count > 0)
		a->seq = p->seq[p->count - 1];
	a->end = p->count == 0 || a->seq >= a->last;
	return 0;
}

/* Reads on, as far as there is room. */
static int
fill(struct ahead *a, struct err *err)
{
	struct piece *p;

	while (!a->end && a->filled - a->given < PIECES) {
		p = piece_of(a, a->filled);
		if (piece_fill(a, p, err) != 0)
			return -1;
		if (p->count == 0)
			break;
		if (a->filled == 1 && !a->tried)
			thread_begin(a);
		pthread_mutex_lock(&a->lock);
		a->filled++;
		pthread_cond_broadcast(&a->changed);
		pthread_mutex_unlock(&a->lock);
	}
	return 0;
}

/* Waits for the piece that is given next, and parses others until it is there. */
static void
wait_for(struct ahead *a, const struct piece *p)
{
	pthread_mutex_lock(&a->lock);
	while (!p->parsed) {
		if (!parse_next(a, a->reader))
			pthread_cond_wait(&a->changed, &a->lock);
	}
	pthread_mutex_unlock(&a->lock);
}

/* Which record could not be read, why, and what can be done. */
static int
name(struct ahead *a, const struct piece *p, struct err *err)
{
	char text[STAMP_TEXT] = "";
	struct arena arena = {0};
	int64_t received;
	const char *body;

	if (store_received(a->log, p->seq[p->read], &arena, &received, &body, NULL) > 0)
		stamp_format(received, text);
	arena_free(&arena);
	return err_set(err,
	    "%s; it was received at %s; slad export saves all others, see FAILURES in slad(8)",
	    p->err.msg, text);
}

int
ahead_next(struct ahead *a, const struct event **event, struct err *err)
{
	struct piece *p = piece_of(a, a->given);

	if (a->filled > a->given && a->at == p->count) {
		piece_empty(p);
		a->given++;
		a->at = 0;
		p = piece_of(a, a->given);
	}
	if (a->at == 0) {
		if (fill(a, err) != 0)
			return -1;
		if (a->filled == a->given)
			return 0;
		wait_for(a, p);
	}
	if (a->at == p->read)
		return name(a, p, err);
	*event = &p->event[a->at++];
	return 1;
}
