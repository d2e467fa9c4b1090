#include "domain/window_step.h"

#include <stdio.h>
#include <string.h>

#include "base/stamp.h"
#include "domain/period.h"

const char *const step_names[] = {"hour", "day", "week", "month", NULL};

static const enum unit units[] = {
    [STEP_DAY] = UNIT_DAY, [STEP_WEEK] = UNIT_WEEK, [STEP_MONTH] = UNIT_MONTH};

/* An edge within a minute counts as that minute's beginning: a minute belongs where its last
 * instant does. */
#define MINUTE_LAST (STAMP_MINUTE - 1)

/* The hour on the wall that has the minute t: its name, and where it ends. */
static void
hour_at(const struct zone *z, int64_t t, struct window *hour)
{
	int64_t at = t + MINUTE_LAST, begin;
	size_t i = zone_index(z, at);
	char wall[STAMP_TEXT];

	begin = stamp_floor(at + z->offset[i], STAMP_HOUR) - z->offset[i];
	stamp_format_at(begin, z->offset[i], wall);
	snprintf(
	    hour->name, sizeof(hour->name), "%.16s%s", wall, wall + strlen("0000-00-00T00:00:00"));
	while (i + 1 < z->count && z->offset[i + 1] == z->offset[i])
		i++;
	hour->to = begin + STAMP_HOUR;
	if (i + 1 < z->count && hour->to > z->at[i + 1])
		hour->to = z->at[i + 1];
	hour->to = stamp_floor(hour->to, STAMP_MINUTE);
}

/* The same of the period that has it: where the clocks went back over midnight, not the one that
 * the wall shows once more. */
static void
period_at(const struct zone *z, enum unit unit, int64_t t, struct window *w)
{
	struct period p = period_of(unit, zone_day(z, t));

	while (period_to(p, z) <= t)
		p = period_next(p);
	period_name(p, w->name);
	w->to = period_to(p, z);
}

size_t
window_steps(const struct window *w, enum step step, struct window *steps, size_t most)
{
	struct window one = {.zone = w->zone};
	size_t n = 0;

	for (int64_t t = w->from; t < w->to; t = one.to) {
		if (n == most)
			return most + 1;
		if (step == STEP_HOUR)
			hour_at(w->zone, t, &one);
		else
			period_at(w->zone, units[step], t, &one);
		one.from = t;
		if (one.to > w->to)
			one.to = w->to;
		steps[n++] = one;
	}
	return n;
}

static bool
is_past_1970(const struct zone *z, int64_t t)
{
	return civil_from_days(zone_day(z, t)).year >= 1970;
}

bool
window_before(const struct window *w, struct window *before)
{
	const char *right;
	struct period p;

	if (period_parse(w->name, &p, &right) <= 0) {
		if (!is_past_1970(w->zone, w->from - (w->to - w->from)))
			return false;
		*before = window_of_edges(w->from - (w->to - w->from), w->from, w->zone);
		return true;
	}
	p = period_of(p.unit, zone_day(w->zone, w->from - 1));
	return is_past_1970(w->zone, w->from - 1) &&
	    window_of_period(p, w->zone, before, NULL) == 0;
}

/* The first instant at which the wall shows the same as at t, or later, a year earlier. */
static bool
year_earlier(const struct zone *z, int64_t t, int64_t *earlier)
{
	int64_t local = t + zone_offset(z, t), day = stamp_floor(local, STAMP_DAY);
	struct civil c = civil_from_days(day / STAMP_DAY);
	int64_t there = civil_days((struct civil){c.year - 1, c.month, c.day});

	*earlier = stamp_floor(zone_reach(z, there * STAMP_DAY + local - day), STAMP_MINUTE);
	return civil_from_days(there).day == c.day;
}

bool
window_year_before(const struct window *w, struct window *before)
{
	int64_t from, to;
	char name[WINDOW_NAME];
	const char *right;
	struct period p;
	int year = 0;

	if (period_parse(w->name, &p, &right) <= 0) {
		if (!year_earlier(w->zone, w->from, &from) || !year_earlier(w->zone, w->to, &to) ||
		    from >= to || !is_past_1970(w->zone, from))
			return false;
		*before = window_of_edges(from, to, w->zone);
		return true;
	}
	sscanf(w->name, "%4d", &year);
	snprintf(name, sizeof(name), "%04d%s", year - 1, w->name + 4);
	return period_parse(name, &p, &right) > 0 &&
	    window_of_period(p, w->zone, before, NULL) == 0;
}
