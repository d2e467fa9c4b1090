#include "api.h"
#include "row.h"
#include "series.h"

/* Two indicators step by step, where both have a value. */
struct pairs {
	size_t n;
	double x[SERIES_STEPS], y[SERIES_STEPS];
	json_t *points;
};

static void
pairs_add(struct pairs *p, const struct window *w, struct fraction x, struct fraction y)
{
	p->x[p->n] = fraction_value(x);
	p->y[p->n] = fraction_value(y);
	json_array_append_new(p->points,
	    json_pack("{ss sf sf}", "window", w->name, "x", p->x[p->n], "y", p->y[p->n]));
	p->n++;
}

static void
answer_correlation(const struct question *q, const struct series *s, enum indicator x,
    enum indicator y, struct answer *a)
{
	struct pairs p = {.points = json_array()};
	struct correlation c;
	struct fraction vx, vy;
	bool there;

	for (size_t n = 0; n < s->steps; n++) {
		vx = series_point(s, 0, x, n)->value;
		vy = series_point(s, 0, y, n)->value;
		if (series_is_over(s, n) && vx.den > 0 && vy.den > 0)
			pairs_add(&p, &s->step[n], vx, vy);
	}
	c = correlation_of(p.x, p.y, p.n);
	there = !c.few && !c.constant;
	answer_json(a, 200,
	    json_pack("{so ss so ss ss sI so so so so}", "window",
		window_json(&q->query.window, q->query.cohort), "step", step_names[s->unit],
		"as_of", json_instant(q->as_of), "x", indicator_table[x].id, "y",
		indicator_table[y].id, "n", (json_int_t)c.n, "pearson",
		there ? json_real(c.pearson) : json_null(), "spearman",
		there ? json_real(c.spearman) : json_null(), "reason",
		json_text_or_null(c.few ? "few"
			: c.constant    ? "constant"
					: NULL),
		"points", p.points));
}

/* The indicator that a parameter names, wanted from now on. */
static int
indicator_read(const struct request *r, const char *name, struct scores_query *q,
    enum indicator *found, struct err *err)
{
	const char *id = request_param(r, name);
	int i = id == NULL ? -1 : indicator_find(id);

	if (id == NULL)
		return err_set(
		    err, "x and y are wanted, an indicator each; GET /v1/indicators lists them");
	if (i < 0)
		return err_set(err,
		    "%s=%.60s: there is no indicator of that id; GET /v1/indicators lists them",
		    name, id);
	*found = (enum indicator)i;
	q->wanted[i] = true;
	return 0;
}

static int
question_of_two(struct api *api, const struct request *r, struct arena *arena, struct question *q,
    enum indicator *x, enum indicator *y, struct err *err)
{
	static const char *const names[] = {"x", "y", "window", "from", "to", "step", "cohort",
	    "agreement", "service", "priority", "team", NULL};

	if (question_read(api, r, names, arena, q, err) != 0)
		return -1;
	for (enum indicator i = 0; i < INDICATORS; i++)
		q->query.wanted[i] = false;
	if (indicator_read(r, "x", &q->query, x, err) != 0)
		return -1;
	return indicator_read(r, "y", &q->query, y, err);
}

void
api_correlation(void *context, const struct request *r, struct answer *a)
{
	struct api *api = context;
	struct arena arena = {0};
	struct series s;
	struct question q;
	enum indicator x, y;
	struct err err;

	if (store_begin_read(api->reader, &err) != 0)
		answer_problem(a, 503, "%s", err.msg);
	else if (question_of_two(api, r, &arena, &q, &x, &y, &err) != 0 ||
	    series_cut(&q.query, q.step, &arena, &s, &err) != 0)
		answer_problem(a, 400, "%s", err.msg);
	else if (scores_ask(api->reader, api->config, &q.query, &arena, &s.whole, &err) != 0 ||
	    series_ask(api->reader, api->config, &s, &arena, &err) != 0)
		answer_problem(a, 503, "%s", err.msg);
	else
		answer_correlation(&q, &s, x, y, a);
	store_rollback(api->reader);
	arena_free(&arena);
}
