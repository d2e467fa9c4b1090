#include "domain/measurement.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static int
by_length(const void *x, const void *y)
{
	const struct measurement *a = x, *b = y;
	int64_t m = a->to - a->from, n = b->to - b->from;

	return m != n ? (m < n) - (m > n) : (a->from > b->from) - (a->from < b->from);
}

/* The place of the first that ends after `from`, among those that count: disjoint, ascending. */
static size_t
place_of(const struct measurement *counted, size_t n, int64_t from)
{
	size_t low = 0, high = n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (counted[mid].to > from)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

/* How each stands before periods are held against one another. */
static void
stand(struct measurement *list, size_t count, int64_t from, int64_t to)
{
	struct measurement *m;

	for (size_t i = 0; i < count; i++) {
		m = &list[i];
		if (m->from >= m->to || m->from >= to || m->to <= from)
			m->standing = STANDING_APART;
		else if (i + 1 < count && m->from == m[1].from && m->to == m[1].to)
			m->standing = STANDING_SUPERSEDED;
		else if (m->from < from || m->to > to)
			m->standing = STANDING_OUTSIDE;
		else
			m->standing = STANDING_COUNTED;
	}
}

void
measurements_add(
    struct amounts *sum, struct measurement *list, size_t count, int64_t from, int64_t to)
{
	struct measurement *counted = mem_alloc(count + 1, sizeof(*counted)), *m;
	size_t n = 0, at;

	stand(list, count, from, to);
	if (count > 0)
		qsort(list, count, sizeof(list[0]), by_length);
	for (size_t i = 0; i < count; i++) {
		m = &list[i];
		if (m->standing != STANDING_COUNTED)
			continue;
		at = place_of(counted, n, m->from);
		if (at < n && counted[at].from < m->to) {
			m->standing = STANDING_OVERLAPPED;
			continue;
		}
		memmove(&counted[at + 1], &counted[at], (n++ - at) * sizeof(*counted));
		counted[at] = *m;
		sum->a += m->amounts.a;
		sum->b += m->amounts.b;
		sum->c += m->amounts.c;
	}
	free(counted);
}
