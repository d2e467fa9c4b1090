#include <inttypes.h>
#include <string.h>

#include "codec/report_text.h"
#include "domain/improvement.h"
#include "improvement.h"
#include "report_gather_inside.h"

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
	const struct improvement_view v = {g->store, g->config, g->query->now, g->arena};
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
