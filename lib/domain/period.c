#include "domain/period.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/stamp.h"

#define YEAR_FIRST 1970
#define YEAR_LAST 9998

static const int unit_longest[] = {1, 7, 31, 92, 366}; /* days */

static const struct {
	const char *shape; /* 0 stands for any digit */
	enum unit unit;
	const char *right;
} shapes[] = {
    {"0000", UNIT_YEAR, ""},
    {"0000-Q0", UNIT_QUARTER, "quarters are Q1 to Q4"},
    {"0000-00", UNIT_MONTH, "months are 01 to 12"},
    {"0000-W00", UNIT_WEEK, "weeks are W01 to W52, and W53 in a long ISO year"},
    {"0000-00-00", UNIT_DAY, "there is no such date"},
};

struct period
period_of(enum unit unit, int64_t day)
{
	struct civil c = civil_from_days(day);
	int64_t start = day;

	switch (unit) {
	case UNIT_DAY:
		break;
	case UNIT_WEEK:
		start = day - civil_weekday(day);
		break;
	case UNIT_MONTH:
		start = civil_days((struct civil){c.year, c.month, 1});
		break;
	case UNIT_QUARTER:
		start = civil_days((struct civil){c.year, (c.month - 1) / 3 * 3 + 1, 1});
		break;
	case UNIT_YEAR:
		start = civil_days((struct civil){c.year, 1, 1});
	}
	return (struct period){unit, start};
}

struct period
period_next(struct period p)
{
	return period_of(p.unit, p.start + unit_longest[p.unit]);
}

const char *
period_name(struct period p, char name[static PERIOD_NAME])
{
	struct civil c = civil_from_days(p.unit == UNIT_WEEK ? p.start + 3 : p.start);
	int64_t thursday;

	switch (p.unit) {
	case UNIT_DAY:
		snprintf(name, PERIOD_NAME, "%04d-%02d-%02d", c.year, c.month, c.day);
		break;
	case UNIT_WEEK:
		thursday = p.start + 3 - civil_days((struct civil){c.year, 1, 1});
		snprintf(name, PERIOD_NAME, "%04d-W%02d", c.year, (int)(thursday / 7) + 1);
		break;
	case UNIT_MONTH:
		snprintf(name, PERIOD_NAME, "%04d-%02d", c.year, c.month);
		break;
	case UNIT_QUARTER:
		snprintf(name, PERIOD_NAME, "%04d-Q%d", c.year, (c.month + 2) / 3);
		break;
	case UNIT_YEAR:
		snprintf(name, PERIOD_NAME, "%04d", c.year);
	}
	return name;
}

/* Years are plain numbers of four digits; a start past the unit's range shows in its name. */
static int
start_parse(enum unit unit, const char *name, int64_t *start)
{
	int year = 0, number = 0;

	if (unit == UNIT_DAY)
		return civil_parse(name, start);
	sscanf(name, "%4d%*[-QW]%2d", &year, &number);
	if (unit == UNIT_QUARTER)
		number = 3 * number - 2;
	if (unit == UNIT_WEEK)
		*start = period_of(unit, civil_days((struct civil){year, 1, 4})).start +
		    7 * (number - 1);
	else
		*start = civil_days((struct civil){year, unit == UNIT_YEAR ? 1 : number, 1});
	return (unit == UNIT_MONTH || unit == UNIT_QUARTER) && (number < 1 || number > 12) ? -1 : 0;
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
period_parse(const char *name, struct period *p, const char **right)
{
	struct period made = {UNIT_DAY, 0};
	char again[PERIOD_NAME] = "";
	size_t row = 0;
	int year = 0;

	while (row < sizeof(shapes) / sizeof(shapes[0]) && !shape_fits(shapes[row].shape, name))
		row++;
	if (row == sizeof(shapes) / sizeof(shapes[0]))
		return 0;
	made.unit = shapes[row].unit;
	sscanf(name, "%4d", &year);
	if (year < YEAR_FIRST || year > YEAR_LAST) {
		*right = "its year is to lie from 1970 to 9998";
		return -1;
	}
	if (start_parse(made.unit, name, &made.start) == 0)
		period_name(made, again);
	if (strcmp(again, name) != 0) {
		*right = shapes[row].right;
		return -1;
	}
	*p = made;
	return 1;
}

int64_t
period_from(struct period p, const struct zone *zone)
{
	return stamp_floor(zone_reach(zone, p.start * STAMP_DAY), STAMP_MINUTE);
}

int64_t
period_to(struct period p, const struct zone *zone)
{
	return period_from(period_next(p), zone);
}
