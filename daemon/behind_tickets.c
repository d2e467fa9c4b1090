#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/stamp.h"
#include "behind.h"
#include "codec/packed.h"
#include "evidence.h"
#include "fold.h"

#define LOOKED_MAX                                                                    \
	20000 /* entities that a page looks at, so that no answer holds up the others \
	       */

/* What a page of tickets is gathered in. */
struct page {
	struct behind *b;
	size_t looked; /* at entities, fitting or not */
	size_t count, room;
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
is_shown(const struct page *page, const struct count *c)
{
	return measure_outcome(c->measure) == page->b->outcome;
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

/* Makes room for what an entity counts in a minute; false: the page is full. It ends between
 * entities. */
static bool
page_room(struct page *page, size_t found)
{
	struct place *grown;

	if (page->looked == LOOKED_MAX ||
	    (page->count > 0 && page->count + found > (size_t)page->b->limit))
		return false;
	if (page->count + found > page->room) {
		page->room = 2 * (page->count + found);
		grown = arena_alloc(&page->b->arena, page->room, sizeof(*grown));
		if (page->count > 0)
			memcpy(grown, page->place, page->count * sizeof(*grown));
		page->place = grown;
	}
	return true;
}

/* One entity in one minute. */
static int
look(void *context, const struct counted_items *found)
{
	struct page *page = context;
	struct behind *b = page->b;
	size_t shown = 0;

	for (size_t i = 0; i < found->count; i++)
		shown += is_shown(page, &found->item[i]);
	b->more = !page_room(page, shown);
	if (b->more)
		return 1;
	for (size_t i = 0; i < found->count; i++) {
		if (is_shown(page, &found->item[i]))
			place_add(page, found->at, &found->item[i]);
	}
	page->looked++;
	b->place = found->at->minute;
	b->entity = found->at->entity;
	return 0;
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
	json_t *row;

	if (evidence_counted(
		b->api->reader, &b->q.query, b->place, b->entity, look, &page, b->err) != 0)
		return -1;
	for (size_t i = 0; i < page.count; i++) {
		row = place_json(b, &page.place[i]);
		if (row == NULL)
			return -1;
		json_array_append_new(b->list, row);
	}
	return 0;
}
