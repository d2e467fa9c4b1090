#include "domain/record.h"

#include <string.h>

#define M(m) (UINT64_C(1) << MEMBER_##m)

#define AMOUNT_MAX INT64_C(1000000000000)
#define SCALE_MAX INT64_C(1000000000) /* a million, in thousandths */

#define DUES (M(RESPOND_BY) | M(RECOVER_BY) | M(RESOLVE_BY))
#define OPENED                                                                                  \
	(M(AGREEMENT) | M(SERVICE) | M(PRIORITY) | M(TEAM) | M(AGENT) | M(CHANNEL) | M(TITLE) | \
	    M(OUTAGE) | M(MAJOR) | M(STARTED_AT) | DUES)
#define SPAN (M(AGREEMENT) | M(SERVICE) | M(FROM) | M(TO))
#define COUNTED (M(AGREEMENT) | M(SERVICE) | M(COUNT))
#define MEASURED (M(AGREEMENT) | M(MEASURED) | M(PERIOD) | M(A) | M(B))
#define ASSESSED (M(AGREEMENT) | M(ASSESSED) | M(LEVEL))

const char *const kind_names[] = {"request", "incident", "complaint", NULL};
const char *const contact_by_names[] = {"customer", "agent", NULL};
const char *const survey_level_names[] = {"ticket", "project", "customer", NULL};
const char *const exclusion_names[] = {
    "duplicate", "spam", "test", "cancelled", "invalid", "no_agreement", NULL};

static const char *const exclusion_causes[] = {
    "duplicate", "spam", "test", "cancelled", "invalid", NULL};

const struct member_info record_members[MEMBERS] = {
    [MEMBER_AGREEMENT] = {.name = "agreement", .type = TYPE_TEXT, .folded = true},
    [MEMBER_SERVICE] = {.name = "service", .type = TYPE_TEXT, .folded = true},
    [MEMBER_PRIORITY] = {.name = "priority", .type = TYPE_TEXT, .folded = true},
    [MEMBER_TEAM] = {.name = "team", .type = TYPE_TEXT, .folded = true},
    [MEMBER_AGENT] = {.name = "agent", .type = TYPE_TEXT, .folded = false},
    [MEMBER_CHANNEL] = {.name = "channel", .type = TYPE_TEXT, .folded = false},
    [MEMBER_TITLE] = {.name = "title", .type = TYPE_TEXT, .folded = false},
    [MEMBER_KIND] = {.name = "kind", .type = TYPE_WORD, .words = kind_names, .folded = true},
    [MEMBER_OUTAGE] = {.name = "outage", .type = TYPE_BOOL, .folded = true},
    [MEMBER_MAJOR] = {.name = "major", .type = TYPE_BOOL, .folded = true},
    [MEMBER_STARTED_AT] = {.name = "started_at", .type = TYPE_INSTANT, .folded = true},
    [MEMBER_RESPOND_BY] = {.name = "respond_by", .type = TYPE_INSTANT, .folded = true},
    [MEMBER_RECOVER_BY] = {.name = "recover_by", .type = TYPE_INSTANT, .folded = true},
    [MEMBER_RESOLVE_BY] = {.name = "resolve_by", .type = TYPE_INSTANT, .folded = true},
    [MEMBER_BY] = {.name = "by", .type = TYPE_WORD, .words = contact_by_names, .folded = true},
    [MEMBER_CAUSE] = {.name = "cause", .type = TYPE_TEXT, .folded = true},
    [MEMBER_FIRST_CONTACT] = {.name = "first_contact", .type = TYPE_BOOL, .folded = true},
    [MEMBER_EFFECTIVE] = {.name = "effective", .type = TYPE_BOOL, .folded = true},
    [MEMBER_EXCLUSION] = {.name = "cause",
	.type = TYPE_WORD,
	.words = exclusion_causes,
	.folded = true},
    [MEMBER_DUPLICATE_OF] = {.name = "duplicate_of", .type = TYPE_TEXT, .folded = false},
    [MEMBER_FROM] = {.name = "from", .type = TYPE_INSTANT, .folded = true},
    [MEMBER_TO] = {.name = "to", .type = TYPE_INSTANT, .folded = true},
    [MEMBER_COUNT] =
	{.name = "count", .type = TYPE_WHOLE, .folded = true, .low = 1, .high = 1000000000},
    [MEMBER_REPORT] = {.name = "report", .type = TYPE_TEXT, .folded = true},
    [MEMBER_PERIOD] = {.name = "period", .type = TYPE_PERIOD, .folded = true},
    [MEMBER_CONFORMING] = {.name = "conforming", .type = TYPE_BOOL, .folded = true},
    [MEMBER_SCORE] =
	{.name = "score", .type = TYPE_DECIMAL, .folded = true, .low = 0, .high = SCALE_MAX},
    [MEMBER_SCALE] =
	{.name = "scale", .type = TYPE_DECIMAL, .folded = true, .low = 1, .high = SCALE_MAX},
    [MEMBER_SURVEYED] = {.name = "level",
	.type = TYPE_WORD,
	.words = survey_level_names,
	.folded = true},
    [MEMBER_TICKET] = {.name = "ticket", .type = TYPE_TEXT, .folded = true},
    [MEMBER_MEASURED] = {.name = "indicator",
	.type = TYPE_INDICATOR,
	.folded = true,
	.input = INPUT_MEASUREMENT},
    [MEMBER_A] = {.name = "a", .type = TYPE_WHOLE, .folded = true, .low = 0, .high = AMOUNT_MAX},
    [MEMBER_B] = {.name = "b", .type = TYPE_WHOLE, .folded = true, .low = 0, .high = AMOUNT_MAX},
    [MEMBER_C] = {.name = "c", .type = TYPE_WHOLE, .folded = true, .low = 0, .high = AMOUNT_MAX},
    [MEMBER_ASSESSED] = {.name = "indicator",
	.type = TYPE_INDICATOR,
	.folded = true,
	.input = INPUT_ASSESSMENT},
    [MEMBER_LEVEL] = {.name = "level", .type = TYPE_WHOLE, .folded = true, .low = 1, .high = 5},
    [MEMBER_EVIDENCE] = {.name = "evidence", .type = TYPE_TEXT, .folded = false},
    [MEMBER_ASSESSOR] = {.name = "assessor", .type = TYPE_TEXT, .folded = false},
    [MEMBER_VALID_UNTIL] = {.name = "valid_until", .type = TYPE_INSTANT, .folded = true},
    [MEMBER_ID] = {.name = "id", .type = TYPE_TEXT, .folded = true},
};

#define TICKET(name, K, V, allowed, needed)                             \
	{                                                               \
		name, CLASS_TICKET, KIND_##K, VERB_##V, allowed, needed \
	}
#define TICKETS(prefix, K)                                                                         \
	TICKET(prefix ".opened", K, OPENED, OPENED, M(AGREEMENT)),                                 \
	    TICKET(prefix ".updated", K, UPDATED, OPENED | M(KIND), 0),                            \
	    TICKET(prefix ".assigned", K, ASSIGNED, M(TEAM) | M(AGENT), 0),                        \
	    TICKET(prefix ".contacted", K, CONTACTED, M(BY), 0),                                   \
	    TICKET(prefix ".responded", K, RESPONDED, M(TEAM) | M(AGENT), 0),                      \
	    TICKET(prefix ".paused", K, PAUSED, M(CAUSE), 0),                                      \
	    TICKET(prefix ".resumed", K, RESUMED, M(CAUSE), 0),                                    \
	    TICKET(prefix ".recovered", K, RECOVERED, 0, 0),                                       \
	    TICKET(prefix ".resolved", K, RESOLVED, M(FIRST_CONTACT) | M(EFFECTIVE), 0),           \
	    TICKET(prefix ".reopened", K, REOPENED, 0, 0),                                         \
	    TICKET(prefix ".closed", K, CLOSED, 0, 0),                                             \
	    TICKET(prefix ".excluded", K, EXCLUDED, M(EXCLUSION) | M(DUPLICATE_OF), M(EXCLUSION)), \
	    TICKET(prefix ".included", K, INCLUDED, 0, 0)

const struct record_type record_types[] = {
    TICKETS("request", REQUEST),
    TICKETS("incident", INCIDENT),
    TICKETS("complaint", COMPLAINT),
    {"outage.started", CLASS_OUTAGE, 0, VERB_OUTAGE_STARTED, M(AGREEMENT) | M(SERVICE),
	M(AGREEMENT) | M(SERVICE)},
    {"outage.ended", CLASS_OUTAGE, 0, VERB_OUTAGE_ENDED, M(AGREEMENT) | M(SERVICE),
	M(AGREEMENT) | M(SERVICE)},
    {"maintenance.planned", CLASS_MAINTENANCE, 0, VERB_MAINTENANCE_PLANNED, SPAN, SPAN},
    {"maintenance.cancelled", CLASS_MAINTENANCE, 0, VERB_MAINTENANCE_CANCELLED, SPAN, SPAN},
    {"call.answered", CLASS_FACT, 0, VERB_CALL_ANSWERED, COUNTED, M(AGREEMENT)},
    {"call.abandoned", CLASS_FACT, 0, VERB_CALL_ABANDONED, COUNTED, M(AGREEMENT)},
    {"report.submitted", CLASS_FACT, 0, VERB_REPORT_SUBMITTED,
	M(AGREEMENT) | M(REPORT) | M(PERIOD) | M(CONFORMING), M(AGREEMENT) | M(REPORT) | M(PERIOD)},
    {"survey.answered", CLASS_FACT, 0, VERB_SURVEY_ANSWERED,
	M(AGREEMENT) | M(SCORE) | M(SCALE) | M(SURVEYED) | M(SERVICE) | M(TICKET),
	M(AGREEMENT) | M(SCORE) | M(SCALE)},
    {"security.tampered", CLASS_FACT, 0, VERB_SECURITY_TAMPERED, COUNTED, M(AGREEMENT)},
    {"security.leaked", CLASS_FACT, 0, VERB_SECURITY_LEAKED, COUNTED, M(AGREEMENT)},
    {"change.applied", CLASS_FACT, 0, VERB_CHANGE_APPLIED, COUNTED, M(AGREEMENT)},
    {"measurement.recorded", CLASS_FACT, 0, VERB_MEASUREMENT_RECORDED, MEASURED | M(C), MEASURED},
    {"assessment.recorded", CLASS_FACT, 0, VERB_ASSESSMENT_RECORDED,
	ASSESSED | M(EVIDENCE) | M(ASSESSOR) | M(VALID_UNTIL), ASSESSED},
    {"event.retracted", CLASS_RETRACTION, 0, VERB_EVENT_RETRACTED, M(ID), M(ID)},
};

const size_t record_type_count = sizeof(record_types) / sizeof(record_types[0]);

const struct record_type *
record_type_find(const char *name)
{
	for (size_t i = 0; i < record_type_count; i++) {
		if (strcmp(record_types[i].name, name) == 0)
			return &record_types[i];
	}
	return NULL;
}

static int
compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

int
record_compare(const struct record *a, const struct record *b)
{
	int order = compare(a->time, b->time);

	if (order == 0)
		order = compare(a->sequence, b->sequence);
	if (order == 0)
		order = compare(a->type->verb, b->type->verb);
	return order != 0 ? order : strcmp(a->id, b->id);
}
