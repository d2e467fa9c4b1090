/*
 * tool_calendar: answers questions about calendars and zones, for calendar_oracle.py.
 *
 * Lines in, as words:
 *   calendar NAME ZONE            begins a calendar; the next two kinds of line add to it
 *   week DAY OPEN-SHUT...         DAY 0 is Monday; minutes
 *   date DAYS OPEN-SHUT...        days since 1970; no span: closed
 *   elapsed NAME S E              a number out
 *   after NAME S N                a number out, or "never"
 *   offset ZONE T                 a number out
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "codec/zoneinfo.h"
#include "domain/calendar.h"

#define CALENDARS 2000
#define WORDS 64
#define DATES 64

struct entry {
	struct calendar_plan plan;
	struct date_plan dates[DATES];
	struct calendar *calendar; /* NULL until the first question */
};

struct tool {
	struct arena memory;
	size_t count, zones;
	struct entry *entry[CALENDARS];
	const struct zone *zone[CALENDARS];
};

static void __attribute__((noreturn)) quit(const char *why, const char *what)
{
	fprintf(stderr, "tool_calendar: %s: %s\n", what, why);
	exit(2);
}

static int64_t
number(const char *word)
{
	char *end;
	int64_t n = strtoll(word, &end, 10);

	if (end == word || *end != '\0')
		quit("is no number", word);
	return n;
}

static const struct zone *
zone_named(struct tool *t, const char *name)
{
	struct err err;

	for (size_t i = 0; i < t->zones; i++)
		if (strcmp(t->zone[i]->name, name) == 0)
			return t->zone[i];
	if (t->zones == CALENDARS)
		quit("one zone too many", name);
	t->zone[t->zones] = zoneinfo_load(name, &t->memory, &err);
	if (t->zone[t->zones] == NULL)
		quit(err.msg, name);
	return t->zone[t->zones++];
}

static void
entry_add(struct tool *t, const char *name, const char *zone)
{
	struct entry *e = arena_alloc(&t->memory, 1, sizeof(*e));

	if (t->count == CALENDARS)
		quit("one calendar too many", name);
	e->plan.name = arena_strdup(&t->memory, name);
	e->plan.zone = zone_named(t, zone);
	e->plan.date = e->dates;
	t->entry[t->count++] = e;
}

static struct day_plan
spans_read(struct tool *t, char **word, size_t words)
{
	struct span *spans = arena_alloc(&t->memory, words, sizeof(*spans));

	for (size_t i = 0; i < words; i++)
		if (sscanf(word[i], "%d-%d", &spans[i].open, &spans[i].shut) != 2)
			quit("is no span", word[i]);
	return (struct day_plan){words, spans};
}

static void
plan_add(struct tool *t, char **word, size_t words)
{
	struct entry *e = t->count > 0 ? t->entry[t->count - 1] : NULL;
	struct day_plan day = spans_read(t, word + 2, words - 2);
	int64_t n = number(word[1]);

	if (e == NULL || e->calendar != NULL)
		quit("comes before a calendar, or after its first question", word[0]);
	if (strcmp(word[0], "week") == 0 && n >= 0 && n < 7)
		e->plan.week[n] = day;
	else if (strcmp(word[0], "date") == 0 && e->plan.dates < DATES)
		e->dates[e->plan.dates++] = (struct date_plan){n, day};
	else
		quit("has no room here", word[1]);
}

static const struct calendar *
calendar_named(struct tool *t, const char *name)
{
	struct err err;
	struct entry *e;

	for (size_t i = t->count; i-- > 0;) {
		e = t->entry[i];
		if (strcmp(e->plan.name, name) != 0)
			continue;
		if (e->calendar == NULL)
			e->calendar = calendar_new(&e->plan, &err);
		if (e->calendar == NULL)
			quit(err.msg, name);
		return e->calendar;
	}
	quit("no such calendar", name);
}

static void
answer(struct tool *t, char **word)
{
	int64_t s = number(word[2]), n;

	if (strcmp(word[0], "elapsed") == 0)
		n = calendar_elapsed(calendar_named(t, word[1]), s, number(word[3]));
	else
		n = calendar_after(calendar_named(t, word[1]), s, number(word[3]));
	if (n == STAMP_NEVER)
		puts("never");
	else
		printf("%" PRId64 "\n", n);
}

static void
line_obey(struct tool *t, char *line)
{
	char *word[WORDS], *rest = NULL, *w;
	size_t n = 0;

	for (w = strtok_r(line, " \n", &rest); w != NULL && n < WORDS;
	     w = strtok_r(NULL, " \n", &rest))
		word[n++] = w;
	if (n == 0)
		return;
	if (n == 3 && strcmp(word[0], "calendar") == 0)
		entry_add(t, word[1], word[2]);
	else if (n == 3 && strcmp(word[0], "offset") == 0)
		printf("%" PRId64 "\n", zone_offset(zone_named(t, word[1]), number(word[2])));
	else if (n == 4 && (strcmp(word[0], "elapsed") == 0 || strcmp(word[0], "after") == 0))
		answer(t, word);
	else if (n >= 2 && (strcmp(word[0], "week") == 0 || strcmp(word[0], "date") == 0))
		plan_add(t, word, n);
	else
		quit("is no line that is understood", word[0]);
}

int
main(void)
{
	struct tool *t = mem_alloc(1, sizeof(*t));
	size_t size = 0;
	char *line = NULL;

	while (getline(&line, &size, stdin) != -1)
		line_obey(t, line);
	free(line);
	for (size_t i = 0; i < t->count; i++)
		calendar_free(t->entry[i]->calendar);
	arena_free(&t->memory);
	free(t);
	return 0;
}
