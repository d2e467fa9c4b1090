#include "scores.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/buf.h"
#include "base/stamp.h"
#include "codec/packed.h"

#define NO_GROUP SIZE_MAX

struct place { /* of a group, by its values of `by` */
	UT_hash_handle hh;
	size_t group;
};

/* One question being answered. */
struct asking {
	struct store *store;
	const struct config *config;
	const struct scores_query *query;
	struct arena *arena;
	struct err *err;
	struct scores_group *group;
	struct sums (*sums)[INDICATORS]; /* beside group */
	struct availability *availability;
	int64_t *late;
	size_t count, room, most;
	struct place *places;
	bool damaged, crowded;
	size_t current; /* the group that tallies are added to */
};

const char *
scores_only(const struct scores_query *q, enum dimension d)
{
	return q->filter[d].count == 1 ? q->filter[d].values[0] : NULL;
}

bool
scores_match(const struct scores_query *q, const struct scope *scope)
{
	bool found;

	for (int d = 0; d < DIMENSIONS; d++) {
		found = q->filter[d].count == 0;
		for (size_t i = 0; i < q->filter[d].count; i++)
			found = found || strcmp(q->filter[d].values[i], scope->dim[d]) == 0;
		if (!found)
			return false;
	}
	return true;
}

static void *
grown(struct asking *k, const void *old, size_t size)
{
	void *fresh = arena_alloc(k->arena, k->room, size);

	if (k->count > 0)
		memcpy(fresh, old, k->count * size);
	return fresh;
}

static size_t
group_add(struct asking *k)
{
	if (k->count == k->room) {
		k->room = k->room == 0 ? 1 : 4 * k->room;
		k->group = grown(k, k->group, sizeof(*k->group));
		k->sums = grown(k, k->sums, sizeof(*k->sums));
		k->availability = grown(k, k->availability, sizeof(*k->availability));
		k->late = grown(k, k->late, sizeof(*k->late));
	}
	return k->count++;
}

/* The values of `by`, each with its NUL, as one key in the arena. */
static char *
group_key(struct asking *k, const struct scope *scope, size_t *len)
{
	const struct scores_query *q = k->query;
	struct buf b = BUF_INIT(DIMENSIONS * 2048);
	char *key;

	for (size_t i = 0; i < q->bys; i++)
		buf_put(&b, scope->dim[q->by[i]], strlen(scope->dim[q->by[i]]) + 1);
	key = arena_strndup(k->arena, buf_text(&b), b.len);
	*len = b.len;
	buf_free(&b);
	return key;
}

/* The group that a scope counts in; NO_GROUP once there are too many. */
static size_t
group_of(struct asking *k, const struct scope *scope)
{
	const struct scores_query *q = k->query;
	struct place *p;
	size_t len;
	char *key = group_key(k, scope, &len);

	HASH_FIND(hh, k->places, key, len, p);
	if (p != NULL)
		return p->group;
	if (q->bys == 0 && k->count > 0)
		return 0;
	if (k->count == k->most) {
		k->crowded = true;
		return NO_GROUP;
	}
	p = arena_alloc(k->arena, 1, sizeof(*p));
	p->group = group_add(k);
	for (size_t b = 0; b < q->bys; b++)
		k->group[p->group].by[b] = scope->dim[q->by[b]];
	HASH_ADD_KEYPTR(hh, k->places, key, len, p);
	return p->group;
}

static void
tally_read(void *context, struct blob counts)
{
	struct asking *k = context;
	struct tally t = {0};

	if (tally_add_packed(&t, counts.bytes, counts.len, k->err) != 0)
		k->damaged = true;
	for (size_t i = 0; i < t.count; i++) {
		if (measure_cohort(t.sum[i].measure) == k->query->cohort)
			sums_add(&k->sums[k->current][measure_indicator(t.sum[i].measure)],
			    t.sum[i].measure, t.sum[i].n);
	}
	tally_free(&t);
}

static int
tickets_ask(struct asking *k)
{
	struct bucket_range ranges[TALLY_RANGES];
	size_t cuts = tally_cut(
	    k->query->window.from / STAMP_MINUTE, k->query->window.to / STAMP_MINUTE, ranges);
	struct stored_scope *scopes;
	int n = store_scopes(k->store, k->arena, &scopes, k->err);

	for (int i = 0; i < n; i++) {
		if (!scores_match(k->query, &scopes[i].scope))
			continue;
		k->current = group_of(k, &scopes[i].scope);
		if (k->current == NO_GROUP)
			continue;
		for (size_t r = 0; r < cuts; r++) {
			if (store_tally_range(k->store, scopes[i].id, ranges[r].level,
				ranges[r].from, ranges[r].to, tally_read, k, k->err) != 0)
				return -1;
		}
	}
	return n < 0 || k->damaged ? -1 : 0;
}

/* The stored downs of a kind as united intervals. */
static int
downs_read(struct asking *k, const struct scope *scope, enum down_kind kind, struct interval **list,
    size_t *count)
{
	const struct window *w = &k->query->window;
	struct stored_down *downs;
	int n = store_downs(k->store, scope->dim[DIM_AGREEMENT], scope->dim[DIM_SERVICE], kind,
	    w->from, w->to, k->arena, &downs, k->err);

	if (n < 0)
		return -1;
	*list = arena_alloc(k->arena, (size_t)n, sizeof(**list));
	for (int i = 0; i < n; i++)
		(*list)[i] = (struct interval){downs[i].from, downs[i].to};
	*count = intervals_unite(*list, (size_t)n);
	return n;
}

static int
service_ask(struct asking *k, const struct agreement *a, const char *service)
{
	struct scope scope = {{a->id, service, "", ""}};
	const struct window *w = &k->query->window;
	struct interval *outages, *maintenance, *late;
	size_t outage_count, maintenance_count, late_count;
	int n_late;

	if (!scores_match(k->query, &scope))
		return 0;
	n_late = downs_read(k, &scope, DOWN_MAINTENANCE_LATE, &late, &late_count);
	if (n_late < 0 || downs_read(k, &scope, DOWN_OUTAGE, &outages, &outage_count) < 0 ||
	    downs_read(k, &scope, DOWN_MAINTENANCE, &maintenance, &maintenance_count) < 0)
		return -1;
	k->current = group_of(k, &scope);
	if (k->current == NO_GROUP)
		return 0;
	k->late[k->current] += n_late;
	availability_add(&k->availability[k->current], a, service, outages, outage_count,
	    maintenance, maintenance_count, w->from, w->to, k->query->now);
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
listed_ask(struct asking *k, const struct agreement *a)
{
	for (size_t v = 0; v < a->versions; v++) {
		for (size_t i = 0; i < a->version[v].services; i++) {
			if (!listed_before(a, v, a->version[v].service[i].id) &&
			    service_ask(k, a, a->version[v].service[i].id) != 0)
				return -1;
		}
	}
	return 0;
}

/* Services that no version lists, known by their outages. */
static int
unlisted_ask(struct asking *k)
{
	struct stored_down *known;
	int n = store_down_services(k->store, k->arena, &known, k->err);
	const struct agreement *a;

	for (int i = 0; i < n; i++) {
		a = agreement_find(&k->config->agreements, known[i].agreement);
		if (a != NULL && !listed_before(a, a->versions, known[i].service) &&
		    service_ask(k, a, known[i].service) != 0)
			return -1;
	}
	return n < 0 ? -1 : 0;
}

static bool
in_scope_of_outages(const struct scores_query *q)
{
	for (size_t b = 0; b < q->bys; b++) {
		if (q->by[b] == DIM_PRIORITY || q->by[b] == DIM_TEAM)
			return false;
	}
	return q->filter[DIM_PRIORITY].count == 0 && q->filter[DIM_TEAM].count == 0;
}

static int
outages_ask(struct asking *k)
{
	if (!k->query->wanted[SERVICE_AVAILABILITY] || !in_scope_of_outages(k->query))
		return 0;
	for (size_t i = 0; i < k->config->agreements.count; i++) {
		if (listed_ask(k, &k->config->agreements.items[i]) != 0)
			return -1;
	}
	return unlisted_ask(k);
}

static bool
counts_anything(const struct score *s)
{
	int64_t excluded = 0;

	for (int x = 0; x < EXCLUSIONS; x++)
		excluded += s->excluded[x];
	return s->b > 0 || excluded > 0;
}

static void
group_score(struct asking *k, size_t g)
{
	struct scores_group *group = &k->group[g];

	for (enum indicator i = 0; i < INDICATORS; i++) {
		if (!k->query->wanted[i])
			continue;
		if (!indicator_table[i].computed)
			group->score[i] = score_without("not_computed");
		else if (indicator_table[i].input == INPUT_TICKETS)
			group->score[i] = score_of_sums(i, &k->sums[g][i]);
		else if (!in_scope_of_outages(k->query))
			group->score[i] = score_without("not_in_scope");
		else
			group->score[i] = score_of_availability(&k->availability[g]);
		group->any = group->any || counts_anything(&group->score[i]);
	}
	if (k->query->wanted[SERVICE_AVAILABILITY])
		group->score[SERVICE_AVAILABILITY].late_maintenance = k->late[g];
}

static int
by_values(const void *x, const void *y)
{
	const struct scores_group *a = x, *b = y;
	int order = 0;

	for (int i = 0; i < DIMENSIONS && order == 0 && a->by[i] != NULL; i++)
		order = strcmp(a->by[i], b->by[i]);
	return order;
}

static size_t
groups_most(const struct scores_query *q)
{
	size_t wanted = 0;

	for (int i = 0; i < INDICATORS; i++)
		wanted += q->wanted[i];
	if (wanted * SCORES_GROUPS <= SCORES_ROWS)
		return SCORES_GROUPS;
	return SCORES_ROWS / wanted;
}

int
scores_ask(struct store *s, const struct config *c, const struct scores_query *q, struct arena *a,
    struct scores *scores, struct err *err)
{
	struct asking k = {.store = s, .config = c, .query = q, .arena = a, .err = err};
	size_t kept = 0;
	int rc = 0;

	k.most = groups_most(q);
	if (q->bys == 0)
		group_add(&k);
	if (tickets_ask(&k) != 0 || outages_ask(&k) != 0)
		rc = -1;
	HASH_CLEAR(hh, k.places);
	for (size_t g = 0; g < k.count && rc == 0; g++) {
		group_score(&k, g);
		if (k.group[g].any || q->bys == 0)
			k.group[kept++] = k.group[g];
	}
	if (kept > 1)
		qsort(k.group, kept, sizeof(k.group[0]), by_values);
	if (rc == 0)
		*scores = (struct scores){k.crowded, kept, k.group};
	return rc;
}
