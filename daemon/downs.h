/*
 * downs: the outages and the maintenance of a window, each with what it takes of agreed time.
 *
 * Availability unites outages. In the order of this walk, each one counts what none before it has
 * counted of its service, so that what the outages count adds up to A.
 */
#ifndef SLAD_DAEMON_DOWNS_H
#define SLAD_DAEMON_DOWNS_H

#include "domain/outage.h"
#include "domain/tally.h"
#include "scores.h"

struct downs {
	struct store *store;
	const struct config *config;
	const struct scores_query *query; /* its window, filters and now */
	struct arena *arena;
	int64_t start, entity; /* what lies before this place, or on it, is not told */
	struct err *err;
};

struct taken {
	const struct told_down *down;
	enum outcome outcome; /* bad: an outage; excluded: maintenance announced in time */
	int64_t alone; /* agreed ms that it takes of the window, whatever others there are */
	int64_t counted; /* of these, those that none before it has counted */
};

/* Those that take any agreed time, by start and entity; each() returning other than 0 ends the
 * walk. 0, or -1 with a sentence. */
int downs_walk(
    const struct downs *d, int (*each)(void *context, const struct taken *t), void *context);

/* Those of one service and kind that touch the window, united; returns how many were united, or
 * -1. */
int downs_united(const struct downs *d, const char *agreement, const char *service,
    enum down_kind kind, struct interval **list, size_t *count);

/* The agreed ms of the window that a stretch takes of a service, its maintenance taken out; -1 with
 * a sentence. */
int64_t downs_taken(
    const struct downs *d, const char *agreement, const char *service, struct interval span);

#endif
