#include "keeper.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/stamp.h"
#include "keeper_inside.h"

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
	k->in.last = &k->in.first;
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

	while ((job = k->in.first) != NULL) {
		k->in.first = job->next;
		job->result = JOB_FAILED;
		keeper_queue_put(&k->out, job);
	}
	k->in.last = &k->in.first;
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
	while ((lane = k->lanes) != NULL) {
		k->lanes = lane->next;
		free(lane->receiver);
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

int
keeper_offer(struct keeper *k, struct job *job)
{
	bool room;

	pthread_mutex_lock(&k->lock);
	room = !k->stop && !atomic_load(&k->lost) &&
	    (k->events == 0 ||
		(k->events + job->events.count <= KEEPER_EVENTS &&
		    k->bytes + job->arena.bytes <= KEEPER_BYTES));
	if (room) {
		k->events += job->events.count;
		k->bytes += job->arena.bytes;
		keeper_queue_put(&k->in, job);
	}
	pthread_mutex_unlock(&k->lock);
	if (room && !k->offered) {
		k->offered = true;
		k->calls.offered(k->calls.context);
	}
	return room ? 0 : -1;
}

void
keeper_wake(struct keeper *k)
{
	k->offered = false;
	pthread_cond_signal(&k->wake);
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
