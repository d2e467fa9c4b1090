#include "gather.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/stamp.h"
#include "domain/tally.h"
#include "downs.h"

static struct gather_group *
group_add(struct gather *g)
{
	struct gather_group *group = arena_alloc(g->arena, 1, sizeof(*group));

	group->part = arena_alloc(g->arena, 1, g->part_size);
	return group;
}

void
gather_begin(struct gather *g)
{
	if (g->query->bys > 0)
		return;
	g->only = group_add(g);
	HASH_ADD_KEYPTR(hh, g->groups, "", 1, g->only);
}

static int
by_values(const struct gather_group *a, const struct gather_group *b)
{
	int order = 0;

	for (int i = 0; i < DIMENSIONS && order == 0 && a->by[i] != NULL; i++)
		order = strcmp(a->by[i], b->by[i]);
	return order;
}

void
gather_end(struct gather *g)
{
	HASH_SRT(hh, g->groups, by_values);
}

void
gather_free(struct gather *g)
{
	HASH_CLEAR(hh, g->groups);
}

/* The values of `by`, each with its NUL, as one key in the arena. */
static char *
group_key(struct gather *g, const struct scope *scope, size_t *len)
{
	const struct scores_query *q = g->query;
	struct buf b = BUF_INIT(DIMENSIONS * 2048);
	char *key;

	for (size_t i = 0; i < q->bys; i++)
		buf_put(&b, scope->dim[q->by[i]], strlen(scope->dim[q->by[i]]) + 1);
	key = arena_strndup(g->arena, buf_text(&b), b.len);
	*len = b.len;
	buf_free(&b);
	return key;
}

static bool
is_group(const struct gather *g, const struct gather_group *group, const struct scope *scope)
{
	for (size_t b = 0; b < g->query->bys; b++) {
		if (strcmp(group->by[b], scope->dim[g->query->by[b]]) != 0)
			return false;
	}
	return true;
}

static struct gather_group *
group_of(struct gather *g, const struct scope *scope)
{
	struct gather_group *group;
	size_t len;
	char *key = group_key(g, scope, &len);

	HASH_FIND(hh, g->groups, key, len, group);
	if (group != NULL)
		return group;
	if (HASH_COUNT(g->groups) == g->most) {
		g->crowded = true;
		return NULL;
	}
	group = group_add(g);
	for (size_t b = 0; b < g->query->bys; b++)
		group->by[b] = scope->dim[g->query->by[b]];
	HASH_ADD_KEYPTR(hh, g->groups, key, len, group);
	return group;
}

void *
gather_part(struct gather *g, const struct scope *scope)
{
	if (g->only != NULL)
		return g->only->part;
	if (g->last == NULL || !is_group(g, g->last, scope))
		g->last = group_of(g, scope);
	return g->last == NULL ? NULL : g->last->part;
}

struct gather_match {
	int64_t scope;
	void *part;
};

/* Tallies of the scopes that match, being read. */
struct reading {
	struct gather *gather;
	int (*each)(struct gather *g, void *part, struct blob counts, int times);
	int times;
	bool failed;
};

static void
read_one(void *context, size_t which, struct blob counts)
{
	struct reading *r = context;

	if (!r->failed && r->each(r->gather, r->gather->match[which].part, counts, r->times) != 0)
		r->failed = true;
}

static int
by_scope(const void *x, const void *y)
{
	const struct gather_match *a = x, *b = y;

	return (a->scope > b->scope) - (a->scope < b->scope);
}

static int
scopes_match(struct gather *g)
{
	struct stored_scope *scopes;
	const char *only = scores_only(g->query, DIM_AGREEMENT);
	int n = only == NULL ? store_scopes(g->store, g->arena, &scopes, g->err)
			     : store_scopes_of(g->store, only, g->arena, &scopes, g->err);
	void *part;

	if (n < 0)
		return -1;
	g->match = arena_alloc(g->arena, (size_t)n, sizeof(*g->match));
	for (int i = 0; i < n; i++) {
		part = scores_match(g->query, &scopes[i].scope) ? gather_part(g, &scopes[i].scope)
								: NULL;
		if (part != NULL)
			g->match[g->matches++] = (struct gather_match){scopes[i].id, part};
	}
	if (g->matches > 0)
		qsort(g->match, g->matches, sizeof(*g->match), by_scope);
	g->scope = arena_alloc(g->arena, g->matches, sizeof(*g->scope));
	for (size_t i = 0; i < g->matches; i++)
		g->scope[i] = g->match[i].scope;
	g->matched = true;
	return 0;
}

int
gather_tallies(struct gather *g, enum tally_half half, int64_t from, int64_t to,
    int (*each)(struct gather *g, void *part, struct blob counts, int times))
{
	struct reading r = {.gather = g, .each = each};
	struct bucket_range ranges[TALLY_RANGES];
	struct tally_range asked = {.half = half};
	size_t cuts = tally_cover(from, to, ranges);

	if (!g->matched && scopes_match(g) != 0)
		return -1;
	for (size_t c = 0; c < cuts; c++) {
		r.times = ranges[c].less ? -1 : 1;
		asked.level = ranges[c].level;
		asked.from = ranges[c].from;
		asked.to = ranges[c].to;
		if (store_tally_range(
			g->store, g->scope, g->matches, &asked, read_one, &r, g->err) != 0 ||
		    r.failed)
			return -1;
	}
	return 0;
}

/* The services of agreements, being asked for. */
struct round {
	struct gather *gather;
	struct availability *(*of)(void *part, int64_t late_maintenance);
};

static int
service_ask(const struct round *r, const struct agreement *a, const char *service)
{
	const struct scope scope = {{a->id, service, "", ""}};
	struct gather *g = r->gather;
	const struct window *w = &g->query->window;
	const struct downs downs = {
	    g->store, g->config, g->query, g->arena, INT64_MIN, INT64_MIN, g->err};
	struct interval *outages, *maintenance, *late;
	size_t outage_count, maintenance_count, late_count;
	void *part;
	int n_late;

	if (!scores_match(g->query, &scope))
		return 0;
	n_late = downs_united(&downs, a->id, service, DOWN_MAINTENANCE_LATE, &late, &late_count);
	if (n_late < 0 ||
	    downs_united(&downs, a->id, service, DOWN_OUTAGE, &outages, &outage_count) < 0 ||
	    downs_united(
		&downs, a->id, service, DOWN_MAINTENANCE, &maintenance, &maintenance_count) < 0)
		return -1;
	part = gather_part(g, &scope);
	if (part == NULL)
		return 0;
	availability_add(r->of(part, n_late), a, service, outages, outage_count, maintenance,
	    maintenance_count, w->from, w->to, g->query->now);
	return 0;
}

/* Whether an earlier version lists it, so that a service is asked for once. */
static bool
listed_before(const struct agreement *a, size_t version, const char *service)
{
	for (size_t v = 0; v < version; v++) {
		if (terms_service(&a->version[v], service) != NULL)
			return true;
	}
	return false;
}

static int
listed_ask(const struct round *r, const struct agreement *a)
{
	for (size_t v = 0; v < a->versions; v++) {
		for (size_t i = 0; i < a->version[v].services; i++) {
			if (!listed_before(a, v, a->version[v].service[i].id) &&
			    service_ask(r, a, a->version[v].service[i].id) != 0)
				return -1;
		}
	}
	return 0;
}

/* Services that no version lists, known by their outages. */
static int
unlisted_ask(const struct round *r)
{
	struct gather *g = r->gather;
	struct stored_down *known;
	const char *only = scores_only(g->query, DIM_AGREEMENT);
	int n = only == NULL ? store_down_services(g->store, g->arena, &known, g->err)
			     : store_down_services_of(g->store, only, g->arena, &known, g->err);
	const struct agreement *a;

	for (int i = 0; i < n; i++) {
		a = agreement_find(&g->config->agreements, known[i].agreement);
		if (a != NULL && !listed_before(a, a->versions, known[i].service) &&
		    service_ask(r, a, known[i].service) != 0)
			return -1;
	}
	return n < 0 ? -1 : 0;
}

int
gather_outages(struct gather *g, struct availability *(*of)(void *part, int64_t late_maintenance))
{
	const struct round r = {g, of};

	for (size_t i = 0; i < g->config->agreements.count; i++) {
		if (listed_ask(&r, &g->config->agreements.items[i]) != 0)
			return -1;
	}
	return unlisted_ask(&r);
}
