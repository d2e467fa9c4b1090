#include "domain/rule.h"

const char *const level_names[LEVELS] = {
    [LEVEL_NONE] = "none",
    [LEVEL_URGENT] = "urgent",
    [LEVEL_IMPORTANT] = "important",
    [LEVEL_GENERAL] = "general",
};

const char *const cohort_names[] = {
    [COHORT_OPENED] = "opened",
    [COHORT_SETTLED] = "settled",
    NULL,
};

const char *const rule_kind_names[RULE_KINDS] = {
    [RULE_SCORE] = "score",
    [RULE_BUDGET] = "budget",
    [RULE_EXCLUDED] = "excluded",
    [RULE_TICKET] = "ticket",
    [RULE_INSTANT] = "instant",
    [RULE_QUIET] = "quiet",
    [RULE_EXPIRY] = "expiry",
    [RULE_REPORT] = "report",
    [RULE_DELIVERY] = "delivery",
};

const char *const instant_names[] = {
    [INSTANT_LEAKED] = "leaked",
    [INSTANT_TAMPERED] = "tampered",
    [INSTANT_MAJOR_INCIDENT] = "major_incident",
    [INSTANT_OUTAGE] = "outage",
    [INSTANT_COMPLAINT] = "complaint",
    NULL,
};

bool
rule_has_least(const struct rule *rule)
{
	return indicator_table[rule->indicator].formula != FORMULA_ABSENCE &&
	    rule->indicator != INCIDENT_CONTROL_RATE;
}
