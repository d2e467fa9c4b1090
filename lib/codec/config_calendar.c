#include "codec/config_draft.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/stamp.h"

#define SPAN_TEXT 32
#define DAY_TEXT 16

struct week_row {
	unsigned days; /* 1 << weekday, Monday first */
	struct day_draft open;
};

#define NO_DAY INT64_MIN /* of a date that could not be read */

struct date_row {
	int64_t day;
	struct day_draft open;
	const yaml_node_t *at;
};

static const char *const weekdays[7] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

static const char *
span_text(const struct span *s, char text[static SPAN_TEXT])
{
	int shut = s->shut > CALENDAR_DAY ? s->shut - CALENDAR_DAY : s->shut;

	snprintf(text, SPAN_TEXT, "%02d:%02d-%02d:%02d", s->open / 60, s->open % 60, shut / 60,
	    shut % 60);
	return text;
}

static const char *
day_text(int64_t day, char text[static DAY_TEXT])
{
	char stamp[STAMP_TEXT];

	snprintf(text, DAY_TEXT, "%.10s", stamp_format(day * STAMP_DAY, stamp));
	return text;
}

/* "09:30" as minutes, up to 24:00; -1 if it is none. */
static int
clock_parse(const char *s)
{
	int h, m;

	for (int i = 0; i < 5; i++)
		if (i == 2 ? s[i] != ':' : !isdigit((unsigned char)s[i]))
			return -1;
	h = 10 * (s[0] - '0') + s[1] - '0';
	m = 10 * (s[3] - '0') + s[4] - '0';
	return m > 59 || 60 * h + m > CALENDAR_DAY ? -1 : 60 * h + m;
}

/* What ends when it begins, or before, ends on the next day. */
static int
span_parse(const char *text, struct span *s)
{
	int open, shut;

	if (strlen(text) != 11 || text[5] != '-')
		return -1;
	open = clock_parse(text);
	shut = clock_parse(text + 6);
	if (open < 0 || shut < 0 || open == CALENDAR_DAY)
		return -1;
	*s = (struct span){open, shut <= open ? shut + CALENDAR_DAY : shut};
	return 0;
}

/* Puts a span in its place; a mistake if another of the day overlaps it. */
static void
day_add(
    struct conf *c, struct day_draft *day, struct span s, const char *where, const yaml_node_t *at)
{
	char text[SPAN_TEXT], other[SPAN_TEXT];
	struct span *grown;
	size_t i;

	for (i = 0; i < day->count && day->spans[i].shut <= s.open;)
		i++;
	if (i < day->count && day->spans[i].open < s.shut) {
		conf_mistake(c, at, "%s: %s overlaps %s; the spans of one day lie apart", where,
		    span_text(&s, text), span_text(&day->spans[i], other));
		return;
	}
	if ((day->count & (day->count - 1)) == 0) { /* full at 0 and at powers of two */
		grown = arena_alloc(c->arena, 2 * day->count + 1, sizeof(*grown));
		if (day->count > 0)
			memcpy(grown, day->spans, day->count * sizeof(*grown));
		day->spans = grown;
	}
	memmove(day->spans + i + 1, day->spans + i, (day->count - i) * sizeof(s));
	day->spans[i] = s;
	day->count++;
}

static void
bind_spans(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	const char *what = "lists spans such as \"09:00-12:00\", from 00:00 to 24:00";
	struct day_draft day = {0};
	struct conf_word *words;
	struct span s;
	size_t count = conf_words(c, k, n, what, &words);

	for (size_t i = 0; i < count; i++) {
		if (span_parse(words[i].text, &s) != 0)
			conf_wrong(c, k, words[i].at, what);
		else
			day_add(c, &day, s, k->name, words[i].at);
	}
	conf_put(into, k->at, &day, sizeof(day));
}

static int
weekday_find(const char *name, size_t len)
{
	for (int i = 0; i < 7; i++)
		if (len == 3 && strncasecmp(weekdays[i], name, 3) == 0)
			return i;
	return -1;
}

/* "mon", "mon-fri", "sun-thu"; 0 if it is none. */
static unsigned
days_parse(const char *text)
{
	size_t len = strcspn(text, "-");
	int first = weekday_find(text, len), last = first;
	unsigned days;

	if (text[len] == '-')
		last = weekday_find(text + len + 1, strlen(text + len + 1));
	if (first < 0 || last < 0)
		return 0;
	days = 1u << last;
	for (int d = first; d != last; d = (d + 1) % 7)
		days |= 1u << d;
	return days;
}

static void
bind_days(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	const char *what = "lists weekdays such as mon, mon-fri, \"sat,sun\"";
	struct conf_word *words;
	unsigned days = 0, more;
	size_t count = conf_words(c, k, n, what, &words);

	for (size_t i = 0; i < count; i++) {
		more = days_parse(words[i].text);
		if (more == 0)
			conf_wrong(c, k, words[i].at, what);
		else if ((days & more) != 0)
			conf_mistake(c, words[i].at, "'%s' has a day of '%s' twice; once will do",
			    k->name, words[i].text);
		days |= more;
	}
	conf_put(into, k->at, &days, sizeof(days));
}

static void
bind_closed(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	const char *what = "lists dates such as 2026-01-31";
	struct conf_word *words;
	size_t count = conf_words(c, k, n, what, &words), good = 0;
	struct date_row *rows = arena_alloc(c->arena, count, sizeof(*rows));

	for (size_t i = 0; i < count; i++) {
		if (civil_parse(words[i].text, &rows[good].day) != 0)
			conf_wrong(c, k, words[i].at, what);
		else
			rows[good++].at = words[i].at;
	}
	conf_put(into, k->at, &rows, sizeof(rows));
	conf_put(into, k->count, &good, sizeof(good));
}

static void
week_check(struct conf *c, const yaml_node_t *n, void *item, void *parent)
{
	const struct week_row *row = item;
	struct calendar_draft *d = parent;

	for (int i = 0; i < 7; i++)
		for (size_t j = 0; (row->days >> i & 1) != 0 && j < row->open.count; j++)
			day_add(
			    c, &d->week[i], row->open.spans[j], weekdays[i], conf_at(c, n, "open"));
}

static void
date_check(struct conf *c, const yaml_node_t *n, void *item, void *parent)
{
	struct date_row *row = item;

	(void)parent;
	row->at = conf_at(c, n, "date");
}

static int
by_day_and_place(const void *a, const void *b)
{
	const struct date_row *x = a, *y = b;

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return x->at->start_mark.index < y->at->start_mark.index ? -1 : 1;
}

static size_t
rows_copy(struct date_row *to, const struct date_row *from, size_t count)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (from[i].day != NO_DAY)
			to[n++] = from[i];
	return n;
}

/* All dates of a calendar, closed and open, by day; a day given twice is a mistake. */
static void
plan_dates(struct conf *c, struct calendar_draft *d)
{
	size_t count = d->closings + d->openings;
	struct date_row *rows = arena_alloc(c->arena, count, sizeof(*rows));
	struct date_plan *plans = arena_alloc(c->arena, count, sizeof(*plans));
	char text[DAY_TEXT];

	count = rows_copy(rows, d->closed, d->closings);
	count += rows_copy(rows + count, d->open, d->openings);
	if (count > 0)
		qsort(rows, count, sizeof(*rows), by_day_and_place);
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && rows[i].day == rows[i - 1].day)
			conf_mistake(c, rows[i].at,
			    "%s is given at line %zu already; a date is closed or open, once",
			    day_text(rows[i].day, text), rows[i - 1].at->start_mark.line + 1);
		plans[i] =
		    (struct date_plan){rows[i].day, {rows[i].open.count, rows[i].open.spans}};
	}
	d->plan.dates = count;
	d->plan.date = plans;
}

/* Builds the calendar while nothing is wrong; else nobody will use it. */
static void
calendar_build(struct conf *c, struct calendar_draft *d, const yaml_node_t *n)
{
	struct err err;

	d->plan.name = d->name;
	d->plan.zone = d->zone;
	for (int i = 0; i < 7; i++)
		d->plan.week[i] = (struct day_plan){d->week[i].count, d->week[i].spans};
	if (c->mistakes > 0)
		return;
	d->calendar = calendar_new(&d->plan, &err);
	if (d->calendar == NULL)
		conf_mistake(c, n, "%s", err.msg);
	else if (calendar_never(d->calendar))
		conf_warn(c, n,
		    "calendar '%s' never opens: its clocks never run, and nothing "
		    "that uses it has a deadline",
		    d->name);
}

static void
calendar_check(struct conf *c, const yaml_node_t *n, void *item, void *parent)
{
	struct calendar_draft *d = item;

	(void)parent;
	if (d->zone == NULL)
		d->zone = c->draft->config.zone;
	plan_dates(c, d);
	calendar_build(c, d, n);
}

static bool
calendar_same(const void *a, const void *b)
{
	const struct calendar_draft *x = a, *y = b;

	return same_text(x->name, y->name);
}

void
draft_always(struct conf *c)
{
	static const struct span all_day = {0, CALENDAR_DAY};
	struct calendar_draft *d = &c->draft->always;

	d->name = "always";
	conf_zone(c,
	    &(struct conf_key){.name = "always", .at = offsetof(struct calendar_draft, zone)},
	    &(yaml_node_t){.type = YAML_SCALAR_NODE,
		.data.scalar = {(yaml_char_t[]){"UTC"}, 3, YAML_PLAIN_SCALAR_STYLE}},
	    d);
	for (int i = 0; i < 7; i++)
		day_add(c, &d->week[i], all_day, weekdays[i], NULL);
	calendar_build(c, d, NULL);
}

size_t
draft_calendars(const struct draft *d, const struct calendar_draft **out)
{
	bool redefined = false;

	for (size_t i = 0; i < d->calendars; i++) {
		redefined = redefined || same_text(d->calendar[i].name, d->always.name);
		if (out != NULL)
			out[i] = &d->calendar[i];
	}
	if (!redefined && out != NULL)
		out[d->calendars] = &d->always;
	return d->calendars + !redefined;
}

void
draft_free(struct draft *d)
{
	calendar_free(d->always.calendar);
	for (size_t i = 0; i < d->calendars; i++)
		calendar_free(d->calendar[i].calendar);
}

static const struct conf_table week_table = {
    .what = "a row of 'week'",
    .size = sizeof(struct week_row),
    .check = week_check,
    .keys =
	(const struct conf_key[]){
	    {"days", bind_days, .at = offsetof(struct week_row, days), .needed = true},
	    {"open", bind_spans, .at = offsetof(struct week_row, open), .needed = true},
	    {0},
	},
};

static const struct conf_table date_table = {
    .what = "a date of 'open'",
    .size = sizeof(struct date_row),
    .blank = &(const struct date_row){.day = NO_DAY},
    .check = date_check,
    .keys =
	(const struct conf_key[]){
	    {"date", conf_date, .at = offsetof(struct date_row, day), .needed = true},
	    {"open", bind_spans, .at = offsetof(struct date_row, open), .needed = true},
	    {0},
	},
};

#define AT(name) .at = offsetof(struct calendar_draft, name)
#define COUNT(name) .count = offsetof(struct calendar_draft, name)

const struct conf_table calendar_table = {
    .what = "a calendar",
    .size = sizeof(struct calendar_draft),
    .same = calendar_same,
    .twice = "a calendar of this name",
    .check = calendar_check,
    .keys =
	(const struct conf_key[]){
	    {"name", conf_text, AT(name), .needed = true},
	    {"timezone", conf_zone, AT(zone)},
	    {"week", conf_list, AT(row), COUNT(rows), .table = &week_table},
	    {"closed", bind_closed, AT(closed), COUNT(closings)},
	    {"open", conf_list, AT(open), COUNT(openings), .table = &date_table},
	    {0},
	},
};
