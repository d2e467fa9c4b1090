#include <string.h>

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
scores_asked_within(const struct scores_query *q, unsigned dimensions)
{
	unsigned asked = 0;

	for (size_t b = 0; b < q->bys; b++)
		asked |= 1u << q->by[b];
	for (int d = 0; d < DIMENSIONS; d++)
		asked |= (q->filter[d].count > 0) * (1u << d);
	return (asked & ~dimensions) == 0;
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

bool
scores_in_scope(const struct scores_query *q, enum indicator i)
{
	return scores_asked_within(q, indicator_table[i].dimensions);
}

/* Whether some agreement of the group was in force in a part of the window that has passed. */
static bool
in_force(const struct gather *k, const struct gather_group *group)
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
score_of_events(const struct gather *k, const struct gather_group *group, enum indicator i)
{
	const struct part *p = group->part;
	const struct sums *sums = &p->sums[i];

	if (indicator_table[i].formula == FORMULA_ABSENCE)
		return score_of_absence(sums, in_force(k, group));
	if (i == INCIDENT_CONTROL_RATE)
		return score_of_incidents(sums, p->quota);
	if (i == INFORMATION_INTEGRITY_RATE)
		return score_of_amounts(i, &(struct amounts){sums->bad, sums->good, 0});
	return score_of_sums(i, sums);
}

static struct score
score_of_part(const struct gather *k, const struct gather_group *group, enum indicator i)
{
	const struct part *p = group->part;
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
	return score_of_events(k, group, i);
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
group_score(const struct gather *k, const struct gather_group *from, struct scores_group *group)
{
	*group = (struct scores_group){.any = false};
	memcpy(group->by, from->by, sizeof(group->by));
	for (enum indicator i = 0; i < INDICATORS; i++) {
		if (!k->query->wanted[i])
			continue;
		group->score[i] = scores_in_scope(k->query, i) ? score_of_part(k, from, i)
							       : score_without("not_in_scope");
		group->any = group->any || is_kept(k->query, &group->score[i], i);
	}
}

/* The groups that are asked for come first, and no other fits in. */
static void
groups_given(struct gather *k)
{
	const struct scores_query *q = k->query;
	const struct sums *sums = q->sums;
	struct scope scope;
	struct part *p;

	k->most = q->groups->count;
	for (size_t g = 0; g < q->groups->count; g++) {
		for (size_t b = 0; b < q->bys; b++)
			scope.dim[q->by[b]] = q->groups->group[g].by[b];
		p = gather_part(k, &scope);
		for (enum indicator i = 0; i < INDICATORS && sums != NULL; i++) {
			if (q->wanted[i])
				p->sums[i] = *sums++;
		}
	}
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
	struct gather k = {.store = s, .config = c, .query = q, .arena = a, .err = err};
	struct gather_group *group, *next;
	int rc = 0;

	k.part_size = sizeof(struct part);
	k.most = groups_most(q);
	gather_begin(&k);
	if (q->groups != NULL)
		groups_given(&k);
	if ((q->sums == NULL && tallies_ask(&k) != 0) || outages_ask(&k) != 0 ||
	    agreements_ask(&k) != 0) {
		rc = -1;
		goto out;
	}
	if (q->groups == NULL)
		gather_end(&k);
	*scores = (struct scores){.crowded = k.crowded && q->groups == NULL};
	scores->group = arena_alloc(a, HASH_COUNT(k.groups), sizeof(*scores->group));
	HASH_ITER (hh, k.groups, group, next) {
		group_score(&k, group, &scores->group[scores->count]);
		scores->count +=
		    scores->group[scores->count].any || q->bys == 0 || q->groups != NULL;
	}
out:
	gather_free(&k);
	return rc;
}
