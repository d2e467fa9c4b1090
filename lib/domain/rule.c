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

bool
rule_has_least(const struct rule *rule)
{
	return indicator_table[rule->indicator].formula != FORMULA_ABSENCE &&
	    rule->indicator != INCIDENT_CONTROL_RATE;
}
