/*
 * papers: what the reports, measurements and assessments of an agreement come to in a window, and
 * how each of them stands.
 *
 * The sums of scores and the lists behind them are made here, by the same walk.
 */
#ifndef SLAD_DAEMON_PAPERS_H
#define SLAD_DAEMON_PAPERS_H

#include "domain/obligation.h"
#include "domain/standing.h"
#include "scores.h"

/* A report that is due, or a measurement or an assessment that the window has to do with. */
struct paper {
	enum indicator indicator;
	const char *agreement;
	const struct entry *entry; /* NULL: a report that nobody submitted */
	enum outcome outcome; /* what counts of a measurement or an assessment is good */
	enum standing standing; /* why it is excluded; of reports STANDING_COUNTED */
	const struct obligation *obligation; /* of a report, else NULL */
	int64_t from, to; /* of a measurement's period */
};

/* What was read for one window and serves the next one; all zero: nothing. */
struct papers_kept {
	struct arena arena;
	struct papers_read *first;
};

struct papers {
	struct store *store;
	const struct scores_query *query; /* its window, cohort, now and wanted indicators */
	struct arena *arena;
	void (*each)(void *context, const struct paper *p); /* NULL: the sums are all */
	void *context;
	struct err *err;
};

/* The reports of an agreement that fall due in [from, to), as obligations_walk(). */
int papers_due(struct store *s, const struct agreement *a, int64_t from, int64_t to,
    struct arena *arena, void (*each)(void *context, const struct obligation *o), void *context,
    struct err *err);

/* They add to sums by indicator. 0, or -1 with a sentence. */
int papers_reports(const struct papers *p, const struct agreement *a, struct sums *sums);
int papers_measurements(const struct papers *p, const struct agreement *a, struct amounts *amounts);
int papers_assessments(const struct papers *p, const struct agreement *a, struct levels *levels);

#endif
