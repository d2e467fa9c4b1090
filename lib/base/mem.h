/*
 * mem: memory that is there or the process is not.
 *
 * slad bounds every size that a stranger controls before it allocates, so a refused allocation is
 * a machine out of memory: the process says so in one line and ends at once, from whatever thread,
 * with the status MEM_EXIT. What was acknowledged is on disk, what was under way is not answered,
 * and systemd starts it again. Sizes are products that are checked for overflow.
 *
 * An arena gives memory that is freed all at once: the records of a batch, the parts of a
 * configuration. Its blocks never move. It is aligned for any object.
 */
#ifndef SLAD_BASE_MEM_H
#define SLAD_BASE_MEM_H

#include <stddef.h>

#define MEM_EXIT 4

void mem_none(const char *what) __attribute__((noreturn));

void *mem_raw(size_t bytes); /* not zeroed; caller frees with free() */
void *mem_alloc(size_t n, size_t size); /* zeroed; caller frees with free() */
void *mem_grow(void *p, size_t n, size_t size); /* realloc of n * size; not zeroed */
char *mem_strdup(const char *s);

struct arena_block;

struct arena {
	struct arena_block *blocks; /* newest first; zero-initialise: { 0 } */
	size_t bytes; /* given out so far */
	size_t taken; /* of the process's memory: its blocks */
};

void *arena_alloc(struct arena *a, size_t n, size_t size); /* zeroed */
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_strdup(struct arena *a, const char *s);
void arena_free(struct arena *a); /* frees every block; the arena is empty and usable again */
void arena_empty(struct arena *a); /* the same, but it keeps its newest block */

/* A list of `n` items of `size` bytes, with room for one more: itself, or a copy of twice the room.
 */
void *arena_grown(struct arena *a, void *list, size_t n, size_t *room, size_t size);

#endif
