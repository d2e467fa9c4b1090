#include <string.h>

#include "base/stamp.h"
#include "codec/packed.h"
#include "domain/obligation.h"
#include "domain/period.h"
#include "domain/quota.h"
#include "scores_inside.h"

static void
tally_read(void *context, struct blob counts)
{
	struct asking *k = context;
	struct tally t = {0};

	if (tally_add_packed(&t, counts.bytes, counts.len, k->err) != 0)
		k->damaged = true;
	for (size_t i = 0; i < t.count; i++) {
		if (measure_cohort(t.sum[i].measure) == k->query->cohort)
			sums_add(&k->part[k->current].sums[measure_indicator(t.sum[i].measure)],
			    t.sum[i].measure, t.sum[i].n);
	}
	tally_free(&t);
}

int
tallies_ask(struct asking *k)
{
	struct bucket_range ranges[TALLY_RANGES];
	size_t cuts = tally_cut(
	    k->query->window.from / STAMP_MINUTE, k->query->window.to / STAMP_MINUTE, ranges);
	struct stored_scope *scopes;
	const char *only = scores_only(k->query, DIM_AGREEMENT);
	int n = only == NULL ? store_scopes(k->store, k->arena, &scopes, k->err)
			     : store_scopes_of(k->store, only, k->arena, &scopes, k->err);

	for (int i = 0; i < n; i++) {
		if (!scores_match(k->query, &scopes[i].scope))
			continue;
		k->current = scores_group_of(k, &scopes[i].scope);
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
	k->current = scores_group_of(k, &scope);
	if (k->current == NO_GROUP)
		return 0;
	k->part[k->current].late += n_late;
	availability_add(&k->part[k->current].availability, a, service, outages, outage_count,
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
	const char *only = scores_only(k->query, DIM_AGREEMENT);
	int n = only == NULL ? store_down_services(k->store, k->arena, &known, k->err)
			     : store_down_services_of(k->store, only, k->arena, &known, k->err);
	const struct agreement *a;

	for (int i = 0; i < n; i++) {
		a = agreement_find(&k->config->agreements, known[i].agreement);
		if (a != NULL && !listed_before(a, a->versions, known[i].service) &&
		    service_ask(k, a, known[i].service) != 0)
			return -1;
	}
	return n < 0 ? -1 : 0;
}

int
outages_ask(struct asking *k)
{
	if (!k->query->wanted[SERVICE_AVAILABILITY] ||
	    !scores_in_scope(k->query, SERVICE_AVAILABILITY))
		return 0;
	for (size_t i = 0; i < k->config->agreements.count; i++) {
		if (listed_ask(k, &k->config->agreements.items[i]) != 0)
			return -1;
	}
	return unlisted_ask(k);
}

static bool
wants(const struct asking *k, enum input input)
{
	for (enum indicator i = 0; i < INDICATORS; i++) {
		if (k->query->wanted[i] && indicator_table[i].input == input &&
		    scores_in_scope(k->query, i))
			return true;
	}
	return false;
}

static bool
same_period(const struct entry *a, const struct entry *b)
{
	return strcmp(a->topic, b->topic) == 0 && strcmp(a->period, b->period) == 0;
}

static int
reports_ask(struct asking *k, const struct agreement *a, struct part *p)
{
	const struct window *w = &k->query->window;
	struct filing *filings;
	struct entry *list;
	size_t count = 0;
	int n = store_entries(k->store, ENTRY_REPORT, a->id, k->arena, &list, k->err);

	if (n < 0)
		return -1;
	filings = arena_alloc(k->arena, (size_t)n, sizeof(*filings));
	for (int i = 0, last = -1; i < n; i++) {
		if (list[i].a == 0 || (last >= 0 && same_period(&list[last], &list[i])))
			continue;
		filings[count++] = (struct filing){list[i].topic, list[i].period, list[i].time};
		last = i;
	}
	obligations_add(&p->sums[REPORT_ON_TIME_RATE], &p->sums[REPORT_SUBMISSION_RATE], a, filings,
	    count, w->from, w->to, k->query->now, k->query->cohort);
	return 0;
}

static const struct zone *
zone_of(const struct agreement *a, int64_t now)
{
	const struct terms *terms = agreement_at(a, now);

	return (terms == NULL ? &a->version[0] : terms)->zone;
}

static int
measurements_ask(struct asking *k, const struct agreement *a, struct part *p)
{
	const struct zone *zone = zone_of(a, k->query->now);
	struct measurement *list;
	struct entry *e;
	const char *right;
	struct period period;
	size_t count = 0;
	int n = store_entries(k->store, ENTRY_MEASUREMENT, a->id, k->arena, &e, k->err);

	if (n < 0)
		return -1;
	list = arena_alloc(k->arena, (size_t)n, sizeof(*list));
	for (int i = 0; i < n; i++) {
		if ((i + 1 == n || !same_period(&e[i], &e[i + 1])) &&
		    period_parse(e[i].period, &period, &right) > 0)
			list[count++] = (struct measurement){period_from(period, zone),
			    period_to(period, zone), {e[i].a, e[i].b, e[i].c}};
		if (i + 1 < n && strcmp(e[i].topic, e[i + 1].topic) == 0)
			continue;
		measurements_add(&p->amounts[indicator_find(e[i].topic)], list, count,
		    k->query->window.from, k->query->window.to);
		count = 0;
	}
	return 0;
}

static int
assessments_ask(struct asking *k, const struct agreement *a, struct part *p)
{
	const struct scores_query *q = k->query;
	int64_t end = q->window.to < q->now ? q->window.to : q->now;
	struct assessment *list;
	struct entry *e;
	size_t count = 0;
	int n = store_entries(k->store, ENTRY_ASSESSMENT, a->id, k->arena, &e, k->err);

	if (n < 0)
		return -1;
	list = arena_alloc(k->arena, (size_t)n, sizeof(*list));
	for (int i = 0; i < n; i++) {
		list[count++] = (struct assessment){e[i].time, e[i].a, e[i].b};
		if (i + 1 < n && strcmp(e[i].topic, e[i + 1].topic) == 0)
			continue;
		levels_add(&p->levels[indicator_find(e[i].topic)], list, count, end);
		count = 0;
	}
	return 0;
}

static int
agreement_ask(struct asking *k, const struct agreement *a)
{
	const struct scope scope = {{a->id, "", "", ""}};
	size_t group = scores_group_of(k, &scope);
	const struct window *w = &k->query->window;
	struct part *p;

	if (group == NO_GROUP)
		return 0;
	p = &k->part[group];
	if (k->query->wanted[INCIDENT_CONTROL_RATE])
		p->quota += quota_incidents(a, w->from, w->to);
	if ((wants(k, INPUT_REPORTS) && reports_ask(k, a, p) != 0) ||
	    (wants(k, INPUT_MEASUREMENT) && measurements_ask(k, a, p) != 0) ||
	    (wants(k, INPUT_ASSESSMENT) && assessments_ask(k, a, p) != 0))
		return -1;
	return 0;
}

int
agreements_ask(struct asking *k)
{
	const struct agreements *all = &k->config->agreements;

	if (!scores_by_agreement(k->query))
		return 0;
	for (size_t i = 0; i < all->count; i++) {
		if (scores_lets(k->query, DIM_AGREEMENT, all->items[i].id) &&
		    agreement_ask(k, &all->items[i]) != 0)
			return -1;
	}
	return 0;
}
