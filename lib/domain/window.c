#include "domain/window.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/stamp.h"

#define YEAR_FIRST 1970
#define YEAR_LAST 9998
#define DURATION_MAX (36525 * STAMP_DAY)

enum unit { UNIT_DAY, UNIT_WEEK, UNIT_MONTH, UNIT_QUARTER, UNIT_YEAR };

static const int unit_longest[] = {1, 7, 31, 92, 366}; /* days */

static const struct {
	const char *name;
	enum unit unit;
	bool last;
} relatives[] = {
    {"today", UNIT_DAY, false},
    {"yesterday", UNIT_DAY, true},
    {"this-week", UNIT_WEEK, false},
    {"last-week", UNIT_WEEK, true},
    {"this-month", UNIT_MONTH, false},
    {"last-month", UNIT_MONTH, true},
    {"this-quarter", UNIT_QUARTER, false},
    {"last-quarter", UNIT_QUARTER, true},
    {"this-year", UNIT_YEAR, false},
    {"last-year", UNIT_YEAR, true},
};

static const struct {
	const char *shape; /* 0 stands for any digit */
	enum unit unit;
	const char *right;
} absolutes[] = {
    {"0000", UNIT_YEAR, ""},
    {"0000-Q0", UNIT_QUARTER, "quarters are Q1 to Q4"},
    {"0000-00", UNIT_MONTH, "months are 01 to 12"},
    {"0000-W00", UNIT_WEEK, "weeks are W01 to W52, and W53 in a long ISO year"},
    {"0000-00-00", UNIT_DAY, "there is no such date"},
};

static const struct {
	char letter;
	int64_t ms;
} parts[] = {{'d', STAMP_DAY}, {'h', STAMP_HOUR}, {'m', STAMP_MINUTE}, {'s', STAMP_SECOND}};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* The first day of the unit that the day lies in. */
static int64_t
unit_start(enum unit unit, int64_t day)
{
	struct civil c = civil_from_days(day);

	switch (unit) {
	case UNIT_DAY:
		return day;
	case UNIT_WEEK:
		return day - civil_weekday(day);
	case UNIT_MONTH:
		return civil_days((struct civil){c.year, c.month, 1});
	case UNIT_QUARTER:
		return civil_days((struct civil){c.year, (c.month - 1) / 3 * 3 + 1, 1});
	case UNIT_YEAR:
		break;
	}
	return civil_days((struct civil){c.year, 1, 1});
}

static void
unit_name(enum unit unit, int64_t start, char name[static WINDOW_NAME])
{
	struct civil c = civil_from_days(unit == UNIT_WEEK ? start + 3 : start);
	int64_t thursday;

	switch (unit) {
	case UNIT_DAY:
		snprintf(name, WINDOW_NAME, "%04d-%02d-%02d", c.year, c.month, c.day);
		break;
	case UNIT_WEEK:
		thursday = start + 3 - civil_days((struct civil){c.year, 1, 1});
		snprintf(name, WINDOW_NAME, "%04d-W%02d", c.year, (int)(thursday / 7) + 1);
		break;
	case UNIT_MONTH:
		snprintf(name, WINDOW_NAME, "%04d-%02d", c.year, c.month);
		break;
	case UNIT_QUARTER:
		snprintf(name, WINDOW_NAME, "%04d-Q%d", c.year, (c.month + 2) / 3);
		break;
	case UNIT_YEAR:
		snprintf(name, WINDOW_NAME, "%04d", c.year);
		break;
	}
}

static int64_t
midnight(const struct zone *zone, int64_t day)
{
	return stamp_floor(zone_reach(zone, day * STAMP_DAY), STAMP_MINUTE);
}

static int
window_unit(
    enum unit unit, int64_t start, const struct zone *zone, struct window *w, struct err *err)
{
	struct window made = {.zone = zone};

	unit_name(unit, start, made.name);
	made.from = midnight(zone, start);
	made.to = midnight(zone, unit_start(unit, start + unit_longest[unit]));
	if (made.from >= made.to)
		return err_set(
		    err, "there was no %s in %s: its clocks skipped it", made.name, zone->name);
	*w = made;
	return 0;
}

/* Years are plain numbers of four digits; a start past the unit's range shows in its name. */
static int
absolute_start(enum unit unit, const char *name, int64_t *start)
{
	int year = 0, number = 0;

	if (unit == UNIT_DAY)
		return civil_parse(name, start);
	sscanf(name, "%4d%*[-QW]%2d", &year, &number);
	if (unit == UNIT_QUARTER)
		number = 3 * number - 2;
	if (unit == UNIT_WEEK)
		*start =
		    unit_start(unit, civil_days((struct civil){year, 1, 4})) + 7 * (number - 1);
	else
		*start = civil_days((struct civil){year, unit == UNIT_YEAR ? 1 : number, 1});
	return (unit == UNIT_MONTH || unit == UNIT_QUARTER) && (number < 1 || number > 12) ? -1 : 0;
}

static int
window_absolute(
    size_t row, const char *name, const struct zone *zone, struct window *w, struct err *err)
{
	enum unit unit = absolutes[row].unit;
	char again[WINDOW_NAME] = "";
	int64_t start = 0;
	int year = 0;

	sscanf(name, "%4d", &year);
	if (year < YEAR_FIRST || year > YEAR_LAST)
		return err_set(err, "'%s' is no window: its year is to lie from %d to %d", name,
		    YEAR_FIRST, YEAR_LAST);
	if (absolute_start(unit, name, &start) == 0)
		unit_name(unit, start, again);
	if (strcmp(again, name) != 0)
		return err_set(err, "'%s' is no window: %s", name, absolutes[row].right);
	return window_unit(unit, start, zone, w, err);
}

static int
window_relative(size_t row, const struct zone *zone, int64_t now, struct window *w, struct err *err)
{
	enum unit unit = relatives[row].unit;
	int64_t start = unit_start(unit, zone_day(zone, now));

	if (relatives[row].last)
		start = unit_start(unit, zone_day(zone, midnight(zone, start) - 1));
	return window_unit(unit, start, zone, w, err);
}

static int
window_rolling(
    const char *name, const struct zone *zone, int64_t now, struct window *w, struct err *err)
{
	struct window made = {.zone = zone, .rolling = true};
	int64_t length = 0;

	if (duration_parse(name, &length, err) != 0)
		return -1;
	if (length == 0 || length % STAMP_MINUTE != 0)
		return err_set(
		    err, "'%.40s' is no window: it is to be whole minutes, and one at least", name);
	if (strlen(name) >= sizeof(made.name))
		return err_set(err, "'%.40s...' is no window: too many digits", name);
	memcpy(made.name, name, strlen(name) + 1);
	made.to = stamp_floor(now, STAMP_MINUTE) + STAMP_MINUTE;
	made.from = made.to - length;
	*w = made;
	return 0;
}

static bool
shape_fits(const char *shape, const char *name)
{
	for (; *shape != '\0'; shape++, name++)
		if (*shape == '0' ? !isdigit((unsigned char)*name) : *shape != *name)
			return false;
	return *name == '\0';
}

int
window_named(
    const char *name, const struct zone *zone, int64_t now, struct window *w, struct err *err)
{
	for (size_t i = 0; i < COUNT(relatives); i++)
		if (strcmp(relatives[i].name, name) == 0)
			return window_relative(i, zone, now, w, err);
	for (size_t i = 0; i < COUNT(absolutes); i++)
		if (shape_fits(absolutes[i].shape, name))
			return window_absolute(i, name, zone, w, err);
	if (isdigit((unsigned char)*name) && name[strspn(name, "0123456789dhms")] == '\0')
		return window_rolling(name, zone, now, w, err);
	return err_set(err,
	    "'%.40s' is no window; one is today, yesterday, this- or last- with week, month, "
	    "quarter or year, or such as 2026, 2026-Q4, 2026-11, 2026-W47, 2026-11-20, 24h",
	    name);
}

static int
edge_parse(const char *what, const char *text, int64_t *t, struct err *err)
{
	int64_t edge = 0;

	if (stamp_parse(text, &edge, err) != 0)
		return err_prefix(err, "%s", what);
	if (edge % STAMP_MINUTE != 0)
		return err_set(
		    err, "%s: '%.40s' is not on a whole minute; make its seconds 00", what, text);
	*t = edge;
	return 0;
}

int
window_between(
    const char *from, const char *to, const struct zone *zone, struct window *w, struct err *err)
{
	struct window made = {.zone = zone};
	char left[STAMP_TEXT], right[STAMP_TEXT];

	if (edge_parse("from", from, &made.from, err) != 0 ||
	    edge_parse("to", to, &made.to, err) != 0)
		return -1;
	if (made.from >= made.to)
		return err_set(
		    err, "from '%.40s' is to lie before to '%.40s', which is not in it", from, to);
	stamp_format_at(made.from, zone_offset(zone, made.from), left);
	stamp_format_at(made.to, zone_offset(zone, made.to), right);
	snprintf(made.name, sizeof(made.name), "%s/%s", left, right);
	*w = made;
	return 0;
}

/* Reads digits; a number too large for any duration stays so. */
static int64_t
number_read(const char **s)
{
	int64_t n = 0;

	for (; isdigit((unsigned char)**s); (*s)++)
		if (n <= DURATION_MAX)
			n = 10 * n + (**s - '0');
	return n;
}

int
duration_parse(const char *text, int64_t *ms, struct err *err)
{
	const char *s = text;
	int64_t total = 0, n;
	size_t part = 0;

	do {
		if (!isdigit((unsigned char)*s))
			goto bad;
		n = number_read(&s);
		while (part < COUNT(parts) && parts[part].letter != *s)
			part++;
		if (part == COUNT(parts))
			goto bad;
		if (n > (DURATION_MAX - total) / parts[part].ms)
			return err_set(
			    err, "'%.40s' is too long; 36525d, 100 years, is the most", text);
		total += n * parts[part++].ms;
	} while (*++s != '\0');
	*ms = total;
	return 0;
bad:
	return err_set(err,
	    "'%.40s' is no duration, such as 30m, 8h30m or 7d (d, h, m, s, each once, in this "
	    "order)",
	    text);
}

const char *
duration_format(int64_t ms, char text[static DURATION_TEXT])
{
	int64_t rest = ms < 0 ? 0 : ms;
	size_t len = 0;

	for (size_t i = 0; i < COUNT(parts); i++) {
		if (rest >= parts[i].ms)
			len += (size_t)snprintf(text + len, DURATION_TEXT - len, "%lld%c",
			    (long long)(rest / parts[i].ms), parts[i].letter);
		rest %= parts[i].ms;
	}
	if (len == 0)
		strcpy(text, "0s");
	return text;
}
