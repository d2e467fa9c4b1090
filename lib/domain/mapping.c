#include "domain/mapping.h"

#include <string.h>

const char *
mapping_table_value(const struct mapping_table *t, const char *key)
{
	for (size_t i = 0; t != NULL && i < t->pairs; i++) {
		if (strcmp(t->pair[i].key, key) == 0)
			return t->pair[i].value;
	}
	return NULL;
}
