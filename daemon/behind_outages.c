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

/* The maintenance of a service that was announced in time, united. */
static int
maintenance_of(struct behind *b, const struct told_down *d, struct interval **list, size_t *count)
{
	const struct window *w = &b->q.query.window;
	struct stored_down *downs;
	int n = store_downs(b->api->reader, d->down.agreement, d->down.service, DOWN_MAINTENANCE,
	    w->from, w->to, &b->arena, &downs, b->err);

	if (n < 0)
		return -1;
	*list = arena_alloc(&b->arena, (size_t)n, sizeof(**list));
	for (int i = 0; i < n; i++)
		(*list)[i] = (struct interval){downs[i].from, downs[i].to};
	*count = intervals_unite(*list, (size_t)n);
	return 0;
}

/* The agreed ms of the window that a down takes, alone: where several overlap, A counts them once.
 */
static int
taken(struct behind *b, const struct told_down *d, int64_t *ms)
{
	const struct agreement *a = agreement_find(&b->api->config->agreements, d->down.agreement);
	const struct interval span = {d->down.from, d->down.to};
	const struct window *w = &b->q.query.window;
	struct availability sum = {0};
	struct interval *maintenance = NULL;
	size_t count = 0;

	if (d->down.kind == DOWN_OUTAGE && maintenance_of(b, d, &maintenance, &count) != 0)
		return -1;
	if (a != NULL)
		availability_add(&sum, a, d->down.service, &span, 1, maintenance, count, w->from,
		    w->to, b->q.as_of);
	*ms = sum.down;
	return 0;
}

static json_t *
down_json(const struct told_down *d, int64_t ms)
{
	static const char *const kinds[] = {[CLASS_TICKET] = "incident",
	    [CLASS_OUTAGE] = "outage",
	    [CLASS_MAINTENANCE] = "maintenance"};
	bool named = d->class != CLASS_MAINTENANCE;

	return json_pack("{so ss ss ss ss so so so so}", "subject",
	    named ? json_string(d->name) : json_null(), "source", d->source, "kind",
	    kinds[d->class], "agreement", d->down.agreement, "service", d->down.service, "from",
	    json_instant(d->down.from), "to", json_instant(d->down.to), "seconds",
	    ms % STAMP_SECOND == 0 ? json_integer(ms / STAMP_SECOND)
				   : json_real((double)ms / STAMP_SECOND),
	    "href", d->class == CLASS_TICKET ? ticket_href(d->name, d->source) : json_null());
}

static int
look(void *context, const struct told_down *d)
{
	struct behind *b = context;
	int64_t ms = 0;

	if (!is_shown(b, d))
		return 0;
	if (taken(b, d, &ms) != 0)
		return 1;
	if (ms == 0)
		return 0;
	b->more = json_array_size(b->list) >= (size_t)b->limit &&
	    (d->entity != b->entity || d->down.from != b->place);
	if (b->more)
		return 1;
	json_array_append_new(b->list, down_json(d, ms));
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
