#include "route.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

static bool
matches(const char *pattern, const struct request *r)
{
	size_t len, i = 0;

	if (strcmp(pattern, "/") == 0)
		return r->segments == 0;
	for (; *pattern == '/'; pattern += len, i++) {
		pattern++;
		len = strcspn(pattern, "/");
		if (i == r->segments)
			return false;
		if (*pattern == '{'
			? r->segment[i][0] == '\0'
			: strlen(r->segment[i]) != len || memcmp(pattern, r->segment[i], len) != 0)
			return false;
	}
	return i == r->segments;
}

static const char *
allowed(unsigned methods)
{
	static const char *const lists[] = {
	    NULL,
	    "GET, HEAD",
	    "POST",
	    "GET, HEAD, POST",
	    "DELETE",
	    "GET, HEAD, DELETE",
	    "POST, DELETE",
	    "GET, HEAD, POST, DELETE",
	    "OPTIONS",
	    "GET, HEAD, OPTIONS",
	    "POST, OPTIONS",
	    "GET, HEAD, POST, OPTIONS",
	    "DELETE, OPTIONS",
	    "GET, HEAD, DELETE, OPTIONS",
	    "POST, DELETE, OPTIONS",
	    "GET, HEAD, POST, DELETE, OPTIONS",
	};

	return lists[methods];
}

const struct route *
route_find(const struct route *table, size_t count, const struct request *r, const char **allow)
{
	unsigned methods = 0;

	for (size_t i = 0; i < count; i++) {
		if (!matches(table[i].pattern, r))
			continue;
		if (table[i].method == r->method)
			return &table[i];
		assert(table[i].method < METHOD_OTHER);
		methods |= 1u << table[i].method;
	}
	*allow = allowed(methods);
	return NULL;
}
