/*
 * alert_words: the words of messages about alerts, in each language, and how numbers and instants
 * are written in them.
 */
#ifndef SLAD_CODEC_ALERT_WORDS_H
#define SLAD_CODEC_ALERT_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/mem.h"
#include "codec/receiver.h"

/* Labels of lines, and single words. */
enum word {
	WORD_ALERT,
	WORD_STATE,
	WORD_RULE,
	WORD_LEVEL,
	WORD_INDICATOR,
	WORD_VALUE,
	WORD_THRESHOLD,
	WORD_SCOPE,
	WORD_WINDOW,
	WORD_SINCE,
	WORD_REASON,
	WORD_DETAILS,
	WORD_MESSAGE,
	WORD_BELOW,
	WORD_ABOVE,
	WORD_BUDGET, /* "error budget of %1" */
	WORD_EXCLUDED,
	WORD_COUNTS, /* " (A %1 of B %2)" */
	WORD_COUNT_A, /* " (A %1)" */
	WORD_SECONDS,
	WORD_NO_VALUE,
	WORD_RANGE, /* "%1: %2 to %3" */
	WORD_HEAD, /* "%1 %2: %3": prefix, rule, what it is */
	WORD_HEAD_SCOPE, /* "%1 %2 (%3): %4" */
	WORD_SEVERAL, /* "%1 messages" */
	WORDS
};

/* What a message does, in the order of its types. */
enum moved {
	MOVED_FIRED,
	MOVED_CHANGED,
	MOVED_RESOLVED,
	MOVED_ESCALATED,
	MOVED_TEST,
	MOVED_BACKFILL,
	MOVED_OTHER
};

/* A phrase with places for arguments, %1 to %9. */
const char *alert_word(enum language l, enum word w);
const char *alert_moved(enum language l, enum moved m); /* "resolved"; %1 is the level */
const char *alert_prefix(enum language l, enum moved m); /* "[resolved]"; %1 is the level */

/* Writes a phrase with its arguments in their places. */
void alert_say(struct buf *out, const char *phrase, const char *const *args);
#define ALERT_SAY(out, phrase, ...) \
	alert_say((out), (phrase), (const char *const[]){__VA_ARGS__, NULL})

/* By their names in events; those that are not known stay as they are. */
const char *alert_level(enum language l, const char *level);
const char *alert_clock(enum language l, const char *clock);
const char *alert_reason(enum language l, const char *reason, struct arena *a);
const char *alert_indicator(enum language l, const char *id);

/* What an alert of each kind is about: the phrase, and the members of `about` in their places. */
struct alert_kind {
	const char *kind, *needs; /* a member that must be there */
	const char *phrase[LANGUAGES];
	const char *members[4];
};
extern const struct alert_kind alert_kinds[]; /* the last has no kind */

/* How a member of `about` is called in a line of its own. */
enum about_form { ABOUT_TEXT, ABOUT_INSTANT, ABOUT_CLOCK, ABOUT_INDICATOR };
struct alert_about {
	const char *member;
	const char *label[LANGUAGES];
	enum about_form form;
};
extern const struct alert_about alert_abouts[]; /* the last has no member */

/* A ratio in percent with two digits behind the point or fewer; with more if otherwise it could
 * not be told from `other`. In the arena. */
const char *alert_percent(double ratio, const double *other, struct arena *a);

/* "2026-11-21 09:00:00 UTC+08:00": an RFC 3339 instant, on the wall of another one's offset if
 * that is not NULL. What is no instant stays as it is. */
const char *alert_instant(const char *text, const char *wall, struct arena *a);

/* One line that may be shown anywhere: control characters, line breaks and what turns the direction
 * of text become blanks, and what is longer than `max` bytes is cut. In the arena. */
const char *alert_clean(const char *text, size_t max, struct arena *a);

#endif
