#include "domain/zone.h"

#include "base/stamp.h"

size_t
zone_index(const struct zone *z, int64_t t)
{
	size_t low = 0, high = z->count, mid;

	while (high - low > 1) {
		mid = low + (high - low) / 2;
		if (z->at[mid] <= t)
			low = mid;
		else
			high = mid;
	}
	return low;
}

int64_t
zone_offset(const struct zone *z, int64_t t)
{
	return z->offset[zone_index(z, t)];
}

int64_t
zone_day(const struct zone *z, int64_t t)
{
	return stamp_floor(t + zone_offset(z, t), STAMP_DAY) / STAMP_DAY;
}

int64_t
zone_reach(const struct zone *z, int64_t local)
{
	size_t i = zone_index(z, local - STAMP_DAY);

	while (i + 1 < z->count && z->at[i + 1] + z->offset[i] <= local)
		i++;
	return z->at[i] > local - z->offset[i] ? z->at[i] : local - z->offset[i];
}
