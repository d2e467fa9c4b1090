#include "domain/tally_sum.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/pack.h"
#include "domain/tally.h"

/* Where a measure stands, or would. */
static size_t
place_of(const struct tally *t, unsigned measure)
{
	size_t low = 0, high = t->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (t->sum[middle].measure < measure)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void
tally_add(struct tally *t, unsigned measure, int64_t n)
{
	size_t i = place_of(t, measure);

	if (i < t->count && t->sum[i].measure == measure) {
		t->sum[i].n += n;
		return;
	}
	if (t->count == t->room) {
		t->room = t->room == 0 ? 8 : 2 * t->room;
		t->sum = mem_grow(t->sum, t->room, sizeof(*t->sum));
	}
	memmove(&t->sum[i + 1], &t->sum[i], (t->count - i) * sizeof(*t->sum));
	t->sum[i] = (struct tally_sum){measure, n};
	t->count++;
}

struct tally
tally_within(const struct tally *t, unsigned from, unsigned to)
{
	size_t first = place_of(t, from), end = place_of(t, to);

	if (first == end)
		return (struct tally){0};
	return (struct tally){.count = end - first, .sum = &t->sum[first]};
}

int
tally_walk_packed(const void *bytes, size_t len, unsigned from, unsigned to,
    void (*each)(void *context, unsigned measure, int64_t n), void *context, struct err *err)
{
	unsigned measure = 0;
	struct unpack u;
	int64_t n;

	unpack_init(&u, bytes, len);
	while (unpack_more(&u)) {
		measure += (unsigned)unpack_uint(&u);
		n = unpack_int(&u);
		if (u.bad || measure >= to)
			break;
		if (measure >= from)
			each(context, measure, n);
	}
	return u.bad ? err_set(err, "a stored tally is damaged; run slad rebuild") : 0;
}

/* What is packed, and the tally, merged as both ascend. */
struct merge {
	const struct tally *added;
	size_t at; /* in what is added */
	unsigned before; /* the measure that was written last */
	struct buf *b;
};

static void
sum_pack(struct merge *m, unsigned measure, int64_t n)
{
	if (n == 0)
		return;
	pack_uint(m->b, measure - m->before);
	pack_int(m->b, n);
	m->before = measure;
}

static void
merge_added(struct merge *m, unsigned until)
{
	const struct tally_sum *sum = m->added->sum;

	for (; m->at < m->added->count && sum[m->at].measure < until; m->at++)
		sum_pack(m, sum[m->at].measure, sum[m->at].n);
}

static void
merge_one(void *context, unsigned measure, int64_t n)
{
	struct merge *m = context;

	merge_added(m, measure);
	if (m->at < m->added->count && m->added->sum[m->at].measure == measure)
		n += m->added->sum[m->at++].n;
	sum_pack(m, measure, n);
}

int
tally_pack_sum(const struct tally *t, const void *bytes, size_t len, struct buf *b, struct err *err)
{
	struct merge m = {.added = t, .b = b};

	if (tally_walk_packed(bytes, len, 0, MEASURES_END, merge_one, &m, err) != 0)
		return -1;
	merge_added(&m, MEASURES_END);
	return 0;
}

void
tally_free(struct tally *t)
{
	free(t->sum);
	*t = (struct tally){0};
}
