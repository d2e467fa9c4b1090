#include "domain/assessment.h"

void
levels_add(struct levels *sum, struct assessment *list, size_t count, int64_t end)
{
	struct assessment *last;

	while (count > 0 && list[count - 1].time >= end)
		list[--count].standing = STANDING_APART;
	if (count == 0)
		return;
	for (size_t i = 0; i + 1 < count; i++)
		list[i].standing = STANDING_SUPERSEDED;
	last = &list[count - 1];
	if (last->valid_until <= end) {
		last->standing = STANDING_STALE;
		sum->stale++;
		return;
	}
	last->standing = STANDING_COUNTED;
	sum->valid++;
	sum->sum += last->level;
}
