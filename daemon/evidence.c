#include "evidence.h"

#include <string.h>

#include "base/stamp.h"
#include "codec/packed.h"

const char *const evidence_kind_names[] = {
    "ticket", "event", "outage", "incident", "maintenance", "report", "measurement", "assessment"};

/* A walk over the entities that count. */
struct counting {
	const struct scores_query *query;
	int (*each)(void *context, const struct counted_items *found);
	void *context;
	struct err *err;
	bool failed;
};

static bool
is_wanted(const struct scores_query *q, const struct count *c, int64_t minute)
{
	enum indicator i;

	if (c->minute != minute || !measure_is_indicator(c->measure) ||
	    measure_cohort(c->measure) != q->cohort)
		return false;
	i = measure_indicator(c->measure);
	return q->wanted[i] && scores_in_scope(q, i);
}

static int
counted_look(void *context, const struct counted *at)
{
	struct counting *k = context;
	struct counted_items found = {.at = at};
	struct arena scratch = {0};
	struct count *counts;
	int n = 0, rc = 1;

	if (scores_match(k->query, &at->scope))
		n = counts_unpack(at->counts.bytes, at->counts.len, &scratch, &counts, k->err);
	k->failed = n < 0;
	for (int i = 0; i < n; i++) {
		if (is_wanted(k->query, &counts[i], at->minute))
			counts[found.count++] = counts[i];
	}
	found.item = found.count == 0 ? NULL : counts;
	if (!k->failed)
		rc = k->each(k->context, &found);
	arena_free(&scratch);
	return rc != 0;
}

int
evidence_counted(struct store *s, const struct scores_query *q, int64_t minute, int64_t entity,
    int (*each)(void *context, const struct counted_items *found), void *context, struct err *err)
{
	struct counting k = {.query = q, .each = each, .context = context, .err = err};

	if (store_counted_walk(s, q->window.from / STAMP_MINUTE, q->window.to / STAMP_MINUTE,
		minute, entity, counted_look, &k, err) != 0)
		return -1;
	return k.failed ? -1 : 0;
}

int
evidence_papers(const struct papers *p, const struct config *c)
{
	const struct scores_query *q = p->query;
	struct sums sums[INDICATORS] = {{0}};
	struct amounts amounts[INDICATORS] = {{0}};
	struct levels levels[INDICATORS] = {{0}};
	const struct agreement *a;

	for (size_t i = 0; i < c->agreements.count; i++) {
		a = &c->agreements.items[i];
		if (!scores_lets(q, DIM_AGREEMENT, a->id))
			continue;
		if ((scores_want(q, INPUT_REPORTS) && papers_reports(p, a, sums) != 0) ||
		    (scores_want(q, INPUT_MEASUREMENT) &&
			papers_measurements(p, a, amounts) != 0) ||
		    (scores_want(q, INPUT_ASSESSMENT) && papers_assessments(p, a, levels) != 0))
			return -1;
	}
	return 0;
}

/* Whom it is told to, and whether they have heard enough. */
struct hearing {
	int (*each)(void *context, const struct evidence *item);
	void *context;
	bool over;
};

static int
tell(struct hearing *h, const struct evidence *item)
{
	h->over = h->over || h->each(h->context, item) != 0;
	return h->over;
}

static int
counted_tell(void *context, const struct counted_items *found)
{
	const struct counted *at = found->at;
	struct evidence e = {.kind = at->class == CLASS_TICKET ? EVIDENCE_TICKET : EVIDENCE_EVENT,
	    .source = at->source,
	    .name = at->name,
	    .topic = "",
	    .period = "",
	    .scope = at->scope};
	const struct count *c;
	int over = 0;

	for (size_t i = 0; i < found->count && !over; i++) {
		c = &found->item[i];
		e.indicator = measure_indicator(c->measure);
		e.outcome = measure_outcome(c->measure);
		e.cause = e.outcome == OUTCOME_EXCLUDED
		    ? exclusion_names[measure_exclusion(c->measure)]
		    : "";
		e.cycle = at->class == CLASS_TICKET ? c->cycle + 1 : 0;
		e.n = c->n;
		over = tell(context, &e);
	}
	return over;
}

static int
down_tell(void *context, const struct taken *t)
{
	static const enum evidence_kind kinds[] = {[CLASS_TICKET] = EVIDENCE_INCIDENT,
	    [CLASS_OUTAGE] = EVIDENCE_OUTAGE,
	    [CLASS_MAINTENANCE] = EVIDENCE_MAINTENANCE};
	const struct stored_down *down = &t->down->down;
	const struct evidence e = {.indicator = SERVICE_AVAILABILITY,
	    .kind = kinds[t->down->class],
	    .source = t->down->source,
	    .name = t->down->name,
	    .topic = "",
	    .period = "",
	    .from = down->from,
	    .scope = {{down->agreement, down->service, "", ""}},
	    .outcome = t->outcome,
	    .cause = t->outcome == OUTCOME_EXCLUDED ? "maintenance" : "",
	    .n = 1,
	    .a = t->counted};

	return tell(context, &e);
}

static void
paper_tell(void *context, const struct paper *p)
{
	char period[PERIOD_NAME];
	bool excluded = p->outcome == OUTCOME_EXCLUDED;
	const struct entry *x = p->entry;
	struct evidence e = {.indicator = p->indicator,
	    .kind = EVIDENCE_REPORT,
	    .source = x == NULL ? "" : x->source,
	    .name = x == NULL ? "" : x->event,
	    .topic = "",
	    .period = "",
	    .scope = {{p->agreement, "", "", ""}},
	    .outcome = p->outcome,
	    .cause = excluded ? standing_names[p->standing] : "",
	    .n = 1};

	if (p->obligation != NULL) {
		e.topic = p->obligation->report->id;
		e.period = period_name(p->obligation->period, period);
	} else if (x->kind == ENTRY_MEASUREMENT) {
		e.kind = EVIDENCE_MEASUREMENT;
		e.topic = x->topic;
		e.period = x->period;
		e.a = x->a;
		e.b = x->b;
		e.c = x->c;
	} else {
		e.kind = EVIDENCE_ASSESSMENT;
		e.a = x->a;
	}
	tell(context, &e);
}

int
evidence_walk(struct store *s, const struct config *c, const struct scores_query *q,
    int (*each)(void *context, const struct evidence *item), void *context, struct err *err)
{
	struct hearing h = {.each = each, .context = context};
	struct arena arena = {0};
	const struct papers papers = {s, q, &arena, paper_tell, &h, err};
	const struct downs downs = {s, c, q, &arena, INT64_MIN, INT64_MIN, err};
	int rc = 0;

	if (scores_want(q, INPUT_TICKETS) || scores_want(q, INPUT_EVENTS))
		rc = evidence_counted(s, q, INT64_MIN, INT64_MIN, counted_tell, &h, err);
	if (rc == 0 && !h.over && scores_want(q, INPUT_OUTAGES))
		rc = downs_walk(&downs, down_tell, &h);
	if (rc == 0 && !h.over)
		rc = evidence_papers(&papers, c);
	arena_free(&arena);
	return rc;
}
