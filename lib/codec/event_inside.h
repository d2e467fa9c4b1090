/*
 * event_inside: what event_json.c, event_body.c and event_binary.c share, and nobody else asks for.
 *
 * event_json.c    a JSON value as an event of a list
 * event_body.c    a body as JSON values, in steps
 * event_binary.c  a request in binary mode as one event
 */
#ifndef SLAD_CODEC_EVENT_INSIDE_H
#define SLAD_CODEC_EVENT_INSIDE_H

#include "codec/event_reader.h"

/* Looks at what a value would cost before anything is built: -1 if it is too large, or too deep
 * with the levels of an event that will stand around it. */
int events_measure(const char *s, size_t len, int around, struct err *err);

/* A value that was measured, of a body, or of a line if that is NULL. NULL and a sentence if it is
 * none. */
json_t *events_value(const char *s, size_t len, const char *body, struct err *err);

/* Both: a body that is one value. */
json_t *events_parse(const char *s, size_t len, int around, struct err *err);

/* Makes room for n events; -1 if that is more than one request may have. */
int events_room(struct arena *a, struct events *events, size_t n, struct err *err);

/* Reads one event, as a record or as a fault. */
void events_take(struct reader *r, struct events *events, size_t index, const json_t *event);

/* What the reader says is wrong with an event; its text, or NULL where it is JSON. */
void events_fault(
    struct reader *r, struct events *events, size_t index, const json_t *event, const char *text);

#endif
