/*
 * report_sample: a report of made-up numbers whose names are as hostile as names can be.
 */
#ifndef SLAD_TESTS_REPORT_SAMPLE_H
#define SLAD_TESTS_REPORT_SAMPLE_H

#include "codec/report.h"

#define HOSTILE_NAME "<script>alert(\"1\")</script> & 'Söhne' | 北京, Ltd.\n=cmd()"
#define HOSTILE_SERVICE "=mail|\"a\",b\r\n<img src=x onerror=y>`*_[z](http://evil.example)@team"
#define HOSTILE_TITLE "\x01\x1b[31m\xe2\x80\xaegnirts ]]> --> </style>"

static const int64_t sample_at[] = {INT64_MIN};
static const int64_t sample_offset[] = {8 * STAMP_HOUR};
static const struct zone sample_zone = {"Asia/Shanghai", 1, sample_at, sample_offset};

static const struct report_point sample_points[] = {{"2026-11-01", {true, 0.975}},
    {"2026-11-02", {true, 0.9625}}, {"2026-11-03", {false, 0}}, {"2026-11-04", {true, 0.90625}},
    {"2026-11-05", {false, 0}}, {"2026-11-06", {true, 1}}};

static const struct report_score sample_scores[] = {
    {.indicator = LEAKAGE_FREE, .a = {true, 0}, .value = {true, 1}},
    {.indicator = SERVICE_AVAILABILITY,
	.a = {true, 5430},
	.b = {true, 2592000},
	.value = {true, 0.997905093},
	.objective = {true, 0.998},
	.previous = {true, 1},
	.met = MARK_MISSED},
    {.indicator = TIMELY_RESPONSE_RATE,
	.a = {true, 51},
	.b = {true, 12345},
	.value = {true, 0.995868772},
	.objective = {true, 0.95},
	.previous = {true, 0.9431},
	.pending = 7,
	.excluded = 3,
	.met = MARK_MET,
	.direction = "rising",
	.points = 6,
	.point = sample_points},
    {.indicator = TIMELY_RESOLUTION_RATE,
	.a = {true, 5001},
	.b = {true, 100000},
	.value = {true, 0.94999},
	.objective = {true, 0.95},
	.met = MARK_MISSED},
    {.indicator = STAFF_PROFESSIONALISM,
	.a = {true, 8},
	.b = {true, 10},
	.c = {true, 9},
	.value = {true, 0.83}},
    {.indicator = SERVICE_COURTESY,
	.a = {true, 0},
	.b = {true, 0},
	.objective = {true, 0.6},
	.reason = "no_data"},
};

static const struct report_characteristic sample_characteristics[] = {
    {SECURITY, {true, 2}, {true, 1}, {true, 0.4}},
    {RELIABILITY, {true, 1}, {true, 0.8625}, {true, 0.9}},
    {FRIENDLINESS, {true, 0.5}, {false, 0}, {true, 0}},
};
static const enum indicator sample_moved[] = {TIMELY_RESPONSE_RATE};
static const struct report_band sample_bands[] = {{"A|1", 0.95}, {"<B>", 0.85}, {"C", 0}};
static const struct report_veto sample_vetoes[] = {{LEAKAGE_FREE, 1, "<B>"}};
static const struct report_time sample_times[] = {
    {"response", "working", 12345, {true, 754.25}, {true, 420}, {true, 1800}, {true, 2700},
	{true, 93784}},
    {"recovery", "elapsed", 0, {0}, {0}, {0}, {0}, {0}},
};
static const struct report_survey sample_surveys[] = {
    {"ticket", 212, {true, 0.918}}, {"project", 0, {0}}, {"customer", 3, {true, 0.8}}};
static const struct report_cause sample_causes[] = {{"duplicate", 4}, {"spam", 1}};
static const struct report_flow sample_flows[] = {
    {.kind = "request",
	.opened = 12345,
	.resolved = 12301,
	.backlog_before = 17,
	.backlog_after = 61,
	.reopened = 12,
	.excluded = 5,
	.reopened_share = {true, 0.000972},
	.excluded_share = {true, 0.000405},
	.causes = 2,
	.cause = sample_causes},
    {.kind = "all",
	.opened = 12345,
	.resolved = 12301,
	.backlog_before = 17,
	.backlog_after = 61,
	.reopened = 12,
	.excluded = 5,
	.reopened_share = {true, 0.000972},
	.excluded_share = {true, 0.000405},
	.causes = 2,
	.cause = sample_causes},
};
static const struct report_service sample_services[] = {
    {HOSTILE_SERVICE, 4, 2, &sample_scores[1], 31, 2, 5},
    {"", 4, 0, NULL, 1, 0, 0},
};
static const struct report_alert sample_alerts[] = {
    {.id = "17",
	.rule = HOSTILE_TITLE,
	.indicator = "timely_response_rate",
	.level = "urgent",
	.state = "resolved",
	.scope = {"acme", HOSTILE_SERVICE, NULL, "one"},
	.fired_at = INT64_C(1794300000000),
	.resolved_at = INT64_C(1794303600000),
	.reason = "cleared",
	.value = {true, 0.79}},
    {.id = "12",
	.rule = "slow",
	.indicator = "no_such_indicator",
	.level = "general",
	.state = "firing",
	.scope = {NULL, NULL, NULL, NULL},
	.fired_at = INT64_C(1794200000000),
	.resolved_at = STAMP_NEVER},
};
static const struct report_improvement sample_improvements[] = {
    {.id = "3",
	.title = HOSTILE_TITLE,
	.indicator = "timely_response_rate",
	.state = "acting",
	.scope = {"acme", HOSTILE_SERVICE, NULL, NULL},
	.due = "2026-12-31",
	.aim = {true, 0.95},
	.baseline = {true, 0.87},
	.present = {true, 0.9499999},
	.reached = MARK_MISSED},
};

#define SAMPLE_COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct service_report sample_full = {
    .head = {.agreement = "acme",
	.name = HOSTILE_NAME,
	.window = "2026-11",
	.cohort = "opened",
	.zone = &sample_zone,
	.from = INT64_C(1793462400000),
	.to = INT64_C(1796054400000),
	.as_of = INT64_C(1796100000123),
	.revision = 2,
	.closed_at = INT64_C(1796090000000),
	.closed_by = "<i>Jane</i>",
	.moved = 1,
	.moved_indicator = sample_moved,
	.previous = "2026-10",
	.step = "day"},
    .evaluation = {.profile = "default",
	.score = {true, 0.9312},
	.coverage = {true, 0.7999999},
	.min_coverage = {true, 0.8},
	.grade = NULL,
	.reason = "coverage",
	.characteristics = SAMPLE_COUNT(sample_characteristics),
	.bands = SAMPLE_COUNT(sample_bands),
	.vetoes = SAMPLE_COUNT(sample_vetoes),
	.characteristic = sample_characteristics,
	.band = sample_bands,
	.veto = sample_vetoes},
    .scores = SAMPLE_COUNT(sample_scores),
    .score = sample_scores,
    .times = SAMPLE_COUNT(sample_times),
    .time = sample_times,
    .surveys = SAMPLE_COUNT(sample_surveys),
    .survey = sample_surveys,
    .flows = SAMPLE_COUNT(sample_flows),
    .flow = sample_flows,
    .failures = {true, 3, {true, 862190}, {true, 1810}},
    .services = SAMPLE_COUNT(sample_services),
    .service = sample_services,
    .alerts = SAMPLE_COUNT(sample_alerts),
    .alert = sample_alerts,
    .alerts_fired = 7,
    .improvements = SAMPLE_COUNT(sample_improvements),
    .improvement = sample_improvements,
    .services_given = true,
    .alerts_given = true,
    .improvements_given = true,
};

/* Nothing but who and when. */
static const struct service_report sample_empty = {
    .head = {.agreement = "acme",
	.name = "ACME",
	.window = "2026-11",
	.cohort = "settled",
	.from = 0,
	.to = STAMP_DAY,
	.as_of = STAMP_HOUR,
	.running = true,
	.closed_at = STAMP_NEVER},
};

/* All parts, with nothing in them. */
static const struct service_report sample_hollow = {
    .head = {.agreement = "acme",
	.name = "ACME",
	.window = "2026-11",
	.cohort = "settled",
	.from = 0,
	.to = STAMP_DAY,
	.as_of = STAMP_DAY,
	.closed_at = STAMP_NEVER},
    .evaluation = {.profile = "p", .reason = "no_data"},
    .failures = {.given = true},
    .services_given = true,
    .alerts_given = true,
    .improvements_given = true,
};

#endif
