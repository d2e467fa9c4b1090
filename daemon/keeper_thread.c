#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/stamp.h"
#include "domain/alert.h"
#include "keeper_inside.h"
#include "log.h"
#include "order.h"
#include "store/store_delivery.h"

#define BATCH_EVENTS 20000 /* events of one transaction, so that a reader's WAL stays small */
#define BATCH_LEAST 500
#define BATCH_TIME 2 /* seconds that one may take, as far as whole jobs let it */
#define BATCH_JOBS 4096
#define BATCH_HOOKS 16 /* deliveries of hooks: mapping one may take 250 ms */
#define AGAIN (5 * STAMP_SECOND) /* until a configuration is tried again on all tickets */
#define BEAT STAMP_SECOND /* the longest sleep */

/* What a batch is made of, taken under the lock. */
struct batch {
	struct job *jobs;
	struct submission **submission; /* room for BATCH_JOBS */
	struct order **order; /* the same */
	size_t count, submissions, orders, hooks, weight;
	double begun; /* seconds */
	struct note *notes, *returned;
	struct config *config;
};

static double
seconds_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Events of a batch: as many as take no longer than BATCH_TIME, going by the last ones. */
static size_t
batch_events(const struct keeper *k)
{
	double events = k->took > 0 ? BATCH_TIME * k->weight / k->took : BATCH_EVENTS;

	return events < BATCH_LEAST ? BATCH_LEAST
	    : events > BATCH_EVENTS ? BATCH_EVENTS
				    : (size_t)events;
}

/* Small jobs and large ones take turns, so that the small need not wait for a large one to be
 * stored with them. */
static struct queue *
next_queue(struct keeper *k)
{
	k->turn = k->turn == SMALL ? LARGE : SMALL;
	if (k->in[k->turn].first == NULL)
		k->turn = k->turn == SMALL ? LARGE : SMALL;
	return &k->in[k->turn];
}

static void
take(struct keeper *k, struct batch *b)
{
	struct queue *q = next_queue(k);
	struct job *job, **end = &b->jobs;
	size_t events = 0, most = batch_events(k);

	*b = (struct batch){.submission = b->submission,
	    .order = b->order,
	    .begun = seconds_now(),
	    .notes = k->notes,
	    .returned = k->returned,
	    .config = k->wanted};
	k->returned = NULL;
	k->notes = NULL;
	k->notes_last = &k->notes;
	k->wanted = NULL;
	while ((job = q->first) != NULL && b->count < BATCH_JOBS && events < most &&
	    b->hooks < BATCH_HOOKS) {
		q->first = job->next;
		if (job->next == NULL)
			q->last = &q->first;
		events += job->events.count;
		k->events -= job->events.count;
		b->weight += job->weight;
		b->count++;
		b->hooks += job->submission.hook != NULL;
		if (job->order != NULL)
			b->order[b->orders++] = job->order;
		else
			b->submission[b->submissions++] = &job->submission;
		*end = job;
		end = &job->next;
	}
	*end = NULL;
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
			keeper_left(k, notes->receiver);
		keeper_note_free(notes);
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
	if (b->weight > 0) {
		k->took = k->took / 2 + seconds_now() - b->begun;
		k->weight = k->weight / 2 + (double)b->weight;
	}
	k->counts.batches += result == JOB_DONE && b->count > 0;
	/* without jobs, it was a probe that failed */
	k->counts.failures += k->failed && (result != JOB_DONE || b->count == 0);
	k->counts.broken = k->failed;
	for (job = b->jobs; job != NULL; job = next) {
		next = job->next;
		job->result = result;
		if (result == JOB_DONE) {
			k->counts.accepted += (int64_t)job->submission.accepted;
			k->counts.duplicates += (int64_t)job->submission.duplicates;
			k->counts.rejected += (int64_t)job->events.faults;
		}
		keeper_queue_put(&k->out, job);
	}
	pthread_mutex_unlock(&k->lock);
	if (b->count > 0)
		keeper_signal(k);
}

/* Judging all tickets anew may take long; each page of them is progress. */
static void
beat(void *context, int64_t done)
{
	struct keeper *k = context;

	(void)done;
	atomic_fetch_add(&k->beat, 1);
	atomic_store(&k->since, keeper_monotonic());
}

/* A full disk may have room later, and another program that writes may end. */
static bool
passes(const struct keeper *k)
{
	return store_failure(k->store) == STORE_FULL || store_failure(k->store) == STORE_LOCKED;
}

static enum job_result
refusal(const struct keeper *k)
{
	return store_failure(k->store) == STORE_FULL ? JOB_FULL : JOB_FAILED;
}

/* Applies the configuration that is pending; -1: not now, and nothing may be judged until it is,
 * because some tickets may be judged by it already. */
static int
configure(struct keeper *k)
{
	struct err err;
	bool taken = engine_configure(k->engine, k->pending, keeper_now(), beat, k, &err) == 0;

	k->again = keeper_monotonic() + AGAIN;
	if (!taken && passes(k)) {
		if (!k->failed)
			log_error("the new configuration is not applied to all tickets yet, and "
				  "nothing is stored until it is: %s",
			    err.msg);
		return -1;
	}
	if (!taken) {
		log_error("the new configuration could not be applied to all tickets: %s", err.msg);
		atomic_store(&k->lost, true);
	}
	pthread_mutex_lock(&k->lock);
	k->given = k->pending;
	k->pending = NULL;
	k->taken = taken;
	pthread_mutex_unlock(&k->lock);
	keeper_signal(k);
	return taken ? 0 : -1;
}

/* After a failure, a step may have succeeded because there was little to write, or nothing. */
static bool
takes_events(struct keeper *k, const struct batch *b)
{
	struct err err;

	for (size_t i = 0; i < b->submissions; i++) {
		if (b->submission[i]->accepted > 0)
			return true;
	}
	return b->count == 0 && store_probe(k->store, &err) == 0;
}

static void
step_done(struct keeper *k, struct batch *b)
{
	bool moved = b->notes != NULL || b->orders > 0;

	if (k->failed && takes_events(k, b)) {
		log_info("events are stored again");
		k->failed = false;
	}
	notes_end(k, b->notes);
	for (size_t i = 0; i < b->orders; i++) {
		if (b->order[i]->message != 0)
			keeper_order_out(k, b->order[i]->message);
	}
	batch_end(k, b, JOB_DONE);
	if (engine_told(k->engine) || moved)
		keeper_messages_out(k);
}

/* After a failure that does not pass nothing may be acknowledged any more. */
static void
step_failed(struct keeper *k, struct batch *b)
{
	k->failed = true;
	notes_return(k, b->notes);
	if (store_failure(k->store) != STORE_SOUND && !passes(k))
		atomic_store(&k->lost, true);
	batch_end(k, b, refusal(k));
	keeper_signal(k);
}

static void
step(struct keeper *k, struct batch *b)
{
	struct arena arena = {0};
	struct engine_work work = {.submissions = b->submissions,
	    .submission = b->submission,
	    .orders = b->orders,
	    .order = b->order,
	    .beat = beat,
	    .context = k};
	struct err err;

	if (b->config != NULL) {
		config_unref(k->pending);
		k->pending = b->config;
		k->again = 0;
	}
	if (k->pending != NULL && (keeper_monotonic() < k->again || configure(k) != 0)) {
		step_failed(k, b);
		return;
	}
	work.report = reports_of(b->notes, &arena, &work.reports);
	if (engine_step(k->engine, &work, keeper_now(), &err) == 0) {
		step_done(k, b);
	} else {
		if (!k->failed || b->count > 0)
			log_error("nothing was stored: %s", err.msg);
		step_failed(k, b);
	}
	arena_free(&arena);
}

/* What is left to do where no answer hangs on it: checkpoints; and what failed there. */
static void
look_at_store(struct keeper *k)
{
	if (!atomic_load(&k->lost)) {
		beat(k, 0);
		checkpointer_look(k->checkpointer);
	}
	if (store_failure(k->store) == STORE_SOUND || passes(k) || atomic_load(&k->lost))
		return;
	log_error(
	    "the database failed after what was stored last: %s", store_failure_text(k->store));
	atomic_store(&k->lost, true);
	keeper_signal(k);
}

/* Sleeps, with the lock held, until there is work or `until`, but never longer than a beat. Reports
 * that could not be stored are no work: they wait for the next beat. */
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
	if (k->in[SMALL].first == NULL && k->in[LARGE].first == NULL &&
	    (k->notes == NULL || k->failed) && k->wanted == NULL && !k->stop)
		pthread_cond_timedwait(&k->wake, &k->lock, &ts);
}

void *
keeper_keep(void *context)
{
	struct keeper *k = context;
	struct batch *b = mem_alloc(1, sizeof(*b));
	int64_t next = 0, now;
	struct err err;
	bool stop, work;

	b->submission = mem_alloc(BATCH_JOBS, sizeof(*b->submission));
	b->order = mem_alloc(BATCH_JOBS, sizeof(*b->order));
	keeper_told_out(k);
	do {
		atomic_fetch_add(&k->beat, 1);
		pthread_mutex_lock(&k->lock);
		sleep_until(k, next);
		take(k, b);
		stop = k->stop && b->jobs == NULL;
		pthread_mutex_unlock(&k->lock);
		now = keeper_now();
		keeper_returned_take(k, b->returned);
		work = b->jobs != NULL || b->notes != NULL || b->config != NULL;
		atomic_store(&k->since, keeper_monotonic());
		if (work || now >= next)
			step(k, b);
		if (k->failed || engine_next(k->engine, keeper_now(), &next, &err) != 0)
			next = now + BEAT;
		look_at_store(k);
		atomic_store(&k->since, 0);
	} while (!stop && !atomic_load(&k->lost));
	free(b->submission);
	free(b->order);
	free(b);
	return NULL;
}
