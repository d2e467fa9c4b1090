#include "domain/scope.h"

#include <string.h>

const char *const dimension_names[DIMENSIONS] = {
    [DIM_AGREEMENT] = "agreement",
    [DIM_SERVICE] = "service",
    [DIM_PRIORITY] = "priority",
    [DIM_TEAM] = "team",
};

int
dimension_find(const char *name)
{
	for (int i = 0; i < DIMENSIONS; i++)
		if (strcmp(dimension_names[i], name) == 0)
			return i;
	return -1;
}
