/*
 * snapshot: the scores that a configuration gives at an instant, and what two of them differ in.
 *
 * Of each agreement: all indicators over the month, the last one and the year that are then, in the
 * agreement's zone, by the cohort opened; and, if asked for, by service.
 */
#ifndef SLAD_DAEMON_SNAPSHOT_H
#define SLAD_DAEMON_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scores.h"

#define SNAPSHOT_WINDOWS 3
extern const char *const snapshot_windows[SNAPSHOT_WINDOWS]; /* "this-month", … */

#define SNAPSHOT_SCORES 100000 /* of one snapshot, about 25 MB; agreements past it are cut */

struct snapshot_score {
	int window; /* index of snapshot_windows */
	const char *service; /* NULL: over all of them */
	enum indicator indicator;
	struct score score;
};

struct snapshot_agreement {
	const char *id;
	struct window window[SNAPSHOT_WINDOWS];
	size_t from, to; /* its scores: [from, to) of the list, by window, service, indicator */
	bool crowded; /* more services than one question may have: none of them is here */
	bool cut; /* nothing of it is here */
};

struct snapshot {
	struct arena arena;
	const struct config *config;
	int64_t now;
	size_t agreements, count, room;
	struct snapshot_agreement *agreement; /* ascending by id */
	struct snapshot_score *list; /* of a service only what has something to count */
};

/* What is asked of a snapshot. */
struct snapshot_query {
	const struct config *config; /* by which the store was folded; outlives the snapshot */
	const struct config *other; /* whose agreements are there too, even if this has none of
				       that id: they lie in its zone then */
	int64_t now;
	bool services;
	void (*beat)(void *context, int64_t done); /* called for each agreement, with 0; or NULL */
	void *context;
};

/* Zeroed if it fails. */
int snapshot_take(
    struct snapshot *s, struct store *store, const struct snapshot_query *q, struct err *err);
void snapshot_free(struct snapshot *s);

/* A score that is not the same in two snapshots. */
struct move {
	const char *agreement, *service; /* service NULL: over all of them */
	int window;
	enum indicator indicator;
	const struct score *before, *after; /* NULL: the service has nothing to count there */
};

/* Of two snapshots of the same two configurations at one instant, in their order; each() may be
 * NULL. Returns how many. */
size_t snapshot_compare(const struct snapshot *before, const struct snapshot *after,
    void (*each)(void *context, const struct move *m), void *context);

/* Whether nothing of either was cut or crowded. */
bool snapshot_complete(const struct snapshot *before, const struct snapshot *after);

/* "95/100": the value of a score as a fraction, in the units in which it is shown; or why there is
 * none. Then, of a move, what was pending and excluded, if that moved. */
void move_text(const struct move *m, struct buf *before, struct buf *after);

#endif
