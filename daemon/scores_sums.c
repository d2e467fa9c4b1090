#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"
#include "domain/tally_sum.h"
#include "scores.h"

/* Buckets between two cuts that are read in vain rather than asked around. */
#define GAP_MOST 200

/* What a window takes of a level's buckets. */
struct cut {
	struct bucket_range range;
	size_t window;
};

/* Cuts of one level that are read at once: [first, end). */
struct run {
	size_t first, end;
};

struct summing {
	struct store *store;
	const struct scores_query *query;
	struct err *err;
	const struct cut *cut;
	size_t runs;
	const struct run *run;
	struct sums *sums;
	size_t indicators; /* wanted */
	size_t place[INDICATORS]; /* of a wanted one */
	bool damaged;
	size_t group; /* whose tallies are read */
	size_t at; /* the cut that the bucket may lie in */
};

static int
by_level(const void *x, const void *y)
{
	const struct cut *a = x, *b = y;

	if (a->range.level != b->range.level)
		return a->range.level - b->range.level;
	return (a->range.from > b->range.from) - (a->range.from < b->range.from);
}

static void
cuts_make(struct summing *k, const struct window *windows, size_t count, struct arena *a)
{
	struct cut *cut = arena_alloc(a, count * TALLY_RANGES, sizeof(*cut));
	struct run *run = arena_alloc(a, count * TALLY_RANGES, sizeof(*run));
	struct bucket_range ranges[TALLY_RANGES];
	size_t n = 0, cuts;

	for (size_t w = 0; w < count; w++) {
		cuts =
		    tally_cut(windows[w].from / STAMP_MINUTE, windows[w].to / STAMP_MINUTE, ranges);
		for (size_t i = 0; i < cuts; i++)
			cut[n++] = (struct cut){ranges[i], w};
	}
	if (n > 0)
		qsort(cut, n, sizeof(*cut), by_level);
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || cut[i].range.level != cut[i - 1].range.level ||
		    cut[i].range.from - cut[i - 1].range.to > GAP_MOST)
			run[k->runs++].first = i;
		run[k->runs - 1].end = i + 1;
	}
	k->cut = cut;
	k->run = run;
}

/* Sums of a window and a group being added to. */
struct adding {
	const struct summing *k;
	struct sums *sums;
};

static void
sum_add(void *context, unsigned measure, int64_t n)
{
	const struct adding *add = context;
	enum indicator i = measure_indicator(measure);

	if (add->k->query->wanted[i] && measure_cohort(measure) == add->k->query->cohort)
		sums_add(&add->sums[add->k->place[i]], measure, n);
}

static void
tally_read(void *context, int64_t bucket, struct blob counts)
{
	struct summing *k = context;
	struct adding add = {.k = k};

	while (k->cut[k->at].range.to <= bucket)
		k->at++;
	if (bucket < k->cut[k->at].range.from)
		return;
	add.sums =
	    &k->sums[(k->cut[k->at].window * k->query->groups->count + k->group) * k->indicators];
	if (tally_walk_packed(
		counts.bytes, counts.len, 0, STATISTIC_FIRST, sum_add, &add, k->err) != 0)
		k->damaged = true;
}

static int
scope_read(struct summing *k, int64_t scope)
{
	const struct cut *first, *last;
	struct tally_range range;

	for (size_t r = 0; r < k->runs; r++) {
		first = &k->cut[k->run[r].first];
		last = &k->cut[k->run[r].end - 1];
		k->at = k->run[r].first;
		range = (struct tally_range){
		    TALLY_COUNTS, first->range.level, first->range.from, last->range.to};
		if (store_tally_walk(k->store, scope, &range, tally_read, k, k->err) != 0)
			return -1;
	}
	return k->damaged ? -1 : 0;
}

/* The place of a scope's group among those of the question; false if it has none. */
static bool
group_find(const struct scores_query *q, const struct scope *scope, size_t *group)
{
	size_t low = 0, high = q->groups->count, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = 0;
		for (size_t b = 0; b < q->bys && order == 0; b++)
			order = strcmp(scope->dim[q->by[b]], q->groups->group[middle].by[b]);
		*group = middle;
		if (order == 0)
			return true;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

int
scores_sums(struct store *s, const struct scores_query *q, const struct window *windows,
    size_t count, struct arena *a, struct sums **sums, struct err *err)
{
	struct summing k = {.store = s, .query = q, .err = err};
	struct stored_scope *scopes;
	int n = store_scopes(s, a, &scopes, err);

	for (enum indicator i = 0; i < INDICATORS; i++) {
		k.place[i] = k.indicators;
		k.indicators += q->wanted[i];
	}
	k.sums = arena_alloc(a, count * q->groups->count * k.indicators, sizeof(*k.sums));
	cuts_make(&k, windows, count, a);
	for (int i = 0; i < n; i++) {
		if (scores_match(q, &scopes[i].scope) &&
		    group_find(q, &scopes[i].scope, &k.group) && scope_read(&k, scopes[i].id) != 0)
			return -1;
	}
	*sums = k.sums;
	return n < 0 ? -1 : 0;
}
