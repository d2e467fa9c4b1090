/*
 * event_json: CloudEvents in JSON to records, each wrong one named with what would be right.
 *
 * The text that is kept in the log is canonical: keys sorted, no spaces, one spelling for each
 * number. Two events are the same if their canonical texts are, or differ only in what depends on
 * the mode of CloudEvents in which they came: binary mode has a sequence in digits, and always says
 * that its data is JSON, which is also what data is of which nothing is said.
 */
#ifndef SLAD_CODEC_EVENT_JSON_H
#define SLAD_CODEC_EVENT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"
#include "domain/agreement.h"
#include "domain/record.h"

/* What a stranger could press against. */
#define EVENT_BYTES (64u << 10) /* one event: a ticket's words, not its attachments */
#define EVENT_TEXT (256u << 10) /* the same as it is sent, with spaces and escapes */
#define EVENT_DEPTH 32 /* nesting: helpdesks stay below ten */
#define EVENT_NAME 512 /* bytes of an id, a source, a subject, a dimension */
#define EVENTS_MAX 10000 /* in one request */
#define EVENT_AHEAD (5 * INT64_C(60000)) /* ms that a sender's clock may run ahead */

struct event {
	struct record record;
	const char *entity; /* the name of what it is about, within its class and source */
	const char *body; /* canonical text */
	size_t len;
	size_t index; /* place in the request */
};

struct fault {
	size_t index;
	const char *id; /* or NULL where it has none */
	const char *detail; /* a sentence */
	const char *pointer; /* RFC 6901, "" the event as a whole */
	const char *body; /* the event's text, for quarantine */
};

struct events {
	size_t count, faults;
	struct event *event;
	struct fault *fault; /* with room for every event of the request */
};

/* The forms of a request's body. */
enum event_form {
	FORM_ONE, /* one object */
	FORM_BATCH, /* an array */
	FORM_EITHER, /* application/json: an object or an array */
	FORM_LINES, /* NDJSON; empty lines do not count */
};

/*
 * Reads all events of a body; everything lives in the arena. Returns -1 if the body as a whole
 * cannot be read. agreements NULL: any agreement will do (the log is read again).
 */
int events_read(const char *body, size_t len, enum event_form form,
    const struct agreements *agreements, int64_t now, struct arena *a, struct events *events,
    struct err *err);

/*
 * The same in steps, for who has something else to do between them. The body stays where it is, and
 * so do the agreements, until the last step. It costs as much to read some more bytes in every
 * step, as far as no event is larger: 1 if there is more to read, 0 after the last, -1 as above.
 */
struct events_reading;
struct events_reading *events_begin(const char *body, size_t len, enum event_form form,
    const struct agreements *agreements, int64_t now, struct arena *a, struct events *events);
int events_go_on(struct events_reading *w, size_t bytes, struct err *err);

/* Reads one event of the log back, which was right when it was stored; it has no body. */
int event_read_stored(
    const char *body, size_t len, struct arena *a, struct event *event, struct err *err);

/* Whether two canonical texts are the same event. */
bool event_same(const char *a, size_t a_len, const char *b, size_t b_len);

#endif
