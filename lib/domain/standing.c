#include "domain/standing.h"

const char *const standing_names[] = {
    "apart", "counted", "superseded", "overlapped", "outside", "stale"};
