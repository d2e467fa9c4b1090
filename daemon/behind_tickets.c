#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/stamp.h"
#include "behind.h"
#include "codec/packed.h"
#include "fold.h"

#define LOOKED_MAX                                                                    \
	20000 /* entities that a page looks at, so that no answer holds up the others \
	       */

/* What a page of tickets is gathered in. */
struct page {
	struct behind *b;
	size_t looked; /* at entities, fitting or not */
	size_t count;
	bool failed;
	struct place {
		int64_t minute, entity;
		unsigned cycle;
		int class;
		int64_t n;
		const char *source, *name;
		struct scope scope;
		enum exclusion exclusion;
	} * place;
};

static bool
is_wanted(const struct behind *b, const struct count *c, int64_t minute)
{
	return c->minute == minute && measure_is_indicator(c->measure) &&
	    measure_indicator(c->measure) == b->indicator &&
	    measure_cohort(c->measure) == b->q.query.cohort &&
	    measure_outcome(c->measure) == b->outcome;
}

static void
place_add(struct page *page, const struct counted *c, const struct count *count)
{
	struct place *p = &page->place[page->count++];
	struct arena *arena = &page->b->arena;

	*p = (struct place){.minute = c->minute,
	    .entity = c->entity,
	    .cycle = count->cycle,
	    .class = c->class,
	    .n = count->n,
	    .source = arena_strdup(arena, c->source),
	    .name = arena_strdup(arena, c->name),
	    .exclusion = measure_exclusion(count->measure)};
	for (int d = 0; d < DIMENSIONS; d++)
		p->scope.dim[d] = arena_strdup(arena, c->scope.dim[d]);
}

/* Whether the page has room for what an entity counts in a minute: it ends between entities. */
static bool
has_room(const struct page *page, size_t found)
{
	return page->looked < LOOKED_MAX &&
	    (page->count == 0 || page->count + found <= (size_t)page->b->limit);
}

/* One entity in one minute. */
static int
look(void *context, const struct counted *c)
{
	struct page *page = context;
	struct behind *b = page->b;
	struct arena scratch = {0};
	struct count *counts;
	size_t found = 0;
	int n = 0;

	if (scores_match(&b->q.query, &c->scope))
		n = counts_unpack(c->counts.bytes, c->counts.len, &scratch, &counts, b->err);
	page->failed = n < 0;
	for (int i = 0; i < n; i++)
		found += is_wanted(b, &counts[i], c->minute);
	b->more = !has_room(page, found);
	for (int i = 0; i < n && !b->more && page->count < BEHIND_PAGE_MAX; i++) {
		if (is_wanted(b, &counts[i], c->minute))
			place_add(page, c, &counts[i]);
	}
	page->looked++;
	if (!b->more) {
		b->place = c->minute;
		b->entity = c->entity;
	}
	arena_free(&scratch);
	return b->more || page->failed;
}

/* An event that counts by itself, and how often. */
static json_t *
fact_json(struct behind *b, const struct place *p, const struct entity *e, struct arena *scratch)
{
	struct record *r;

	if (records_unpack(e->facts.bytes, e->facts.len, p->source, p->name, scratch, &r, b->err) !=
	    1)
		return NULL;
	return json_pack("{ss ss ss so sI so so}", "event", p->name, "source", p->source, "type",
	    r->type->name, "time", json_instant(r->time), "count", (json_int_t)p->n, "agreement",
	    json_text_or_null(p->scope.dim[DIM_AGREEMENT]), "service",
	    json_text_or_null(p->scope.dim[DIM_SERVICE]));
}

static json_t *
place_json(struct behind *b, const struct place *p)
{
	struct arena scratch = {0};
	const struct cycle *c;
	struct verdict v;
	struct entity e;
	struct ticket t;
	json_t *o = NULL;

	if (store_entity_get(b->api->reader, p->entity, &scratch, &e, b->err) <= 0)
		return NULL;
	if (p->class == CLASS_FACT)
		o = fact_json(b, p, &e, &scratch);
	else if (fold_ticket(&e, p->source, &b->api->config->agreements, b->q.as_of, &scratch, &t,
		     b->err) == 0 &&
	    p->cycle < t.cycles) {
		c = &t.cycle[p->cycle];
		v = tally_verdict(&t, c, b->indicator);
		o = json_pack("{sssssisososososososo}", "subject", p->name, "source", p->source,
		    "cycle", (int)p->cycle + 1, "opened", json_instant(c->start), "settled_at",
		    json_instant(v.settled), "excluded",
		    b->outcome == OUTCOME_EXCLUDED ? json_string(exclusion_names[p->exclusion])
						   : json_null(),
		    "agreement", json_text_or_null(p->scope.dim[DIM_AGREEMENT]), "service",
		    json_text_or_null(p->scope.dim[DIM_SERVICE]), "priority",
		    json_text_or_null(p->scope.dim[DIM_PRIORITY]), "team",
		    json_text_or_null(p->scope.dim[DIM_TEAM]));
		json_object_set_new(o, "href", ticket_href(p->name, p->source));
	} else {
		err_set(b->err, "%s changed while it was listed; ask again", p->name);
	}
	arena_free(&scratch);
	return o;
}

int
behind_tickets(struct behind *b)
{
	struct page page = {.b = b};
	const struct window *w = &b->q.query.window;
	json_t *row;

	page.place = arena_alloc(&b->arena, BEHIND_PAGE_MAX, sizeof(*page.place));
	if (store_counted_walk(b->api->reader, w->from / STAMP_MINUTE, w->to / STAMP_MINUTE,
		b->place, b->entity, look, &page, b->err) != 0 ||
	    page.failed)
		return -1;
	for (size_t i = 0; i < page.count; i++) {
		row = place_json(b, &page.place[i]);
		if (row == NULL)
			return -1;
		json_array_append_new(b->list, row);
	}
	return 0;
}
