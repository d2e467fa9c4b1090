#include "memory.h"

#include <stdlib.h>

#include <event2/event.h>
#include <jansson.h>
#include <openssl/crypto.h>

#include "base/mem.h"
#include "codec/zoneinfo.h"
#include "command.h"
#include "store/store.h"

_Static_assert(MEM_EXIT == EXIT_STORAGE, "one status for what the machine must give");

static void *
event_grow(void *p, size_t bytes)
{
	return mem_grow(p, bytes, 1);
}

static void *
crypto_alloc(size_t bytes, const char *file, int line)
{
	(void)file, (void)line;
	return mem_raw(bytes);
}

static void *
crypto_grow(void *p, size_t bytes, const char *file, int line)
{
	(void)file, (void)line;
	return mem_grow(p, bytes, 1);
}

static void
crypto_free(void *p, const char *file, int line)
{
	(void)file, (void)line;
	free(p);
}

void
memory_guard(void)
{
	store_memory();
	zoneinfo_memory();
	event_set_mem_functions(mem_raw, event_grow, free);
	json_set_alloc_funcs(mem_raw, free);
	CRYPTO_set_mem_functions(crypto_alloc, crypto_grow, crypto_free);
}
