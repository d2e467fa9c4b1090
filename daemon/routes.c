#include "routes.h"

#include "api.h"
#include "ingest.h"

const struct route routes[] = {
    {METHOD_POST, "/v1/events", SCOPE_INGEST, NULL, ingest_events},
    {METHOD_GET, "/v1/scores", SCOPE_READ, api_scores, NULL},
    {METHOD_GET, "/v1/scores/{id}/tickets", SCOPE_READ, api_score_tickets, NULL},
    {METHOD_GET, "/v1/indicators", SCOPE_READ, api_indicators, NULL},
    {METHOD_GET, "/v1/indicators/{id}", SCOPE_READ, api_indicator, NULL},
    {METHOD_GET, "/v1/tickets/{id}", SCOPE_READ, api_ticket, NULL},
    {METHOD_GET, "/v1/reports/{window}", SCOPE_READ, api_report, NULL},
    {METHOD_GET, "/v1/alerts", SCOPE_READ, api_alerts, NULL},
    {METHOD_GET, "/v1/alerts/{id}", SCOPE_READ, api_alert, NULL},
    {METHOD_GET, "/scores", SCOPE_READ, api_scores_text, NULL},
    {METHOD_GET, "/alerts", SCOPE_READ, api_alerts_text, NULL},
    {METHOD_GET, "/metrics", SCOPE_READ, api_metrics, NULL},
    {METHOD_GET, "/healthz", 0, api_healthz, NULL},
    {METHOD_GET, "/readyz", 0, api_readyz, NULL},
};

const size_t routes_count = sizeof(routes) / sizeof(routes[0]);
