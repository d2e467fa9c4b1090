#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "scores_inside.h"

const char *
scores_only(const struct scores_query *q, enum dimension d)
{
	return q->filter[d].count == 1 ? q->filter[d].values[0] : NULL;
}

bool
scores_lets(const struct scores_query *q, enum dimension d, const char *value)
{
	bool found = q->filter[d].count == 0;

	for (size_t i = 0; i < q->filter[d].count; i++)
		found = found || strcmp(q->filter[d].values[i], value) == 0;
	return found;
}

bool
scores_match(const struct scores_query *q, const struct scope *scope)
{
	for (enum dimension d = 0; d < DIMENSIONS; d++) {
		if (!scores_lets(q, d, scope->dim[d]))
			return false;
	}
	return true;
}

bool
scores_by_agreement(const struct scores_query *q)
{
	return q->bys == 0 || (q->bys == 1 && q->by[0] == DIM_AGREEMENT);
}

bool
scores_in_scope(const struct scores_query *q, enum indicator i)
{
	unsigned asked = 0;

	for (size_t b = 0; b < q->bys; b++)
		asked |= 1u << q->by[b];
	for (int d = 0; d < DIMENSIONS; d++)
		asked |= (q->filter[d].count > 0) * (1u << d);
	return (asked & ~indicator_table[i].dimensions) == 0;
}

bool
scores_want(const struct scores_query *q, enum input input)
{
	for (enum indicator i = 0; i < INDICATORS; i++) {
		if (q->wanted[i] && indicator_table[i].input == input && scores_in_scope(q, i))
			return true;
	}
	return false;
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
		k->part = grown(k, k->part, sizeof(*k->part));
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

size_t
scores_group_of(struct asking *k, const struct scope *scope)
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

/* Whether some agreement of the group was in force in a part of the window that has passed. */
static bool
in_force(const struct asking *k, const struct scores_group *group)
{
	const struct scores_query *q = k->query;
	int64_t end = q->window.to < q->now ? q->window.to : q->now, begin;
	const struct agreement *a;
	bool ours;

	for (size_t i = 0; i < k->config->agreements.count; i++) {
		a = &k->config->agreements.items[i];
		ours = scores_lets(q, DIM_AGREEMENT, a->id);
		for (size_t b = 0; b < q->bys && ours; b++)
			ours = q->by[b] != DIM_AGREEMENT || strcmp(group->by[b], a->id) == 0;
		begin = a->version[0].from > q->window.from ? a->version[0].from : q->window.from;
		if (ours && begin < end)
			return true;
	}
	return false;
}

static struct score
score_of_events(const struct asking *k, size_t g, enum indicator i)
{
	const struct sums *sums = &k->part[g].sums[i];

	if (indicator_table[i].formula == FORMULA_ABSENCE)
		return score_of_absence(sums, in_force(k, &k->group[g]));
	if (i == INCIDENT_CONTROL_RATE)
		return score_of_incidents(sums, k->part[g].quota);
	if (i == INFORMATION_INTEGRITY_RATE)
		return score_of_amounts(i, &(struct amounts){sums->bad, sums->good, 0});
	return score_of_sums(i, sums);
}

static struct score
score_of_part(const struct asking *k, size_t g, enum indicator i)
{
	const struct part *p = &k->part[g];
	struct score s;

	switch (indicator_table[i].input) {
	case INPUT_OUTAGES:
		s = score_of_availability(&p->availability);
		s.late_maintenance = p->late;
		return s;
	case INPUT_MEASUREMENT:
		return score_of_amounts(i, &p->amounts[i]);
	case INPUT_ASSESSMENT:
		return score_of_levels(&p->levels[i]);
	case INPUT_TICKETS:
	case INPUT_EVENTS:
	case INPUT_REPORTS:
		break;
	}
	return score_of_events(k, g, i);
}

/* Whether a group is worth its rows: something was counted. An agreement's is, too, where nothing
 * having happened is the news. */
static bool
is_kept(const struct scores_query *q, const struct score *s, enum indicator i)
{
	bool without_b =
	    indicator_table[i].formula == FORMULA_ABSENCE || i == INCIDENT_CONTROL_RATE;
	int64_t excluded = 0;

	for (int x = 0; x < EXCLUSIONS; x++)
		excluded += s->excluded[x];
	return s->a > 0 || s->b > 0 || excluded > 0 ||
	    (without_b && s->value.den > 0 && scores_by_agreement(q));
}

static void
group_score(struct asking *k, size_t g)
{
	struct scores_group *group = &k->group[g];

	for (enum indicator i = 0; i < INDICATORS; i++) {
		if (!k->query->wanted[i])
			continue;
		group->score[i] = scores_in_scope(k->query, i) ? score_of_part(k, g, i)
							       : score_without("not_in_scope");
		group->any = group->any || is_kept(k->query, &group->score[i], i);
	}
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
	if (tallies_ask(&k) != 0 || outages_ask(&k) != 0 || agreements_ask(&k) != 0)
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
