/*
 * behind: the way back from a score to what it counts, page by page.
 */
#ifndef SLAD_DAEMON_BEHIND_H
#define SLAD_DAEMON_BEHIND_H

#include "api.h"

#define BEHIND_PAGE 100
#define BEHIND_PAGE_MAX 1000

struct behind {
	struct api *api;
	struct question q;
	struct arena arena;
	enum indicator indicator;
	enum outcome outcome;
	int64_t limit;
	/* The page goes on after these: a minute or an instant, and an id. */
	int64_t place, entity;
	bool more; /* there is another page, after `place` and `entity` */
	json_t *list; /* what this page shows */
	struct err *err;
};

/* The page into the list: of tickets and events, of outages and maintenance, or of reports,
 * measurements and assessments. */
int behind_tickets(struct behind *b);
int behind_outages(struct behind *b);
int behind_papers(struct behind *b);

#endif
