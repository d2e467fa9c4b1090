#include "domain/pattern.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/stamp.h"

#define MINUTE (60 * STAMP_SECOND)

struct reading {
	const char *at;
	int year, month, day, hour, minute, second, ms;
	bool twelve, afternoon; /* hours of twelve */
	bool half; /* AM or PM was there */
	bool set; /* an offset was there */
	int offset; /* minutes ahead of UTC */
};

static const char *const months[] = {"january", "february", "march", "april", "may", "june", "july",
    "august", "september", "october", "november", "december", NULL};
static const char *const weekdays[] = {
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", NULL};

static int
digits(struct reading *r, int least, int most, int *n)
{
	int count = 0;

	*n = 0;
	for (; count < most && isdigit((unsigned char)*r->at); count++, r->at++)
		*n = 10 * *n + (*r->at - '0');
	return count < least ? -1 : 0;
}

/* A name, whole or its first three letters: its index, or -1. */
static int
name(struct reading *r, const char *const *names)
{
	size_t len;

	for (int i = 0; names[i] != NULL; i++) {
		len = strlen(names[i]);
		if (strncasecmp(r->at, names[i], len) != 0)
			len = 3;
		if (strncasecmp(r->at, names[i], len) == 0) {
			r->at += len;
			return i;
		}
	}
	return -1;
}

static int
half_take(struct reading *r)
{
	char c = (char)toupper((unsigned char)*r->at);

	if ((c != 'A' && c != 'P') || toupper((unsigned char)r->at[1]) != 'M')
		return -1;
	r->afternoon = c == 'P';
	r->half = true;
	r->at += 2;
	return 0;
}

static int
offset_take(struct reading *r)
{
	static const char *const names[] = {"UTC", "GMT", "Z", NULL};
	int hours, minutes = 0, sign = *r->at == '-' ? -1 : 1;

	r->set = true;
	for (int i = 0; names[i] != NULL; i++) {
		if (strncasecmp(r->at, names[i], strlen(names[i])) == 0) {
			r->at += strlen(names[i]);
			return 0;
		}
	}
	if (*r->at != '+' && *r->at != '-')
		return -1;
	r->at++;
	if (digits(r, 2, 2, &hours) != 0)
		return -1;
	if (*r->at == ':' || isdigit((unsigned char)*r->at)) {
		r->at += *r->at == ':';
		if (digits(r, 2, 2, &minutes) != 0)
			return -1;
	}
	r->offset = sign * (60 * hours + minutes);
	return hours > 23 || minutes > 59 ? -1 : 0;
}

/* Seconds, and what is below them. */
static int
second_take(struct reading *r)
{
	int scale = 100;

	if (digits(r, 1, 2, &r->second) != 0)
		return -1;
	if ((*r->at != '.' && *r->at != ',') || !isdigit((unsigned char)r->at[1]))
		return 0;
	for (r->at++; isdigit((unsigned char)*r->at); r->at++, scale /= 10)
		r->ms += scale * (*r->at - '0');
	return 0;
}

static int
year_take(struct reading *r, bool whole)
{
	if (whole)
		return digits(r, 4, 4, &r->year);
	if (digits(r, 2, 2, &r->year) != 0)
		return -1;
	r->year += r->year < 70 ? 2000 : 1900;
	return 0;
}

static int
month_take(struct reading *r)
{
	r->month = name(r, months) + 1;
	return r->month == 0 ? -1 : 0;
}

static const char *
composed(char letter)
{
	return letter == 'F' ? "%Y-%m-%d" : letter == 'T' ? "%H:%M:%S" : "%H:%M";
}

static int take(struct reading *r, const char *pattern);

/* What one letter behind a % stands for: -1 if the text has something else, -2 if it is none. */
static int
letter_take(struct reading *r, char letter)
{
	switch (letter) {
	case 'Y':
	case 'y':
		return year_take(r, letter == 'Y');
	case 'm':
		return digits(r, 1, 2, &r->month);
	case 'd':
	case 'e':
		return digits(r, 1, 2, &r->day);
	case 'b':
	case 'B':
		return month_take(r);
	case 'a':
	case 'A':
		return name(r, weekdays) < 0 ? -1 : 0;
	case 'I':
		r->twelve = true;
		return digits(r, 1, 2, &r->hour);
	default:
		return -2;
	}
}

static int
letter_more(struct reading *r, char letter)
{
	switch (letter) {
	case 'H':
		return digits(r, 1, 2, &r->hour);
	case 'M':
		return digits(r, 1, 2, &r->minute);
	case 'S':
		return second_take(r);
	case 'p':
		return half_take(r);
	case 'z':
		return offset_take(r);
	case 'F':
	case 'T':
	case 'R':
		return take(r, composed(letter));
	case '%':
		return *r->at++ == '%' ? 0 : -1;
	default:
		return -2;
	}
}

static int
take(struct reading *r, const char *pattern)
{
	int rc;

	for (; *pattern != '\0'; pattern++) {
		if (isspace((unsigned char)*pattern)) {
			r->at += strspn(r->at, " \t");
		} else if (*pattern != '%') {
			if (*r->at++ != *pattern)
				return -1;
		} else {
			r->at += pattern[1] == 'e' ? strspn(r->at, " ") : 0;
			rc = letter_take(r, *++pattern);
			if (rc == -2)
				rc = letter_more(r, *pattern);
			if (rc != 0)
				return rc;
		}
	}
	return 0;
}

/* Noon and midnight are the twelfth hour of their half. */
static int
hour_settle(struct reading *r)
{
	if (r->twelve != r->half || (r->twelve && (r->hour < 1 || r->hour > 12)))
		return -1;
	if (r->twelve)
		r->hour = r->hour % 12 + (r->afternoon ? 12 : 0);
	return 0;
}

static int
instant(const struct reading *r, const struct zone *zone, int64_t *t)
{
	char text[80];
	int64_t got;

	snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", r->year, r->month,
	    r->day, r->hour, r->minute, r->second, r->ms);
	if (stamp_parse(text, &got, NULL) != 0)
		return -1;
	got = r->set ? got - r->offset * MINUTE : zone_reach(zone, got);
	if (got < 0)
		return -1;
	*t = got;
	return 0;
}

int
pattern_read(
    const char *pattern, const char *text, const struct zone *zone, int64_t *t, struct err *err)
{
	struct reading r = {.at = text};
	int rc = take(&r, pattern);

	if (rc == -2)
		return err_set(err,
		    "'%.60s' is no pattern of times: one has %%Y %%m %%d, %%H %%M %%S and the like",
		    pattern);
	if (rc == 0 && !r.set && zone == NULL)
		return err_set(err, "'%.40s' is a local time, and no time zone is known", text);
	if (rc != 0 || *r.at != '\0' || hour_settle(&r) != 0 || instant(&r, zone, t) != 0)
		return err_set(err, "'%.40s' is no time as '%.60s' has them", text, pattern);
	return 0;
}
