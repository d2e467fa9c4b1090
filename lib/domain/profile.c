#include "domain/profile.h"

#include <string.h>

int64_t
profile_weight(const struct profile *p, enum indicator i)
{
	for (size_t n = 0; n < p->indicators; n++) {
		if (p->indicator[n].indicator == i)
			return p->indicator[n].weight;
	}
	return WEIGHT_ONE;
}

bool
profile_selects(const struct profile *p, enum indicator i)
{
	return profile_weight(p, i) > 0 && p->characteristic[indicator_table[i].characteristic] > 0;
}

const struct profile *
profile_find(const struct profile *list, size_t count, const char *name)
{
	for (size_t n = 0; n < count; n++) {
		if (strcmp(list[n].name, name) == 0)
			return &list[n];
	}
	return NULL;
}
