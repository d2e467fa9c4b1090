#include "fold.h"

#include <stdlib.h>
#include <string.h>

#include "domain/ticket.h"
#include "fold_inside.h"

/* A source of the batch, and whether it ever retracted anything. */
struct origin {
	UT_hash_handle hh; /* by source */
	int64_t source;
	bool retracts;
};

static void
touched_free(struct fold_batch *b)
{
	struct touched *t, *next;

	HASH_ITER (hh, b->touched, t, next) {
		HASH_DEL(b->touched, t);
		buf_free(&t->facts);
	}
}

void
fold_drop(struct fold_batch *b)
{
	struct cell *c, *next;

	touched_free(b);
	HASH_ITER (hh, b->cells, c, next) {
		HASH_DEL(b->cells, c);
		tally_free(&c->tally);
	}
	HASH_CLEAR(hh, b->origins);
	buf_free(&b->packed);
	arena_free(&b->arena);
	arena_free(&b->scratch);
}

static const char *
touched_key(struct fold_batch *b, int class, int64_t source, const char *name, size_t *len)
{
	size_t rest = strlen(name);
	char *key = arena_alloc(&b->arena, 1 + sizeof(source) + rest, 1);

	key[0] = (char)class;
	memcpy(key + 1, &source, sizeof(source));
	memcpy(key + 1 + sizeof(source), name, rest);
	*len = 1 + sizeof(source) + rest;
	return key;
}

static struct touched *
touched_add(struct fold_batch *b, const char *key, size_t len, const struct entity *e)
{
	struct touched *t = arena_alloc(&b->arena, 1, sizeof(*t));

	t->stored = *e;
	t->facts = (struct buf)BUF_INIT(FACTS_MAX);
	t->facts_before = e->facts;
	t->due_before = e->due;
	t->before = e->counts;
	t->scope_before = e->scope;
	buf_put(&t->facts, e->facts.bytes, e->facts.len);
	HASH_ADD_KEYPTR(hh, b->touched, key, len, t);
	return t;
}

/* The entity in the batch, loaded if it was not there; NULL on failure. */
static struct touched *
touch(struct fold_batch *b, const struct event *event, int64_t source, struct err *err)
{
	const char *name = arena_strdup(&b->arena, event->entity), *key;
	int class = (int)event->record.type->class;
	struct touched *t;
	struct entity e;
	size_t len;

	key = touched_key(b, class, source, name, &len);
	HASH_FIND(hh, b->touched, key, len, t);
	if (t != NULL)
		return t;
	if (store_entity(b->store, class, source, name, &b->arena, &e, err) < 0)
		return NULL;
	t = touched_add(b, key, len, &e);
	t->source = arena_strdup(&b->arena, event->record.source);
	return t;
}

static struct origin *
origin_of(struct fold_batch *b, int64_t source, struct err *err)
{
	struct origin *o;
	int found;

	HASH_FIND(hh, b->origins, &source, sizeof(source), o);
	if (o != NULL)
		return o;
	found = store_retractions(b->store, source, err);
	if (found < 0)
		return NULL;
	o = arena_alloc(&b->arena, 1, sizeof(*o));
	o->source = source;
	o->retracts = found > 0;
	HASH_ADD(hh, b->origins, source, sizeof(o->source), o);
	return o;
}

/* Whether the event had been retracted before it came: 1, 0, or -1. */
static int
retracted_before(struct fold_batch *b, int64_t source, const char *id, struct err *err)
{
	struct origin *o = origin_of(b, source, err);
	struct touched *t;
	struct entity e;
	const char *key;
	size_t len;

	if (o == NULL || !o->retracts)
		return o == NULL ? -1 : 0;
	key = touched_key(b, CLASS_RETRACTION, source, id, &len);
	HASH_FIND(hh, b->touched, key, len, t);
	if (t != NULL)
		return 1;
	return store_entity(b->store, CLASS_RETRACTION, source, id, &b->arena, &e, err);
}

/* Marks the record of an event among those of its entity. */
static int
record_retract(struct fold_batch *b, struct touched *t, const char *id, struct err *err)
{
	struct record *records;
	int n = records_unpack(
	    buf_text(&t->facts), t->facts.len, t->source, t->stored.name, &b->arena, &records, err);

	buf_reset(&t->facts);
	for (int i = 0; i < n; i++) {
		records[i].retracted = records[i].retracted || strcmp(records[i].id, id) == 0;
		record_pack(&t->facts, &records[i]);
	}
	return n < 0 ? -1 : 0;
}

/* The event that a retraction is about, if the log had it before. */
static int
target_find(struct fold_batch *b, const struct record *r, struct event *target, struct err *err)
{
	const char *id = r->m[MEMBER_ID].text, *body;
	int64_t source, seq;
	size_t len;
	int found = store_source(b->log, r->source, false, &source, err);

	if (found > 0)
		found = store_identity(b->log, source, id, &seq, err);
	if (found > 0 && seq >= r->seq)
		found = 0;
	if (found > 0)
		found = store_body(b->log, seq, &body, &len, err);
	if (found > 0 && event_read_stored(body, len, &b->arena, target, err) != 0)
		return err_prefix(err, "record %lld of the log", (long long)seq);
	return found;
}

static int
target_retract(struct fold_batch *b, int64_t source, const struct record *r, struct err *err)
{
	struct origin *o = origin_of(b, source, err);
	struct event target;
	struct touched *t;
	int found;

	if (o == NULL)
		return -1;
	o->retracts = true;
	found = target_find(b, r, &target, err);
	if (found <= 0 || target.record.type->class == CLASS_RETRACTION)
		return found < 0 ? -1 : 0;
	t = touch(b, &target, source, err);
	return t == NULL ? -1 : record_retract(b, t, target.record.id, err);
}

static size_t
packed_size(struct fold_batch *b, const struct event *event)
{
	b->packed.max = FACTS_MAX;
	buf_reset(&b->packed);
	record_pack(&b->packed, &event->record);
	return b->packed.len + 10; /* its place in the log is not known yet */
}

int
fold_room(struct fold_batch *b, int64_t source, const struct event *event, struct err *err)
{
	size_t most = event->record.type->class == CLASS_TICKET ? TICKET_MAX : OUTAGE_MAX;
	struct touched *t = touch(b, event, source, err);
	size_t size = packed_size(b, event);

	if (t == NULL)
		return -1;
	if (t->facts.len + t->held + size > most)
		return 0;
	t->held += size;
	return 1;
}

void
fold_room_back(struct fold_batch *b, int64_t source, const struct event *event)
{
	struct touched *t = touch(b, event, source, NULL);

	if (t != NULL)
		t->held -= packed_size(b, event);
}

int
fold_add(struct fold_batch *b, int64_t source, const struct event *event, struct err *err)
{
	bool retracts = event->record.type->class == CLASS_RETRACTION;
	struct touched *t = touch(b, event, source, err);
	struct record r = event->record;
	int before = retracts ? 0 : retracted_before(b, source, r.id, err);

	if (t == NULL || before < 0)
		return -1;
	r.retracted = before > 0;
	record_pack(&t->facts, &r);
	if (!buf_ok(&t->facts))
		return err_set(
		    err, "%s has more than %u bytes of records", t->stored.name, FACTS_MAX);
	return retracts ? target_retract(b, source, &r, err) : 0;
}

int
fold_again(struct fold_batch *b, int64_t id, struct err *err)
{
	const char *source = "", *key;
	struct touched *t;
	struct entity e;
	size_t len;

	if (store_entity_get(b->store, id, &b->arena, &e, err) <= 0 ||
	    store_source_name(b->store, e.source, &b->arena, &source, err) < 0)
		return -1;
	key = touched_key(b, e.class, e.source, e.name, &len);
	HASH_FIND(hh, b->touched, key, len, t);
	if (t == NULL)
		touched_add(b, key, len, &e)->source = source;
	return 0;
}

int
told_unpack(const void *facts, size_t len, const char *source, const char *name, struct arena *a,
    struct told *told, struct err *err)
{
	struct record *records;
	int n = records_unpack(facts, len, source, name, a, &records, err);

	if (n < 0)
		return -1;
	*told = (struct told){.all = records, .all_count = (size_t)n};
	told->list = arena_alloc(a, (size_t)n, sizeof(*told->list));
	for (int i = 0; i < n; i++) {
		if (!records[i].retracted)
			told->list[told->count++] = &records[i];
	}
	return 0;
}

int
fold_ticket(const struct entity *e, const char *source, const struct agreements *agreements,
    int64_t now, struct arena *a, struct ticket *ticket, struct err *err)
{
	struct told told;

	if (told_unpack(e->facts.bytes, e->facts.len, source, e->name, a, &told, err) != 0)
		return -1;
	ticket_fold(told.list, told.count, agreements, now, a, ticket);
	return 0;
}

int
fold_outage(const struct entity *e, const char *source, struct arena *a, struct down **downs,
    struct err *err)
{
	struct told told;

	if (told_unpack(e->facts.bytes, e->facts.len, source, e->name, a, &told, err) != 0)
		return -1;
	return (int)outage_fold(told.list, told.count, a, downs);
}
