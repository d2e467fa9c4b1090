#include "base/stamp.h"
#include "codec/packed.h"
#include "domain/quota.h"
#include "downs.h"
#include "papers.h"
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
	int n = store_scopes(k->store, k->arena, &scopes, k->err);

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

static int
service_ask(struct asking *k, const struct agreement *a, const char *service)
{
	const struct scope scope = {{a->id, service, "", ""}};
	const struct window *w = &k->query->window;
	const struct downs downs = {
	    k->store, k->config, k->query, k->arena, INT64_MIN, INT64_MIN, k->err};
	struct interval *outages, *maintenance, *late;
	size_t outage_count, maintenance_count, late_count;
	int n_late;

	if (!scores_match(k->query, &scope))
		return 0;
	n_late = downs_united(&downs, a->id, service, DOWN_MAINTENANCE_LATE, &late, &late_count);
	if (n_late < 0 ||
	    downs_united(&downs, a->id, service, DOWN_OUTAGE, &outages, &outage_count) < 0 ||
	    downs_united(
		&downs, a->id, service, DOWN_MAINTENANCE, &maintenance, &maintenance_count) < 0)
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
	int n = store_down_services(k->store, k->arena, &known, k->err);
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

static int
agreement_ask(struct asking *k, const struct agreement *a)
{
	const struct scope scope = {{a->id, "", "", ""}};
	size_t group = scores_group_of(k, &scope);
	const struct window *w = &k->query->window;
	const struct papers papers = {k->store, k->query, k->arena, NULL, NULL, k->err};
	struct part *p;

	if (group == NO_GROUP)
		return 0;
	p = &k->part[group];
	if (k->query->wanted[INCIDENT_CONTROL_RATE])
		p->quota += quota_incidents(a, w->from, w->to);
	if ((scores_want(k->query, INPUT_REPORTS) && papers_reports(&papers, a, p->sums) != 0) ||
	    (scores_want(k->query, INPUT_MEASUREMENT) &&
		papers_measurements(&papers, a, p->amounts) != 0) ||
	    (scores_want(k->query, INPUT_ASSESSMENT) &&
		papers_assessments(&papers, a, p->levels) != 0))
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
