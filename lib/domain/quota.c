#include "domain/quota.h"

#include "domain/period.h"

#define QUOTA_MAX (INT64_MAX / 1024) /* so that sums over agreements stay whole */

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* n * covered / whole, rounded down, for 0 < covered <= whole and whole below a month or so. */
static int64_t
share(int64_t n, int64_t covered, int64_t whole)
{
	return n / whole * covered + n % whole * covered / whole;
}

static int64_t
version_incidents(const struct terms *v, int64_t from, int64_t to)
{
	struct period month = period_of(UNIT_MONTH, zone_day(v->zone, from));
	int64_t begins = period_from(month, v->zone), ends, covered, sum = 0;

	for (; begins < to; begins = ends) {
		ends = period_to(month, v->zone);
		covered = least(ends, to) - most(begins, from);
		if (covered > 0)
			sum += share(v->incidents_per_month * QUOTA_ONE, covered, ends - begins);
		sum = least(sum, QUOTA_MAX);
		month = period_next(month);
	}
	return sum;
}

int64_t
quota_incidents(const struct agreement *a, int64_t from, int64_t to)
{
	int64_t sum = 0, begin, end;

	for (size_t i = 0; i < a->versions; i++) {
		begin = most(from, a->version[i].from);
		end = least(to, a->version[i].until);
		if (begin < end && a->version[i].incidents_per_month > 0)
			sum += version_incidents(&a->version[i], begin, end);
		sum = least(sum, QUOTA_MAX);
	}
	return sum;
}
