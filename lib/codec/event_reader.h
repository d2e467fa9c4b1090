/*
 * event_reader: one JSON value as one event, checked member by member. Only event_json.c and
 * event_binary.c ask.
 */
#ifndef SLAD_CODEC_EVENT_READER_H
#define SLAD_CODEC_EVENT_READER_H

#include <jansson.h>

#include "codec/event_json.h"

/* What is wrong stands in err and pointer once reader_event() returned -1. */
struct reader {
	const struct agreements *agreements;
	int64_t now;
	bool stored; /* it is of the log: nobody wants its body again */
	struct arena *arena;
	struct event *event;
	char pointer[64];
	struct err err;
};

/* Fills the reader's event. */
int reader_event(struct reader *r, const json_t *event);

/* "an object", "null", "missing": what a JSON value is, in a sentence. */
const char *json_type_text(const json_t *v);

#endif
