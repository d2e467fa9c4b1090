#include "store/identity_run.h"

#include <stdlib.h>
#include <string.h>

#include "base/bloom.h"
#include "base/buf.h"
#include "store/statement.h"

#define RUN_BITS 32 /* of a place, below the run */
/* Entries that an event pays for at each level where runs become one. More than one: the sooner
 * that is done, the fewer runs there are to look at. */
#define PACE 4

static int64_t
place_of(const struct identity_run *run, uint64_t i)
{
	return run->id << RUN_BITS | (int64_t)i;
}

static uint64_t
part_entries(const struct identity_runs *r)
{
	return IDENTITY_BLOCKS * r->sizes->block;
}

/* Of the filter of a part. */
static uint64_t
part_lines(const struct identity_runs *r)
{
	return (part_entries(r) + BLOOM_KEYS - 1) / BLOOM_KEYS;
}

static size_t
part_bytes(const struct identity_runs *r)
{
	return (size_t)part_lines(r) * BLOOM_LINE;
}

static struct identity_run *
run_of(const struct identity_runs *r, int64_t id)
{
	for (size_t i = 0; i < r->count; i++) {
		if (r->list[i].id == id)
			return &r->list[i];
	}
	return NULL;
}

static struct identity_run *
run_room(struct identity_runs *r)
{
	if (r->count == r->room) {
		r->room = r->room == 0 ? 16 : 2 * r->room;
		r->list = mem_grow(r->list, r->room, sizeof(*r->list));
	}
	return &r->list[r->count++];
}

static void
runs_forget(struct identity_runs *r)
{
	for (size_t i = 0; i < r->count; i++)
		free(r->list[i].filter);
	r->count = 0;
}

void
identity_runs_free(struct identity_runs *r)
{
	runs_forget(r);
	free(r->list);
	r->list = NULL;
	r->room = 0;
}

int64_t
identity_runs_upto(const struct identity_runs *r)
{
	int64_t upto = 0;

	for (size_t i = 0; i < r->count; i++)
		upto = r->list[i].upto > upto ? r->list[i].upto : upto;
	return upto;
}

/* A piece that is missing, or damaged, holds back nothing. */
static int
filter_load(
    struct store *s, const struct identity_runs *r, struct identity_run *run, struct err *err)
{
	sqlite3_stmt *st = statement(
	    s, QUERY_IDENTITY_FILTERS, "ii", place_of(run, 0), place_of(run, run->done) - 1);
	size_t bytes = part_bytes(r);
	uint64_t part;
	int more;

	run->filter = mem_alloc(run->parts, bytes);
	memset(run->filter, 0xff, run->done * bytes);
	while ((more = statement_step(s, QUERY_IDENTITY_FILTERS, err)) > 0) {
		part = (uint64_t)(sqlite3_column_int64(st, 0) - place_of(run, 0));
		if ((size_t)sqlite3_column_bytes(st, 1) == bytes)
			memcpy(run->filter + part * bytes, sqlite3_column_blob(st, 1), bytes);
	}
	statement_end(s, QUERY_IDENTITY_FILTERS);
	return more;
}

int
identity_runs_load(struct store *s, struct identity_runs *r, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_IDENTITY_RUNS, "");
	int more;

	runs_forget(r);
	while ((more = statement_step(s, QUERY_IDENTITY_RUNS, err)) > 0)
		*run_room(r) = (struct identity_run){.id = sqlite3_column_int64(st, 0),
		    .level = sqlite3_column_int64(st, 1),
		    .parts = (uint64_t)sqlite3_column_int64(st, 2),
		    .done = (uint64_t)sqlite3_column_int64(st, 3),
		    .entries = sqlite3_column_int64(st, 4),
		    .upto = sqlite3_column_int64(st, 5),
		    .heir = sqlite3_column_int64(st, 6)};
	statement_end(s, QUERY_IDENTITY_RUNS);
	for (size_t i = 0; r->filters && more == 0 && i < r->count; i++)
		more = filter_load(s, r, &r->list[i], err);
	return more;
}

/* Whether a run has the share of hashes that this one is in. */
static bool
covers(const struct identity_run *run, uint64_t hash)
{
	return share_of(hash, run->parts) < run->done;
}

static bool
answers(const struct identity_runs *r, const struct identity_run *run, uint64_t hash)
{
	const struct identity_run *heir = run->heir == 0 ? NULL : run_of(r, run->heir);

	return covers(run, hash) && (heir == NULL || !covers(heir, hash));
}

static bool
may_have(const struct identity_runs *r, const struct identity_run *run, uint64_t hash)
{
	return run->filter == NULL || bloom_has(run->filter, run->parts * part_lines(r), hash);
}

static int
run_find(struct store *s, const struct identity_run *run, uint64_t hash,
    int (*each)(void *context, int64_t seq, struct err *err), void *context, struct err *err)
{
	uint64_t block = share_of(hash, run->parts * IDENTITY_BLOCKS);
	sqlite3_stmt *st = statement(s, QUERY_IDENTITY_BLOCK, "i", place_of(run, block));
	int rc = statement_step(s, QUERY_IDENTITY_BLOCK, err);
	struct hashed_span span;
	struct hashed h;

	if (rc > 0) {
		span = hashed_column(st, 0);
		rc = 0;
		for (size_t i = hashed_find(&span, hash); rc == 0 && i < span.count; i++) {
			h = hashed_at(&span, i);
			if (h.hash != hash)
				break;
			rc = each(context, h.n, err);
		}
	}
	statement_end(s, QUERY_IDENTITY_BLOCK);
	return rc;
}

int
identity_runs_find(struct store *s, const struct identity_runs *r, uint64_t hash,
    int (*each)(void *context, int64_t seq, struct err *err), void *context, struct err *err)
{
	int rc = 0;

	hash &= HASHED_MASK;
	for (size_t i = r->count; rc == 0 && i-- > 0;) {
		if (answers(r, &r->list[i], hash) && may_have(r, &r->list[i], hash))
			rc = run_find(s, &r->list[i], hash, each, context, err);
	}
	return rc;
}

static int
block_walk(const struct identity_runs *r, const struct identity_run *run,
    const struct hashed_span *span,
    int (*each)(void *context, const struct hashed *h, struct err *err), void *context,
    struct err *err)
{
	struct hashed h;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < span->count; i++) {
		h = hashed_at(span, i);
		if (answers(r, run, h.hash))
			rc = each(context, &h, err);
	}
	return rc;
}

int
identity_runs_walk(struct store *s, const struct identity_runs *r,
    int (*each)(void *context, const struct hashed *h, struct err *err), void *context,
    struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_IDENTITY_ALL_BLOCKS, "");
	const struct identity_run *run;
	struct hashed_span span;
	int rc = 0, more = 0;

	while (rc == 0 && (more = statement_step(s, QUERY_IDENTITY_ALL_BLOCKS, err)) > 0) {
		run = run_of(r, sqlite3_column_int64(st, 0) >> RUN_BITS);
		span = hashed_column(st, 1);
		if (run != NULL)
			rc = block_walk(r, run, &span, each, context, err);
	}
	statement_end(s, QUERY_IDENTITY_ALL_BLOCKS);
	return rc != 0 ? rc : more;
}

static int
run_new(struct store *s, struct identity_runs *r, struct identity_run *run, struct err *err)
{
	run->parts = ((uint64_t)run->entries + part_entries(r) - 1) / part_entries(r);
	statement(s, QUERY_IDENTITY_RUN_ADD, "iiiii", run->level, (int64_t)run->parts,
	    (int64_t)run->done, run->entries, run->upto);
	if (statement_run(s, QUERY_IDENTITY_RUN_ADD, err) != 0)
		return -1;
	run->id = sqlite3_last_insert_rowid(s->db);
	run->filter = mem_alloc(run->parts, part_bytes(r));
	*run_room(r) = *run;
	return 0;
}

static int
block_write(struct store *s, const struct identity_run *run, uint64_t block,
    const struct hashed *list, size_t count, unsigned char *bytes, struct err *err)
{
	for (size_t i = 0; i < count; i++)
		hashed_pack(bytes + i * HASHED_BYTES, &list[i]);
	statement(s, QUERY_IDENTITY_BLOCK_ADD, "ib", place_of(run, block),
	    (struct blob){bytes, count * HASHED_BYTES});
	return statement_run(s, QUERY_IDENTITY_BLOCK_ADD, err);
}

/* The next part of a run: all entries of its share, sorted. */
static int
part_write(struct store *s, const struct identity_runs *r, struct identity_run *run,
    const struct hashed *list, size_t count, struct err *err)
{
	uint64_t blocks = run->parts * IDENTITY_BLOCKS, lines = run->parts * part_lines(r), block;
	unsigned char *bytes = mem_alloc(count + 1, HASHED_BYTES);
	size_t i = 0, from;
	int rc = 0;

	while (i < count && rc == 0) {
		from = i;
		block = share_of(list[i].hash, blocks);
		for (; i < count && share_of(list[i].hash, blocks) == block; i++)
			bloom_add(run->filter, lines, list[i].hash);
		rc = block_write(s, run, block, list + from, i - from, bytes, err);
	}
	free(bytes);
	statement(s, QUERY_IDENTITY_FILTER_ADD, "ib", place_of(run, run->done),
	    (struct blob){run->filter + run->done * part_bytes(r), part_bytes(r)});
	if (rc != 0 || statement_run(s, QUERY_IDENTITY_FILTER_ADD, err) != 0)
		return -1;
	run->done++;
	return 0;
}

int
identity_runs_add(struct store *s, struct identity_runs *r, const struct hashed *list, size_t count,
    int64_t upto, struct err *err)
{
	struct identity_run run = {.level = 0, .entries = (int64_t)count, .upto = upto}, *added;
	size_t i = 0, from;

	if (run_new(s, r, &run, err) != 0)
		return -1;
	added = &r->list[r->count - 1];
	while (added->done < added->parts) {
		from = i;
		while (i < count && share_of(list[i].hash, added->parts) == added->done)
			i++;
		if (part_write(s, r, added, list + from, i - from, err) != 0)
			return -1;
	}
	statement(s, QUERY_IDENTITY_RUN_DONE, "ii", added->id, (int64_t)added->done);
	return statement_run(s, QUERY_IDENTITY_RUN_DONE, err);
}

/* What becomes the next part of an heir. */
struct takeover {
	struct identity_run *heir;
	uint64_t from, last; /* hashes, both in it */
	struct buf *bytes; /* for each run that it takes over from */
	struct hashed_span *span;
	size_t spans, entries;
};

static int
takeover_read(struct store *s, struct takeover *t, const struct identity_run *run, struct err *err)
{
	uint64_t blocks = run->parts * IDENTITY_BLOCKS;
	sqlite3_stmt *st = statement(s, QUERY_IDENTITY_BLOCKS, "ii",
	    place_of(run, share_of(t->from, blocks)), place_of(run, share_of(t->last, blocks)));
	struct buf *b = &t->bytes[t->spans];
	struct hashed_span span;
	size_t from, to;
	int more;

	*b = (struct buf)BUF_INIT(SIZE_MAX / 2);
	while ((more = statement_step(s, QUERY_IDENTITY_BLOCKS, err)) > 0)
		buf_put(b, sqlite3_column_blob(st, 0), (size_t)sqlite3_column_bytes(st, 0));
	statement_end(s, QUERY_IDENTITY_BLOCKS);
	span = (struct hashed_span){(const unsigned char *)b->data, b->len / HASHED_BYTES};
	from = hashed_find(&span, t->from);
	to = t->last == UINT64_MAX ? span.count : hashed_find(&span, t->last + 1);
	t->span[t->spans++] = hashed_between(&span, from, to);
	t->entries += to - from;
	return more;
}

static int
rows_delete(struct store *s, enum query q, const struct identity_run *run, uint64_t shares,
    uint64_t last, struct err *err)
{
	uint64_t keep = last == UINT64_MAX ? shares : share_of(last + 1, shares);

	statement(s, q, "ii", place_of(run, 0), place_of(run, keep));
	return statement_run(s, q, err);
}

/* Deletes of a run what its heir has taken over. */
static int
taken_delete(
    struct store *s, const struct takeover *t, const struct identity_run *run, struct err *err)
{
	if (rows_delete(s, QUERY_IDENTITY_BLOCK_DELETE, run, run->parts * IDENTITY_BLOCKS, t->last,
		err) != 0)
		return -1;
	return rows_delete(s, QUERY_IDENTITY_FILTER_DELETE, run, run->parts, t->last, err);
}

static int
takeover_write(struct store *s, const struct identity_runs *r, struct takeover *t, struct err *err)
{
	struct hashed *list = mem_alloc(t->entries + 1, sizeof(*list));
	int rc;

	hashed_merge(t->span, t->spans, list);
	rc = part_write(s, r, t->heir, list, t->entries, err);
	free(list);
	statement(s, QUERY_IDENTITY_RUN_DONE, "ii", t->heir->id, (int64_t)t->heir->done);
	return rc == 0 ? statement_run(s, QUERY_IDENTITY_RUN_DONE, err) : -1;
}

/* Makes the next part of an heir. */
static int
heir_step(struct store *s, struct identity_runs *r, struct identity_run *heir, struct err *err)
{
	uint64_t next = heir->done + 1;
	struct takeover t = {.heir = heir,
	    .from = share_begin(heir->done, heir->parts),
	    .last = next == heir->parts ? UINT64_MAX : share_begin(next, heir->parts) - 1};
	int rc = 0;

	t.bytes = mem_alloc(r->count, sizeof(*t.bytes));
	t.span = mem_alloc(r->count, sizeof(*t.span));
	for (size_t i = 0; rc == 0 && i < r->count; i++) {
		if (r->list[i].heir == heir->id)
			rc = takeover_read(s, &t, &r->list[i], err);
	}
	if (rc == 0)
		rc = takeover_write(s, r, &t, err);
	for (size_t i = 0; rc == 0 && i < r->count; i++) {
		if (r->list[i].heir == heir->id)
			rc = taken_delete(s, &t, &r->list[i], err);
	}
	for (size_t i = 0; i < t.spans; i++)
		buf_free(&t.bytes[i]);
	free(t.bytes);
	free(t.span);
	return rc;
}

/* The heir has all: those it took over from end. */
static int
heir_end(struct store *s, struct identity_runs *r, int64_t heir, struct err *err)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->count; i++) {
		if (r->list[i].heir != heir) {
			r->list[kept++] = r->list[i];
			continue;
		}
		statement(s, QUERY_IDENTITY_RUN_DELETE, "i", r->list[i].id);
		if (statement_run(s, QUERY_IDENTITY_RUN_DELETE, err) != 0)
			return -1;
		free(r->list[i].filter);
		r->list[i].filter = NULL;
	}
	r->count = kept;
	return 0;
}

static bool
is_whole(const struct identity_run *run)
{
	return run->done == run->parts;
}

/* Gives the runs of a level an heir, if there are enough of them, and the level has none under way.
 */
static int
heir_begin(struct store *s, struct identity_runs *r, int64_t level, struct err *err)
{
	struct identity_run heir = {.level = level + 1};
	size_t runs = 0, all = r->count;

	for (size_t i = 0; i < r->count; i++) {
		if (r->list[i].level == level + 1 && !is_whole(&r->list[i]))
			return 0;
		if (r->list[i].level != level || !is_whole(&r->list[i]))
			continue;
		runs++;
		heir.entries += r->list[i].entries;
		heir.upto = r->list[i].upto > heir.upto ? r->list[i].upto : heir.upto;
	}
	if (runs < r->sizes->fan)
		return 0;
	if (run_new(s, r, &heir, err) != 0)
		return -1;
	for (size_t i = 0; i < all; i++) {
		if (r->list[i].level != level || !is_whole(&r->list[i]))
			continue;
		r->list[i].heir = heir.id;
		statement(s, QUERY_IDENTITY_RUN_HEIR, "ii", r->list[i].id, heir.id);
		if (statement_run(s, QUERY_IDENTITY_RUN_HEIR, err) != 0)
			return -1;
	}
	return 0;
}

static int
heir_earn(struct store *s, struct identity_runs *r, struct identity_run *heir, size_t events,
    struct err *err)
{
	heir->earned += PACE * events;
	while (!is_whole(heir) && heir->earned >= part_entries(r)) {
		heir->earned -= part_entries(r);
		if (heir_step(s, r, heir, err) != 0)
			return -1;
	}
	return 0;
}

/* The heir that was made whole; 0 if there is none. */
static int64_t
heir_whole(const struct identity_runs *r)
{
	const struct identity_run *heir;

	for (size_t i = 0; i < r->count; i++) {
		heir = r->list[i].heir == 0 ? NULL : run_of(r, r->list[i].heir);
		if (heir != NULL && is_whole(heir))
			return heir->id;
	}
	return 0;
}

int
identity_runs_earn(struct store *s, struct identity_runs *r, size_t events, struct err *err)
{
	int64_t levels = 0, heir;

	for (size_t i = 0; i < r->count; i++) {
		levels = r->list[i].level >= levels ? r->list[i].level + 1 : levels;
		if (heir_earn(s, r, &r->list[i], events, err) != 0)
			return -1;
	}
	while ((heir = heir_whole(r)) != 0) {
		if (heir_end(s, r, heir, err) != 0)
			return -1;
	}
	for (int64_t level = 0; level < levels; level++) {
		if (heir_begin(s, r, level, err) != 0)
			return -1;
	}
	return 0;
}
