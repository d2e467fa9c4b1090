/*
 * report_gather_inside: a report being gathered, for the files report_gather*.c alone.
 *
 * report_gather.c       head, scores, services, alerts
 * report_gather_more.c  what other rooms answer: closed periods, evaluation, improvements
 * report_gather_time.c  times, flows, satisfaction
 * report_gather_course.c  the window before, and the course of values through the window
 */
#ifndef SLAD_DAEMON_REPORT_GATHER_INSIDE_H
#define SLAD_DAEMON_REPORT_GATHER_INSIDE_H

#include "report_gather.h"

struct gathering {
	struct store *store;
	const struct config *config;
	const struct scores_query *query;
	const char *agreement;
	struct arena *arena;
	struct service_report *report;
	struct report_score *score; /* the report's */
	size_t served; /* services that something was counted of */
	const char **service;
	struct improvement_asked *asked; /* for the improvements */
	struct err *err;
};

struct figure figure_of(bool has, double value);
struct figure figure_ratio(struct fraction f);

/* After the scores. */
int gather_closed(struct gathering *g);
int gather_previous(struct gathering *g);
int gather_courses(struct gathering *g);

int gather_statistics(struct gathering *g);
int gather_evaluation(struct gathering *g, const struct profile *profile);
int gather_improvements(struct gathering *g);

#endif
