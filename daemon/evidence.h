/*
 * evidence: every single thing that stands behind the scores of a window.
 *
 * What the items of an indicator count adds up to its score: tickets and events by n; outages by a,
 * ms, whose bad ones sum to A; reports by n; measurements by a, b and c; assessments by a, the
 * level, whose good ones sum to A, and B is five times their number. What was promised, and no
 * item can show, is the rest: the incidents agreed, and the agreed time of services.
 */
#ifndef SLAD_DAEMON_EVIDENCE_H
#define SLAD_DAEMON_EVIDENCE_H

#include "downs.h"
#include "papers.h"

enum evidence_kind {
	EVIDENCE_TICKET,
	EVIDENCE_EVENT, /* calls, security, changes */
	EVIDENCE_OUTAGE,
	EVIDENCE_INCIDENT, /* that had its service down */
	EVIDENCE_MAINTENANCE, /* announced in time: excluded */
	EVIDENCE_REPORT,
	EVIDENCE_MEASUREMENT,
	EVIDENCE_ASSESSMENT,
};

extern const char *const evidence_kind_names[];

/* Texts live until each() returns. */
struct evidence {
	enum indicator indicator;
	enum evidence_kind kind;
	const char *source; /* "" and */
	const char *name; /* "" of a report that nobody submitted, and of maintenance the entity's
			     own name; else the subject, or the id of the event */
	unsigned cycle; /* of a ticket, from 1; else 0 */
	const char *topic, *period; /* the report that is due, or what was measured; else "" */
	int64_t from; /* of an outage, an incident or maintenance: its start; else 0 */
	struct scope scope; /* "" where it has none */
	enum outcome outcome;
	const char *cause; /* of an excluded one; else "" */
	int64_t n; /* how often it counts; 1 but for events */
	int64_t a, b, c;
};

/*
 * Tells each() of all that stands behind the wanted indicators of a question, as far as they are in
 * its scope (its `by` is to be empty). Called within a transaction; each() returning other than 0
 * ends the walk. 0, or -1 with a sentence.
 */
int evidence_walk(struct store *s, const struct config *c, const struct scores_query *q,
    int (*each)(void *context, const struct evidence *item), void *context, struct err *err);

/* What an entity counts in a minute, of what a question wants. */
struct counted_items {
	const struct counted *at;
	size_t count;
	const struct count *item;
};

/* Walks the entities that count in the question's window and cohort after a place, by minute and
 * entity, as store_counted_walk does; also those of which nothing is wanted. */
int evidence_counted(struct store *s, const struct scores_query *q, int64_t minute, int64_t entity,
    int (*each)(void *context, const struct counted_items *found), void *context, struct err *err);

/* Reports, measurements and assessments behind the wanted indicators, agreement by agreement. */
int evidence_papers(const struct papers *p, const struct config *c);

#endif
