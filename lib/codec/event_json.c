#include "codec/event_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <jansson.h>

#include "base/buf.h"
#include "codec/event_inside.h"
#include "codec/json_text.h"

void
events_fault(
    struct reader *r, struct events *events, size_t index, const json_t *event, const char *text)
{
	const json_t *id = json_object_get(event, "id");
	struct buf b = BUF_INIT(EVENT_BYTES);

	if (text == NULL && json_text(event, &b, true) != 0)
		buf_reset(&b);
	events->fault[events->faults++] = (struct fault){.index = index,
	    .id = json_is_string(id) ? arena_strdup(r->arena, json_string_value(id)) : NULL,
	    .detail = arena_strdup(r->arena, r->err.msg),
	    .pointer = arena_strdup(r->arena, r->pointer),
	    .body = arena_strdup(r->arena, text != NULL ? text : buf_text(&b))};
	buf_free(&b);
}

void
events_take(struct reader *r, struct events *events, size_t index, const json_t *event)
{
	r->event = &events->event[events->count];
	*r->event = (struct event){.index = index};
	if (reader_event(r, event) == 0)
		events->count++;
	else
		events_fault(r, events, index, event, NULL);
}

/* Line and column of a byte, as an editor counts them. */
static void
place_put(const char *body, size_t byte, char *text, size_t size)
{
	size_t line = 1, column = 0;

	for (size_t i = 0; i < byte; i++) {
		column += ((unsigned char)body[i] & 0xc0) != 0x80;
		if (body[i] == '\n') {
			line++;
			column = 0;
		}
	}
	snprintf(text, size, "line %zu, column %zu", line, column);
}

static const char *
reason(const json_error_t *error)
{
	switch (json_error_code(error)) {
	case json_error_null_character:
		return "a text holds the character NUL (\\u0000); leave it out";
	case json_error_end_of_input_expected:
		return "a comma or the end is expected";
	case json_error_premature_end_of_input:
		return "something is missing before this";
	default:
		return error->text;
	}
}

json_t *
events_value(const char *s, size_t len, const char *body, struct err *err)
{
	json_error_t error;
	char place[64];
	json_t *v = json_loadb(s, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);

	if (v != NULL)
		return v;
	if (body == NULL) /* a line of NDJSON is parsed alone, so its own number would mislead */
		snprintf(place, sizeof(place), "column %d", error.column);
	else
		place_put(body, (size_t)(s - body) + (size_t)error.position, place, sizeof(place));
	err_set(err, "%s: %s", place, reason(&error));
	return NULL;
}

json_t *
events_parse(const char *s, size_t len, int around, struct err *err)
{
	if (events_measure(s, len, around, err) != 0)
		return NULL;
	return events_value(s, len, s, err);
}

int
events_room(struct arena *a, struct events *events, size_t n, struct err *err)
{
	if (n > EVENTS_MAX)
		return err_set(err, "%zu events in one request; at most %d are taken, send several",
		    n, EVENTS_MAX);
	events->event = arena_alloc(a, n, sizeof(*events->event));
	events->fault = arena_alloc(a, n, sizeof(*events->fault));
	events->count = events->faults = 0;
	return 0;
}

int
event_read_stored(
    const char *body, size_t len, struct arena *a, struct event *event, struct err *err)
{
	struct reader r = {.arena = a, .event = event, .stored = true};
	json_t *v = events_parse(body, len, 0, err);
	int rc;

	if (v == NULL)
		return -1;
	*event = (struct event){0};
	rc = reader_event(&r, v);
	json_decref(v);
	return rc == 0 ? 0 : err_set(err, "%s", r.err.msg);
}

/* "application/json", with parameters or without. */
static bool
says_json(const json_t *type)
{
	static const char json[] = "application/json";
	const char *text = json_string_value(type);

	return text != NULL && strncasecmp(text, json, strlen(json)) == 0 &&
	    (text[strlen(json)] == '\0' || strchr("; \t", text[strlen(json)]) != NULL);
}

/* The event without what its mode made of it. Its sequence was right when it was read. */
static json_t *
without_mode(const char *text, size_t len)
{
	json_t *event = json_loadb(text, len, 0, NULL);
	const json_t *sequence = json_object_get(event, "sequence");

	if (says_json(json_object_get(event, "datacontenttype")))
		json_object_del(event, "datacontenttype");
	if (json_is_string(sequence))
		json_object_set_new(event, "sequence",
		    json_integer(strtoll(json_string_value(sequence), NULL, 10)));
	return event;
}

bool
event_same(const char *a, size_t a_len, const char *b, size_t b_len)
{
	json_t *x, *y;
	bool same;

	if (a_len == b_len && memcmp(a, b, a_len) == 0)
		return true;
	x = without_mode(a, a_len);
	y = without_mode(b, b_len);
	same = json_equal(x, y);
	json_decref(x);
	json_decref(y);
	return same;
}
