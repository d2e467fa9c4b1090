#include "dryrun.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/stamp.h"
#include "codec/packed.h"
#include "scratch.h"

struct place { /* of an agreement, by its id */
	UT_hash_handle hh;
	struct dryrun_tickets tickets;
	size_t named[2]; /* retimed ones apart */
	struct dryrun_ticket ticket[2][DRYRUN_NAMED];
};

struct gathering {
	struct dryrun *dryrun;
	struct place *places;
	struct err *err;
	bool damaged;
};

static struct dryrun_change *
change_of(struct dryrun_ticket *t, unsigned cycle, enum indicator i)
{
	struct dryrun_change *c = t->change, *end = c + t->changes;

	while (c < end && (c->cycle != cycle || c->indicator != i))
		c++;
	if (c == end) {
		*c = (struct dryrun_change){.cycle = cycle, .indicator = i};
		c->side[SIDE_BEFORE].settled = c->side[SIDE_AFTER].settled = -1;
		t->changes++;
	}
	return c;
}

static void
side_add(struct dryrun_ticket *t, enum side side, const struct count *counts, int n)
{
	struct dryrun_count *s;

	for (int i = 0; i < n; i++) {
		if (measure_indicator(counts[i].measure) >= INDICATORS)
			continue;
		s = &change_of(t, counts[i].cycle, measure_indicator(counts[i].measure))
			 ->side[side];
		if (measure_cohort(counts[i].measure) == COHORT_SETTLED) {
			s->settled = counts[i].minute;
		} else {
			s->counts = true;
			s->measure = counts[i].measure;
			s->opened = counts[i].minute;
		}
	}
}

static bool
same_count(const struct dryrun_count *a, const struct dryrun_count *b)
{
	return a->counts == b->counts && a->measure == b->measure && a->opened == b->opened &&
	    a->settled == b->settled;
}

static int
by_cycle(const void *x, const void *y)
{
	const struct dryrun_change *a = x, *b = y;

	if (a->cycle != b->cycle)
		return a->cycle < b->cycle ? -1 : 1;
	return (int)a->indicator - (int)b->indicator;
}

static int
ticket_read(struct dryrun_ticket *t, const struct recounted *r, struct arena *a, struct err *err)
{
	struct count *counts[SIDES];
	size_t kept = 0;
	int n[SIDES];

	for (enum side s = 0; s < SIDES; s++) {
		n[s] = counts_unpack(r->counts[s].bytes, r->counts[s].len, a, &counts[s], err);
		if (n[s] < 0)
			return -1;
	}
	t->source = arena_strdup(a, r->source);
	t->subject = arena_strdup(a, r->name);
	t->change = arena_alloc(a, (size_t)(n[0] + n[1]), sizeof(*t->change));
	for (enum side s = 0; s < SIDES; s++)
		side_add(t, s, counts[s], n[s]);
	for (size_t i = 0; i < t->changes; i++) {
		if (!same_count(&t->change[i].side[SIDE_BEFORE], &t->change[i].side[SIDE_AFTER]))
			t->change[kept++] = t->change[i];
	}
	t->changes = kept;
	if (kept > 1)
		qsort(t->change, kept, sizeof(*t->change), by_cycle);
	return 0;
}

/* Whether only minutes differ. */
static bool
is_retimed(const struct dryrun_ticket *t)
{
	const struct dryrun_count *a, *b;

	for (size_t i = 0; i < t->changes; i++) {
		a = &t->change[i].side[SIDE_BEFORE];
		b = &t->change[i].side[SIDE_AFTER];
		if (a->counts != b->counts || a->measure != b->measure)
			return false;
	}
	return true;
}

static struct place *
place_of(struct gathering *g, const char *agreement)
{
	struct arena *a = &g->dryrun->arena;
	struct place *p;

	HASH_FIND_STR(g->places, agreement, p);
	if (p == NULL) {
		p = arena_alloc(a, 1, sizeof(*p));
		p->tickets.agreement = arena_strdup(a, agreement);
		HASH_ADD_KEYPTR(
		    hh, g->places, p->tickets.agreement, strlen(p->tickets.agreement), p);
	}
	return p;
}

static void
gather(void *context, const struct recounted *r)
{
	struct gathering *g = context;
	struct place *p;
	struct arena arena = {0};
	struct dryrun_ticket t = {0};
	bool retimed;

	if (ticket_read(&t, r, &arena, g->err) != 0)
		g->damaged = true;
	retimed = is_retimed(&t);
	arena_free(&arena);
	if (t.changes == 0)
		return; /* only its times are others */
	p = place_of(g, r->agreement);
	p->tickets.count++;
	p->tickets.retimed += retimed;
	if (p->named[retimed] < DRYRUN_NAMED && !g->damaged)
		ticket_read(&p->ticket[retimed][p->named[retimed]++], r, &g->dryrun->arena, g->err);
}

/* Those that count as something else, and then as many of the others as there is room for. */
static void
name(struct dryrun *d, struct place *p)
{
	struct dryrun_tickets *t = &p->tickets;

	t->ticket = arena_alloc(&d->arena, DRYRUN_NAMED, sizeof(*t->ticket));
	for (int retimed = 0; retimed < 2; retimed++) {
		for (size_t i = 0; i < p->named[retimed] && t->named < DRYRUN_NAMED; i++)
			t->ticket[t->named++] = p->ticket[retimed][i];
	}
}

static int
by_agreement(const void *a, const void *b)
{
	const struct dryrun_tickets *x = a, *y = b;

	return strcmp(x->agreement, y->agreement);
}

static int
tickets_compare(struct dryrun *d, struct store *before, struct store *after, struct err *err)
{
	struct gathering g = {.dryrun = d, .err = err};
	struct place *p, *next;
	bool failed = store_recounted(before, after, gather, &g, err) < 0;

	d->tickets = 0;
	d->agreement = arena_alloc(&d->arena, HASH_COUNT(g.places), sizeof(*d->agreement));
	HASH_ITER (hh, g.places, p, next) {
		name(d, p);
		d->tickets += p->tickets.count;
		d->agreement[d->agreements++] = p->tickets;
	}
	HASH_CLEAR(hh, g.places);
	if (d->agreements > 1)
		qsort(d->agreement, d->agreements, sizeof(*d->agreement), by_agreement);
	return failed || g.damaged ? -1 : 0;
}

static int
compare(struct dryrun *d, struct store *before, struct store *after, const struct config *c,
    const struct config *other, struct err *err)
{
	struct snapshot_query was = {c, other, d->now, true, NULL, NULL};
	struct snapshot_query will = {other, c, d->now, true, NULL, NULL};

	if (tickets_compare(d, before, after, err) != 0 ||
	    snapshot_take(&d->snapshot[SIDE_BEFORE], before, &was, err) != 0 ||
	    snapshot_take(&d->snapshot[SIDE_AFTER], after, &will, err) != 0)
		return -1;
	d->moves =
	    snapshot_compare(&d->snapshot[SIDE_BEFORE], &d->snapshot[SIDE_AFTER], NULL, NULL);
	d->complete = snapshot_complete(&d->snapshot[SIDE_BEFORE], &d->snapshot[SIDE_AFTER]);
	return 0;
}

/* Whether what is stored was folded by this slad and the configuration: 1, 0, or -1. */
static int
judged_by(struct store *s, const struct config *c, struct err *err)
{
	char judgement[80] = "", packed[16] = "";

	if (store_meta(s, "judgement", judgement, sizeof(judgement), err) < 0 ||
	    store_meta(s, "packed", packed, sizeof(packed), err) < 0)
		return -1;
	return strcmp(judgement, c->judgement) == 0 && strcmp(packed, PACKED_VERSION) == 0;
}

int
dryrun(struct dryrun *d, struct store *stored, struct config *c, struct config *other,
    int64_t (*clock)(void), struct err *err)
{
	struct store *before = NULL, *after = NULL;
	int rc = -1, alike;
	int64_t due;

	*d = (struct dryrun){0};
	if (store_begin_read(stored, err) != 0 || store_next_due(stored, &due, err) != 0)
		goto out;
	d->now = clock();
	alike = judged_by(stored, c, err);
	if (alike < 0)
		goto out;
	if (alike > 0 && due <= d->now)
		d->now = due - 1;
	if (alike == 0) {
		before = scratch_fold(stored, c, d->now, "folding as it is", err);
		if (before == NULL)
			goto out;
	}
	after = scratch_fold(stored, other, d->now, "folding as it would be", err);
	if (after != NULL)
		rc = compare(d, before == NULL ? stored : before, after, c, other, err);
out:
	store_rollback(stored);
	store_close(before);
	store_close(after);
	if (rc != 0)
		dryrun_free(d);
	return rc;
}

void
dryrun_free(struct dryrun *d)
{
	for (enum side s = 0; s < SIDES; s++)
		snapshot_free(&d->snapshot[s]);
	arena_free(&d->arena);
	*d = (struct dryrun){0};
}

bool
dryrun_differs(const struct dryrun *d)
{
	return d->tickets > 0 || d->moves > 0 || !d->complete;
}
