#include <inttypes.h>
#include <string.h>

#include "codec/report_text.h"
#include "closing.h"
#include "domain/improvement.h"
#include "evaluate.h"
#include "improvement.h"
#include "report_gather_inside.h"

/* Whether a score as it was closed has other numbers than the present one. */
static bool
has_moved(const json_t *closed, const struct report_score *s)
{
	const struct {
		const char *name;
		struct figure now;
	} numbers[] = {{"a", s->a}, {"b", s->b}, {"c", s->c}, {"value", s->value},
	    {"pending", {true, (double)s->pending}}};
	const json_t *then;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		then = json_object_get(closed, numbers[i].name);
		if (json_is_number(then) != numbers[i].now.has ||
		    (numbers[i].now.has && json_number_value(then) != numbers[i].now.value))
			return true;
	}
	return false;
}

/* Compares what a revision stored of the whole agreement with the report's scores. */
static int
gather_moved(struct gathering *g, const struct stored_closing *closing)
{
	struct report_head *h = &g->report->head;
	enum indicator *moved = arena_alloc(g->arena, INDICATORS, sizeof(*moved));
	struct closed_score *list;
	json_t *closed;
	int n = store_closed_scores(g->store, closing->id, g->arena, &list, g->err), i;

	for (int row = 0; row < n; row++) {
		i = indicator_find(list[row].indicator);
		if (list[row].service != NULL || i < 0)
			continue;
		closed = json_loads(list[row].score, 0, NULL);
		if (has_moved(closed, &g->score[i]))
			moved[h->moved++] = (enum indicator)i;
		json_decref(closed);
	}
	h->moved_indicator = moved;
	return n < 0 ? -1 : 0;
}

int
gather_closed(struct gathering *g)
{
	struct report_head *h = &g->report->head;
	struct stored_closing closing;
	int found = store_closing(g->store, g->agreement, h->window, 0, g->arena, &closing, g->err);

	if (found <= 0)
		return found;
	h->revision = closing.revision;
	h->closed_at = closing.closed;
	h->closed_by = closing.by;
	return gather_moved(g, &closing);
}

static struct figure
figure_of_parts(int64_t parts)
{
	return figure_of(parts != EVALUATION_NONE, (double)parts / (double)EVALUATION_ONE);
}

static double
decimal_value(struct decimal d)
{
	return (double)d.units / (double)d.scale;
}

static void
grading_put(struct gathering *g, struct report_evaluation *e, const struct evaluated *found)
{
	const struct profile *p = found->profile;
	struct report_band *band = arena_alloc(g->arena, p->grades, sizeof(*band));
	struct report_veto *veto = arena_alloc(g->arena, p->vetoes + 1, sizeof(*veto));

	for (size_t i = 0; i < p->grades; i++)
		band[i] =
		    (struct report_band){p->grade[i].name, decimal_value(p->grade[i].at_least)};
	for (size_t i = 0; i < p->vetoes; i++) {
		if (found->evaluation.indicator[p->veto[i].indicator].vetoed)
			veto[e->vetoes++] = (struct report_veto){p->veto[i].indicator,
			    decimal_value(p->veto[i].below), p->veto[i].at_most};
	}
	e->bands = p->grades;
	e->band = band;
	e->veto = veto;
}

int
gather_evaluation(struct gathering *g, const struct profile *profile)
{
	struct report_evaluation *e = &g->report->evaluation;
	struct report_characteristic *list = arena_alloc(g->arena, CHARACTERISTICS, sizeof(*list));
	struct evaluated found;
	const struct evaluation *v = &found.evaluation;

	if (evaluate(g->store, g->config, g->query, profile, g->arena, &found, g->err) != 0)
		return -1;
	*e = (struct report_evaluation){.profile = profile->name,
	    .score = figure_of_parts(v->score),
	    .coverage = figure_of_parts(v->coverage),
	    .min_coverage = figure_of(true, decimal_value(profile->min_coverage)),
	    .grade = v->grade == EVALUATION_NONE ? NULL : profile->grade[v->grade].name,
	    .reason = v->reason,
	    .characteristics = CHARACTERISTICS,
	    .characteristic = list};
	for (enum characteristic c = 0; c < CHARACTERISTICS; c++)
		list[c] = (struct report_characteristic){c,
		    figure_of(true, (double)profile->characteristic[c] / WEIGHT_ONE),
		    figure_of_parts(v->characteristic[c].score),
		    figure_of_parts(v->characteristic[c].coverage)};
	grading_put(g, e, &found);
	return 0;
}

/* Whether a record was there in a part of the window: made before its end, and not closed before
 * it began. 1, 0 or -1. */
static int
touches(struct gathering *g, const struct stored_improvement *i)
{
	const struct window *w = &g->query->window;
	struct stored_move *moves;
	int n = store_improvement_moves(g->store, i->id, g->arena, &moves, g->err);

	if (n <= 0)
		return n;
	return moves[0].at < w->to &&
	    (i->state != IMPROVEMENT_CLOSED || moves[n - 1].at >= w->from);
}

static struct figure
value_in(const json_t *reading)
{
	const json_t *value = json_object_get(reading, "value");

	return figure_of(json_is_number(value), json_number_value(value));
}

/* A closed one has the value that it was closed with. */
static struct report_improvement
improvement_of(struct gathering *g, const struct stored_improvement *i, const json_t *shown)
{
	const json_t *result = json_object_get(shown, "result");
	bool closed = json_is_object(result);
	struct report_improvement made = {
	    .id = report_textf(g->arena, "%" PRId64, i->id),
	    .title = i->title,
	    .indicator = i->indicator,
	    .state = improvement_state_names[i->state],
	    .due = i->due,
	    .aim = figure_of(true, (double)i->aim / (double)IMPROVEMENT_AIM),
	    .baseline = value_in(json_object_get(shown, "baseline")),
	    .present = value_in(closed ? result : json_object_get(shown, "present")),
	};

	memcpy(made.scope, i->scope, sizeof(made.scope));
	if (made.present.has)
		made.reached = made.present.value >= made.aim.value ? MARK_MET : MARK_MISSED;
	return made;
}

static int
improvement_add(
    struct gathering *g, struct report_improvement *list, const struct stored_improvement *i)
{
	const struct improvement_view v = {g->store, g->config, g->query->now, g->arena, &g->asked};
	int touched = touches(g, i);
	json_t *shown;

	if (touched <= 0)
		return touched;
	shown = improvement_json(&v, i, g->err);
	if (shown == NULL)
		return -1;
	list[g->report->improvements++] = improvement_of(g, i, shown);
	json_decref(shown);
	return 0;
}

int
gather_improvements(struct gathering *g)
{
	struct report_improvement *list = arena_alloc(g->arena, REPORT_IMPROVEMENTS, sizeof(*list));
	struct stored_improvement *stored;
	int n = store_improvements(g->store, INT64_MAX, -1, g->agreement, NULL,
	    REPORT_IMPROVEMENTS_READ, g->arena, &stored, g->err);

	for (int i = 0; i < n && g->report->improvements < REPORT_IMPROVEMENTS; i++) {
		if (improvement_add(g, list, &stored[i]) != 0)
			return -1;
	}
	g->report->improvements_given = true;
	g->report->improvement = list;
	return n < 0 ? -1 : 0;
}
