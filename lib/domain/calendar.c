#include "domain/calendar.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/stamp.h"

#define FAR (INT64_MAX / 8) /* room for offsets and sums beyond every instant that matters */
#define HORIZON INT64_C(7258118400000) /* 2200-01-01T00:00:00Z */

static const char *const weekdays[7] = {
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

/* What is open on the wall between two midnights, whatever day its spans began. */
struct open_day {
	int64_t total; /* ms */
	size_t count;
	struct span *spans; /* ascending and apart, within 0 to CALENDAR_DAY */
};

/* A day that a date plan shapes: the date itself, and the day that its night ends on. */
struct special {
	int64_t day;
	struct open_day open;
	int64_t gain; /* open ms beyond the weekdays' in all specials up to this one */
};

struct calendar {
	struct arena memory; /* of all below */
	const char *name;
	const struct zone *zone;
	struct open_day week[7];
	int64_t before[8]; /* open ms of a regular week before each weekday; the whole in [7] */
	size_t specials;
	struct special *special;
	bool never;
};

static int
plan_check(const struct calendar_plan *plan, const char *where, const struct day_plan *day,
    struct err *err)
{
	const struct span *s;

	for (size_t i = 0; i < day->count; i++) {
		s = &day->spans[i];
		if (s->open < 0 || s->open >= CALENDAR_DAY || s->shut <= s->open ||
		    s->shut > 2 * CALENDAR_DAY)
			return err_set(err,
			    "calendar '%s', %s: no span goes from minute %d to minute %d; it "
			    "begins before 24:00, and ends later, on the next day at most",
			    plan->name, where, s->open, s->shut);
	}
	return 0;
}

static int
date_check(
    const struct calendar_plan *plan, const struct date_plan *date, bool again, struct err *err)
{
	struct civil c = civil_from_days(date->day);
	char where[STAMP_TEXT];

	stamp_format(civil_days(c) * STAMP_DAY, where);
	where[strcspn(where, "T")] = '\0';
	if (again)
		return err_set(err,
		    "calendar '%s': %s is given twice; put all its spans in one place", plan->name,
		    where);
	return plan_check(plan, where, &date->plan, err);
}

static int
date_compare(const void *a, const void *b)
{
	const struct date_plan *x = a, *y = b;

	return (x->day > y->day) - (x->day < y->day);
}

static int
span_compare(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return (x->open > y->open) - (x->open < y->open);
}

static void
day_unite(struct open_day *day)
{
	struct span *s = day->spans;
	size_t kept = 0;

	qsort(s, day->count, sizeof(*s), span_compare);
	for (size_t i = 0; i < day->count; i++) {
		if (kept == 0 || s[i].open > s[kept - 1].shut)
			s[kept++] = s[i];
		else if (s[i].shut > s[kept - 1].shut)
			s[kept - 1].shut = s[i].shut;
	}
	day->count = kept;
	for (size_t i = 0; i < kept; i++)
		day->total += (s[i].shut - s[i].open) * STAMP_MINUTE;
}

/* A day's own spans up to 24:00, and what the eve's leave past it. */
static struct open_day
day_build(const struct day_plan *own, const struct day_plan *eve, struct arena *memory)
{
	struct open_day day = {0};

	day.spans = arena_alloc(memory, own->count + eve->count, sizeof(*day.spans));
	for (size_t i = 0; i < own->count; i++) {
		day.spans[day.count] = own->spans[i];
		if (day.spans[day.count].shut > CALENDAR_DAY)
			day.spans[day.count].shut = CALENDAR_DAY;
		day.count++;
	}
	for (size_t i = 0; i < eve->count; i++)
		if (eve->spans[i].shut > CALENDAR_DAY)
			day.spans[day.count++] =
			    (struct span){0, eve->spans[i].shut - CALENDAR_DAY};
	day_unite(&day);
	return day;
}

static void
week_build(struct calendar *c, const struct day_plan week[static 7])
{
	for (int d = 0; d < 7; d++) {
		c->week[d] = day_build(&week[d], &week[(d + 6) % 7], &c->memory);
		c->before[d + 1] = c->before[d] + c->week[d].total;
	}
}

static const struct day_plan *
plan_of(const struct calendar_plan *plan, const struct date_plan *sorted, int64_t day)
{
	struct date_plan key = {.day = day};
	const struct date_plan *found = NULL;

	if (plan->dates > 0)
		found = bsearch(&key, sorted, plan->dates, sizeof(key), date_compare);
	return found != NULL ? &found->plan : &plan->week[civil_weekday(day)];
}

static void
special_add(struct calendar *c, const struct calendar_plan *plan, const struct date_plan *sorted,
    int64_t day)
{
	struct special *s = &c->special[c->specials];
	int64_t gain = 0;

	if (c->specials > 0) {
		if (s[-1].day == day)
			return;
		gain = s[-1].gain;
	}
	s->day = day;
	s->open = day_build(plan_of(plan, sorted, day), plan_of(plan, sorted, day - 1), &c->memory);
	s->gain = gain + s->open.total - c->week[civil_weekday(day)].total;
	c->specials++;
}

static int
plan_sort(const struct calendar_plan *plan, struct date_plan *sorted, struct err *err)
{
	for (int d = 0; d < 7; d++)
		if (plan_check(plan, weekdays[d], &plan->week[d], err) != 0)
			return -1;
	if (plan->dates > 0) {
		memcpy(sorted, plan->date, plan->dates * sizeof(*sorted));
		qsort(sorted, plan->dates, sizeof(*sorted), date_compare);
	}
	for (size_t i = 0; i < plan->dates; i++)
		if (date_check(
			plan, &sorted[i], i > 0 && sorted[i - 1].day == sorted[i].day, err) != 0)
			return -1;
	return 0;
}

struct calendar *
calendar_new(const struct calendar_plan *plan, struct err *err)
{
	struct date_plan *sorted = mem_alloc(plan->dates, sizeof(*sorted));
	struct calendar *c = NULL;

	if (plan_sort(plan, sorted, err) != 0)
		goto out;
	c = mem_alloc(1, sizeof(*c));
	c->name = arena_strdup(&c->memory, plan->name);
	c->zone = plan->zone;
	week_build(c, plan->week);
	c->special = arena_alloc(&c->memory, 2 * plan->dates, sizeof(*c->special));
	for (size_t i = 0; i < plan->dates; i++) {
		special_add(c, plan, sorted, sorted[i].day);
		special_add(c, plan, sorted, sorted[i].day + 1);
	}
	c->never = calendar_elapsed(c, -FAR, FAR) == 0;
out:
	free(sorted);
	return c;
}

void
calendar_free(struct calendar *c)
{
	if (c == NULL)
		return;
	arena_free(&c->memory);
	free(c);
}

const char *
calendar_name(const struct calendar *c)
{
	return c->name;
}

const struct zone *
calendar_zone(const struct calendar *c)
{
	return c->zone;
}

bool
calendar_never(const struct calendar *c)
{
	return c->never;
}

/* How many specials lie before the day. */
static size_t
specials_before(const struct calendar *c, int64_t day)
{
	size_t low = 0, high = c->specials, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (c->special[mid].day < day)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static const struct open_day *
day_of(const struct calendar *c, int64_t day)
{
	size_t i = specials_before(c, day);

	if (i < c->specials && c->special[i].day == day)
		return &c->special[i].open;
	return &c->week[civil_weekday(day)];
}

/* Open ms on the wall until a day begins, counted from the Monday of 1970's first week. */
static int64_t
days_total(const struct calendar *c, int64_t day)
{
	int weekday = civil_weekday(day);
	int64_t week = (day + 3 - weekday) / 7;
	size_t i = specials_before(c, day);

	return week * c->before[7] + c->before[weekday] + (i > 0 ? c->special[i - 1].gain : 0);
}

static int64_t
wall_day(int64_t wall)
{
	return stamp_floor(wall, STAMP_DAY) / STAMP_DAY;
}

/* The same until an instant of the wall. */
static int64_t
wall_total(const struct calendar *c, int64_t wall)
{
	int64_t day = wall_day(wall), rest = wall - day * STAMP_DAY;
	const struct open_day *o = day_of(c, day);
	int64_t sum = days_total(c, day), open, shut;

	for (size_t i = 0; i < o->count; i++) {
		open = o->spans[i].open * STAMP_MINUTE;
		shut = o->spans[i].shut * STAMP_MINUTE;
		if (rest <= open)
			break;
		sum += (rest < shut ? rest : shut) - open;
	}
	return sum;
}

/* The first instant of the wall with that total, which is more than that of `from`. */
static int64_t
wall_reach(const struct calendar *c, int64_t from, int64_t total)
{
	int64_t day = wall_day(from), step = 1, rest, length;
	const struct open_day *o;
	const struct span *s;

	while (days_total(c, day + step) < total)
		step *= 2;
	while ((step /= 2) > 0)
		if (days_total(c, day + step) < total)
			day += step;
	o = day_of(c, day);
	rest = total - days_total(c, day);
	for (s = o->spans;; s++) {
		length = (s->shut - s->open) * STAMP_MINUTE;
		if (rest <= length)
			return day * STAMP_DAY + s->open * STAMP_MINUTE + rest;
		rest -= length;
	}
}

static int64_t
clamp(int64_t t)
{
	return t < -FAR ? -FAR : t > FAR ? FAR : t;
}

/* The end of the zone's stretch i, no later than `latest`. */
static int64_t
stretch_end(const struct zone *z, size_t i, int64_t latest)
{
	return i + 1 < z->count && z->at[i + 1] < latest ? z->at[i + 1] : latest;
}

bool
calendar_open(const struct calendar *c, int64_t t)
{
	int64_t wall = clamp(t) + zone_offset(c->zone, t), day = wall_day(wall);
	int64_t rest = wall - day * STAMP_DAY;
	const struct open_day *o = day_of(c, day);

	for (size_t i = 0; i < o->count; i++)
		if (rest < o->spans[i].shut * STAMP_MINUTE)
			return rest >= o->spans[i].open * STAMP_MINUTE;
	return false;
}

int64_t
calendar_elapsed(const struct calendar *c, int64_t s, int64_t e)
{
	int64_t sum = 0, offset, end;

	s = clamp(s);
	e = clamp(e);
	for (size_t i = zone_index(c->zone, s); s < e; i++, s = end) {
		offset = c->zone->offset[i];
		end = stretch_end(c->zone, i, e);
		sum += wall_total(c, end + offset) - wall_total(c, s + offset);
	}
	return sum;
}

/* A list of intervals being made. */
struct filling {
	struct interval *list;
	size_t count, room;
};

/* Adds an interval that begins no earlier than the last one ends; false: there is no room. */
static bool
interval_add(struct filling *f, int64_t from, int64_t to)
{
	if (from >= to)
		return true;
	if (f->count > 0 && f->list[f->count - 1].to == from) {
		f->list[f->count - 1].to = to;
		return true;
	}
	if (f->count == f->room)
		return false;
	f->list[f->count++] = (struct interval){from, to};
	return true;
}

/* Those of [s, e), over which the zone's offset is the same. */
static bool
stretch_intervals(const struct calendar *c, int64_t s, int64_t e, int64_t offset, struct filling *f)
{
	const struct open_day *o;
	int64_t midnight, from, to;

	for (int64_t day = wall_day(s + offset); day * STAMP_DAY < e + offset; day++) {
		o = day_of(c, day);
		midnight = day * STAMP_DAY - offset;
		for (size_t i = 0; i < o->count; i++) {
			from = midnight + o->spans[i].open * STAMP_MINUTE;
			to = midnight + o->spans[i].shut * STAMP_MINUTE;
			if (!interval_add(f, from > s ? from : s, to < e ? to : e))
				return false;
		}
	}
	return true;
}

size_t
calendar_intervals(const struct calendar *c, int64_t s, int64_t e, struct interval *list,
    size_t count, size_t room)
{
	struct filling f = {list, count, room};
	int64_t end;

	for (size_t i = zone_index(c->zone, s); s < e; i++, s = end) {
		end = stretch_end(c->zone, i, e);
		if (!stretch_intervals(c, s, end, c->zone->offset[i], &f))
			break;
	}
	return f.count;
}

int64_t
calendar_after(const struct calendar *c, int64_t s, int64_t n)
{
	int64_t offset, end, had, room, t;

	if (n <= 0)
		return s;
	if (c->never)
		return STAMP_NEVER;
	s = s < -FAR ? -FAR : s;
	for (size_t i = zone_index(c->zone, s); s < HORIZON; i++, s = end) {
		offset = c->zone->offset[i];
		end = stretch_end(c->zone, i, HORIZON);
		had = wall_total(c, s + offset);
		room = wall_total(c, end + offset) - had;
		if (room >= n) {
			t = wall_reach(c, s + offset, had + n) - offset;
			return t < HORIZON ? t : STAMP_NEVER;
		}
		n -= room;
	}
	return STAMP_NEVER;
}
