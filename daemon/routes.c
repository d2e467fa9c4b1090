#include "routes.h"

#include "alert_order.h"
#include "api.h"
#include "closing.h"
#include "delivery.h"
#include "handshake.h"
#include "hooks.h"
#include "improvement.h"
#include "ingest.h"
#include "order.h"
#include "quarantine.h"
#include "silence_order.h"
#include "study.h"

const struct route routes[] = {
    {METHOD_POST, "/v1/events", SCOPE_INGEST, NULL, ingest_events, NULL},
    {METHOD_POST, "/hooks/{source}", 0, NULL, hooks_take, NULL},
    {METHOD_GET, "/v1/quarantine", SCOPE_READ, api_quarantine, NULL, NULL},
    {METHOD_GET, "/v1/quarantine/{id}", SCOPE_READ, api_quarantined, NULL, NULL},
    {METHOD_POST, "/v1/quarantine/{id}/replay", SCOPE_OPERATE, NULL, order_take, quarantine_replay},
    {METHOD_DELETE, "/v1/quarantine/{id}", SCOPE_OPERATE, NULL, order_take, quarantine_drop},
    {METHOD_OPTIONS, "/hooks/{source}", 0, handshake_answer, NULL, NULL},
    {METHOD_OPTIONS, "/v1/events", 0, handshake_answer, NULL, NULL},
    {METHOD_GET, "/v1/scores", SCOPE_READ, api_scores, NULL, NULL},
    {METHOD_GET, "/v1/scores/{id}/tickets", SCOPE_READ, api_score_tickets, NULL, NULL},
    {METHOD_GET, "/v1/evaluation", SCOPE_READ, api_evaluation, NULL, NULL},
    {METHOD_GET, "/v1/indicators", SCOPE_READ, api_indicators, NULL, NULL},
    {METHOD_GET, "/v1/indicators/{id}", SCOPE_READ, api_indicator, NULL, NULL},
    {METHOD_GET, "/v1/tickets", SCOPE_READ, api_tickets, NULL, NULL},
    {METHOD_GET, "/v1/tickets/{id}", SCOPE_READ, api_ticket, NULL, NULL},
    {METHOD_GET, "/v1/reports/{window}", SCOPE_READ, api_report, NULL, NULL},
    {METHOD_GET, "/v1/alerts", SCOPE_READ, api_alerts, NULL, NULL},
    {METHOD_GET, "/v1/alerts/{id}", SCOPE_READ, api_alert, NULL, NULL},
    {METHOD_GET, "/v1/deliveries", SCOPE_READ, api_deliveries, NULL, NULL},
    {METHOD_GET, "/v1/deliveries/{id}", SCOPE_READ, api_delivery, NULL, NULL},
    {METHOD_POST, "/v1/deliveries/{id}/retry", SCOPE_OPERATE, NULL, order_take, delivery_retry},
    {METHOD_GET, "/v1/receivers", SCOPE_READ, api_receivers, NULL, NULL},
    {METHOD_POST, "/v1/receivers/{name}/test", SCOPE_OPERATE, NULL, order_take, delivery_test},
    {METHOD_POST, "/v1/alerts/{id}/ack", SCOPE_OPERATE, NULL, order_take, alert_order},
    {METHOD_POST, "/v1/alerts/{id}/note", SCOPE_OPERATE, NULL, order_take, alert_order},
    {METHOD_POST, "/v1/alerts/{id}/close", SCOPE_OPERATE, NULL, order_take, alert_order},
    {METHOD_GET, "/v1/silences", SCOPE_READ, api_silences, NULL, NULL},
    {METHOD_GET, "/v1/silences/{id}", SCOPE_READ, api_silence, NULL, NULL},
    {METHOD_POST, "/v1/silences", SCOPE_OPERATE, NULL, order_take, silence_create},
    {METHOD_DELETE, "/v1/silences/{id}", SCOPE_OPERATE, NULL, order_take, silence_lift},
    {METHOD_GET, "/v1/periods", SCOPE_READ, api_periods, NULL, NULL},
    {METHOD_GET, "/v1/periods/{window}", SCOPE_READ, api_period, study_take, NULL},
    {METHOD_GET, "/v1/periods/{window}/moves", SCOPE_READ, api_period_moves, study_take, NULL},
    {METHOD_POST, "/v1/periods/{window}/close", SCOPE_OPERATE, NULL, order_take, closing_close},
    {METHOD_GET, "/v1/improvements", SCOPE_READ, api_improvements, NULL, NULL},
    {METHOD_GET, "/v1/improvements/{id}", SCOPE_READ, api_improvement, NULL, NULL},
    {METHOD_POST, "/v1/improvements", SCOPE_OPERATE, NULL, order_take, improvement_create},
    {METHOD_POST, "/v1/improvements/{id}/act", SCOPE_OPERATE, NULL, order_take, improvement_move},
    {METHOD_POST, "/v1/improvements/{id}/verify", SCOPE_OPERATE, NULL, order_take,
	improvement_move},
    {METHOD_POST, "/v1/improvements/{id}/close", SCOPE_OPERATE, NULL, order_take, improvement_move},
    {METHOD_POST, "/v1/improvements/{id}/reopen", SCOPE_OPERATE, NULL, order_take,
	improvement_move},
    {METHOD_GET, "/scores", SCOPE_READ, api_scores_text, NULL, NULL},
    {METHOD_GET, "/alerts", SCOPE_READ, api_alerts_text, NULL, NULL},
    {METHOD_GET, "/tickets", SCOPE_READ, api_tickets_text, NULL, NULL},
    {METHOD_GET, "/metrics", SCOPE_READ, api_metrics, NULL, NULL},
    {METHOD_GET, "/healthz", 0, api_healthz, NULL, NULL},
    {METHOD_GET, "/readyz", 0, api_readyz, NULL, NULL},
    {METHOD_GET, "/openapi.json", 0, api_openapi, NULL, NULL},
    {METHOD_GET, "/v1/statistics", SCOPE_READ, api_statistics, NULL, NULL},
    {METHOD_GET, "/v1/series", SCOPE_READ, api_series, NULL, NULL},
    {METHOD_GET, "/v1/correlation", SCOPE_READ, api_correlation, NULL, NULL},
    {METHOD_GET, "/v1/gaps", SCOPE_READ, api_gaps, NULL, NULL},
};

const size_t routes_count = sizeof(routes) / sizeof(routes[0]);
