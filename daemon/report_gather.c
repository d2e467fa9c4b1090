#include "report_gather_inside.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "codec/report_text.h"
#include "domain/alert.h"
#include "row.h"
#include "store/store_alert.h"

struct figure
figure_of(bool has, double value)
{
	return (struct figure){has, has ? value : 0};
}

static struct figure
amount(bool has, int64_t n, int64_t unit)
{
	return figure_of(has, (double)n / (double)unit);
}

struct figure
figure_ratio(struct fraction f)
{
	return figure_of(f.den != 0, f.den == 0 ? 0 : fraction_value(f));
}

static struct report_score
score_of_row(const struct row *row)
{
	const struct score *s = row->score;
	enum met met = row_met(row);
	struct report_score made = {.indicator = row->indicator,
	    .a = amount(row_has_a(row), s->a, score_unit_a(row->indicator)),
	    .b = amount(row_has_b(row), s->b, score_unit_b(row->indicator)),
	    .c = amount(row_has_c(row), s->c, 1),
	    .value = figure_ratio(s->value),
	    .pending = s->pending,
	    .met = met == MET_YES ? MARK_MET
		: met == MET_NO   ? MARK_MISSED
				  : MARK_NONE,
	    .reason = s->reason};

	if (row->objective != NULL)
		made.objective = figure_of(true, objective_value(row->objective));
	for (int x = 0; x < EXCLUSIONS; x++)
		made.excluded += s->excluded[x];
	return made;
}

static void
score_add(void *context, const struct row *row)
{
	struct gathering *g = context;

	g->score[row->indicator] = score_of_row(row);
}

static int
gather_scores(struct gathering *g)
{
	struct scores scores;

	g->score = arena_alloc(g->arena, INDICATORS, sizeof(*g->score));
	if (scores_ask(g->store, g->config, g->query, g->arena, &scores, g->err) != 0)
		return -1;
	rows_each(g->config, g->query, &scores, score_add, g);
	g->report->scores = INDICATORS;
	g->report->score = g->score;
	return 0;
}

/* Services, from the rows of an answer by service. */

struct services {
	struct gathering *g;
	const char *last; /* the service of the last row */
	struct report_service *service;
	struct report_score *miss; /* of the last one */
	size_t count;
};

static void
service_row(void *context, const struct row *row)
{
	struct services *all = context;
	struct arena *arena = all->g->arena;
	struct report_score score = score_of_row(row);
	struct report_service *s;

	if (all->count == 0 || row->scope[DIM_SERVICE] != all->last) {
		all->last = row->scope[DIM_SERVICE];
		all->miss = arena_alloc(arena, INDICATORS, sizeof(*all->miss));
		all->service[all->count++] =
		    (struct report_service){.service = all->last, .miss = all->miss};
	}
	s = &all->service[all->count - 1];
	s->objectives += score.met != MARK_NONE;
	if (score.met == MARK_MISSED)
		all->miss[s->misses++] = score;
	if (row->indicator == TIMELY_RESPONSE_RATE)
		s->late_responses = row->score->a;
	else if (row->indicator == ON_TIME_RECOVERY_RATE)
		s->late_recoveries = row->score->a;
	else if (row->indicator == TIMELY_RESOLUTION_RATE)
		s->late_resolutions = row->score->a;
}

static int64_t
late(const struct report_service *s)
{
	return s->late_responses + s->late_recoveries + s->late_resolutions;
}

static int
worst_first(const void *x, const void *y)
{
	const struct report_service *a = x, *b = y;

	if (a->misses != b->misses)
		return a->misses > b->misses ? -1 : 1;
	if (late(a) != late(b))
		return late(a) > late(b) ? -1 : 1;
	return strcmp(a->service, b->service);
}

/* With more services than an answer may hold, there is no such part. */
static int
gather_services(struct gathering *g)
{
	struct scores_query q = *g->query;
	struct services all = {.g = g};
	struct scores scores;
	size_t bad = 0;

	q.bys = 1;
	q.by[0] = DIM_SERVICE;
	for (int i = 0; i < INDICATORS; i++)
		q.wanted[i] = (indicator_table[i].dimensions & 1u << DIM_SERVICE) != 0;
	if (scores_ask(g->store, g->config, &q, g->arena, &scores, g->err) != 0)
		return -1;
	if (scores.crowded)
		return 0;
	all.service = arena_alloc(g->arena, scores.count + 1, sizeof(*all.service));
	rows_each(g->config, &q, &scores, service_row, &all);
	g->service = arena_alloc(g->arena, all.count + 1, sizeof(*g->service));
	for (size_t i = 0; i < all.count; i++)
		g->service[g->served++] = all.service[i].service;
	if (all.count > 1)
		qsort(all.service, all.count, sizeof(all.service[0]), worst_first);
	while (bad < all.count && bad < REPORT_SERVICES &&
	    (all.service[bad].misses > 0 || late(&all.service[bad]) > 0))
		bad++;
	g->report->services_given = true;
	g->report->services = bad;
	g->report->service = all.service;
	return 0;
}

/* One that is about all agreements is this one's affair if its service is, and if it is not about
 * slad's own sources and receivers. */
static bool
concerns(const struct gathering *g, const struct stored_alert *alert)
{
	const char *service = alert->scope[DIM_SERVICE];
	bool ours = alert->scope[DIM_AGREEMENT] != NULL || service == NULL;

	if (alert->kind == RULE_QUIET || alert->kind == RULE_DELIVERY)
		return alert->scope[DIM_AGREEMENT] != NULL;
	for (size_t i = 0; i < g->served && !ours; i++)
		ours = strcmp(g->service[i], service) == 0;
	return ours;
}

static struct report_alert
alert_of(struct gathering *g, const struct stored_alert *row)
{
	struct report_alert made = {.id = report_textf(g->arena, "%" PRId64, row->id),
	    .rule = row->rule,
	    .indicator = row->indicator,
	    .level = level_names[row->level],
	    .state = alert_state_names[row->state],
	    .fired_at = row->fired,
	    .resolved_at = row->resolved,
	    .reason = row->reason};

	if (row->scope[DIM_AGREEMENT] != NULL)
		made.value = figure_ratio((struct fraction){row->good, row->total});
	memcpy(made.scope, row->scope, sizeof(made.scope));
	return made;
}

static int
gather_alerts(struct gathering *g)
{
	const struct window *w = &g->query->window;
	struct service_report *r = g->report;
	struct stored_alert *list;
	struct report_alert *alert;
	int n = store_alerts_fired(
	    g->store, g->agreement, w->from, w->to, REPORT_ALERTS_READ, g->arena, &list, g->err);

	if (n < 0)
		return -1;
	alert = arena_alloc(g->arena, REPORT_ALERTS, sizeof(*alert));
	for (int i = 0; i < n; i++) {
		if (!concerns(g, &list[i]))
			continue;
		if (r->alerts < REPORT_ALERTS)
			alert[r->alerts++] = alert_of(g, &list[i]);
		r->alerts_fired++;
	}
	r->alerts_given = true;
	r->alert = alert;
	return 0;
}

static void
gather_head(struct gathering *g)
{
	const struct scores_query *q = g->query;
	const struct agreement *a = agreement_find(&g->config->agreements, g->agreement);
	int64_t at = q->window.to - 1 < q->now ? q->window.to - 1 : q->now;
	const struct terms *terms = agreement_at(a, at);

	if (terms == NULL)
		terms = &a->version[0];
	g->report->head = (struct report_head){.agreement = g->agreement,
	    .name = terms->name,
	    .window = q->window.name,
	    .cohort = cohort_names[q->cohort],
	    .zone = q->window.zone,
	    .from = q->window.from,
	    .to = q->window.to,
	    .as_of = q->now,
	    .running = q->window.to > q->now,
	    .closed_at = STAMP_NEVER};
}

int
report_gather(struct store *s, const struct config *c, const struct scores_query *q,
    const struct profile *profile, struct arena *a, struct service_report *r, struct err *err)
{
	struct gathering g = {.store = s,
	    .config = c,
	    .query = q,
	    .agreement = scores_only(q, DIM_AGREEMENT),
	    .arena = a,
	    .report = r,
	    .err = err};

	*r = (struct service_report){0};
	gather_head(&g);
	if (gather_scores(&g) != 0 || gather_services(&g) != 0 || gather_alerts(&g) != 0 ||
	    gather_closed(&g) != 0 || gather_previous(&g) != 0 || gather_courses(&g) != 0 ||
	    gather_statistics(&g) != 0 || gather_evaluation(&g, profile) != 0 ||
	    gather_improvements(&g) != 0)
		return -1;
	return 0;
}
