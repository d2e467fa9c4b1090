/*
 * event_inside: what event_json.c and event_binary.c share, and nobody else asks for.
 */
#ifndef SLAD_CODEC_EVENT_INSIDE_H
#define SLAD_CODEC_EVENT_INSIDE_H

#include "codec/event_reader.h"

/* A JSON value of a body, whose size and depth are looked at before anything is built; the form
 * says how a mistake is placed, `around` how many levels of an event will stand around the value.
 * NULL and a sentence if it is none. */
json_t *events_parse(const char *s, size_t len, enum event_form form, int around, struct err *err);

/* Makes room for n events; -1 if that is more than one request may have. */
int events_room(struct arena *a, struct events *events, size_t n, struct err *err);

/* Reads one event, as a record or as a fault. */
void events_take(struct reader *r, struct events *events, size_t index, const json_t *event);

#endif
