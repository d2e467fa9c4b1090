#include "domain/scope.h"

#include <string.h>

const char *const dimension_names[DIMENSIONS] = {
    [DIM_AGREEMENT] = "agreement",
    [DIM_SERVICE] = "service",
    [DIM_PRIORITY] = "priority",
    [DIM_TEAM] = "team",
};

const char *const dimension_names_zh[DIMENSIONS] = {
    [DIM_AGREEMENT] = "协议",
    [DIM_SERVICE] = "服务",
    [DIM_PRIORITY] = "优先级",
    [DIM_TEAM] = "团队",
};

int
dimension_find(const char *name)
{
	for (int i = 0; i < DIMENSIONS; i++)
		if (strcmp(dimension_names[i], name) == 0)
			return i;
	return -1;
}
