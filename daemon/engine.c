#include "engine.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/stamp.h"
#include "engine_inside.h"
#include "log.h"
#include "outbox.h"
#include "scores.h"
#include "watch.h"

#define DUE_PAGE 256 /* entities that fell due, folded at once */
#define WATCH_PAUSE 250 /* ms between two looks at the rules while events pour in */
#define RENEW_PAUSE 1000 /* ms until a reader in the way of the last writer's log may be gone */

static struct engine *
make(struct store *s, struct config *c, bool anew, int64_t now,
    void (*progress)(void *context, int64_t done), void *context, struct err *err)
{
	struct engine *e = mem_alloc(1, sizeof(*e));

	e->store = e->batch.store = e->batch.log = s;
	e->events = watch_events_new(s);
	e->config = config_ref(c);
	e->hooks = hooks_new(c);
	e->watched = INT64_MIN / 2;
	e->changed = e->told = true;
	if (engine_prepare(e, anew, now, progress, context, err) != 0 ||
	    store_quarantine_size(s, &e->quarantine_count, &e->quarantine_bytes, err) != 0) {
		engine_free(e);
		return NULL;
	}
	return e;
}

struct engine *
engine_new(struct store *s, struct config *c, int64_t now,
    void (*progress)(void *context, int64_t done), void *context, struct err *err)
{
	return make(s, c, false, now, progress, context, err);
}

struct engine *
engine_anew(struct store *s, struct config *c, int64_t now,
    void (*progress)(void *context, int64_t done), void *context, struct err *err)
{
	return make(s, c, true, now, progress, context, err);
}

void
engine_free(struct engine *e)
{
	if (e == NULL)
		return;
	fold_drop(&e->batch);
	posting_free(&e->posting);
	hooks_free(e->hooks);
	watch_events_free(e->events);
	config_unref(e->config);
	free(e);
}

int
engine_configure(struct engine *e, struct config *c, int64_t now,
    void (*progress)(void *context, int64_t done), void *context, struct err *err)
{
	struct config *before = e->config;
	int rc;

	e->config = config_ref(c);
	e->changed = true;
	hooks_free(e->hooks);
	e->hooks = hooks_new(c);
	rc = engine_judge(e, before, now, progress, context, err);
	if (rc == 0)
		rc = engine_watch(e, now, progress, context, err);
	if (rc == 0) {
		config_unref(before);
		return 0;
	}
	config_unref(e->config);
	e->config = before;
	hooks_free(e->hooks);
	e->hooks = hooks_new(before);
	engine_configured(e);
	return -1;
}

/* An event of the submission that was not in the log when it came. */
struct fresh {
	UT_hash_handle hh;
	const struct event *event;
};

enum known { KNOWN_NOT, KNOWN_SAME, KNOWN_OTHER };

static const char *
identity_key(struct arena *a, const struct event *e, size_t *len)
{
	size_t source = strlen(e->record.source), id = strlen(e->record.id);
	char *key = arena_alloc(a, source + id + 1, 1);

	memcpy(key, e->record.source, source);
	memcpy(key + source + 1, e->record.id, id);
	*len = source + 1 + id;
	return key;
}

static enum known
known_as(const struct event *e, const char *body, size_t len)
{
	return event_same(e->body, e->len, body, len) ? KNOWN_SAME : KNOWN_OTHER;
}

/* Whether the log, or the same submission before it, has an event of its identity. */
static int
known(struct engine *e, struct submission *s, struct fresh **fresh, const struct event *event,
    enum known *answer, struct err *err)
{
	int64_t source, seq;
	struct fresh *twin;
	const char *body, *key;
	size_t len;
	int found = store_source(e->store, event->record.source, false, &source, err);

	if (found > 0)
		found = store_identity(e->store, source, event->record.id, &seq, err);
	if (found > 0)
		found = store_body(e->store, seq, &body, &len, err);
	if (found < 0)
		return -1;
	if (found > 0) {
		*answer = known_as(event, body, len);
		return 0;
	}
	*answer = KNOWN_NOT;
	if (s->events->count == 1)
		return 0; /* there is none before it */
	key = identity_key(s->arena, event, &len);
	HASH_FIND(hh, *fresh, key, len, twin);
	if (twin != NULL) {
		*answer = known_as(event, twin->event->body, twin->event->len);
		return 0;
	}
	twin = arena_alloc(s->arena, 1, sizeof(*twin));
	twin->event = event;
	HASH_ADD_KEYPTR(hh, *fresh, key, len, twin);
	return 0;
}

static void fault_add(struct submission *s, const struct event *e, const char *pointer,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static void
fault_add(struct submission *s, const struct event *e, const char *pointer, const char *fmt, ...)
{
	struct events *events = s->events;
	char text[ERR_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	events->fault[events->faults++] = (struct fault){.index = e->index,
	    .id = e->record.id,
	    .detail = arena_strdup(s->arena, text),
	    .pointer = pointer,
	    .body = e->body};
}

/* A new event, if its entity has room for it. */
static int
take(struct engine *e, struct submission *s, struct event *event, struct err *err)
{
	int64_t source;
	int room;

	if (store_source(e->store, event->record.source, true, &source, err) < 0)
		return -1;
	room = fold_room(&e->batch, source, event, err);
	if (room == 0)
		fault_add(s, event, "/subject",
		    "'%.100s' has as many events as slad folds for one; is every ticket given a "
		    "subject of its own?",
		    event->record.subject);
	else if (room > 0)
		s->fresh[s->accepted++] = event;
	return room < 0 ? -1 : 0;
}

/* What is refused as a whole gives its room back. */
static void
give_back(struct engine *e, struct submission *s)
{
	struct err err;
	int64_t source;

	for (size_t i = 0; i < s->accepted; i++) {
		if (store_source(e->store, s->fresh[i]->record.source, false, &source, &err) > 0)
			fold_room_back(&e->batch, source, s->fresh[i]);
	}
	s->accepted = s->duplicates = 0;
}

/* Sorts out what is new: duplicates are counted, conflicts become faults. */
static int
sift(struct engine *e, struct submission *s, struct err *err)
{
	struct events *events = s->events;
	struct fresh *fresh = NULL;
	enum known answer = KNOWN_NOT;
	struct event *event;
	int rc = 0;

	s->accepted = s->duplicates = 0;
	for (size_t i = 0; i < events->count && rc == 0; i++) {
		event = &events->event[i];
		rc = known(e, s, &fresh, event, &answer, err);
		if (rc == 0 && answer == KNOWN_SAME)
			s->duplicates++;
		else if (rc == 0 && answer == KNOWN_OTHER)
			fault_add(s, event, "/id",
			    "the id '%.100s' is known from source '%.100s' with other content, and "
			    "the "
			    "first stands; send a correction as an event with an id of its own",
			    event->record.id, event->record.source);
		else if (rc == 0)
			rc = take(e, s, event, err);
	}
	HASH_CLEAR(hh, fresh);
	return rc;
}

static int
store_event(struct engine *e, struct event *event, int64_t now, struct err *err)
{
	struct record *r = &event->record;
	int64_t source;

	if (store_source(e->store, r->source, true, &source, err) < 0 ||
	    store_append(e->store, source, r->id, now, event->body, event->len, &r->seq, err) != 0)
		return -1;
	return fold_add(&e->batch, source, event, err);
}

/* Remembers when the sources of what was stored were last heard of; that of many submissions in a
 * row once. */
static int
hear(struct engine *e, const struct submission *s, int64_t now, struct err *err)
{
	const char *source;

	for (size_t i = 0; i < s->accepted; i++) {
		source = s->fresh[i]->record.source;
		if (e->heard != NULL && strcmp(e->heard, source) == 0)
			continue;
		if (store_hear(e->store, source, now, err) != 0)
			return -1;
		e->heard = source;
	}
	return 0;
}

int
engine_take(struct engine *e, struct submission *s, int64_t now, struct err *err)
{
	s->fresh = arena_alloc(s->arena, s->events->count, sizeof(*s->fresh));
	if (sift(e, s, err) != 0)
		return -1;
	if (s->events->faults > 0 && !s->skip) {
		give_back(e, s);
		return 0;
	}
	for (size_t i = 0; i < s->accepted; i++) {
		if (store_event(e, s->fresh[i], now, err) != 0)
			return -1;
	}
	if (hear(e, s, now, err) != 0)
		return -1;
	e->changed = e->changed || s->accepted > 0;
	return 0;
}

static int
submission_apply(struct engine *e, struct submission *s, int64_t now, struct err *err)
{
	if (s->hook != NULL)
		return engine_hook(e, s, now, err);
	if (engine_take(e, s, now, err) != 0)
		return -1;
	return s->skip ? engine_quarantine(e, s, now, err) : 0;
}

int
engine_due(struct engine *e, int64_t now, struct err *err)
{
	int64_t ids[DUE_PAGE];
	int n;

	e->batch.now = now;
	while ((n = store_due(e->store, now, ids, DUE_PAGE, err)) > 0) {
		for (int i = 0; i < n; i++) {
			if (fold_again(&e->batch, ids[i], err) != 0)
				return -1;
		}
		if (fold_save(&e->batch, err) != 0)
			return -1;
		e->changed = true;
	}
	return n;
}

static bool
watch_is_due(const struct engine *e, int64_t now)
{
	return now < e->watched || now >= e->watch_next ||
	    (e->changed && now - e->watched >= WATCH_PAUSE);
}

/* What becomes of messages is something that a rule may look at. */
static bool
watches_delivery(const struct config *c)
{
	for (size_t i = 0; i < c->rules; i++) {
		if (c->rule[i].kind == RULE_DELIVERY)
			return true;
	}
	return false;
}

static int
work_apply(struct engine *e, const struct engine_work *w, int64_t now, struct err *err)
{
	for (size_t i = 0; i < w->reports; i++) {
		if (store_outbox_report(e->store, &w->report[i], err) != 0)
			return -1;
	}
	if (w->reports > 0 && watches_delivery(e->config))
		e->changed = true;
	for (size_t i = 0; i < w->submissions; i++) {
		if (submission_apply(e, w->submission[i], now, err) != 0)
			return -1;
	}
	return fold_save(&e->batch, err);
}

/* Looks at the rules. */
static int
look(struct engine *e, int64_t now, struct err *err)
{
	struct watched w;

	if (watch_step(e->store, e->config, now, &w, err) != 0)
		return -1;
	if (w.crowded != NULL && !e->crowded)
		log_warning(
		    "the rule %s has more than %d groups: the others are not watched; let it "
		    "watch `by` fewer dimensions",
		    w.crowded->name, SCORES_GROUPS);
	e->crowded = w.crowded != NULL;
	if (w.aimless != NULL && !e->aimless)
		log_warning(
		    "the rule %s has groups of which no agreement gives the objective: there is no "
		    "data for them; give it an `objective`, or the agreement",
		    w.aimless->name);
	e->aimless = w.aimless != NULL;
	e->told = e->told || w.told;
	e->watched = now;
	e->watch_next = w.next;
	e->changed = false;
	return 0;
}

static int
transaction(struct engine *e, const struct engine_work *w, int64_t now, struct err *err)
{
	if (store_begin(e->store, err) != 0 ||
	    watch_events_begin(e->events, e->config, now, true, err) != 0)
		return -1;
	e->heard = NULL;
	e->batch.now = now;
	e->batch.folded = watch_folded;
	e->batch.folded_context = e->events;
	e->batch.posting = &e->posting;
	if (work_apply(e, w, now, err) != 0 || engine_due(e, now, err) != 0 ||
	    engine_orders(e, w, now, err) != 0)
		return -1;
	if ((watch_is_due(e, now) && look(e, now, err) != 0) ||
	    watch_events_end(e->events, &e->told, err) != 0)
		return -1;
	if (outbox_due(e->prune_next, now) && outbox_prune(e->store, now, &e->prune_next, err) != 0)
		return -1;
	if (posting_step(&e->posting, e->store, now, err) != 0)
		return -1;
	return store_commit(e->store, err);
}

int
engine_step(struct engine *e, const struct engine_work *work, int64_t now, struct err *err)
{
	struct engine before = *e;
	int rc = transaction(e, work, now, err);

	e->batch.folded = NULL;
	e->batch.posting = NULL;
	if (rc == 0)
		return 0;
	fold_drop(&e->batch);
	watch_events_forget(e->events);
	store_rollback(e->store);
	before.batch = e->batch;
	before.posting = e->posting;
	before.changed = true;
	*e = before;
	return -1;
}

int
engine_next(struct engine *e, int64_t now, int64_t *next, struct err *err)
{
	int64_t due, watch = e->watch_next;

	if (store_next_due(e->store, &due, err) != 0)
		return -1;
	if (e->changed && e->watched + WATCH_PAUSE < watch)
		watch = e->watched + WATCH_PAUSE;
	if (watch_events_next(e->events) < watch)
		watch = watch_events_next(e->events);
	*next = due < watch ? due : watch;
	if (e->prune_next < *next)
		*next = e->prune_next;
	if (posting_next(&e->posting) < *next)
		*next = posting_next(&e->posting);
	if (!store_renewed(e->store) && now + RENEW_PAUSE < *next)
		*next = now + RENEW_PAUSE;
	if (*next < now || now < e->watched)
		*next = now;
	return 0;
}

bool
engine_told(struct engine *e)
{
	bool told = e->told;

	e->told = false;
	return told;
}
