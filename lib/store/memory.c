#include <malloc.h>
#include <stdlib.h>

#include <sqlite3.h>

#include "base/mem.h"
#include "store/store.h"

static void *
sqlite_alloc(int bytes)
{
	return mem_raw((size_t)bytes);
}

static void *
sqlite_grow(void *p, int bytes)
{
	return mem_grow(p, (size_t)bytes, 1);
}

static int
sqlite_size(void *p)
{
	return p == NULL ? 0 : (int)malloc_usable_size(p);
}

static int
sqlite_round(int bytes)
{
	return (bytes + 7) & ~7;
}

static int
sqlite_begin(void *context)
{
	(void)context;
	return SQLITE_OK;
}

static void
sqlite_end(void *context)
{
	(void)context;
}

void
store_memory(void)
{
	static const struct sqlite3_mem_methods methods = {.xMalloc = sqlite_alloc,
	    .xFree = free,
	    .xRealloc = sqlite_grow,
	    .xSize = sqlite_size,
	    .xRoundup = sqlite_round,
	    .xInit = sqlite_begin,
	    .xShutdown = sqlite_end};

	sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
	/* Counting all memory that is in use would cost a lock for each piece. */
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
