#include "base/stamp.h"
#include "behind.h"
#include "downs.h"

static json_t *
down_json(const struct taken *t)
{
	static const char *const kinds[] = {[CLASS_TICKET] = "incident",
	    [CLASS_OUTAGE] = "outage",
	    [CLASS_MAINTENANCE] = "maintenance"};
	const struct told_down *d = t->down;
	bool named = d->class != CLASS_MAINTENANCE;

	return json_pack("{so ss ss ss ss so so so so so}", "subject",
	    named ? json_string(d->name) : json_null(), "source", d->source, "kind",
	    kinds[d->class], "agreement", d->down.agreement, "service", d->down.service, "from",
	    json_instant(d->down.from), "to", json_instant(d->down.to), "seconds",
	    json_parts(t->alone, STAMP_SECOND), "counted_seconds",
	    json_parts(t->counted, STAMP_SECOND), "href",
	    d->class == CLASS_TICKET ? ticket_href(d->name, d->source) : json_null());
}

static int
look(void *context, const struct taken *t)
{
	struct behind *b = context;
	const struct told_down *d = t->down;

	if (t->outcome != b->outcome)
		return 0;
	b->more = json_array_size(b->list) >= (size_t)b->limit &&
	    (d->entity != b->entity || d->down.from != b->place);
	if (b->more)
		return 1;
	json_array_append_new(b->list, down_json(t));
	b->place = d->down.from;
	b->entity = d->entity;
	return 0;
}

int
behind_outages(struct behind *b)
{
	const struct downs downs = {
	    b->api->reader, b->api->config, &b->q.query, &b->arena, b->place, b->entity, b->err};

	return downs_walk(&downs, look, b);
}
