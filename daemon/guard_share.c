#include "guard_inside.h"

#include <event2/bufferevent.h>
#include <event2/event.h>

static struct guard_list *
list_of(struct guards *all, enum phase phase)
{
	return phase == IDLE ? &all->idle : phase == ANSWERING ? &all->answering : NULL;
}

/* What is no longer answering has nothing unread. */
void
guard_enter(struct guard *g, enum phase phase)
{
	struct guards *all = g->all;

	if (g->list != NULL)
		TAILQ_REMOVE(g->list, g, entry);
	g->list = list_of(all, phase);
	if (g->list != NULL)
		TAILQ_INSERT_TAIL(g->list, g, entry);
	if (phase != ANSWERING) {
		all->counts.unread -= g->unread;
		g->unread = 0;
	}
	if (phase == GONE && !g->counted) {
		g->counted = true;
		all->going++;
	}
	g->phase = phase;
}

void
guard_holds(struct guard *g, size_t held)
{
	g->all->counts.held += held - g->held;
	g->held = held;
}

bool
guard_is_too_much(const struct guard *g)
{
	const struct http_limits *l = &g->all->limits;

	return g->all->counts.held > l->held + (g->held <= l->head ? l->heads : 0);
}

bool
guards_make_room(struct guards *all)
{
	struct guard *g;

	if (guards_open(all) - all->going <= all->limits.connections)
		return true;
	TAILQ_FOREACH(g, &all->idle, entry)
	{
		if (g->held == 0) {
			all->counts.met[MET_DISPLACED]++;
			guard_cut(g, BEV_EVENT_READING);
			return true;
		}
	}
	all->counts.met[MET_CONNECTIONS]++;
	return false;
}

void
guards_make_readers(struct guards *all, const struct guard *but)
{
	struct guard *g;

	while (all->counts.unread > all->limits.unread &&
	    (g = TAILQ_FIRST(&all->answering)) != NULL && g != but) {
		all->counts.met[MET_UNREAD]++;
		guard_cut(g, BEV_EVENT_WRITING);
		if (g == TAILQ_FIRST(&all->answering))
			return;
	}
}

void
guard_cut(struct guard *g, short direction)
{
	bufferevent_trigger_event(g->bev, (short)(direction | BEV_EVENT_TIMEOUT), 0);
}
