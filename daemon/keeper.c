#include "keeper.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/stamp.h"
#include "log.h"

#define BATCH_EVENTS 20000 /* events of one transaction, so that a reader's WAL stays small */
#define BATCH_JOBS 4096
#define BEAT STAMP_SECOND /* the longest sleep */
#define MESSAGES_OUT 5000 /* messages handed out and not yet reported */
#define MESSAGES_PAGE 100

struct note { /* a report on its way to the store */
	struct note *next;
	struct outbox report;
	char error[256];
};

struct letter { /* a page of messages on its way to the network */
	struct letter *next;
	struct arena arena;
	struct outbox *list;
	int count;
};

struct queue {
	struct job *first, **last;
};

struct keeper {
	struct store *store;
	struct engine *engine;
	struct keeper_calls calls;
	pthread_t thread;
	int fd;
	/* under the lock */
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct queue in, out;
	size_t events, bytes;
	struct note *notes, **notes_last;
	struct letter *letters, **letters_last;
	struct config *wanted; /* to be taken by the thread */
	struct config *given; /* to be given back, with `taken` */
	bool taken, stop;
	struct keeper_counts counts;
	/* the thread's own */
	int64_t message_last; /* the newest message handed out */
	int64_t messages_out;
	atomic_uint_fast64_t beat;
	atomic_bool lost;
};

int64_t
keeper_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * STAMP_SECOND + ts.tv_nsec / 1000000;
}

static void
queue_put(struct queue *q, struct job *job)
{
	job->next = NULL;
	*q->last = job;
	q->last = &job->next;
}

/* What a batch is made of, taken under the lock. */
struct batch {
	struct job *jobs;
	struct submission *submission[BATCH_JOBS];
	size_t count;
	struct note *notes;
	struct config *config;
};

static void
take(struct keeper *k, struct batch *b)
{
	struct job *job, **end = &b->jobs;
	size_t events = 0;

	*b = (struct batch){.notes = k->notes, .config = k->wanted};
	k->notes = NULL;
	k->notes_last = &k->notes;
	k->wanted = NULL;
	while ((job = k->in.first) != NULL && b->count < BATCH_JOBS && events < BATCH_EVENTS) {
		k->in.first = job->next;
		if (job->next == NULL)
			k->in.last = &k->in.first;
		events += job->events.count;
		k->events -= job->events.count;
		k->bytes -= job->arena.bytes;
		b->submission[b->count++] = &job->submission;
		*end = job;
		end = &job->next;
	}
	*end = NULL;
}

static void
signal_out(struct keeper *k)
{
	uint64_t one = 1;

	while (write(k->fd, &one, sizeof(one)) < 0 && errno == EINTR)
		continue;
}

static struct outbox *
reports_of(const struct note *notes, struct arena *a, size_t *count)
{
	struct outbox *list;
	size_t n = 0;

	for (const struct note *i = notes; i != NULL; i = i->next)
		n++;
	list = arena_alloc(a, n, sizeof(*list));
	*count = n;
	for (const struct note *i = notes; i != NULL; i = i->next)
		*list++ = i->report;
	return list - n;
}

static void
notes_end(struct keeper *k, struct note *notes)
{
	struct note *next;

	for (; notes != NULL; notes = next) {
		next = notes->next;
		if (notes->report.state != OUTBOX_WAITING)
			k->messages_out--;
		free(notes);
	}
}

/* The reports of a step that failed wait for the next one. */
static void
notes_return(struct keeper *k, struct note *notes)
{
	struct note **end = &notes;

	while (*end != NULL)
		end = &(*end)->next;
	pthread_mutex_lock(&k->lock);
	if (notes != NULL) {
		*end = k->notes;
		if (k->notes == NULL)
			k->notes_last = end;
		k->notes = notes;
	}
	pthread_mutex_unlock(&k->lock);
}

static void
batch_end(struct keeper *k, struct batch *b, enum job_result result)
{
	struct job *job, *next;

	pthread_mutex_lock(&k->lock);
	k->counts.batches += result == JOB_DONE && b->count > 0;
	k->counts.failures += result != JOB_DONE;
	k->counts.broken = result != JOB_DONE;
	for (job = b->jobs; job != NULL; job = next) {
		next = job->next;
		job->result = result;
		if (result == JOB_DONE) {
			k->counts.accepted += (int64_t)job->submission.accepted;
			k->counts.duplicates += (int64_t)job->submission.duplicates;
			k->counts.rejected += (int64_t)job->events.faults;
		}
		queue_put(&k->out, job);
	}
	pthread_mutex_unlock(&k->lock);
	if (b->count > 0)
		signal_out(k);
}

/* Hands waiting messages to the network, a bounded number at a time. */
static void
messages_out(struct keeper *k)
{
	struct letter *l;
	struct err err;
	int n = MESSAGES_PAGE;

	while (n == MESSAGES_PAGE && k->messages_out < MESSAGES_OUT) {
		l = mem_alloc(1, sizeof(*l));
		n = store_outbox_waiting(
		    k->store, k->message_last, MESSAGES_PAGE, &l->arena, &l->list, &err);
		if (n <= 0) {
			if (n < 0)
				log_error("messages cannot be read: %s", err.msg);
			arena_free(&l->arena);
			free(l);
			return;
		}
		l->count = n;
		k->message_last = l->list[n - 1].id;
		k->messages_out += n;
		pthread_mutex_lock(&k->lock);
		*k->letters_last = l;
		k->letters_last = &l->next;
		pthread_mutex_unlock(&k->lock);
		signal_out(k);
	}
}

static void
configure(struct keeper *k, struct config *c)
{
	struct err err;
	bool taken = engine_configure(k->engine, c, keeper_now(), &err) == 0;

	if (!taken)
		log_error(
		    "the new configuration cannot be applied, the old one stays: %s", err.msg);
	pthread_mutex_lock(&k->lock);
	k->given = c;
	k->taken = taken;
	pthread_mutex_unlock(&k->lock);
	signal_out(k);
}

static void
step(struct keeper *k, struct batch *b)
{
	struct arena arena = {0};
	struct engine_work work = {.submissions = b->count, .submission = b->submission};
	struct err err;

	if (b->config != NULL)
		configure(k, b->config);
	work.report = reports_of(b->notes, &arena, &work.reports);
	if (engine_step(k->engine, &work, keeper_now(), &err) == 0) {
		notes_end(k, b->notes);
		batch_end(k, b, JOB_DONE);
		if (engine_told(k->engine) || work.reports > 0)
			messages_out(k);
	} else {
		log_error("nothing was stored: %s", err.msg);
		notes_return(k, b->notes);
		if (!store_full(k->store))
			atomic_store(&k->lost, true);
		batch_end(k, b, store_full(k->store) ? JOB_BUSY : JOB_FAILED);
		signal_out(k);
	}
	arena_free(&arena);
}

/* Sleeps, with the lock held, until there is work or `until`, but never longer than a beat. */
static void
sleep_until(struct keeper *k, int64_t until)
{
	struct timespec ts;
	int64_t ms = until - keeper_now(), ns;

	ms = ms < 0 ? 0 : ms > BEAT ? BEAT : ms;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	ns = ts.tv_nsec + ms * 1000000;
	ts.tv_sec += ns / 1000000000;
	ts.tv_nsec = ns % 1000000000;
	if (k->in.first == NULL && k->notes == NULL && k->wanted == NULL && !k->stop)
		pthread_cond_timedwait(&k->wake, &k->lock, &ts);
}

static void *
keep(void *context)
{
	struct keeper *k = context;
	struct batch *b = mem_alloc(1, sizeof(*b));
	int64_t next = 0, now;
	struct err err;
	bool stop, work;

	do {
		atomic_fetch_add(&k->beat, 1);
		pthread_mutex_lock(&k->lock);
		sleep_until(k, next);
		take(k, b);
		stop = k->stop && b->jobs == NULL;
		pthread_mutex_unlock(&k->lock);
		now = keeper_now();
		work = b->jobs != NULL || b->notes != NULL || b->config != NULL;
		if (work || now >= next)
			step(k, b);
		if (engine_next(k->engine, keeper_now(), &next, &err) != 0) {
			log_error("%s", err.msg);
			next = now + BEAT;
		}
	} while (!stop && !atomic_load(&k->lost));
	free(b);
	return NULL;
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
	if (k->fd < 0 || pthread_create(&k->thread, NULL, keep, k) != 0) {
		engine_free(k->engine);
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
		queue_put(&k->out, job);
	}
	k->in.last = &k->in.first;
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
		queue_put(&k->in, job);
		pthread_cond_signal(&k->wake);
	}
	pthread_mutex_unlock(&k->lock);
	return room ? 0 : -1;
}

void
keeper_report(struct keeper *k, const struct outbox *report)
{
	struct note *n = mem_alloc(1, sizeof(*n));

	n->report = *report;
	for (size_t i = 0; i + 1 < sizeof(n->error) && report->error[i] != '\0'; i++)
		n->error[i] = report->error[i];
	n->report.error = n->error;
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
		for (int i = 0; i < letters->count; i++)
			k->calls.message(k->calls.context, &letters->list[i]);
		arena_free(&letters->arena);
		free(letters);
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
