#include "base/natural.h"

#include <assert.h>

static void
put(struct natural *n, size_t at, uint64_t limb)
{
	assert(at < NATURAL_LIMBS);
	n->limb[at] = limb;
	n->used = at + 1;
}

struct natural
natural_of(uint64_t n)
{
	struct natural r = {0};

	if (n > 0)
		put(&r, 0, n);
	return r;
}

void
natural_times(struct natural *n, uint64_t by)
{
	unsigned __int128 carry = 0;

	if (by == 0) {
		*n = natural_of(0);
		return;
	}
	for (size_t i = 0; i < n->used; i++) {
		carry += (unsigned __int128)n->limb[i] * by;
		n->limb[i] = (uint64_t)carry;
		carry >>= 64;
	}
	if (carry > 0)
		put(n, n->used, (uint64_t)carry);
}

void
natural_plus(struct natural *n, const struct natural *more)
{
	size_t used = n->used > more->used ? n->used : more->used;
	unsigned __int128 carry = 0;

	for (size_t i = 0; i < used; i++) {
		carry += n->limb[i];
		carry += more->limb[i];
		n->limb[i] = (uint64_t)carry;
		carry >>= 64;
	}
	n->used = used;
	if (carry > 0)
		put(n, used, (uint64_t)carry);
}

int
natural_compare(const struct natural *a, const struct natural *b)
{
	if (a->used != b->used)
		return a->used < b->used ? -1 : 1;
	for (size_t i = a->used; i > 0; i--) {
		if (a->limb[i - 1] != b->limb[i - 1])
			return a->limb[i - 1] < b->limb[i - 1] ? -1 : 1;
	}
	return 0;
}
