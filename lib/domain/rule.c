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
