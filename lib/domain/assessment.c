#include "domain/assessment.h"

void
levels_add(struct levels *sum, const struct assessment *list, size_t count, int64_t end)
{
	while (count > 0 && list[count - 1].time >= end)
		count--;
	if (count == 0)
		return;
	if (list[count - 1].valid_until <= end) {
		sum->stale++;
		return;
	}
	sum->valid++;
	sum->sum += list[count - 1].level;
}
