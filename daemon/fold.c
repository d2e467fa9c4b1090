#include "fold.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/stamp.h"
#include "codec/packed.h"
#include "domain/outage.h"
#include "domain/ticket.h"

/* One entity's records. Each event folds all of its entity again, so that a sender who puts the
 * same subject on everything must hear of it: about 10,000 events of a ticket, 40,000 of an outage.
 */
#define TICKET_MAX (1u << 20)
#define OUTAGE_MAX (4u << 20)
#define FACTS_MAX (8u << 20)

struct touched {
	UT_hash_handle hh; /* by key: class, source and name */
	struct entity stored;
	const char *source;
	struct buf facts;
	size_t held; /* room of events that are checked, but not added yet */
	struct blob before; /* the counts that are in the tallies */
	int64_t scope_before;
};

struct cell {
	UT_hash_handle hh; /* by at */
	struct cell_key {
		int64_t scope, level, bucket;
	} at;
	struct tally tally;
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
	arena_free(&b->arena);
}

/* The entity in the batch; loaded through `load` if it was not there. */
static struct touched *
touch(struct fold_batch *b, const struct entity *e, const char *source)
{
	char head[48];
	int n = snprintf(head, sizeof(head), "%d/%lld/", e->class, (long long)e->source);
	size_t len = strlen(e->name);
	char *key = arena_alloc(&b->arena, (size_t)n + len + 1, 1);
	struct touched *t;

	memcpy(key, head, (size_t)n);
	memcpy(key + n, e->name, len);
	HASH_FIND(hh, b->touched, key, (size_t)n + len, t);
	if (t != NULL)
		return t;
	t = arena_alloc(&b->arena, 1, sizeof(*t));
	t->stored = *e;
	t->source = source;
	t->facts = (struct buf)BUF_INIT(FACTS_MAX);
	HASH_ADD_KEYPTR(hh, b->touched, key, (size_t)n + len, t);
	return t;
}

static void
loaded(struct touched *t, const struct entity *e)
{
	t->stored = *e;
	t->before = e->counts;
	t->scope_before = e->scope;
	buf_put(&t->facts, e->facts.bytes, e->facts.len);
}

/* The event's entity in the batch, loaded if it was not there; NULL on failure. */
static struct touched *
touch_event(struct fold_batch *b, int64_t source, const struct event *event, struct err *err)
{
	struct entity e = {.class = (int)event->record.type->class,
	    .source = source,
	    .name = arena_strdup(&b->arena, event->entity)};
	unsigned had = HASH_COUNT(b->touched);
	struct touched *t = touch(b, &e, arena_strdup(&b->arena, event->record.source));

	if (HASH_COUNT(b->touched) > had) {
		if (store_entity(b->store, e.class, e.source, e.name, &b->arena, &e, err) < 0)
			return NULL;
		loaded(t, &e);
	}
	return t;
}

static size_t
packed_size(const struct event *event)
{
	struct buf b = BUF_INIT(FACTS_MAX);
	size_t len;

	record_pack(&b, &event->record);
	len = b.len + 10; /* its place in the log is not known yet */
	buf_free(&b);
	return len;
}

int
fold_room(struct fold_batch *b, int64_t source, const struct event *event, struct err *err)
{
	size_t most = event->record.type->class == CLASS_TICKET ? TICKET_MAX : OUTAGE_MAX;
	struct touched *t = touch_event(b, source, event, err);
	size_t size = packed_size(event);

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
	struct touched *t = touch_event(b, source, event, NULL);

	if (t != NULL)
		t->held -= packed_size(event);
}

int
fold_add(struct fold_batch *b, int64_t source, const struct event *event, struct err *err)
{
	struct touched *t = touch_event(b, source, event, err);

	if (t == NULL)
		return -1;
	record_pack(&t->facts, &event->record);
	if (!buf_ok(&t->facts))
		return err_set(
		    err, "%s has more than %u bytes of records", event->entity, FACTS_MAX);
	return 0;
}

int
fold_again(struct fold_batch *b, int64_t id, struct err *err)
{
	unsigned had = HASH_COUNT(b->touched);
	const char *source = "";
	struct touched *t;
	struct entity e;

	if (store_entity_get(b->store, id, &b->arena, &e, err) <= 0 ||
	    store_source_name(b->store, e.source, &b->arena, &source, err) < 0)
		return -1;
	t = touch(b, &e, source);
	if (HASH_COUNT(b->touched) > had)
		loaded(t, &e);
	return 0;
}

static void
cell_add(struct fold_batch *b, int64_t scope, int64_t minute, unsigned measure, int64_t n)
{
	struct cell_key at;
	struct cell *c;

	memset(&at, 0, sizeof(at));
	at.scope = scope;
	for (int level = 0; level < TALLY_LEVELS; level++) {
		at.level = level;
		at.bucket = stamp_floor(minute, tally_width[level]) / tally_width[level];
		HASH_FIND(hh, b->cells, &at, sizeof(at), c);
		if (c == NULL) {
			c = arena_alloc(&b->arena, 1, sizeof(*c));
			c->at = at;
			HASH_ADD(hh, b->cells, at, sizeof(at), c);
		}
		tally_add(&c->tally, measure, n);
	}
}

static int
by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The minutes of counts, ascending, each once; returns how many. */
static int
minutes_of(struct fold_batch *b, const struct count *counts, int n, int64_t **minutes)
{
	int64_t *list = arena_alloc(&b->arena, (size_t)n, sizeof(*list));
	int kept = 0;

	for (int i = 0; i < n; i++)
		list[i] = counts[i].minute;
	if (n > 0)
		qsort(list, (size_t)n, sizeof(*list), by_value);
	for (int i = 0; i < n; i++) {
		if (kept == 0 || list[kept - 1] != list[i])
			list[kept++] = list[i];
	}
	*minutes = list;
	return kept;
}

/* Writes the minutes that only one of the two has: the old ones go, the new ones come. */
static int
minutes_save(struct fold_batch *b, int64_t entity, const struct count *old, int m,
    const struct count *counts, int n, struct err *err)
{
	int64_t *before, *after, minute;
	int i = 0, j = 0, rc = 0;
	bool in_before, in_after;

	m = minutes_of(b, old, m, &before);
	n = minutes_of(b, counts, n, &after);
	while ((i < m || j < n) && rc == 0) {
		in_before = i < m && (j == n || before[i] <= after[j]);
		in_after = j < n && (i == m || after[j] <= before[i]);
		minute = in_before ? before[i] : after[j];
		if (in_before != in_after)
			rc = store_counted(b->store, minute, entity, in_after, err);
		i += in_before;
		j += in_after;
	}
	return rc;
}

/* The difference of two folds: what it counted before is taken back, what it counts is added. */
static int
counts_save(
    struct fold_batch *b, struct touched *t, const struct count *counts, int n, struct err *err)
{
	int64_t entity = t->stored.id;
	struct count *old;
	int m = counts_unpack(t->before.bytes, t->before.len, &b->arena, &old, err);

	if (m < 0)
		return -1;
	for (int i = 0; i < m; i++)
		cell_add(b, t->scope_before, old[i].minute, old[i].measure, -1);
	for (int i = 0; i < n; i++)
		cell_add(b, t->stored.scope, counts[i].minute, counts[i].measure, 1);
	return minutes_save(b, entity, old, m, counts, n, err);
}

static int
downs_save(struct fold_batch *b, int64_t entity, const struct down *downs, size_t n,
    enum class class, struct err *err)
{
	struct stored_down *rows = arena_alloc(&b->arena, n, sizeof(*rows));

	for (size_t i = 0; i < n; i++)
		rows[i] = (struct stored_down){.agreement = downs[i].agreement,
		    .service = downs[i].service,
		    .kind = class != CLASS_MAINTENANCE ? DOWN_OUTAGE
			: downs[i].late                ? DOWN_MAINTENANCE_LATE
						       : DOWN_MAINTENANCE,
		    .from = downs[i].span.from,
		    .to = downs[i].span.to};
	return store_downs_replace(b->store, entity, rows, n, err);
}

/* Only such a ticket ever had a down to replace. */
static bool
mentions_outage(const struct record **records, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (record_has(records[i], MEMBER_OUTAGE))
			return true;
	}
	return false;
}

static int
entity_state_of(const struct ticket *t)
{
	if (!t->opened)
		return ENTITY_INCOMPLETE;
	if (t->excluded)
		return ENTITY_EXCLUDED;
	return t->cycle[t->cycles - 1].resolved ? ENTITY_RESOLVED : ENTITY_OPEN;
}

static int
ticket_save(struct fold_batch *b, struct touched *t, const struct record **records, size_t n,
    struct err *err)
{
	struct entity *e = &t->stored;
	struct ticket ticket;
	struct count *counts;
	struct down *downs;
	struct buf packed = BUF_INIT(FACTS_MAX);
	int counted, rc = -1;
	size_t down;

	ticket_fold(records, n, b->agreements, b->now, &b->arena, &ticket);
	counted = (int)tally_ticket(&ticket, &b->arena, &counts);
	counts_pack(&packed, counts, (size_t)counted);
	e->state = entity_state_of(&ticket);
	e->due = ticket.next == STAMP_NEVER ? 0 : ticket.next;
	e->facts = (struct blob){buf_text(&t->facts), t->facts.len};
	e->counts = (struct blob){buf_text(&packed), packed.len};
	e->scope = 0;
	if (ticket.opened && store_scope(b->store, &ticket.scope, &e->scope, err) != 0)
		goto out;
	if (store_entity_save(b->store, e, err) != 0 ||
	    counts_save(b, t, counts, counted, err) != 0)
		goto out;
	rc = 0;
	if (mentions_outage(records, n)) {
		down = ticket_downs(&ticket, &b->arena, &downs);
		rc = downs_save(b, e->id, downs, down, CLASS_TICKET, err);
	}
out:
	buf_free(&packed);
	return rc;
}

static int
downs_entity_save(struct fold_batch *b, struct touched *t, const struct record **records, size_t n,
    struct err *err)
{
	struct entity *e = &t->stored;
	struct down *downs;
	size_t count = e->class == CLASS_OUTAGE ? outage_fold(records, n, &b->arena, &downs)
						: maintenance_fold(records, n, &b->arena, &downs);

	e->state = ENTITY_RESOLVED;
	e->scope = e->due = 0;
	e->facts = (struct blob){buf_text(&t->facts), t->facts.len};
	e->counts = (struct blob){"", 0};
	if (store_entity_save(b->store, e, err) != 0)
		return -1;
	return downs_save(b, e->id, downs, count, (enum class)e->class, err);
}

static int
touched_save(struct fold_batch *b, struct touched *t, struct err *err)
{
	const struct record **pointers;
	struct record *records;
	int n = records_unpack(
	    buf_text(&t->facts), t->facts.len, t->source, t->stored.name, &b->arena, &records, err);

	if (n == 0)
		return 0; /* all that came for it was refused */
	if (n < 0)
		return -1;
	pointers = arena_alloc(&b->arena, (size_t)n, sizeof(*pointers));
	for (int i = 0; i < n; i++)
		pointers[i] = &records[i];
	if (t->stored.class == CLASS_TICKET)
		return ticket_save(b, t, pointers, (size_t)n, err);
	return downs_entity_save(b, t, pointers, (size_t)n, err);
}

static int
cell_save(struct fold_batch *b, struct cell *c, struct err *err)
{
	struct buf packed = BUF_INIT(FACTS_MAX);
	struct blob stored;
	int rc = -1;

	if (store_tally(b->store, c->at.scope, (int)c->at.level, c->at.bucket, &stored, err) < 0 ||
	    tally_add_packed(&c->tally, stored.bytes, stored.len, err) != 0)
		goto out;
	tally_pack(&c->tally, &packed);
	rc = store_tally_set(b->store, c->at.scope, (int)c->at.level, c->at.bucket,
	    buf_text(&packed), packed.len, err);
out:
	buf_free(&packed);
	return rc;
}

static bool
changes(const struct cell *c)
{
	for (size_t i = 0; i < c->tally.count; i++) {
		if (c->tally.sum[i].n != 0)
			return true;
	}
	return false;
}

int
fold_save(struct fold_batch *b, struct err *err)
{
	struct touched *t, *next_touched;
	struct cell *c, *next_cell;

	HASH_ITER (hh, b->touched, t, next_touched) {
		if (touched_save(b, t, err) != 0)
			return -1;
	}
	HASH_ITER (hh, b->cells, c, next_cell) {
		if (changes(c) && cell_save(b, c, err) != 0)
			return -1;
	}
	fold_drop(b);
	return 0;
}

int
fold_ticket(const struct entity *e, const char *source, const struct agreements *agreements,
    int64_t now, struct arena *a, struct ticket *ticket, struct err *err)
{
	const struct record **pointers;
	struct record *records;
	int n = records_unpack(e->facts.bytes, e->facts.len, source, e->name, a, &records, err);

	if (n < 0)
		return -1;
	pointers = arena_alloc(a, (size_t)n, sizeof(*pointers));
	for (int i = 0; i < n; i++)
		pointers[i] = &records[i];
	ticket_fold(pointers, (size_t)n, agreements, now, a, ticket);
	return 0;
}
