#include "base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_FIRST 960 /* with its head small enough for what the C library keeps at hand */
#define ARENA_BLOCK 8192

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	_Alignas(max_align_t) unsigned char data[];
};

void
mem_none(const char *what)
{
	fprintf(stderr, "<2>out of memory: %s\n", what);
	_Exit(MEM_EXIT);
}

static size_t
product(size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes) || bytes > PTRDIFF_MAX)
		mem_none("more was asked for than there can be");
	return bytes;
}

static void *
present(void *p, size_t bytes)
{
	char what[64];

	if (p == NULL && bytes > 0) {
		snprintf(what, sizeof(what), "%zu bytes were asked for", bytes);
		mem_none(what);
	}
	return p;
}

void *
mem_raw(size_t bytes)
{
	return present(malloc(bytes), bytes);
}

void *
mem_alloc(size_t n, size_t size)
{
	return present(calloc(1, product(n, size)), product(n, size));
}

void *
mem_grow(void *p, size_t n, size_t size)
{
	return present(realloc(p, product(n, size)), product(n, size));
}

char *
mem_strdup(const char *s)
{
	return present(strdup(s), strlen(s) + 1);
}

void *
arena_alloc(struct arena *a, size_t n, size_t size)
{
	size_t bytes = product(n, size), room;
	struct arena_block *b = a->blocks;

	bytes = (bytes + _Alignof(max_align_t) - 1) / _Alignof(max_align_t) * _Alignof(max_align_t);
	if (b == NULL || b->size - b->used < bytes) {
		room = b == NULL                ? ARENA_FIRST
		    : 2 * b->size < ARENA_BLOCK ? 2 * b->size
						: ARENA_BLOCK;
		room = bytes > room ? bytes : room;
		b = mem_alloc(1, sizeof(*b) + room);
		b->size = room;
		a->taken += sizeof(*b) + room;
		b->next = a->blocks;
		a->blocks = b;
	}
	b->used += bytes;
	a->bytes += bytes;
	return b->data + b->used - bytes;
}

char *
arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *copy = arena_alloc(a, len + 1, 1);

	memcpy(copy, s, len);
	return copy;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

void
arena_free(struct arena *a)
{
	struct arena_block *b;

	while ((b = a->blocks) != NULL) {
		a->blocks = b->next;
		free(b);
	}
	a->bytes = a->taken = 0;
}

void
arena_empty(struct arena *a)
{
	struct arena_block *kept = a->blocks;

	if (kept == NULL)
		return;
	a->blocks = kept->next;
	arena_free(a);
	memset(kept->data, 0, kept->used);
	kept->used = 0;
	kept->next = NULL;
	a->blocks = kept;
	a->taken = sizeof(*kept) + kept->size;
}

void *
arena_grown(struct arena *a, void *list, size_t n, size_t *room, size_t size)
{
	void *grown;

	if (n < *room)
		return list;
	*room = *room == 0 ? 64 : 2 * *room;
	grown = arena_alloc(a, *room, size);
	if (n > 0)
		memcpy(grown, list, n * size);
	return grown;
}
