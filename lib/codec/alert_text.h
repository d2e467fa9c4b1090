/*
 * alert_text: what a message says to people, from the event that the outbox holds.
 *
 *   [important] slow-response (acme / mail): Timely response rate 94% (A 6 of B 100), below 95%
 *
 *   Alert: 17
 *   Level: important
 *   ...
 *
 * - Every text is one line of UTF-8 without control characters, whatever the names in the event
 *   are, and of bounded length; a format escapes it for its own syntax, and nothing more.
 * - Instants stand on the wall of the event's window, which is that of the agreement, else in UTC.
 * - Members that an event does not have make no lines; a type or kind that is not known here is
 *   told by what it has.
 */
#ifndef SLAD_CODEC_ALERT_TEXT_H
#define SLAD_CODEC_ALERT_TEXT_H

#include <jansson.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "codec/alert_words.h"
#include "codec/receiver.h"

#define ALERT_LINES 32
#define ALERT_LINE_MAX 400 /* bytes of one value; what strangers may call a service is longer */
#define ALERT_SUBJECT_MAX 600 /* bytes */

struct alert_words {
	const char *label, *value; /* label NULL: the value alone */
};

struct alert_text {
	enum moved moved;
	json_t *event; /* owned, as the arena */
	const json_t *data; /* never NULL; not an object: there is none */
	const char *subject; /* one line that says it all */
	const char *value, *threshold,
	    *scope; /* "94% (A 6 of B 100)", "below 95%", "acme / mail" */
	const char *link; /* a URL of what is behind it; NULL: none is known */
	size_t lines;
	struct alert_words line[ALERT_LINES];
	struct arena arena;
};

/* Fails if the event is no JSON object. On success the caller frees the text. */
int alert_text(struct alert_text *t, const char *event, const struct receiver *to, struct err *err);
void alert_text_free(struct alert_text *t); /* all zero is fine */

/* Several events as one text: how many there are, and the subject of each; ALERT_LINES of them. */
int alert_text_several(struct alert_text *t, const char *const *events, size_t count,
    const struct receiver *to, struct err *err);

/* The lines as "Label: value\n". */
void alert_text_plain(const struct alert_text *t, enum language l, struct buf *out);

/* A member of `data` as a text that is fit for a line, numbers included; NULL if it has none, or
 * it is null. Lives as long as the text. */
const char *alert_text_member(struct alert_text *t, const char *member);

/* The same of one of its members: "scope", "about", "window". */
const char *alert_text_inner(struct alert_text *t, const char *object, const char *member);

#endif
