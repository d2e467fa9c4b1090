#include "series.h"

#include <string.h>

#include "api.h"
#include "papers.h"
#include "row.h"

int
series_cut(const struct scores_query *q, enum step unit, struct arena *a, struct series *series,
    struct err *err)
{
	struct window *steps = arena_alloc(a, SERIES_STEPS, sizeof(*steps));

	*series = (struct series){.query = q, .unit = unit, .step = steps};
	series->steps = window_steps(&q->window, unit, steps, SERIES_STEPS);
	for (enum indicator i = 0; i < INDICATORS; i++)
		series->indicators += q->wanted[i];
	if (series->steps > SERIES_STEPS)
		return err_set(err,
		    "the window has more than %d steps of a%s %s; take longer steps or a shorter "
		    "window",
		    SERIES_STEPS, unit == STEP_HOUR ? "n" : "", step_names[unit]);
	return 0;
}

bool
series_crowded(const struct series *series, size_t groups, struct err *err)
{
	if (groups * series->indicators * series->steps <= SERIES_POINTS)
		return false;
	err_set(err,
	    "%zu groups of %zu indicators in %zu steps are more than %d points; ask for fewer "
	    "indicators or steps, or by fewer dimensions",
	    groups, series->indicators, series->steps, SERIES_POINTS);
	return true;
}

/* Where the points of an indicator in a group begin. */
static struct score *
points_of(const struct series *series, size_t group, enum indicator i)
{
	size_t before = 0;

	for (enum indicator k = 0; k < i; k++)
		before += series->query->wanted[k];
	return &series->point[(group * series->indicators + before) * series->steps];
}

int
series_ask(struct store *s, const struct config *c, struct series *series, struct arena *a,
    struct err *err)
{
	struct scores_query q = *series->query;
	struct papers_kept kept = {.first = NULL};
	struct arena scratch = {0};
	struct scores scores;
	struct sums *sums;
	int rc;

	if (series->whole.count == 0)
		return 0;
	q.groups = &series->whole;
	q.kept = &kept;
	series->point = arena_alloc(
	    a, series->whole.count * series->indicators * series->steps, sizeof(*series->point));
	rc = scores_sums(s, &q, series->step, series->steps, a, &sums, err);
	for (size_t n = 0; n < series->steps && rc == 0; n++) {
		q.window = series->step[n];
		q.sums = &sums[n * series->whole.count * series->indicators];
		rc = scores_ask(s, c, &q, &scratch, &scores, err);
		for (size_t g = 0; g < series->whole.count && rc == 0; g++) {
			for (enum indicator i = 0; i < INDICATORS; i++) {
				if (q.wanted[i])
					points_of(series, g, i)[n] = scores.group[g].score[i];
			}
		}
		arena_free(&scratch);
	}
	arena_free(&kept.arena);
	return rc;
}

const struct score *
series_point(const struct series *series, size_t group, enum indicator i, size_t step)
{
	return &points_of(series, group, i)[step];
}

bool
series_is_over(const struct series *series, size_t step)
{
	return series->step[step].to <= series->query->now;
}

struct trend
series_trend(const struct series *series, size_t group, enum indicator i)
{
	const struct score *points = points_of(series, group, i);
	double x[SERIES_STEPS], y[SERIES_STEPS];
	size_t n = 0;

	for (size_t k = 0; k < series->steps; k++) {
		if (!series_is_over(series, k) || points[k].value.den == 0)
			continue;
		x[n] = (double)k;
		y[n++] = fraction_value(points[k].value);
	}
	return trend_of(x, y, n);
}

int
series_beside(struct store *s, const struct config *c, const struct series *series,
    bool (*find)(const struct window *w, struct window *other), struct arena *a,
    struct series_other *other, struct err *err)
{
	struct scores_query q = *series->query;

	other->there = find(&series->query->window, &other->window);
	if (!other->there)
		return 0;
	q.window = other->window;
	q.groups = &series->whole;
	return scores_ask(s, c, &q, a, &other->scores, err);
}

static json_t *
number_json(bool there, double value)
{
	return there ? json_real(value) : json_null();
}

json_t *
trend_json(const struct trend *t)
{
	return json_pack("{sI so so so so so}", "n", (json_int_t)t->n, "slope",
	    number_json(t->n >= 2, t->slope), "stderr", number_json(t->n >= TREND_POINTS, t->error),
	    "from", number_json(t->n >= 2, t->from), "to", number_json(t->n >= 2, t->to),
	    "direction", json_text_or_null(direction_names[t->direction]));
}
