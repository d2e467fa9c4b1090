#include "chore.h"

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <event2/event.h>

#include "base/mem.h"

struct chores {
	struct event *turn; /* pending while there is a chore */
	int64_t since; /* spent when others were let in last */
	STAILQ_HEAD(, chore) waiting;
};

/* Of the processor, ns: that the machine had others to serve is nothing to make up for. */
static int64_t
spent(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

/* A timer that is due at once fires in the next turn of the loop, after what the sockets have by
 * then; an event made active here would fire in this one. */
static void
go_on(struct chores *all)
{
	static const struct timeval at_once = {0};

	if (!STAILQ_EMPTY(&all->waiting))
		event_add(all->turn, &at_once);
}

/* False if there is none. */
static bool
step(struct chores *all)
{
	struct chore *c = STAILQ_FIRST(&all->waiting);

	if (c == NULL)
		return false;
	STAILQ_REMOVE_HEAD(&all->waiting, next);
	if (c->step(c->arg))
		STAILQ_INSERT_HEAD(&all->waiting, c, next);
	return true;
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct chores *all = arg;
	int64_t began = spent(), share = (began - all->since) / CHORE_SHARE;
	int steps = 0;

	(void)fd, (void)what;
	do
		steps++;
	while (step(all) && steps < CHORE_STEPS && spent() - began < share);
	all->since = spent();
	go_on(all);
}

struct chores *
chores_new(struct event_base *base)
{
	struct chores *all = mem_alloc(1, sizeof(*all));

	STAILQ_INIT(&all->waiting);
	all->turn = event_new(base, -1, 0, on_turn, all);
	if (all->turn == NULL)
		mem_none("libevent");
	return all;
}

void
chores_add(struct chores *all, struct chore *c)
{
	if (STAILQ_EMPTY(&all->waiting))
		all->since = spent();
	STAILQ_INSERT_TAIL(&all->waiting, c, next);
	go_on(all);
}

void
chores_free(struct chores *all)
{
	struct chore *c;

	if (all == NULL)
		return;
	while ((c = STAILQ_FIRST(&all->waiting)) != NULL) {
		STAILQ_REMOVE_HEAD(&all->waiting, next);
		if (c->drop != NULL)
			c->drop(c->arg);
	}
	event_free(all->turn);
	free(all);
}
