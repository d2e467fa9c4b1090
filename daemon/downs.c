#include "downs.h"

#include <string.h>

#include "base/hash.h"

/* A service while the walk goes over its downs. */
struct course {
	UT_hash_handle hh;
	const struct agreement *agreement;
	struct interval *maintenance; /* announced in time */
	size_t count;
	int64_t until[2]; /* how far outages, and maintenance, have been counted */
};

struct downs_walk {
	const struct downs *d;
	struct course *courses;
	int (*each)(void *context, const struct taken *t);
	void *context;
	bool failed;
};

int
downs_united(const struct downs *d, const char *agreement, const char *service, enum down_kind kind,
    struct interval **list, size_t *count)
{
	const struct window *w = &d->query->window;
	struct stored_down *downs;
	int n = store_downs(
	    d->store, agreement, service, kind, w->from, w->to, d->arena, &downs, d->err);

	if (n < 0)
		return -1;
	*list = arena_alloc(d->arena, (size_t)n, sizeof(**list));
	for (int i = 0; i < n; i++)
		(*list)[i] = (struct interval){downs[i].from, downs[i].to};
	*count = intervals_unite(*list, (size_t)n);
	return n;
}

int64_t
downs_taken(const struct downs *d, const char *agreement, const char *service, struct interval span)
{
	const struct agreement *a = agreement_find(&d->config->agreements, agreement);
	const struct window *w = &d->query->window;
	struct interval *maintenance;
	size_t count;

	if (a == NULL)
		return 0;
	if (downs_united(d, agreement, service, DOWN_MAINTENANCE, &maintenance, &count) < 0)
		return -1;
	return availability_taken(
	    a, service, span, maintenance, count, w->from, w->to, d->query->now);
}

/* The course of a down's service; NULL on failure. */
static struct course *
course_of(struct downs_walk *k, const struct stored_down *down)
{
	const struct downs *d = k->d;
	size_t a = strlen(down->agreement) + 1, s = strlen(down->service) + 1;
	char *key = arena_alloc(d->arena, a + s, 1);
	struct course *c;

	memcpy(key, down->agreement, a);
	memcpy(key + a, down->service, s);
	HASH_FIND(hh, k->courses, key, a + s, c);
	if (c != NULL)
		return c;
	c = arena_alloc(d->arena, 1, sizeof(*c));
	c->agreement = agreement_find(&d->config->agreements, down->agreement);
	c->until[0] = c->until[1] = INT64_MIN;
	if (downs_united(d, key, key + a, DOWN_MAINTENANCE, &c->maintenance, &c->count) < 0)
		return NULL;
	HASH_ADD_KEYPTR(hh, k->courses, key, a + s, c);
	return c;
}

static int64_t
taken_by(const struct downs_walk *k, const struct course *c, const struct stored_down *down,
    int64_t from)
{
	const struct scores_query *q = k->d->query;
	bool outage = down->kind == DOWN_OUTAGE;

	if (c->agreement == NULL)
		return 0;
	return availability_taken(c->agreement, down->service,
	    (struct interval){from > down->from ? from : down->from, down->to}, c->maintenance,
	    outage ? c->count : 0, q->window.from, q->window.to, q->now);
}

/* Maintenance that was announced too late takes nothing: it counts as agreed time. */
static int
look(void *context, const struct told_down *told)
{
	struct downs_walk *k = context;
	const struct downs *d = k->d;
	const struct stored_down *down = &told->down;
	const struct scope scope = {{down->agreement, down->service, "", ""}};
	bool passed =
	    down->from < d->start || (down->from == d->start && told->entity <= d->entity);
	struct taken t = {.down = told, .outcome = OUTCOME_BAD};
	struct course *c;
	int64_t *until;

	if (down->kind == DOWN_MAINTENANCE_LATE || !scores_match(d->query, &scope))
		return 0;
	c = course_of(k, down);
	if (c == NULL) {
		k->failed = true;
		return 1;
	}
	if (down->kind == DOWN_MAINTENANCE)
		t.outcome = OUTCOME_EXCLUDED;
	until = &c->until[down->kind == DOWN_MAINTENANCE];
	if (!passed) {
		t.alone = taken_by(k, c, down, INT64_MIN);
		t.counted = t.alone == 0 ? 0 : taken_by(k, c, down, *until);
	}
	if (down->to > *until)
		*until = down->to;
	return t.alone > 0 && k->each(k->context, &t) != 0;
}

int
downs_walk(const struct downs *d, int (*each)(void *context, const struct taken *t), void *context)
{
	const struct window *w = &d->query->window;
	struct downs_walk k = {.d = d, .each = each, .context = context};
	int rc = store_downs_walk(d->store, w->from, w->to, INT64_MIN, INT64_MIN, look, &k, d->err);

	HASH_CLEAR(hh, k.courses);
	return rc != 0 || k.failed ? -1 : 0;
}
