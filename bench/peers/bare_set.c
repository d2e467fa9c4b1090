#include "bare_set.h"

#include <stdlib.h>
#include <string.h>

void
set_make(struct set *s, size_t most)
{
	for (s->size = 16; s->size < 2 * most; s->size *= 2)
		;
	s->slots = calloc(s->size, sizeof(*s->slots));
	if (s->slots == NULL)
		abort();
}

struct slot *
set_find(struct set *s, int64_t key, int *fresh)
{
	size_t i = (size_t)(((uint64_t)key ^ (uint64_t)key >> 30) * 0x9e3779b97f4a7c15u >> 32) &
	    (s->size - 1);
	while (s->slots[i].key != 0 && s->slots[i].key != key)
		i = (i + 1) & (s->size - 1);
	*fresh = s->slots[i].key == 0;
	if (*fresh)
		s->count++;
	s->slots[i].key = key;
	return &s->slots[i];
}

void
set_widen(struct set *s)
{
	struct set wide = {0};
	int fresh;
	if (2 * s->count < s->size)
		return;
	set_make(&wide, s->size);
	for (size_t i = 0; i < s->size; i++)
		if (s->slots[i].key != 0)
			set_find(&wide, s->slots[i].key, &fresh);
	free(s->slots);
	*s = wide;
}

void
set_clear(struct set *s)
{
	memset(s->slots, 0, s->size * sizeof(*s->slots));
	s->count = 0;
}

void
set_free(struct set *s)
{
	free(s->slots);
}
