#include "keeper.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/stamp.h"
#include "keeper_inside.h"

#define WORTH 20 /* events that are worth a commit: for them the thread is woken at once */
#define SMALL_BODY (64u << 10) /* bytes: it may well have few events */

int64_t
keeper_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * STAMP_SECOND + ts.tv_nsec / 1000000;
}

int64_t
keeper_monotonic(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
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
keeper_new(struct store *s, struct config *c, const struct keeper_calls *calls,
    void (*progress)(void *context, int64_t done), void *context, struct err *err)
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
	k->engine = engine_new(s, c, keeper_now(), progress, context, err);
	k->checkpointer = k->engine == NULL ? NULL : checkpointer_new(s, err);
	if (k->checkpointer == NULL) {
		engine_free(k->engine);
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
		checkpointer_free(k->checkpointer);
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

void
keeper_shed(struct keeper *k, enum job_result result)
{
	struct job *job;

	pthread_mutex_lock(&k->lock);
	for (int i = 0; i < SIZES; i++) {
		while ((job = k->in[i].first) != NULL) {
			k->in[i].first = job->next;
			k->events -= job->events.count;
			job->result = result;
			keeper_queue_put(&k->out, job);
		}
		k->in[i].last = &k->in[i].first;
	}
	pthread_mutex_unlock(&k->lock);
	keeper_collect(k);
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
	config_unref(k->pending);
	config_unref(k->wanted);
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
	keeper_shed(k, JOB_FAILED);
	leftovers_free(k);
	checkpointer_free(k->checkpointer);
	engine_free(k->engine);
	if (atomic_load(&k->lost))
		store_leave(k->store);
	else
		store_close(k->store);
	close(k->fd);
	pthread_mutex_destroy(&k->lock);
	pthread_cond_destroy(&k->wake);
	free(k);
}

/* Under the lock: JOB_DONE where there is room. */
static enum job_result
room_for(struct keeper *k, enum size size, size_t events, size_t bytes)
{
	size_t eighths = size == SMALL ? 8 : 7;
	enum job_result result = JOB_DONE;

	if (k->stop || atomic_load(&k->lost))
		result = JOB_FAILED;
	else if (keeper_still(k) >= KEEPER_STALL)
		result = JOB_STALLED;
	else if (k->jobs > 0 &&
	    (k->events + events > KEEPER_EVENTS / 8 * eighths ||
		k->bytes + bytes > KEEPER_BYTES / 8 * eighths))
		result = JOB_CROWDED;
	k->counts.refused += result != JOB_DONE;
	return result;
}

int
keeper_offer(struct keeper *k, struct job *job)
{
	enum size size = job->events.count <= KEEPER_SMALL ? SMALL : LARGE;
	enum job_result result;

	job->cost = KEEPER_JOB + job->arena.taken + job->beside;
	job->weight = 1 + job->events.count;
	pthread_mutex_lock(&k->lock);
	result = job->result = room_for(k, size, job->events.count, job->cost);
	if (result == JOB_DONE) {
		if (k->events < WORTH && k->events + job->events.count >= WORTH)
			pthread_cond_signal(&k->wake);
		k->events += job->events.count;
		k->jobs++;
		k->bytes += job->cost;
		k->load += job->weight;
		keeper_queue_put(&k->in[size], job);
	}
	pthread_mutex_unlock(&k->lock);
	if (result == JOB_DONE && !k->offered) {
		k->offered = true;
		k->calls.offered(k->calls.context);
	}
	return result == JOB_DONE ? 0 : -1;
}

enum job_result
keeper_room(struct keeper *k, size_t bytes)
{
	enum job_result result;

	pthread_mutex_lock(&k->lock);
	result = room_for(k, bytes <= SMALL_BODY ? SMALL : LARGE, 1, bytes);
	pthread_mutex_unlock(&k->lock);
	return result;
}

/* Seconds until what was offered by now should be stored. */
static int
retry_after_crowd(struct keeper *k)
{
	double seconds;

	pthread_mutex_lock(&k->lock);
	seconds = 1 + (k->weight > 0 ? (double)k->load * k->took / k->weight : 0);
	pthread_mutex_unlock(&k->lock);
	return seconds < KEEPER_LATER ? (int)seconds : KEEPER_LATER;
}

const char *
keeper_refusal(struct keeper *k, enum job_result result, int *retry_after)
{
	static const struct {
		const char *why;
		int retry_after; /* s */
	} all[] = {
	    [JOB_CROWDED] = {"too much is waiting: nothing was stored, send it again", 0},
	    [JOB_FULL] = {"the disk is full: nothing was stored, send it again later",
		30}, /* a person empties it in about that time, if they are quick */
	    [JOB_STALLED] = {"the disk does not answer: nothing was stored, send it again later",
		10},
	    [JOB_FAILED] =
		{"the store failed, so it is not sure that this was stored: send it again", 1},
	};

	*retry_after = result == JOB_CROWDED ? retry_after_crowd(k) : all[result].retry_after;
	return all[result].why;
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

int64_t
keeper_still(const struct keeper *k)
{
	int64_t since = atomic_load(&k->since);

	return since == 0 ? 0 : keeper_monotonic() - since;
}

int64_t
keeper_busy(const struct keeper *k)
{
	struct timespec ts = {0};
	clockid_t clock;

	if (pthread_getcpuclockid(k->thread, &clock) == 0)
		clock_gettime(clock, &ts);
	return ts.tv_sec * STAMP_SECOND + ts.tv_nsec / 1000000;
}

bool
keeper_lost(const struct keeper *k)
{
	return atomic_load(&k->lost);
}
