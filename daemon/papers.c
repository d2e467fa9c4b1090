#include "papers.h"

#include <string.h>

/* What is told of one agreement. */
struct telling {
	const struct papers *papers;
	const struct agreement *agreement;
	const struct entry *entry;
	struct sums *sums;
};

/* The entries of a kind and an agreement. */
struct papers_read {
	struct papers_read *next;
	enum entry_kind kind;
	const struct agreement *agreement;
	struct entry *list;
	struct interval *period; /* of measurements, beside the list; empty: it is none */
	int count;
};

/* The calendar of a measurement's period is that of the version in force now. */
static const struct zone *
zone_of(const struct agreement *a, int64_t now)
{
	const struct terms *terms = agreement_at(a, now);

	return (terms == NULL ? &a->version[0] : terms)->zone;
}

static void
periods_read(struct papers_read *r, int64_t now, struct arena *arena)
{
	const struct zone *zone = zone_of(r->agreement, now);
	struct period period;
	const char *right;

	r->period = arena_alloc(arena, (size_t)r->count, sizeof(*r->period));
	for (int i = 0; i < r->count; i++) {
		if (period_parse(r->list[i].period, &period, &right) > 0)
			r->period[i] =
			    (struct interval){period_from(period, zone), period_to(period, zone)};
	}
}

/* Those of an agreement, kept if the question asks for that; NULL with a sentence if it fails. */
static const struct papers_read *
entries_of(const struct papers *p, enum entry_kind kind, const struct agreement *a)
{
	struct papers_kept *kept = p->query->kept;
	struct arena *arena = kept == NULL ? p->arena : &kept->arena;
	struct papers_read *r = kept == NULL ? NULL : kept->first;

	while (r != NULL && (r->kind != kind || r->agreement != a))
		r = r->next;
	if (r != NULL)
		return r;
	r = arena_alloc(arena, 1, sizeof(*r));
	*r = (struct papers_read){.kind = kind, .agreement = a};
	r->count = store_entries(p->store, kind, a->id, arena, &r->list, p->err);
	if (r->count < 0)
		return NULL;
	if (kind == ENTRY_MEASUREMENT)
		periods_read(r, p->query->now, arena);
	if (kept != NULL) {
		r->next = kept->first;
		kept->first = r;
	}
	return r;
}

static bool
same_period(const struct entry *a, const struct entry *b)
{
	return strcmp(a->topic, b->topic) == 0 && strcmp(a->period, b->period) == 0;
}

/* The earliest conforming report of each period; returns how many. */
static size_t
filings_of(const struct entry *list, int n, struct filing *filings)
{
	size_t count = 0;

	for (int i = 0, last = -1; i < n; i++) {
		if (list[i].a == 0 || (last >= 0 && same_period(&list[last], &list[i])))
			continue;
		filings[count++] =
		    (struct filing){list[i].topic, list[i].period, list[i].time, (size_t)i};
		last = i;
	}
	return count;
}

static void
obligation_tell(void *context, const struct obligation *o)
{
	static const enum indicator both[] = {REPORT_ON_TIME_RATE, REPORT_SUBMISSION_RATE};
	const struct telling *t = context;
	const struct papers *p = t->papers;
	struct paper paper = {.agreement = t->agreement->id, .standing = STANDING_COUNTED};

	paper.obligation = o;
	paper.entry = o->filing == NULL ? NULL : &t->entry[o->filing->at];
	for (size_t i = 0; i < 2; i++) {
		paper.indicator = both[i];
		if (!obligation_counts(o, both[i], p->query->now, p->query->cohort, &paper.outcome))
			continue;
		sums_add(
		    &t->sums[both[i]], measure_of(both[i], p->query->cohort, paper.outcome, 0), 1);
		if (p->each != NULL && p->query->wanted[both[i]])
			p->each(p->context, &paper);
	}
}

int
papers_due(struct store *s, const struct agreement *a, int64_t from, int64_t to,
    struct arena *arena, void (*each)(void *context, const struct obligation *o), void *context,
    struct err *err)
{
	struct filing *filings;
	struct entry *list;
	int n = store_entries(s, ENTRY_REPORT, a->id, arena, &list, err);

	if (n < 0)
		return -1;
	filings = arena_alloc(arena, (size_t)n, sizeof(*filings));
	obligations_walk(a, filings, filings_of(list, n, filings), from, to, each, context);
	return 0;
}

int
papers_reports(const struct papers *p, const struct agreement *a, struct sums *sums)
{
	const struct papers_read *r = entries_of(p, ENTRY_REPORT, a);
	const struct window *w = &p->query->window;
	struct telling t = {.papers = p, .agreement = a, .sums = sums};
	struct filing *filings;

	if (r == NULL)
		return -1;
	t.entry = r->list;
	filings = arena_alloc(p->arena, (size_t)r->count, sizeof(*filings));
	obligations_walk(a, filings, filings_of(r->list, r->count, filings), w->from, w->to,
	    obligation_tell, &t);
	return 0;
}

/* Tells of an entry that the window has to do with. */
static void
entry_tell(const struct papers *p, const struct agreement *a, const struct entry *e,
    enum standing standing, struct interval period)
{
	struct paper paper = {.indicator = (enum indicator)indicator_find(e->topic),
	    .agreement = a->id,
	    .entry = e,
	    .outcome = standing == STANDING_COUNTED ? OUTCOME_GOOD : OUTCOME_EXCLUDED,
	    .standing = standing,
	    .from = period.from,
	    .to = period.to};

	if (p->each != NULL && standing != STANDING_APART && p->query->wanted[paper.indicator])
		p->each(p->context, &paper);
}

int
papers_measurements(const struct papers *p, const struct agreement *a, struct amounts *amounts)
{
	const struct papers_read *r = entries_of(p, ENTRY_MEASUREMENT, a);
	const struct window *w = &p->query->window;
	struct measurement *list;
	const struct entry *e;
	size_t count = 0;

	if (r == NULL)
		return -1;
	e = r->list;
	list = arena_alloc(p->arena, (size_t)r->count, sizeof(*list));
	for (int i = 0; i < r->count; i++) {
		if (r->period[i].from < r->period[i].to)
			list[count++] = (struct measurement){r->period[i].from, r->period[i].to,
			    {e[i].a, e[i].b, e[i].c}, (size_t)i, 0};
		if (i + 1 < r->count && strcmp(e[i].topic, e[i + 1].topic) == 0)
			continue;
		measurements_add(&amounts[indicator_find(e[i].topic)], list, count, w->from, w->to);
		for (size_t k = 0; k < count; k++)
			entry_tell(p, a, &e[list[k].at], list[k].standing,
			    (struct interval){list[k].from, list[k].to});
		count = 0;
	}
	return 0;
}

int
papers_assessments(const struct papers *p, const struct agreement *a, struct levels *levels)
{
	const struct scores_query *q = p->query;
	int64_t end = q->window.to < q->now ? q->window.to : q->now;
	struct assessment *list;
	const struct papers_read *r = entries_of(p, ENTRY_ASSESSMENT, a);
	const struct entry *e;
	size_t count = 0;

	if (r == NULL)
		return -1;
	e = r->list;
	list = arena_alloc(p->arena, (size_t)r->count, sizeof(*list));
	for (int i = 0; i < r->count; i++) {
		list[count++] = (struct assessment){e[i].time, e[i].a, e[i].b, STANDING_APART};
		if (i + 1 < r->count && strcmp(e[i].topic, e[i + 1].topic) == 0)
			continue;
		levels_add(&levels[indicator_find(e[i].topic)], list, count, end);
		for (size_t k = 0; k < count; k++)
			entry_tell(p, a, &e[i + 1 - (int)(count - k)], list[k].standing,
			    (struct interval){0, 0});
		count = 0;
	}
	return 0;
}
