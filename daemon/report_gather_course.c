#include "report_gather_inside.h"
#include "row.h"
#include "series.h"

int
gather_previous(struct gathering *g)
{
	struct scores_query q = *g->query;
	struct scores scores;

	if (!window_before(&g->query->window, &q.window))
		return 0;
	if (scores_ask(g->store, g->config, &q, g->arena, &scores, g->err) != 0)
		return -1;
	g->report->head.previous = arena_strdup(g->arena, q.window.name);
	for (int i = 0; i < INDICATORS; i++)
		g->score[i].previous = figure_ratio(scores.group[0].score[i].value);
	return 0;
}

/* Of tickets, and a share of them: not of a month's budget, nor whether anything happened. */
static bool
is_share_of_tickets(enum indicator i)
{
	return indicator_table[i].input == INPUT_TICKETS && i != INCIDENT_CONTROL_RATE &&
	    indicator_table[i].formula != FORMULA_ABSENCE;
}

/* Indicators with an objective have their course shown; without any, shares of tickets. */
static size_t
courses_wanted(const struct gathering *g, bool wanted[static INDICATORS])
{
	bool objectives = false;
	size_t count = 0;

	for (int i = 0; i < INDICATORS; i++)
		objectives = objectives || g->score[i].objective.has;
	for (enum indicator i = 0; i < INDICATORS; i++) {
		const struct report_score *s = &g->score[i];

		wanted[i] = count < REPORT_COURSES && s->value.has && s->reason == NULL &&
		    (objectives ? s->objective.has : is_share_of_tickets(i));
		count += wanted[i];
	}
	return count;
}

/* At least a handful of steps, at most some sixty. */
static enum step
step_of(const struct window *w)
{
	int64_t span = w->to - w->from;

	if (span <= 2 * STAMP_DAY)
		return STEP_HOUR;
	if (span <= 62 * STAMP_DAY)
		return STEP_DAY;
	return span <= 400 * STAMP_DAY ? STEP_WEEK : STEP_MONTH;
}

/* Steps that have not begun are left out: they would be an empty half of the picture. */
static void
course_put(struct gathering *g, const struct series *series, enum indicator i)
{
	struct report_point *point = arena_alloc(g->arena, series->steps + 1, sizeof(*point));
	const struct trend trend = series_trend(series, 0, i);
	struct report_score *s = &g->score[i];

	for (size_t n = 0; n < series->steps && series->step[n].from < g->query->now; n++)
		point[s->points++] = (struct report_point){
		    series->step[n].name, figure_ratio(series_point(series, 0, i, n)->value)};
	s->point = point;
	s->direction = direction_names[trend.direction];
}

/* A window of more months than a series has steps has none. */
int
gather_courses(struct gathering *g)
{
	struct scores_query *q = arena_alloc(g->arena, 1, sizeof(*q));
	enum step unit = step_of(&g->query->window);
	struct series series;

	*q = *g->query;
	if (courses_wanted(g, q->wanted) == 0 ||
	    series_cut(q, unit, g->arena, &series, g->err) != 0)
		return 0;
	if (scores_ask(g->store, g->config, q, g->arena, &series.whole, g->err) != 0 ||
	    series_ask(g->store, g->config, &series, g->arena, g->err) != 0)
		return -1;
	g->report->head.step = step_names[unit];
	for (enum indicator i = 0; i < INDICATORS; i++) {
		if (q->wanted[i])
			course_put(g, &series, i);
	}
	return 0;
}
