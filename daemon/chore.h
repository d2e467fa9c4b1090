/*
 * chore: work of the network's thread that takes long, done in steps.
 *
 * Between two steps the event base serves all who have something to be served: a question waits for
 * one step, and not for a body of thousands of events to be read. Where serving the others takes
 * long, because there are many, several steps follow one another, so that an import goes on.
 * Chores are done in the
 * order in which they came, one after the other and not in turns, so that no more than one of them
 * holds the memory of what is half done.
 */
#ifndef SLAD_DAEMON_CHORE_H
#define SLAD_DAEMON_CHORE_H

#include <stdbool.h>
#include <sys/queue.h>

#define CHORE_SHARE 3 /* others' time is so many times that of chores, while they want more */
#define CHORE_STEPS 8 /* without others between them, at most */

struct event_base;
struct chores;

struct chore {
	bool (*step)(void *arg); /* whether there is more to do; if not, the chore may be gone */
	void (*drop)(void *arg); /* instead of any further step; or NULL */
	void *arg;
	STAILQ_ENTRY(chore) next;
};

struct chores *chores_new(struct event_base *base);

/* Behind those that wait; also from a last step. It stays the caller's. */
void chores_add(struct chores *all, struct chore *c);

/* Drops what is not done. NULL is fine. */
void chores_free(struct chores *all);

#endif
