/*
 * api: the handlers of the interface, and what they share.
 *
 * A handler reads the request, asks the store through its own read-only connection, and fills the
 * answer. It never waits: what must be stored goes to the keeper, by ingest.
 */
#ifndef SLAD_DAEMON_API_H
#define SLAD_DAEMON_API_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>

#include "codec/config.h"
#include "domain/window_step.h"
#include "keeper.h"
#include "request.h"
#include "scores.h"
#include "store/store.h"

struct hook_counts;
struct http;
struct notify;
struct study;

struct api {
	struct store *reader;
	struct config *config;
	struct keeper *keeper; /* NULL where nobody keeps: in tests */
	struct http *http; /* likewise */
	struct notify *notify; /* likewise */
	struct study *study; /* likewise */
	struct hook_counts *hooks; /* of those that were heard of */
	uint64_t hooks_unknown; /* deliveries for others */
	int64_t (*now)(void);
	int64_t started;
};

/* The routes' handlers; the context is a struct api. */
void api_scores(void *context, const struct request *r, struct answer *a);
void api_scores_text(void *context, const struct request *r, struct answer *a);
void api_evaluation(void *context, const struct request *r, struct answer *a);
void api_score_tickets(void *context, const struct request *r, struct answer *a);
void api_statistics(void *context, const struct request *r, struct answer *a);
void api_series(void *context, const struct request *r, struct answer *a);
void api_correlation(void *context, const struct request *r, struct answer *a);
void api_gaps(void *context, const struct request *r, struct answer *a);
void api_indicators(void *context, const struct request *r, struct answer *a);
void api_indicator(void *context, const struct request *r, struct answer *a);
void api_tickets(void *context, const struct request *r, struct answer *a);
void api_tickets_text(void *context, const struct request *r, struct answer *a);
void api_ticket(void *context, const struct request *r, struct answer *a);
void api_report(void *context, const struct request *r, struct answer *a);
void api_alerts(void *context, const struct request *r, struct answer *a);
void api_alert(void *context, const struct request *r, struct answer *a);
void api_alerts_text(void *context, const struct request *r, struct answer *a);
void api_deliveries(void *context, const struct request *r, struct answer *a);
void api_delivery(void *context, const struct request *r, struct answer *a);
void api_receivers(void *context, const struct request *r, struct answer *a);
void api_quarantine(void *context, const struct request *r, struct answer *a);
void api_quarantined(void *context, const struct request *r, struct answer *a);
void api_silences(void *context, const struct request *r, struct answer *a);
void api_silence(void *context, const struct request *r, struct answer *a);
void api_periods(void *context, const struct request *r, struct answer *a);
void api_period(void *context, const struct request *r, struct answer *a);
void api_period_moves(void *context, const struct request *r, struct answer *a);
void api_closed_scores(void *context, const struct request *r, struct answer *a);
void api_improvements(void *context, const struct request *r, struct answer *a);
void api_improvement(void *context, const struct request *r, struct answer *a);
void api_metrics(void *context, const struct request *r, struct answer *a);
void api_healthz(void *context, const struct request *r, struct answer *a);
void api_readyz(void *context, const struct request *r, struct answer *a);
void api_openapi(void *context, const struct request *r, struct answer *a);

/* An answer of JSON; takes over the reference. */
void answer_json(struct answer *a, int status, json_t *body);

/* An answer of JSON that ends with a long list, written element by element: never is all of it in
 * memory as values. */
struct listing {
	struct answer *answer;
	bool failed, more; /* more than none is written */
};

void listing_begin(struct listing *l, struct answer *a, json_t *head, const char *name);
void listing_add(struct listing *l, json_t *element);
void listing_end(struct listing *l); /* the references of head and elements are taken over */

/* JSON values of instants (UTC, null for STAMP_NEVER) and of texts ("" is null). */
json_t *json_instant(int64_t t);
json_t *json_text_or_null(const char *s);

/* n parts of a unit, as a whole number where it is one. */
json_t *json_parts(int64_t n, int64_t unit);

/* The date from which a version of an agreement holds, its name; null for NULL. */
json_t *json_version(const struct terms *terms);

/* Where a ticket is explained: "/v1/tickets/INC%201?source=desk". */
json_t *ticket_href(const char *subject, const char *source);

/* A question as asked, with what the answer repeats of it. */
struct question {
	struct scores_query query;
	const struct profile *profile; /* `default` unless another is named */
	int64_t as_of;
	enum step step;
	bool csv;
	bool zh; /* titles in Chinese */
};

/*
 * Reads window, from, to, step, cohort, indicator, agreement, service, priority, team, by, format,
 * lang and profile, as far as their names stand in a list, NULL-terminated; other names are wrong,
 * and what is wrong gives -1 with a sentence. Within a read transaction: as_of is the instant up to
 * which the store has been judged.
 */
int question_read(struct api *api, const struct request *r, const char *const *names,
    struct arena *arena, struct question *q, struct err *err);

/* The instant that answers are as of: now, but deadlines that have passed and are not judged yet
 * hold it back. Within a read transaction. */
int api_as_of(struct api *api, int64_t *t, struct err *err);

/* A parameter's instant: "2026-11-01T00:00:00+08:00" typed as it is comes with a space for its plus
 * sign. */
const char *offset_mended(const char *time, struct arena *arena);

/* Whether every parameter's name stands in a list, NULL-terminated. */
int params_check(const struct request *r, const char *const *names, struct err *err);

/* A whole number between low and high, or `fallback` where the parameter is absent. */
int param_number(const struct request *r, const char *name, int64_t low, int64_t high,
    int64_t fallback, int64_t *value, struct err *err);

#endif
