#include "store/memo.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

struct memo_entry {
	UT_hash_handle hh;
	int64_t number;
	char name[];
};

int64_t
memo_find(const struct memo *m, const void *name, size_t len)
{
	struct memo_entry *e;

	HASH_FIND(hh, m->entries, name, len, e);
	return e == NULL ? 0 : e->number;
}

void
memo_put(struct memo *m, const void *name, size_t len, int64_t number)
{
	struct memo_entry *e;

	if (HASH_COUNT(m->entries) >= MEMO_MAX)
		memo_forget(m);
	e = mem_alloc(1, sizeof(*e) + len);
	memcpy(e->name, name, len);
	e->number = number;
	HASH_ADD_KEYPTR(hh, m->entries, e->name, len, e);
}

void
memo_forget(struct memo *m)
{
	struct memo_entry *e, *next;

	HASH_ITER (hh, m->entries, e, next) {
		HASH_DEL(m->entries, e);
		free(e);
	}
}
