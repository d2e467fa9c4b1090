#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "base/stamp.h"
#include "domain/budget.h"
#include "row.h"
#include "series.h"

#define BY_DAY_MOST (62 * STAMP_DAY) /* of a window whose trends go by day */

struct gap {
	size_t group;
	enum indicator indicator;
	bool valued;
	double size; /* objective - value, if it is valued */
};

struct gaps {
	struct api *api;
	struct question *question;
	bool all; /* also of objectives that are met, or have no value */
	struct series series; /* of the groups and indicators that are listed */
	struct series_other previous;
	size_t count;
	struct gap *list;
};

static const struct objective *
objective_of(const struct gaps *g, const char *agreement, enum indicator i)
{
	return row_objective(g->api->config, &g->question->query, agreement, i);
}

/* Wants the indicators of all objectives. Each agreement is a group, whatever it has to count; by
 * service those are, for a list of all, that have anything. */
static void
agreements_want(struct gaps *g, struct arena *arena)
{
	struct scores_query *q = &g->question->query;
	const struct agreements *all = &g->api->config->agreements;
	struct scores *groups = arena_alloc(arena, 1, sizeof(*groups));
	const char *id;

	memset(q->wanted, 0, sizeof(q->wanted));
	groups->group = arena_alloc(arena, all->count, sizeof(*groups->group));
	for (size_t n = 0; n < all->count; n++) {
		id = all->items[n].id;
		if (!scores_lets(q, DIM_AGREEMENT, id))
			continue;
		groups->group[groups->count++].by[0] = id;
		for (enum indicator i = 0; i < INDICATORS; i++)
			q->wanted[i] = q->wanted[i] || objective_of(g, id, i) != NULL;
	}
	q->groups = q->bys == 1 ? groups : NULL;
	for (enum indicator i = 0; i < INDICATORS; i++)
		q->wanted[i] = q->wanted[i] || (q->groups == NULL && g->all);
}

/* The list, and of the groups of the scores those that are in it. */
static void
gaps_list(struct gaps *g, const struct scores *scores, struct scores *kept, struct arena *arena)
{
	const struct scores_query *q = &g->question->query;
	bool wanted[INDICATORS] = {false};
	size_t before;
	struct row row;
	struct gap gap;

	*kept = (struct scores){.group = arena_alloc(arena, scores->count, sizeof(*kept->group))};
	g->list = arena_alloc(arena, scores->count * INDICATORS, sizeof(*g->list));
	for (size_t n = 0; n < scores->count; n++) {
		before = g->count;
		for (enum indicator i = 0; i < INDICATORS; i++) {
			row = row_of(g->api->config, q, &scores->group[n], i);
			if (row.objective == NULL || (!g->all && row_met(&row) != MET_NO))
				continue;
			gap = (struct gap){kept->count, i, row.score->value.den > 0, 0};
			if (gap.valued)
				gap.size = fraction_difference(
				    (struct fraction){row.objective->at_least.units,
					row.objective->at_least.scale},
				    row.score->value);
			g->list[g->count++] = gap;
			wanted[i] = true;
		}
		if (g->count > before)
			kept->group[kept->count++] = scores->group[n];
	}
	memcpy(g->question->query.wanted, wanted, sizeof(wanted));
}

static int
by_size(const void *x, const void *y)
{
	const struct gap *a = x, *b = y;

	if (a->valued != b->valued)
		return a->valued ? -1 : 1;
	if (a->size != b->size)
		return a->size > b->size ? -1 : 1;
	if (a->indicator != b->indicator)
		return a->indicator < b->indicator ? -1 : 1;
	return (a->group > b->group) - (a->group < b->group);
}

static json_t *
previous_json(const struct gaps *g, const struct gap *gap)
{
	if (!g->previous.there)
		return json_null();
	return json_pack("{ss so}", "window", g->previous.window.name, "value",
	    fraction_json(g->previous.scores.group[gap->group].score[gap->indicator].value));
}

/* What an objective bears and needs, where it is of tickets, calls or reports. */
static struct budget
budget_of_row(const struct row *row)
{
	const struct score *s = row->score;
	bool complement = indicator_table[row->indicator].formula == FORMULA_COMPLEMENT;

	if (s->value.den == 0 || !budget_applies(row->indicator))
		return (struct budget){BUDGET_NONE, BUDGET_NONE};
	return budget_of(complement ? s->b - s->a : s->a, s->b, row->objective->at_least);
}

static json_t *
count_json(int64_t n)
{
	return n == BUDGET_NONE ? json_null() : json_integer(n);
}

static json_t *
gap_json(const struct gaps *g, const struct gap *gap)
{
	const struct indicator_info *info = &indicator_table[gap->indicator];
	const struct scores_group *group = &g->series.whole.group[gap->group];
	const struct score *s = &group->score[gap->indicator];
	struct row row = row_of(g->api->config, &g->question->query, group, gap->indicator);
	struct trend trend = series_trend(&g->series, gap->group, gap->indicator);
	struct budget budget = budget_of_row(&row);
	enum met met = row_met(&row);

	return json_pack("{ss ss ss so sf so so so so so sI so so so so}", "indicator", info->id,
	    "name", info->name, "name_zh", info->name_zh, "scope", row_scope_json(&row),
	    "objective", objective_value(row.objective), "value", fraction_json(s->value), "gap",
	    gap->valued ? json_real(gap->size) : json_null(), "met",
	    met == MET_UNKNOWN ? json_null() : json_boolean(met == MET_YES), "a", row_a_json(&row),
	    "b", row_b_json(&row), "pending", (json_int_t)s->pending, "previous",
	    previous_json(g, gap), "trend", trend_json(&trend), "affords",
	    count_json(budget.affords), "needs", count_json(budget.needs));
}

static void
answer_gaps(struct gaps *g, struct answer *a)
{
	const struct scores_query *q = &g->question->query;
	json_t *list = json_array();

	qsort(g->list, g->count, sizeof(g->list[0]), by_size);
	for (size_t n = 0; n < g->count; n++)
		json_array_append_new(list, gap_json(g, &g->list[n]));
	answer_json(a, 200,
	    json_pack("{so ss so so}", "window", window_json(&q->window, q->cohort), "step",
		step_names[g->series.unit], "as_of", json_instant(g->question->as_of), "gaps",
		list));
}

/* Trends and the window before, of what is listed. */
static int
surroundings_ask(struct gaps *g, struct arena *arena, struct err *err)
{
	struct store *reader = g->api->reader;
	struct config *c = g->api->config;

	if (series_crowded(&g->series, g->series.whole.count, err))
		return 400;
	if (series_ask(reader, c, &g->series, arena, err) != 0 ||
	    series_beside(reader, c, &g->series, window_before, arena, &g->previous, err) != 0)
		return 503;
	return 0;
}

/* 0, or the status that err explains. */
static int
gaps_ask(struct gaps *g, struct arena *arena, struct err *err)
{
	struct scores_query *q = &g->question->query;
	enum step step = q->window.to - q->window.from <= BY_DAY_MOST ? STEP_DAY : STEP_WEEK;
	struct scores scores, kept;

	agreements_want(g, arena);
	if (scores_ask(g->api->reader, g->api->config, q, arena, &scores, err) != 0)
		return 503;
	if (scores.crowded) {
		err_set(
		    err, "there are more than %d services; ask of one agreement", SCORES_GROUPS);
		return 400;
	}
	gaps_list(g, &scores, &kept, arena);
	if (series_cut(q, step, arena, &g->series, err) != 0)
		return 400;
	g->series.whole = kept;
	return surroundings_ask(g, arena, err);
}

static int
question_of_gaps(struct api *api, const struct request *r, struct arena *arena, struct question *q,
    bool *all, struct err *err)
{
	static const char *const names[] = {
	    "window", "from", "to", "cohort", "agreement", "by", "all", NULL};
	const char *every = request_param(r, "all");

	if (question_read(api, r, names, arena, q, err) != 0)
		return -1;
	if (q->query.bys > 1 || (q->query.bys == 1 && q->query.by[0] != DIM_SERVICE))
		return err_set(err,
		    "by: objectives are those of agreements; by=service is wanted, "
		    "or none");
	*all = every != NULL && strcmp(every, "true") == 0;
	if (every != NULL && !*all && strcmp(every, "false") != 0)
		return err_set(err, "all=%.40s: true or false is wanted", every);
	q->query.by[q->query.bys] = q->query.by[0];
	q->query.by[0] = DIM_AGREEMENT;
	q->query.bys++;
	return 0;
}

void
api_gaps(void *context, const struct request *r, struct answer *a)
{
	struct api *api = context;
	struct arena arena = {0};
	struct question q;
	struct gaps g = {.api = api, .question = &q};
	struct err err;
	int status;

	if (store_begin_read(api->reader, &err) != 0)
		answer_problem(a, 503, "%s", err.msg);
	else if (question_of_gaps(api, r, &arena, &q, &g.all, &err) != 0)
		answer_problem(a, 400, "%s", err.msg);
	else if ((status = gaps_ask(&g, &arena, &err)) != 0)
		answer_problem(a, status, "%s", err.msg);
	else
		answer_gaps(&g, a);
	store_rollback(api->reader);
	arena_free(&arena);
}
