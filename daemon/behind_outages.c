#include <string.h>

#include "base/stamp.h"
#include "behind.h"

/* Outages count against availability, and so does the maintenance announced too late; what was
 * announced in time is left out of it. */
static bool
is_shown(const struct behind *b, const struct told_down *d)
{
	const struct scope scope = {{d->down.agreement, d->down.service, "", ""}};
	enum outcome outcome = d->down.kind == DOWN_MAINTENANCE ? OUTCOME_EXCLUDED : OUTCOME_BAD;

	return d->down.kind != DOWN_MAINTENANCE_LATE && outcome == b->outcome &&
	    scores_match(&b->q.query, &scope);
}

static json_t *
down_json(const struct told_down *d)
{
	static const char *const kinds[] = {[CLASS_TICKET] = "incident",
	    [CLASS_OUTAGE] = "outage",
	    [CLASS_MAINTENANCE] = "maintenance"};
	bool named = d->class != CLASS_MAINTENANCE;

	return json_pack("{so ss ss ss ss so so so}", "subject",
	    named ? json_string(d->name) : json_null(), "source", d->source, "kind",
	    kinds[d->class], "agreement", d->down.agreement, "service", d->down.service, "from",
	    json_instant(d->down.from), "to", json_instant(d->down.to), "href",
	    d->class == CLASS_TICKET ? ticket_href(d->name, d->source) : json_null());
}

static int
look(void *context, const struct told_down *d)
{
	struct behind *b = context;

	if (!is_shown(b, d))
		return 0;
	b->more = json_array_size(b->list) >= (size_t)b->limit &&
	    (d->entity != b->entity || d->down.from != b->place);
	if (b->more)
		return 1;
	json_array_append_new(b->list, down_json(d));
	b->place = d->down.from;
	b->entity = d->entity;
	return 0;
}

int
behind_outages(struct behind *b)
{
	const struct window *w = &b->q.query.window;

	return store_downs_walk(
	    b->api->reader, w->from, w->to, b->place, b->entity, look, b, b->err);
}
