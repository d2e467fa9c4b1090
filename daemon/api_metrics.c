#include <stdlib.h>

#include "api.h"
#include "base/stamp.h"
#include "codec/metric.h"
#include "domain/alert.h"
#include "delivery.h"
#include "http.h"
#include "hooks.h"
#include "notify.h"
#include "store/store_hook.h"
#include "watch.h"

static void
build_metrics(struct api *api, struct buf *b)
{
	metric_head(b, "slad_build_info", METRIC_GAUGE, "The version that runs.");
	metric_value(b, "slad_build_info", 1, "version", SLAD_VERSION, NULL);
	metric_head(b, "process_start_time_seconds", METRIC_GAUGE,
	    "Start time of the process since the epoch, in seconds.");
	metric_value(b, "process_start_time_seconds", (double)api->started / STAMP_SECOND, NULL);
}

static void
keeper_metrics(struct api *api, struct buf *b)
{
	struct keeper_counts c = keeper_counts(api->keeper);

	metric_head(b, "slad_events_total", METRIC_COUNTER,
	    "Events posted since the start, by what became of them.");
	metric_value(b, "slad_events_total", (double)c.accepted, "result", "accepted", NULL);
	metric_value(b, "slad_events_total", (double)c.duplicates, "result", "duplicate", NULL);
	metric_value(b, "slad_events_total", (double)c.rejected, "result", "rejected", NULL);
	metric_head(b, "slad_commits_total", METRIC_COUNTER,
	    "Transactions in which posted events were answered.");
	metric_value(b, "slad_commits_total", (double)c.batches, NULL);
	metric_head(b, "slad_commit_failures_total", METRIC_COUNTER,
	    "Transactions that failed and stored nothing.");
	metric_value(b, "slad_commit_failures_total", (double)c.failures, NULL);
	metric_head(b, "slad_queue_events", METRIC_GAUGE, "Events that wait to be stored.");
	metric_value(b, "slad_queue_events", (double)c.waiting, NULL);
	metric_head(b, "slad_queue_bytes", METRIC_GAUGE,
	    "Memory of what waits to be stored, is being stored, or is to be answered.");
	metric_value(b, "slad_queue_bytes", (double)c.bytes, NULL);
	metric_head(b, "slad_queue_refusals_total", METRIC_COUNTER,
	    "Requests that found the queue full; 503.");
	metric_value(b, "slad_queue_refusals_total", (double)c.refused, NULL);
}

static void
http_metrics(struct api *api, struct buf *b)
{
	static const char *const classes[] = {"0xx", "1xx", "2xx", "3xx", "4xx", "5xx"};
	static const char *const limits[] = {[MET_CONNECTIONS] = "connections",
	    [MET_DISPLACED] = "displaced",
	    [MET_HELD] = "request_bytes",
	    [MET_REQUEST_TIME] = "request_time",
	    [MET_ANSWER_TIME] = "answer_time",
	    [MET_UNREAD] = "answer_bytes"};
	struct http_counts c = http_counts(api->http);

	metric_head(b, "slad_http_answers_total", METRIC_COUNTER, "Answers, by status class.");
	for (int i = 2; i < 6; i++)
		metric_value(
		    b, "slad_http_answers_total", (double)c.answers[i], "class", classes[i], NULL);
	metric_head(b, "slad_http_connections", METRIC_GAUGE, "Connections that are open.");
	metric_value(b, "slad_http_connections", c.connections, NULL);
	metric_head(b, "slad_http_connections_max", METRIC_GAUGE, "How many there may be.");
	metric_value(b, "slad_http_connections_max", c.most, NULL);
	metric_head(b, "slad_http_request_bytes", METRIC_GAUGE,
	    "Bytes of requests that are being read or answered.");
	metric_value(b, "slad_http_request_bytes", (double)c.guards.held, NULL);
	metric_head(b, "slad_http_answer_bytes", METRIC_GAUGE,
	    "Bytes of answers that their clients have not read yet.");
	metric_value(b, "slad_http_answer_bytes", (double)c.guards.unread, NULL);
	metric_head(b, "slad_http_limits_total", METRIC_COUNTER,
	    "Connections and requests that met a limit, by the limit.");
	for (int i = 0; i < GUARD_MET; i++)
		metric_value(
		    b, "slad_http_limits_total", (double)c.guards.met[i], "limit", limits[i], NULL);
}

static void
hook_metrics(struct api *api, struct buf *b)
{
	const struct config *c = api->config;
	struct hook_counts *counts;

	metric_head(
	    b, "slad_hook_info", METRIC_GAUGE, "Hooks that are configured, and their mappings.");
	for (size_t i = 0; i < c->hooks; i++)
		metric_value(b, "slad_hook_info", 1, "mapping", c->hook[i].mapping->name, "source",
		    c->hook[i].source, NULL);
	metric_head(b, "slad_hook_unknown_total", METRIC_COUNTER,
	    "Deliveries since the start for hooks that are not configured.");
	metric_value(b, "slad_hook_unknown_total", (double)api->hooks_unknown, NULL);
	metric_head(b, "slad_hook_deliveries_total", METRIC_COUNTER,
	    "Deliveries of hooks since the start, by what became of them.");
	for (size_t i = 0; i < c->hooks; i++) {
		counts = hooks_counts(api, c->hook[i].source);
		for (int r = 0; r < HOOK_RESULTS; r++)
			metric_value(b, "slad_hook_deliveries_total", (double)counts->results[r],
			    "result", hook_result_names[r], "source", c->hook[i].source, NULL);
	}
}

static int
store_metrics(struct api *api, struct buf *b, struct err *err)
{
	int64_t records, count, bytes;

	metric_head(b, "slad_log_records", METRIC_GAUGE, "Records in the log.");
	if (store_last(api->reader, &records, err) != 0)
		return -1;
	metric_value(b, "slad_log_records", (double)records, NULL);
	metric_head(b, "slad_tickets", METRIC_GAUGE,
	    "Tickets that are open, or incomplete: their opening is not there yet.");
	if (store_tickets_in(api->reader, ENTITY_OPEN, &count, err) != 0)
		return -1;
	metric_value(b, "slad_tickets", (double)count, "state", "open", NULL);
	if (store_tickets_in(api->reader, ENTITY_INCOMPLETE, &count, err) != 0)
		return -1;
	metric_value(b, "slad_tickets", (double)count, "state", "incomplete", NULL);
	metric_head(b, "slad_quarantine_events", METRIC_GAUGE,
	    "Refused events and deliveries that are kept.");
	if (store_quarantine_size(api->reader, &count, &bytes, err) != 0)
		return -1;
	metric_value(b, "slad_quarantine_events", (double)count, NULL);
	metric_head(b, "slad_quarantine_bytes", METRIC_GAUGE, "And the bytes of their bodies.");
	metric_value(b, "slad_quarantine_bytes", (double)bytes, NULL);
	return 0;
}

struct deliveries {
	struct buf *out;
	const struct config *config;
	int64_t (*counts)[OUTBOX_STATES]; /* of the configured receivers */
};

static void
delivery_count(void *context, const struct delivery_count *c)
{
	struct deliveries *d = context;
	const struct receiver *r = receiver_find(d->config, c->receiver);

	if (r != NULL)
		d->counts[r - d->config->receiver][c->state] = c->count;
	else
		metric_value(d->out, "slad_deliveries", (double)c->count, "state",
		    outbox_state_names[c->state], "receiver", c->receiver, NULL);
}

static void
delivery_failures(void *context, const char *receiver, int64_t failures)
{
	metric_value(
	    context, "slad_delivery_failures_total", (double)failures, "receiver", receiver, NULL);
}

static int
delivery_metrics(struct api *api, struct buf *b, struct err *err)
{
	const struct config *c = api->config;
	int64_t(*counts)[OUTBOX_STATES] = mem_alloc(c->receivers, sizeof(*counts));
	struct deliveries d = {b, c, counts};
	int rc;

	metric_head(
	    b, "slad_deliveries", METRIC_GAUGE, "Messages to receivers, by state and receiver.");
	rc = store_delivery_counts(api->reader, delivery_count, &d, err);
	for (size_t i = 0; i < c->receivers; i++) {
		for (int s = 0; s < OUTBOX_STATES; s++)
			metric_value(b, "slad_deliveries", (double)counts[i][s], "state",
			    outbox_state_names[s], "receiver", c->receiver[i].name, NULL);
	}
	free(counts);
	metric_head(b, "slad_delivery_failures_total", METRIC_COUNTER,
	    "Attempts that a receiver did not take, since the start.");
	if (api->notify != NULL)
		notify_failures(api->notify, delivery_failures, b);
	return rc;
}

struct alert_numbers {
	int64_t all[ALERT_STATES][LEVELS];
	int64_t firing[RULE_KINDS][LEVELS];
};

static void
alert_count(void *context, int state, int level, int kind, int64_t count)
{
	struct alert_numbers *n = context;

	n->all[state][level] += count;
	if (state == ALERT_FIRING)
		n->firing[kind][level] += count;
}

static int
alert_metrics(struct api *api, struct buf *b, struct err *err)
{
	struct alert_numbers n = {.all = {{0}}};

	if (store_alert_counts(api->reader, alert_count, &n, err) != 0)
		return -1;
	metric_head(
	    b, "slad_alerts", METRIC_GAUGE, "Alerts by state, and by level once they fired.");
	for (int s = ALERT_PENDING; s < ALERT_STATES; s++) {
		for (int l = 0; l < LEVELS; l++) {
			if ((l == LEVEL_NONE) == (s == ALERT_PENDING))
				metric_value(b, "slad_alerts", (double)n.all[s][l], "state",
				    alert_state_names[s], "level", level_names[l], NULL);
		}
	}
	metric_head(b, "slad_alerts_firing", METRIC_GAUGE,
	    "Alerts that fire, by the kind of their rule and by level.");
	for (int k = 0; k < RULE_KINDS; k++) {
		for (int l = LEVEL_URGENT; l < LEVELS; l++)
			metric_value(b, "slad_alerts_firing", (double)n.firing[k][l], "kind",
			    rule_kind_names[k], "level", level_names[l], NULL);
	}
	return 0;
}

/* The scores of those indicators that have a service, by agreement and service; or of the others,
 * by agreement, with an empty service. */
static int
scores_put(struct api *api, bool by_service, struct buf *b, struct err *err)
{
	struct scores_query q = {.cohort = COHORT_OPENED,
	    .bys = by_service ? 2 : 1,
	    .by = {DIM_AGREEMENT, DIM_SERVICE},
	    .now = api->now()};
	struct arena arena = {0};
	struct scores scores;
	struct fraction f;
	int rc = -1;

	for (int i = 0; i < INDICATORS; i++)
		q.wanted[i] = (indicator_table[i].dimensions >> DIM_SERVICE & 1) == by_service;
	if (window_named("this-month", api->config->zone, q.now, &q.window, err) != 0 ||
	    scores_ask(api->reader, api->config, &q, &arena, &scores, err) != 0)
		goto out;
	for (size_t g = 0; g < scores.count; g++) {
		for (int i = 0; i < INDICATORS; i++) {
			f = scores.group[g].score[i].value;
			if (q.wanted[i] && f.den > 0)
				metric_value(b, "slad_score_ratio", (double)f.num / (double)f.den,
				    "indicator", indicator_table[i].id, "agreement",
				    scores.group[g].by[0], "service",
				    by_service ? scores.group[g].by[1] : "", NULL);
		}
	}
	rc = 0;
out:
	arena_free(&arena);
	return rc;
}

static int
score_metrics(struct api *api, struct buf *b, struct err *err)
{
	metric_head(b, "slad_score_ratio", METRIC_GAUGE,
	    "Scores of this month, of tickets opened in it, by agreement and service.");
	return scores_put(api, true, b, err) != 0 ? -1 : scores_put(api, false, b, err);
}

void
api_metrics(void *context, const struct request *r, struct answer *a)
{
	struct api *api = context;
	struct err err;

	(void)r;
	build_metrics(api, &a->body);
	keeper_metrics(api, &a->body);
	http_metrics(api, &a->body);
	hook_metrics(api, &a->body);
	a->type = "text/plain; version=0.0.4; charset=utf-8";
	if (store_begin_read(api->reader, &err) != 0 || store_metrics(api, &a->body, &err) != 0 ||
	    delivery_metrics(api, &a->body, &err) != 0 || alert_metrics(api, &a->body, &err) != 0 ||
	    score_metrics(api, &a->body, &err) != 0) {
		buf_reset(&a->body);
		answer_problem(a, 503, "%s", err.msg);
	}
	store_rollback(api->reader);
}
