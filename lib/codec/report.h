/*
 * report: the service report of an agreement and a window, as it is handed to a customer.
 *
 * All of it is plain data that somebody else gathered; any part may be empty, and every text is
 * the gatherer's, and UTF-8. Ratios are 0 to 1, times are seconds, instants UTC ms or STAMP_NEVER.
 * A part that was not gathered is left out (null in JSON), one that has nothing to tell says so.
 * (The reports that an agreement makes due are domain/agreement's `struct report`.)
 *
 * report_html.c, report_md.c, report_json.c and report_csv.c write it; the two that people read
 * share their blocks (report_page.c), their words (report_text.c) and the charts (report_svg.c).
 */
#ifndef SLAD_CODEC_REPORT_H
#define SLAD_CODEC_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/stamp.h"
#include "domain/indicator.h"
#include "domain/scope.h"
#include "domain/zone.h"

/* A number, or that there is none. */
struct figure {
	bool has;
	double value;
};

enum report_mark { MARK_NONE, MARK_MET, MARK_MISSED };

struct report_head {
	const char *agreement, *name;
	const char *window, *cohort;
	const struct zone *zone; /* on whose wall people read instants; NULL: UTC */
	int64_t from, to, as_of;
	bool running; /* the window had not ended at as_of */
	int64_t revision; /* of the closed period; 0: it is not closed */
	int64_t closed_at;
	const char *closed_by; /* NULL if it is not closed */
	size_t moved; /* scores that are not what the revision says */
	const enum indicator *moved_indicator;
	const char *previous; /* the window that scores are compared with, or NULL */
	const char *step; /* of the series: "day", or NULL */
};

struct report_point {
	const char *window;
	struct figure value;
};

struct report_score {
	enum indicator indicator;
	struct figure a, b, c; /* availability: seconds */
	struct figure value, objective, previous;
	int64_t pending, excluded;
	enum report_mark met;
	const char *reason; /* why there is no value, or why this one; NULL */
	const char *direction; /* of its trend: "rising", "falling", "flat", "unclear"; or NULL */
	size_t points;
	const struct report_point *point;
};

struct report_characteristic {
	enum characteristic characteristic;
	struct figure weight, score, coverage;
};

struct report_band {
	const char *grade;
	double at_least;
};

struct report_veto { /* that held the grade down */
	enum indicator indicator;
	double below;
	const char *at_most;
};

struct report_evaluation {
	const char *profile; /* NULL: there is no evaluation */
	struct figure score, coverage, min_coverage;
	const char *grade, *reason; /* NULL: none */
	size_t characteristics, bands, vetoes;
	const struct report_characteristic *characteristic;
	const struct report_band *band; /* the best first */
	const struct report_veto *veto;
};

/* Texts of closed sets are as the interface has them: "response", "working", "ticket". */
struct report_time {
	const char *clock, *measured; /* response, recovery, resolution; working, elapsed */
	int64_t count;
	struct figure mean, p50, p90, p95, p99;
};

struct report_survey {
	const char *level; /* ticket, project, customer */
	int64_t answered;
	struct figure value;
};

struct report_cause {
	const char *cause;
	int64_t count;
};

struct report_flow {
	const char *kind; /* request, incident, complaint, all */
	int64_t opened, resolved, backlog_before, backlog_after, reopened, excluded;
	struct figure reopened_share, excluded_share;
	size_t causes;
	const struct report_cause *cause;
};

struct report_failures {
	bool given;
	int64_t count;
	struct figure between, restore;
};

struct report_service {
	const char *service;
	size_t objectives, misses; /* that have a value, and of them those missed */
	const struct report_score *miss;
	int64_t late_responses, late_recoveries, late_resolutions;
};

struct report_alert {
	const char *id, *rule, *indicator, *level, *state;
	const char *scope[DIMENSIONS]; /* NULL: not part of it */
	int64_t fired_at, resolved_at;
	const char *reason; /* why it was resolved, or NULL */
	struct figure value; /* the last one; none if it is about other agreements, too */
};

struct report_improvement {
	const char *id, *title, *indicator, *state;
	const char *scope[DIMENSIONS];
	const char *due; /* NULL: none */
	struct figure aim, baseline, present; /* present: at the close, if it is closed */
	enum report_mark reached;
};

struct service_report {
	struct report_head head;
	struct report_evaluation evaluation;
	size_t scores, times, surveys, flows, services, alerts, improvements;
	const struct report_score *score; /* in the order of the indicators */
	const struct report_time *time;
	const struct report_survey *survey;
	const struct report_flow *flow;
	struct report_failures failures;
	const struct report_service *service; /* the worst first */
	const struct report_alert *alert; /* the newest first */
	int64_t alerts_fired; /* all of them, of which `alert` has the newest */
	const struct report_improvement *improvement;
	bool services_given, alerts_given, improvements_given;
};

struct report_format {
	const char *name, *type; /* "html"; the media type */
	void (*write)(const struct service_report *r, bool zh, struct buf *out);
};

#define REPORT_FORMATS 4
extern const struct report_format report_formats[REPORT_FORMATS]; /* the default first */

const struct report_format *report_format_find(const char *name); /* or NULL */

#endif
