#include "snapshot.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "watch.h"

const char *const snapshot_windows[SNAPSHOT_WINDOWS] = {"this-month", "last-month", "this-year"};

struct taking {
	struct snapshot *snapshot;
	struct store *store;
	const struct snapshot_query *query;
	struct err *err;
};

/* The ids of both, each once, ascending. */
static void
agreements_unite(struct snapshot *s, const struct agreements *a, const struct agreements *b)
{
	size_t i = 0, j = 0;
	int order;

	s->agreement = arena_alloc(&s->arena, a->count + b->count, sizeof(*s->agreement));
	while (i < a->count || j < b->count) {
		order = i == a->count ? 1
		    : j == b->count   ? -1
				      : strcmp(a->items[i].id, b->items[j].id);
		s->agreement[s->agreements++].id = order <= 0 ? a->items[i].id : b->items[j].id;
		i += order <= 0;
		j += order >= 0;
	}
}

static int
windows_name(struct taking *t, struct snapshot_agreement *a)
{
	const struct snapshot_query *q = t->query;
	bool own = agreement_find(&q->config->agreements, a->id) != NULL;
	const struct zone *zone = watch_zone(own ? q->config : q->other, a->id, q->now);

	for (int w = 0; w < SNAPSHOT_WINDOWS; w++) {
		if (window_named(snapshot_windows[w], zone, q->now, &a->window[w], t->err) != 0)
			return -1;
	}
	return 0;
}

static bool
counts_anything(const struct score *s)
{
	int64_t sum = s->a + s->b + s->c + s->pending + s->late_maintenance;

	for (int x = 0; x < EXCLUSIONS; x++)
		sum += s->excluded[x];
	return sum != 0;
}

static void
scores_add(struct snapshot *s, const struct scores_query *q, const struct scores_group *group,
    int window, const char *service)
{
	for (enum indicator i = 0; i < INDICATORS; i++) {
		if (!q->wanted[i] || (service != NULL && !counts_anything(&group->score[i])))
			continue;
		if (s->count == s->room) {
			s->room = s->room == 0 ? 4 * INDICATORS : 2 * s->room;
			s->list = mem_grow(s->list, s->room, sizeof(*s->list));
		}
		s->list[s->count++] = (struct snapshot_score){window, service, i, group->score[i]};
	}
}

/* Asks for one window of an agreement, over all or by service. */
static int
window_ask(struct taking *t, struct snapshot_agreement *a, int window, bool by_service)
{
	struct snapshot *s = t->snapshot;
	struct scores_query q = {.window = a->window[window],
	    .cohort = COHORT_OPENED,
	    .filter[DIM_AGREEMENT] = {1, &a->id},
	    .bys = by_service,
	    .by = {DIM_SERVICE},
	    .now = t->query->now};
	struct arena arena = {0};
	struct scores scores;
	int rc;

	for (int i = 0; i < INDICATORS; i++)
		q.wanted[i] =
		    !by_service || (indicator_table[i].dimensions & 1u << DIM_SERVICE) != 0;
	rc = scores_ask(t->store, t->query->config, &q, &arena, &scores, t->err);
	a->crowded = a->crowded || (rc == 0 && scores.crowded);
	for (size_t g = 0; rc == 0 && g < scores.count && !a->crowded; g++)
		scores_add(s, &q, &scores.group[g], window,
		    by_service ? arena_strdup(&s->arena, scores.group[g].by[0]) : NULL);
	arena_free(&arena);
	return rc;
}

static int
agreement_take(struct taking *t, struct snapshot_agreement *a)
{
	struct snapshot *s = t->snapshot;

	if (t->query->beat != NULL)
		t->query->beat(t->query->context, 0);
	if (windows_name(t, a) != 0)
		return -1;
	a->from = s->count;
	for (int w = 0; w < SNAPSHOT_WINDOWS && !a->cut; w++) {
		if (window_ask(t, a, w, false) != 0 ||
		    (t->query->services && !a->crowded && window_ask(t, a, w, true) != 0))
			return -1;
		a->cut = s->count > SNAPSHOT_SCORES;
	}
	if (a->cut)
		s->count = a->from;
	a->to = s->count;
	return 0;
}

int
snapshot_take(
    struct snapshot *s, struct store *store, const struct snapshot_query *q, struct err *err)
{
	struct taking t = {s, store, q, err};
	bool full = false;

	*s = (struct snapshot){.config = q->config, .now = q->now};
	agreements_unite(s, &q->config->agreements, &q->other->agreements);
	for (size_t i = 0; i < s->agreements; i++) {
		s->agreement[i].cut = full;
		if (agreement_take(&t, &s->agreement[i]) != 0) {
			snapshot_free(s);
			return -1;
		}
		full = s->agreement[i].cut;
	}
	return 0;
}

void
snapshot_free(struct snapshot *s)
{
	free(s->list);
	arena_free(&s->arena);
	*s = (struct snapshot){0};
}

static bool
same_fraction(struct fraction a, struct fraction b)
{
	return a.num == b.num && a.den == b.den;
}

static bool
same_score(const struct score *a, const struct score *b)
{
	const char *x = a->reason == NULL ? "" : a->reason, *y = b->reason == NULL ? "" : b->reason;

	return a->a == b->a && a->b == b->b && a->c == b->c && a->pending == b->pending &&
	    memcmp(a->excluded, b->excluded, sizeof(a->excluded)) == 0 &&
	    same_fraction(a->value, b->value) && same_fraction(a->decided, b->decided) &&
	    same_fraction(a->low, b->low) && same_fraction(a->high, b->high) && strcmp(x, y) == 0 &&
	    a->clamped == b->clamped && a->late_maintenance == b->late_maintenance;
}

static int
score_order(const struct snapshot_score *a, const struct snapshot_score *b)
{
	int order = a->window - b->window;

	if (order == 0)
		order = (a->service != NULL) - (b->service != NULL);
	if (order == 0 && a->service != NULL)
		order = strcmp(a->service, b->service);
	return order != 0 ? order : (int)a->indicator - (int)b->indicator;
}

/* Two lists side by side. */
struct sides {
	const struct snapshot_score *a, *a_end, *b, *b_end;
	bool wholes_only;
	size_t moves;
	void (*each)(void *context, const struct move *m);
	void *context;
};

static void
pair_compare(struct sides *s, const char *agreement, const struct snapshot_score *a,
    const struct snapshot_score *b)
{
	const struct snapshot_score *any = a != NULL ? a : b;
	struct move m = {agreement, any->service, any->window, any->indicator,
	    a == NULL ? NULL : &a->score, b == NULL ? NULL : &b->score};

	if ((s->wholes_only && any->service != NULL) ||
	    (a != NULL && b != NULL && same_score(&a->score, &b->score)))
		return;
	s->moves++;
	if (s->each != NULL)
		s->each(s->context, &m);
}

static void
sides_compare(struct sides *s, const char *agreement)
{
	int order;

	while (s->a < s->a_end || s->b < s->b_end) {
		order = s->a == s->a_end ? 1 : s->b == s->b_end ? -1 : score_order(s->a, s->b);
		pair_compare(s, agreement, order <= 0 ? s->a : NULL, order >= 0 ? s->b : NULL);
		s->a += order <= 0;
		s->b += order >= 0;
	}
}

size_t
snapshot_compare(const struct snapshot *before, const struct snapshot *after,
    void (*each)(void *context, const struct move *m), void *context)
{
	struct sides s = {.each = each, .context = context};
	const struct snapshot_agreement *a, *b;

	for (size_t i = 0; i < before->agreements; i++) {
		a = &before->agreement[i];
		b = &after->agreement[i];
		if (a->cut || b->cut)
			continue;
		s.wholes_only = a->crowded || b->crowded;
		s.a = &before->list[a->from];
		s.a_end = &before->list[a->to];
		s.b = &after->list[b->from];
		s.b_end = &after->list[b->to];
		sides_compare(&s, a->id);
	}
	return s.moves;
}

bool
snapshot_complete(const struct snapshot *before, const struct snapshot *after)
{
	for (size_t i = 0; i < before->agreements; i++) {
		if (before->agreement[i].cut || before->agreement[i].crowded ||
		    after->agreement[i].cut || after->agreement[i].crowded)
			return false;
	}
	return true;
}

/* What numerator and denominator of a value are parts of. */
static int64_t
value_unit(enum indicator i, const struct score *s)
{
	if (indicator_table[i].formula == FORMULA_WEIGHTED)
		return 10;
	return i == INCIDENT_CONTROL_RATE && s->b == 0 ? 1 : score_unit_b(i);
}

static void
value_put(struct buf *b, enum indicator i, const struct score *s)
{
	double unit;

	if (s == NULL) {
		buf_puts(b, "nothing");
	} else if (s->value.den == 0) {
		buf_puts(b, s->reason == NULL ? "no_data" : s->reason);
	} else {
		unit = (double)value_unit(i, s);
		buf_putf(
		    b, "%.12g/%.12g", (double)s->value.num / unit, (double)s->value.den / unit);
	}
}

static int64_t
excluded_sum(const struct score *s)
{
	int64_t sum = 0;

	for (int x = 0; x < EXCLUSIONS; x++)
		sum += s->excluded[x];
	return sum;
}

/* What the value does not show, where it moved. */
static void
rest_put(struct buf *b, const struct move *m, const struct score *s)
{
	if (m->before == NULL || m->after == NULL)
		return;
	if (m->before->pending != m->after->pending)
		buf_putf(b, ", %" PRId64 " pending", s->pending);
	if (memcmp(m->before->excluded, m->after->excluded, sizeof(s->excluded)) != 0)
		buf_putf(b, ", %" PRId64 " excluded", excluded_sum(s));
	if (m->before->late_maintenance != m->after->late_maintenance)
		buf_putf(b, ", %" PRId64 " maintenances announced late", s->late_maintenance);
}

void
move_text(const struct move *m, struct buf *before, struct buf *after)
{
	value_put(before, m->indicator, m->before);
	value_put(after, m->indicator, m->after);
	rest_put(before, m, m->before);
	rest_put(after, m, m->after);
}
