#include "base/stamp.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

int64_t
stamp_floor(int64_t t, int64_t unit)
{
	int64_t rest = t % unit;

	return t - (rest < 0 ? rest + unit : rest);
}

int64_t
civil_days(struct civil date)
{
	int64_t y = date.month <= 2 ? date.year - 1 : date.year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

struct civil
civil_from_days(int64_t days)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int month = (int)(mp < 10 ? mp + 3 : mp - 9);

	return (struct civil){
	    .year = (int)(yoe + era * 400 + (month <= 2)),
	    .month = month,
	    .day = (int)(doy - (153 * mp + 2) / 5 + 1),
	};
}

int
civil_weekday(int64_t days)
{
	int64_t w = (days + 3) % 7;

	return (int)(w < 0 ? w + 7 : w);
}

/* Reads n digits; -1 if one of them is none. */
static int
digits(const char *s, int n)
{
	int value = 0;

	for (int i = 0; i < n; i++) {
		if (!isdigit((unsigned char)s[i]))
			return -1;
		value = 10 * value + (s[i] - '0');
	}
	return value;
}

/* The length of a date's text is known to the caller's grammar: ten bytes. */
static int
date_read(const char *s, int64_t *days)
{
	struct civil c, back;

	if (strnlen(s, 10) < 10 || s[4] != '-' || s[7] != '-')
		return -1;
	c = (struct civil){digits(s, 4), digits(s + 5, 2), digits(s + 8, 2)};
	if (c.year < 0 || c.month < 1 || c.month > 12 || c.day < 1)
		return -1;
	back = civil_from_days(civil_days(c));
	if (back.month != c.month || back.day != c.day)
		return -1;
	*days = civil_days(c);
	return 0;
}

int
civil_parse(const char *text, int64_t *days)
{
	return strlen(text) == 10 ? date_read(text, days) : -1;
}

/* "hh:mm:ss" as ms; -1 if it is no time of day. */
static int64_t
clock_read(const char *s)
{
	int h, m, sec;

	if (strnlen(s, 8) < 8 || s[2] != ':' || s[5] != ':')
		return -1;
	h = digits(s, 2);
	m = digits(s + 3, 2);
	sec = digits(s + 6, 2);
	if (h < 0 || h > 23 || m < 0 || m > 59 || sec < 0 || sec > 59)
		return -1;
	return h * STAMP_HOUR + m * STAMP_MINUTE + sec * STAMP_SECOND;
}

/* ".123456" as ms, moving *s behind it; -1 if no digit follows the point. */
static int64_t
fraction_read(const char **s)
{
	int64_t ms = 0, unit = 100;

	if (**s != '.')
		return 0;
	(*s)++;
	if (!isdigit((unsigned char)**s))
		return -1;
	for (; isdigit((unsigned char)**s); (*s)++, unit /= 10)
		ms += unit * (**s - '0');
	return ms;
}

/* "Z" or "+08:00" as ms ahead of UTC, to the text's end. */
static int
offset_read(const char *s, int64_t *offset)
{
	int h, m;

	if (strcmp(s, "Z") == 0 || strcmp(s, "z") == 0) {
		*offset = 0;
		return 0;
	}
	if ((s[0] != '+' && s[0] != '-') || strlen(s) != 6 || s[3] != ':')
		return -1;
	h = digits(s + 1, 2);
	m = digits(s + 4, 2);
	if (h < 0 || h > 23 || m < 0 || m > 59)
		return -1;
	*offset = (h * STAMP_HOUR + m * STAMP_MINUTE) * (s[0] == '-' ? -1 : 1);
	return 0;
}

int
stamp_parse(const char *text, int64_t *t, struct err *err)
{
	int64_t days, clock, ms, offset;
	const char *s = text;

	if (date_read(s, &days) != 0 || (s[10] != 'T' && s[10] != 't' && s[10] != ' '))
		goto bad;
	s += 11;
	clock = clock_read(s);
	if (clock < 0)
		goto bad;
	s += 8;
	ms = fraction_read(&s);
	if (ms < 0)
		goto bad;
	if (*s == '\0')
		return err_set(err, "'%.40s' has no offset; add Z or one such as +08:00", text);
	if (offset_read(s, &offset) != 0)
		goto bad;
	if (days < 0)
		return err_set(err, "'%.40s' lies before 1970", text);
	*t = days * STAMP_DAY + clock + ms - offset;
	return 0;
bad:
	return err_set(err, "'%.40s' is no RFC 3339 time, such as 2026-11-21T09:30:00+08:00", text);
}

const char *
stamp_format(int64_t t, char text[static STAMP_TEXT])
{
	struct civil c = civil_from_days(stamp_floor(t, STAMP_DAY) / STAMP_DAY);
	int64_t ms = t - stamp_floor(t, STAMP_DAY);

	snprintf(text, STAMP_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", c.year, c.month, c.day,
	    (int)(ms / STAMP_HOUR), (int)(ms / STAMP_MINUTE % 60), (int)(ms / STAMP_SECOND % 60),
	    (int)(ms % STAMP_SECOND));
	return text;
}

const char *
stamp_format_at(int64_t t, int64_t offset, char text[static STAMP_TEXT])
{
	int minutes = (int)((offset < 0 ? -offset : offset) / STAMP_MINUTE);
	char wall[STAMP_TEXT];
	int keep;

	stamp_format(t + offset, wall);
	keep = strcmp(wall + 19, ".000Z") == 0 ? 19 : 23;
	if (offset == 0)
		snprintf(text, STAMP_TEXT, "%.*sZ", keep, wall);
	else
		snprintf(text, STAMP_TEXT, "%.*s%c%02d:%02d", keep, wall, offset < 0 ? '-' : '+',
		    minutes / 60, minutes % 60);
	return text;
}
