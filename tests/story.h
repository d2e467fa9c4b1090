/*
 * story: a ticket's life as a line of text, for tests of the fold.
 *
 *   "0 opened service=mail; 10 paused cause=customer; 40 resumed; 60.001 resolved"
 *
 * Numbers are minutes after 09:00 UTC on Monday 2026-11-02; a part behind a dot is milliseconds.
 * The agreement is acme: 30 minutes to respond, 4 hours to recover, 8 hours to resolve, round the
 * clock; P1: half of each; reopened tickets go on within a day; pauses for `customer` count.
 */
#ifndef SLAD_TESTS_STORY_H
#define SLAD_TESTS_STORY_H

#include <check.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"
#include "domain/ticket.h"
#include "suite.h"

#define STORY_START (INT64_C(20759) * STAMP_DAY + 9 * STAMP_HOUR)
#define MIN(n) (STORY_START + (n)*STAMP_MINUTE)

struct story {
	struct arena arena;
	struct calendar *always;
	struct target target[3];
	struct terms terms;
	struct agreement agreement;
	struct agreements agreements;
	const struct record **records;
	size_t count;
	struct ticket ticket;
};

static inline void
story_init(struct story *s)
{
	static const struct span day = {0, CALENDAR_DAY};
	static const int64_t at = INT64_MIN, offset = 0;
	static const struct zone utc = {"UTC", 1, &at, &offset};
	static const char *const causes[] = {"customer"};
	struct calendar_plan plan = {.name = "always", .zone = &utc};

	memset(s, 0, sizeof(*s));
	for (int i = 0; i < 7; i++)
		plan.week[i] = (struct day_plan){1, &day};
	s->always = calendar_new(&plan, NULL);
	s->target[0] = (struct target){
	    -1, NULL, NULL, s->always, 30 * STAMP_MINUTE, 4 * STAMP_HOUR, 8 * STAMP_HOUR};
	s->target[1] = (struct target){
	    -1, "P1", NULL, s->always, 15 * STAMP_MINUTE, 2 * STAMP_HOUR, 4 * STAMP_HOUR};
	s->target[2] =
	    (struct target){-1, "P9", NULL, s->always, TARGET_NONE, TARGET_NONE, TARGET_NONE};
	s->terms = (struct terms){.agreement = "acme",
	    .from = MIN(-100000),
	    .until = STAMP_NEVER,
	    .zone = &utc,
	    .calendar = s->always,
	    .reopen_window = STAMP_DAY,
	    .pauses = 1,
	    .pause_on = causes,
	    .targets = 3,
	    .target = s->target};
	s->agreement = (struct agreement){"acme", 1, &s->terms};
	s->agreements = (struct agreements){1, &s->agreement};
}

static inline void
story_free(struct story *s)
{
	calendar_free(s->always);
	arena_free(&s->arena);
}

static inline void
story_member(struct record *r, const char *name, const char *value)
{
	for (enum member m = 0; m < MEMBERS; m++) {
		if (strcmp(record_members[m].name, name) != 0 || ((r->type->members >> m) & 1) == 0)
			continue;
		r->has |= member_bit(m);
		switch (record_members[m].type) {
		case TYPE_TEXT:
		case TYPE_PERIOD:
			r->m[m].text = value;
			break;
		case TYPE_INSTANT:
			r->m[m].number = MIN(atoi(value));
			break;
		case TYPE_BOOL:
			r->m[m].number = strcmp(value, "true") == 0;
			break;
		case TYPE_WORD:
			while (strcmp(record_members[m].words[r->m[m].number], value) != 0)
				r->m[m].number++;
			break;
		case TYPE_INDICATOR:
			r->m[m].number = indicator_find(value);
			break;
		case TYPE_WHOLE:
			r->m[m].number = atoll(value);
			break;
		case TYPE_DECIMAL:
			r->m[m].number = llround(1000 * atof(value));
		}
		return;
	}
	ck_abort_msg("%s has no member %s", r->type->name, name);
}

static inline struct record *
story_record(struct story *s, char *line, const char *kind)
{
	struct record *r = arena_alloc(&s->arena, 1, sizeof(*r));
	char *word, *rest = NULL, type[64], *value;
	long minutes, ms = 0;
	char id[16];

	word = strtok_r(line, " ", &rest);
	minutes = strtol(word, &value, 10);
	if (*value == '.')
		ms = strtol(value + 1, NULL, 10);
	word = strtok_r(NULL, " ", &rest);
	if (strchr(word, '.') != NULL)
		snprintf(type, sizeof(type), "%s", word);
	else
		snprintf(type, sizeof(type), "%s.%s", kind, word);
	snprintf(id, sizeof(id), "e%04zu", s->count);
	*r = (struct record){.seq = (int64_t)s->count + 1,
	    .time = MIN(minutes) + ms,
	    .type = record_type_find(type),
	    .source = "desk",
	    .subject = "T-1",
	    .id = arena_strdup(&s->arena, id)};
	ck_assert_msg(r->type != NULL, "no type %s", type);
	while ((word = strtok_r(NULL, " ", &rest)) != NULL) {
		value = strchr(word, '=');
		*value++ = '\0';
		if (strcmp(word, "sequence") == 0)
			r->sequence = atoi(value);
		else if (strcmp(word, "id") == 0)
			r->id = value;
		else
			story_member(r, word, value);
	}
	if (r->type->verb == VERB_OPENED && !record_has(r, MEMBER_AGREEMENT))
		story_member(r, "agreement", "acme");
	return r;
}

/* The records of a story, of a kind of ticket, or with whole type names. */
static inline void
story_tell(struct story *s, const char *kind, const char *text)
{
	char *line, *rest = NULL, *copy = arena_strdup(&s->arena, text);

	s->count = 0;
	s->records = arena_alloc(&s->arena, strlen(text) + 1, sizeof(*s->records));
	for (line = strtok_r(copy, ";", &rest); line != NULL; line = strtok_r(NULL, ";", &rest)) {
		s->records[s->count] = story_record(s, line, kind);
		s->count++;
	}
}

/* Tells it and folds it, as of a minute. */
static inline struct ticket *
story_fold(struct story *s, const char *kind, const char *text, int64_t now)
{
	story_tell(s, kind, text);
	ticket_fold(s->records, s->count, &s->agreements, MIN(now), &s->arena, &s->ticket);
	return &s->ticket;
}

#endif
