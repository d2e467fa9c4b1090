/*
 * event_binary: CloudEvents whose attributes are HTTP headers (HTTP protocol binding 1.0.2, binary
 * mode, section 3.1), and events in JSON that have such headers beside them (3.2.3).
 *
 * A header ce-NAME is the attribute NAME. Its value is undone as the binding says: quotes around it
 * and the backslashes within them are taken off, then one round of percent-decoding is done, and
 * what comes out must be UTF-8. The event that results is read by the reader of event_json, like
 * any other.
 */
#ifndef SLAD_CODEC_EVENT_BINARY_H
#define SLAD_CODEC_EVENT_BINARY_H

#include <stdbool.h>

#include "codec/event_json.h"

struct event_header {
	const char *name, *value; /* as sent: "ce-id"; any case */
};

struct event_message {
	const struct event_header *header; /* those of CloudEvents */
	size_t headers;
	const char *type; /* the Content-Type as sent; NULL if there is none */
	const char *body;
	size_t len;
};

/* Whether a header's name is one of CloudEvents. */
bool event_header_is(const char *name);

/* The event of the headers, with the body, a JSON value, as its data, and the type of that; an
 * empty body is none. -1 if the headers or the body cannot be read at all. */
int event_binary_read(const struct event_message *m, const struct agreements *agreements,
    int64_t now, struct arena *a, struct events *events, struct err *err);

/* Of an event in JSON, read already: -1 and a sentence if a header contradicts it. */
int event_headers_agree(
    const struct event_message *m, const struct event *event, struct arena *a, struct err *err);

#endif
