/*
 * report_gather: what a service report says of an agreement and a window, from the same answers
 * that the interface gives: scores, statistics, evaluation, series, alerts and improvements.
 */
#ifndef SLAD_DAEMON_REPORT_GATHER_H
#define SLAD_DAEMON_REPORT_GATHER_H

#include "base/err.h"
#include "base/mem.h"
#include "codec/config.h"
#include "codec/report.h"
#include "scores.h"
#include "store/store.h"

#define REPORT_COURSES 12 /* indicators whose course is shown */
#define REPORT_SERVICES 10
#define REPORT_ALERTS 50 /* shown */
#define REPORT_IMPROVEMENTS 50 /* shown */
#define REPORT_IMPROVEMENTS_READ 1000 /* looked at, the newest */
#define REPORT_ALERTS_READ 10000 /* counted */

/* Of `q` the window, the cohort, now, and one agreement as its only filter count. Everything lives
 * in the arena, or in q or the configuration. Called within a transaction. */
int report_gather(struct store *s, const struct config *c, const struct scores_query *q,
    const struct profile *profile, struct arena *a, struct service_report *r, struct err *err);

#endif
