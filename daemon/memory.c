#include "memory.h"

#include <malloc.h>
#include <stdlib.h>

#include <event2/event.h>
#include <glib.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <sqlite3.h>

#include "base/mem.h"
#include "command.h"

_Static_assert(MEM_EXIT == EXIT_STORAGE, "one status for what the machine must give");

/* ---- SQLite ---- */

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

/* ---- the others ---- */

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

/* GLib says that it is out of memory as an error of its own, and would end by a signal. */
static GLogWriterOutput
glib_error(GLogLevelFlags level, const GLogField *field, gsize count, gpointer context)
{
	(void)context;
	if ((level & G_LOG_LEVEL_ERROR) != 0)
		mem_none("GLib");
	return g_log_writer_default(level, field, count, NULL);
}

void
memory_guard(void)
{
	static const struct sqlite3_mem_methods sqlite = {.xMalloc = sqlite_alloc,
	    .xFree = free,
	    .xRealloc = sqlite_grow,
	    .xSize = sqlite_size,
	    .xRoundup = sqlite_round,
	    .xInit = sqlite_begin,
	    .xShutdown = sqlite_end};

	sqlite3_config(SQLITE_CONFIG_MALLOC, &sqlite);
	event_set_mem_functions(mem_raw, event_grow, free);
	json_set_alloc_funcs(mem_raw, free);
	CRYPTO_set_mem_functions(crypto_alloc, crypto_grow, crypto_free);
	g_log_set_writer_func(glib_error, NULL, NULL);
}
