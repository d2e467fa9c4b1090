#include "domain/window.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/stamp.h"

#define DURATION_MAX (36525 * STAMP_DAY)

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
	char letter;
	int64_t ms;
} parts[] = {{'d', STAMP_DAY}, {'h', STAMP_HOUR}, {'m', STAMP_MINUTE}, {'s', STAMP_SECOND}};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

int
window_of_period(struct period p, const struct zone *zone, struct window *w, struct err *err)
{
	struct window made = {.zone = zone};

	period_name(p, made.name);
	made.from = period_from(p, zone);
	made.to = period_to(p, zone);
	if (made.from >= made.to)
		return err_set(
		    err, "there was no %s in %s: its clocks skipped it", made.name, zone->name);
	*w = made;
	return 0;
}

static int
window_relative(size_t row, const struct zone *zone, int64_t now, struct window *w, struct err *err)
{
	struct period p = period_of(relatives[row].unit, zone_day(zone, now));

	if (relatives[row].last)
		p = period_of(p.unit, zone_day(zone, period_from(p, zone) - 1));
	return window_of_period(p, zone, w, err);
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

int
window_named(
    const char *name, const struct zone *zone, int64_t now, struct window *w, struct err *err)
{
	const char *right;
	struct period p;
	int found;

	for (size_t i = 0; i < COUNT(relatives); i++)
		if (strcmp(relatives[i].name, name) == 0)
			return window_relative(i, zone, now, w, err);
	found = period_parse(name, &p, &right);
	if (found < 0)
		return err_set(err, "'%s' is no window: %s", name, right);
	if (found > 0)
		return window_of_period(p, zone, w, err);
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

struct window
window_of_edges(int64_t from, int64_t to, const struct zone *zone)
{
	struct window made = {.from = from, .to = to, .zone = zone};
	char left[STAMP_TEXT], right[STAMP_TEXT];

	stamp_format_at(from, zone_offset(zone, from), left);
	stamp_format_at(to, zone_offset(zone, to), right);
	snprintf(made.name, sizeof(made.name), "%s/%s", left, right);
	return made;
}

int
window_between(
    const char *from, const char *to, const struct zone *zone, struct window *w, struct err *err)
{
	int64_t begin, end;

	if (edge_parse("from", from, &begin, err) != 0 || edge_parse("to", to, &end, err) != 0)
		return -1;
	if (begin >= end)
		return err_set(
		    err, "from '%.40s' is to lie before to '%.40s', which is not in it", from, to);
	*w = window_of_edges(begin, end, zone);
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
