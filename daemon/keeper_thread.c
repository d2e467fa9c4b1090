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
#define BATCH_JOBS 4096
#define BATCH_HOOKS 64 /* deliveries of hooks: mapping one may take 50 ms */
#define BEAT STAMP_SECOND /* the longest sleep */
/* Messages handed out for one receiver and not yet reported; what is urgent passes only those, when
 * they wait for the receiver's hours. */
#define MESSAGES_OUT 5000
#define LANES 256 /* receivers that messages are handed out for at once */
#define MESSAGES_PAGE 100

/* What a batch is made of, taken under the lock. */
struct batch {
	struct job *jobs;
	struct submission *submission[BATCH_JOBS];
	struct order *order[BATCH_JOBS];
	size_t count, submissions, orders, hooks;
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
	while ((job = k->in.first) != NULL && b->count < BATCH_JOBS && events < BATCH_EVENTS &&
	    b->hooks < BATCH_HOOKS) {
		k->in.first = job->next;
		if (job->next == NULL)
			k->in.last = &k->in.first;
		events += job->events.count;
		k->events -= job->events.count;
		k->bytes -= job->arena.bytes;
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

static struct lane *
lane_of(struct keeper *k, const char *receiver)
{
	struct lane *l = k->lanes;

	while (l != NULL && strcmp(l->receiver, receiver) != 0)
		l = l->next;
	if (l == NULL) {
		l = mem_alloc(1, sizeof(*l));
		l->receiver = mem_strdup(receiver);
		l->next = k->lanes;
		k->lanes = l;
	}
	return l;
}

static void
letter_put(struct keeper *k, struct letter *l)
{
	pthread_mutex_lock(&k->lock);
	*k->letters_last = l;
	k->letters_last = &l->next;
	pthread_mutex_unlock(&k->lock);
	signal_out(k);
}

/* A message that has left for good lets the next one to its receiver go. */
static void
left(struct keeper *k, const char *receiver)
{
	struct letter *l = mem_alloc(1, sizeof(*l));

	l->saved = mem_strdup(receiver);
	lane_of(k, receiver)->out--;
	letter_put(k, l);
}

static void
notes_end(struct keeper *k, struct note *notes)
{
	struct note *next;

	for (; notes != NULL; notes = next) {
		next = notes->next;
		if (notes->report.state != OUTBOX_WAITING)
			left(k, notes->receiver);
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
		keeper_queue_put(&k->out, job);
	}
	pthread_mutex_unlock(&k->lock);
	if (b->count > 0)
		signal_out(k);
}

/* Hands the next messages of a receiver to the network, a bounded number at a time. */
static void
lane_out(struct keeper *k, struct lane *lane)
{
	struct letter *l;
	struct err err;
	int n = MESSAGES_PAGE;

	while (n == MESSAGES_PAGE && lane->out < MESSAGES_OUT) {
		l = mem_alloc(1, sizeof(*l));
		n = store_outbox_waiting(
		    k->store, lane->receiver, lane->last, MESSAGES_PAGE, &l->arena, &l->list, &err);
		if (n < 0)
			log_error("messages cannot be read: %s", err.msg);
		if (n <= 0) {
			keeper_letter_free(l);
			return;
		}
		l->count = n;
		lane->last = l->list[n - 1].id;
		lane->out += n;
		letter_put(k, l);
	}
}

/* Hands out a message that waits again, though its lane is past it. */
static void
again_out(struct keeper *k, int64_t id)
{
	struct letter *l = mem_alloc(1, sizeof(*l));
	struct stored_delivery d;
	struct lane *lane;
	struct err err;
	int found = store_delivery(k->store, id, &l->arena, &d, &err);

	if (found < 0)
		log_error("message %" PRId64 " waits for the next start: %s", id, err.msg);
	lane = found > 0 ? lane_of(k, d.row.receiver) : NULL;
	if (lane == NULL || id > lane->last) {
		keeper_letter_free(l);
		return;
	}
	l->list = arena_alloc(&l->arena, 1, sizeof(*l->list));
	l->list[0] = d.row;
	l->count = 1;
	lane->out++;
	letter_put(k, l);
}

static void
messages_out(struct keeper *k)
{
	const char *receivers[LANES];
	struct arena arena = {0};
	struct err err;
	int n = store_outbox_lanes(k->store, &arena, receivers, LANES, &err);

	if (n < 0)
		log_error("messages cannot be read: %s", err.msg);
	for (int i = 0; i < n; i++)
		lane_out(k, lane_of(k, receivers[i]));
	arena_free(&arena);
}

/* Tells the network what receivers know, before the first message. */
static void
told_out(struct keeper *k)
{
	struct letter *l;
	struct err err;
	int64_t last = 0;
	int n;

	do {
		l = mem_alloc(1, sizeof(*l));
		l->told = true;
		n = store_outbox_told(
		    k->store, last, ALERT_FIRING, MESSAGES_PAGE, &l->arena, &l->list, &err);
		if (n < 0)
			log_error("what receivers know cannot be read: %s", err.msg);
		if (n <= 0) {
			keeper_letter_free(l);
			return;
		}
		l->count = n;
		last = l->list[n - 1].id;
		letter_put(k, l);
	} while (n == MESSAGES_PAGE);
}

/* Judging all tickets anew may take long; each page of them is progress. */
static void
beat(void *context, int64_t done)
{
	struct keeper *k = context;

	(void)done;
	atomic_fetch_add(&k->beat, 1);
}

static void
configure(struct keeper *k, struct config *c)
{
	struct err err;
	bool taken = engine_configure(k->engine, c, keeper_now(), beat, k, &err) == 0;

	if (!taken) {
		log_error("the new configuration could not be applied to all tickets: %s", err.msg);
		atomic_store(&k->lost, true);
	}
	pthread_mutex_lock(&k->lock);
	k->given = c;
	k->taken = taken;
	pthread_mutex_unlock(&k->lock);
	signal_out(k);
}

static void
step_done(struct keeper *k, struct batch *b)
{
	bool moved = b->notes != NULL || b->orders > 0;

	if (k->failed)
		log_info("events are stored again");
	k->failed = false;
	notes_end(k, b->notes);
	for (size_t i = 0; i < b->orders; i++) {
		if (b->order[i]->message != 0)
			again_out(k, b->order[i]->message);
	}
	batch_end(k, b, JOB_DONE);
	if (engine_told(k->engine) || moved)
		messages_out(k);
}

/* A full disk may have room later; after any other failure nothing may be acknowledged any more. */
static void
step_failed(struct keeper *k, struct batch *b, const struct err *err)
{
	bool full = store_full(k->store);

	if (!k->failed || b->count > 0)
		log_error("nothing was stored: %s", err->msg);
	k->failed = true;
	notes_return(k, b->notes);
	if (!full && store_failed(k->store))
		atomic_store(&k->lost, true);
	batch_end(k, b, full ? JOB_BUSY : JOB_FAILED);
	signal_out(k);
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
	    .context = k,
	    .probe = k->failed};
	struct err err;

	if (b->config != NULL)
		configure(k, b->config);
	work.report = reports_of(b->notes, &arena, &work.reports);
	if (engine_step(k->engine, &work, keeper_now(), &err) == 0)
		step_done(k, b);
	else
		step_failed(k, b, &err);
	arena_free(&arena);
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
	if (k->in.first == NULL && (k->notes == NULL || k->failed) && k->wanted == NULL && !k->stop)
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

	told_out(k);
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
		if (k->failed || engine_next(k->engine, keeper_now(), &next, &err) != 0)
			next = now + BEAT;
	} while (!stop && !atomic_load(&k->lost));
	free(b);
	return NULL;
}
