#include "keeper.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/stamp.h"
#include "keeper_inside.h"

#define SMALL_BODY (64u << 10) /* bytes: it may well have few events */

int64_t
keeper_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * STAMP_SECOND + ts.tv_nsec / 1000000;
}

void
keeper_queue_put(struct queue *q, struct job *job)
{
	job->next = NULL;
	*q->last = job;
	q->last = &job->next;
}

void
keeper_note_free(struct note *n)
{
	free(n->receiver);
	free(n);
}

void
keeper_letter_free(struct letter *l)
{
	arena_free(&l->arena);
	free(l->saved);
	free(l);
}

struct keeper *
keeper_new(struct store *s, struct config *c, const struct keeper_calls *calls, struct err *err)
{
	struct keeper *k = mem_alloc(1, sizeof(*k));
	pthread_condattr_t attr;

	k->store = s;
	k->calls = *calls;
	for (int i = 0; i < SIZES; i++)
		k->in[i].last = &k->in[i].first;
	k->out.last = &k->out.first;
	k->notes_last = &k->notes;
	k->letters_last = &k->letters;
	k->engine = engine_new(s, c, keeper_now(), NULL, NULL, err);
	if (k->engine == NULL) {
		free(k);
		return NULL;
	}
	k->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&k->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&k->wake, &attr);
	pthread_condattr_destroy(&attr);
	if (k->fd < 0 || pthread_create(&k->thread, NULL, keeper_keep, k) != 0) {
		engine_free(k->engine);
		if (k->fd >= 0)
			close(k->fd);
		pthread_mutex_destroy(&k->lock);
		pthread_cond_destroy(&k->wake);
		free(k);
		err_set(err, "the keeper's thread cannot be started");
		return NULL;
	}
	return k;
}

/* What the thread left in the queue when it lost the store. */
static void
jobs_fail(struct keeper *k)
{
	struct job *job;

	for (int i = 0; i < SIZES; i++) {
		while ((job = k->in[i].first) != NULL) {
			k->in[i].first = job->next;
			job->result = JOB_FAILED;
			keeper_queue_put(&k->out, job);
		}
		k->in[i].last = &k->in[i].first;
	}
}

static void
leftovers_free(struct keeper *k)
{
	struct note *note;
	struct lane *lane;

	while ((note = k->notes) != NULL) {
		k->notes = note->next;
		keeper_note_free(note);
	}
	while ((note = k->returned) != NULL) {
		k->returned = note->next;
		keeper_note_free(note);
	}
	while ((lane = k->lanes) != NULL) {
		k->lanes = lane->next;
		free(lane->receiver);
		free(lane->again);
		free(lane);
	}
}

void
keeper_free(struct keeper *k)
{
	if (k == NULL)
		return;
	pthread_mutex_lock(&k->lock);
	k->stop = true;
	pthread_cond_signal(&k->wake);
	pthread_mutex_unlock(&k->lock);
	pthread_join(k->thread, NULL);
	jobs_fail(k);
	keeper_collect(k);
	leftovers_free(k);
	engine_free(k->engine);
	store_close(k->store);
	close(k->fd);
	pthread_mutex_destroy(&k->lock);
	pthread_cond_destroy(&k->wake);
	free(k);
}

/* Under the lock. */
static bool
has_room(struct keeper *k, enum size size, size_t events, size_t bytes)
{
	size_t eighths = size == SMALL ? 8 : 7;
	bool room = !k->stop && !atomic_load(&k->lost) &&
	    (k->jobs == 0 ||
		(k->events + events <= KEEPER_EVENTS / 8 * eighths &&
		    k->bytes + bytes <= KEEPER_BYTES / 8 * eighths));

	k->counts.refused += !room;
	return room;
}

int
keeper_offer(struct keeper *k, struct job *job)
{
	enum size size = job->events.count <= KEEPER_SMALL ? SMALL : LARGE;
	bool room;

	job->cost = KEEPER_JOB + job->arena.taken + job->beside;
	job->weight = 1 + job->events.count;
	pthread_mutex_lock(&k->lock);
	room = has_room(k, size, job->events.count, job->cost);
	if (room) {
		k->events += job->events.count;
		k->jobs++;
		k->bytes += job->cost;
		k->load += job->weight;
		keeper_queue_put(&k->in[size], job);
		pthread_cond_signal(&k->wake);
	}
	pthread_mutex_unlock(&k->lock);
	return room ? 0 : -1;
}

bool
keeper_has_room(struct keeper *k, size_t bytes)
{
	bool room;

	pthread_mutex_lock(&k->lock);
	room = has_room(k, bytes <= SMALL_BODY ? SMALL : LARGE, 1, bytes);
	pthread_mutex_unlock(&k->lock);
	return room;
}

int
keeper_retry_after(struct keeper *k)
{
	double seconds;

	pthread_mutex_lock(&k->lock);
	seconds = 1 + (k->weight > 0 ? (double)k->load * k->took / k->weight : 0);
	pthread_mutex_unlock(&k->lock);
	return seconds < KEEPER_LATER ? (int)seconds : KEEPER_LATER;
}

void
keeper_report(struct keeper *k, const struct outbox *report)
{
	struct note *n = mem_alloc(1, sizeof(*n));

	n->report = *report;
	for (size_t i = 0; i + 1 < sizeof(n->error) && report->error[i] != '\0'; i++)
		n->error[i] = report->error[i];
	n->report.error = n->error;
	n->receiver = mem_strdup(report->receiver);
	pthread_mutex_lock(&k->lock);
	*k->notes_last = n;
	k->notes_last = &n->next;
	pthread_cond_signal(&k->wake);
	pthread_mutex_unlock(&k->lock);
}

void
keeper_return(struct keeper *k, const char *receiver, int64_t id)
{
	struct note *n = mem_alloc(1, sizeof(*n));

	n->report.id = id;
	n->receiver = mem_strdup(receiver);
	pthread_mutex_lock(&k->lock);
	n->next = k->returned;
	k->returned = n;
	pthread_mutex_unlock(&k->lock);
}

void
keeper_configure(struct keeper *k, struct config *c)
{
	pthread_mutex_lock(&k->lock);
	config_unref(k->wanted);
	k->wanted = c;
	pthread_cond_signal(&k->wake);
	pthread_mutex_unlock(&k->lock);
}

int
keeper_fd(const struct keeper *k)
{
	return k->fd;
}

static void
letters_read(struct keeper *k, struct letter *letters)
{
	struct letter *next;

	for (; letters != NULL; letters = next) {
		next = letters->next;
		if (letters->saved != NULL)
			k->calls.saved(k->calls.context, letters->saved);
		for (int i = 0; i < letters->count; i++)
			(letters->told ? k->calls.told : k->calls.message)(
			    k->calls.context, &letters->list[i]);
		keeper_letter_free(letters);
	}
}

void
keeper_collect(struct keeper *k)
{
	struct letter *letters;
	struct job *job, *next;
	struct config *given;
	uint64_t count;
	bool taken;

	while (read(k->fd, &count, sizeof(count)) < 0 && errno == EINTR)
		continue;
	pthread_mutex_lock(&k->lock);
	for (job = k->out.first; job != NULL; job = job->next) {
		k->jobs--;
		k->bytes -= job->cost;
		k->load -= job->weight;
	}
	job = k->out.first;
	k->out.first = NULL;
	k->out.last = &k->out.first;
	letters = k->letters;
	k->letters = NULL;
	k->letters_last = &k->letters;
	given = k->given;
	taken = k->taken;
	k->given = NULL;
	pthread_mutex_unlock(&k->lock);
	for (; job != NULL; job = next) {
		next = job->next;
		k->calls.done(k->calls.context, job);
	}
	letters_read(k, letters);
	if (given != NULL)
		k->calls.configured(k->calls.context, given, taken);
}

struct keeper_counts
keeper_counts(struct keeper *k)
{
	struct keeper_counts counts;

	pthread_mutex_lock(&k->lock);
	counts = k->counts;
	counts.waiting = (int64_t)k->events;
	counts.bytes = (int64_t)k->bytes;
	pthread_mutex_unlock(&k->lock);
	return counts;
}

uint64_t
keeper_beat(const struct keeper *k)
{
	return atomic_load(&k->beat);
}

bool
keeper_lost(const struct keeper *k)
{
	return atomic_load(&k->lost);
}
