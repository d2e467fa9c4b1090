#include "base/latest.h"

#include <stdlib.h>

#include "base/mem.h"

#define ROOM 256 /* at first */

static size_t
slot_of(const struct latest *l, uint64_t hash, size_t at)
{
	return ((size_t)share_of(hash, l->slots) + at) & (l->slots - 1);
}

static void
put(struct latest *l, size_t i)
{
	size_t at = 0;

	while (l->slot[slot_of(l, l->list[i].hash, at)] != 0)
		at++;
	l->slot[slot_of(l, l->list[i].hash, at)] = (uint32_t)(i + 1);
}

static void
index_anew(struct latest *l)
{
	free(l->slot);
	l->slots = 2 * l->room;
	l->slot = mem_alloc(l->slots, sizeof(*l->slot));
	for (size_t i = 0; i < l->count; i++)
		put(l, i);
}

void
latest_add(struct latest *l, uint64_t hash, int64_t n)
{
	if (l->count == l->room) {
		l->room = l->room == 0 ? ROOM : 2 * l->room;
		l->list = mem_grow(l->list, l->room, sizeof(*l->list));
		index_anew(l);
	}
	l->list[l->count] = (struct hashed){hash, n};
	put(l, l->count++);
}

void
latest_cut(struct latest *l, size_t count)
{
	if (count == l->count)
		return;
	l->count = count;
	index_anew(l);
}

int64_t
latest_next(const struct latest *l, uint64_t hash, size_t *at)
{
	uint32_t i;

	if (l->slots == 0)
		return -1;
	while ((i = l->slot[slot_of(l, hash, *at)]) != 0) {
		(*at)++;
		if (l->list[i - 1].hash == hash)
			return l->list[i - 1].n;
	}
	return -1;
}

void
latest_free(struct latest *l)
{
	free(l->list);
	free(l->slot);
	*l = (struct latest){.list = NULL};
}
