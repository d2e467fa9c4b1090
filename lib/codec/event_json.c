#include "codec/event_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <jansson.h>

#include "base/buf.h"
#include "codec/event_inside.h"
#include "codec/json_text.h"

static void
fault_add(
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
		fault_add(r, events, index, event, NULL);
}

/* What a body would cost, looked at before jansson builds anything. */
struct measure {
	int depth, deepest;
	size_t elements; /* of the outermost array */
	size_t element, largest; /* where the present element began, and the largest one's bytes */
};

static void
element_end(struct measure *m, size_t i)
{
	if (i - m->element > m->largest)
		m->largest = i - m->element;
	m->element = i + 1;
	m->elements++;
}

static void
measure_char(struct measure *m, char c, size_t i)
{
	switch (c) {
	case '{':
	case '[':
		m->depth++;
		m->deepest = m->depth > m->deepest ? m->depth : m->deepest;
		break;
	case '}':
	case ']':
		m->depth--;
		break;
	case ',':
		if (m->depth == 1)
			element_end(m, i);
		break;
	}
}

/* Where a text ends that begins at i; a quote behind a backslash does not end it. */
static size_t
quoted_end(const char *s, size_t len, size_t i)
{
	for (i++; i < len && s[i] != '"'; i++) {
		if (s[i] == '\\')
			i++;
	}
	return i;
}

/* An outermost object is one element, however many members it has. */
static int
measure(const char *s, size_t len, int around, struct err *err)
{
	struct measure m = {.depth = 0};
	bool array = false;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '"')
			i = quoted_end(s, len, i);
		else
			measure_char(&m, s[i], i);
		array = array || (m.depth == 1 && i < len && s[i] == '[');
	}
	element_end(&m, len);
	if (around + m.deepest > EVENT_DEPTH + 1)
		return err_set(err, "it is nested deeper than %d levels", EVENT_DEPTH);
	if (array && m.elements > EVENTS_MAX)
		return err_set(err, "%zu events in one request; at most %d are taken, send several",
		    m.elements, EVENTS_MAX);
	if ((array ? m.largest : len) > EVENT_TEXT)
		return err_set(err, "one event has more than %u bytes", EVENT_TEXT);
	return 0;
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

/* A value that was measured, of a body, or of a line if that is NULL. */
static json_t *
parse(const char *s, size_t len, const char *body, struct err *err)
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
events_parse(const char *s, size_t len, enum event_form form, int around, struct err *err)
{
	if (measure(s, len, around, err) != 0)
		return NULL;
	return parse(s, len, form == FORM_LINES ? NULL : s, err);
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

static bool
blank(const char *s, size_t len)
{
	size_t i = 0;

	while (i < len && memchr(" \t\r", s[i], 3) != NULL)
		i++;
	return i == len;
}

/* The next line that is not blank, moving *at behind it; NULL at the end. */
static const char *
line_next(const char **at, const char *end, size_t *size)
{
	const char *line, *newline;

	while (*at < end) {
		line = *at;
		newline = memchr(line, '\n', (size_t)(end - line));
		*size = (size_t)((newline == NULL ? end : newline) - line);
		*at = newline == NULL ? end : newline + 1;
		if (!blank(line, *size))
			return line;
	}
	return NULL;
}

static void
line_read(struct reader *r, const char *line, size_t size, size_t index, struct events *events)
{
	json_t *v = events_parse(line, size, FORM_LINES, 0, &r->err);

	if (v == NULL) {
		r->pointer[0] = '\0';
		fault_add(r, events, index, NULL, arena_strndup(r->arena, line, size));
	} else {
		events_take(r, events, index, v);
	}
	json_decref(v);
}

static int
lines_read(struct reader *r, const char *body, size_t len, struct events *events, struct err *err)
{
	const char *at, *end = body + len, *line;
	size_t n = 0, index, size;

	for (at = body; line_next(&at, end, &size) != NULL;)
		n++;
	if (events_room(r->arena, events, n, err) != 0)
		return -1;
	at = body;
	for (index = 0; (line = line_next(&at, end, &size)) != NULL; index++)
		line_read(r, line, size, index, events);
	return 0;
}

/* Whether the body is of the form that its media type promises. */
static int
form_check(const char *what, enum event_form given, enum event_form form, struct err *err)
{
	static const char *const wanted[] = {[FORM_ONE] = "one event, an object,",
	    [FORM_BATCH] = "an array of events",
	    [FORM_EITHER] = "an event or an array of events"};

	if (given == form || (form == FORM_EITHER && given != FORM_LINES))
		return 0;
	return err_set(err, "the body is %s; %s is wanted", what, wanted[form]);
}

static int
one_read(struct reader *r, const char *body, size_t len, enum event_form form,
    struct events *events, struct err *err)
{
	json_t *whole = events_parse(body, len, form, 0, err);
	int rc;

	if (whole == NULL)
		return err_prefix(err, "the body is no JSON");
	rc = form_check(
	    json_type_text(whole), json_is_object(whole) ? FORM_ONE : FORM_LINES, form, err);
	if (rc == 0)
		rc = events_room(r->arena, events, 1, err);
	if (rc == 0)
		events_take(r, events, 0, whole);
	json_decref(whole);
	return rc;
}

/* The first byte that is no space. */
static const char *
space(const char *at, const char *end)
{
	while (at < end && memchr(" \t\r\n", *at, 4) != NULL)
		at++;
	return at;
}

/* The end of the element that begins at `at`: the next comma outside of what it nests and quotes,
 * or the end of all. */
static const char *
element_after(const char *at, const char *end)
{
	bool quoted = false;
	int depth = 0;

	for (; at < end; at++) {
		if (quoted && *at == '\\')
			at++;
		else if (*at == '"')
			quoted = !quoted;
		else if (!quoted && (*at == '{' || *at == '['))
			depth++;
		else if (!quoted && (*at == '}' || *at == ']'))
			depth--;
		else if (!quoted && depth == 0 && *at == ',')
			return at;
	}
	return end;
}

/* How many elements there are between two bytes. */
static size_t
elements(const char *at, const char *end)
{
	size_t n = 1;

	if (space(at, end) == end)
		return 0;
	for (; (at = element_after(at, end)) < end; at++)
		n++;
	return n;
}

/* An array from its '['. One element after the other is a tree in memory, never all of them: what
 * stands between two commas is one, or no JSON. */
static int
array_read(struct reader *r, const char *body, const char *at, const char *end,
    struct events *events, struct err *err)
{
	const char *comma;
	size_t n;
	json_t *v;

	while (space(end - 1, end) == end)
		end--;
	if (*--end != ']' || end == at++)
		return err_set(err, "the body is no JSON: its array has no end");
	n = elements(at, end);
	if (events_room(r->arena, events, n, err) != 0)
		return -1;
	for (size_t i = 0; i < n; i++, at = comma + 1) {
		comma = element_after(at, end);
		v = parse(at, (size_t)(comma - at), body, err);
		if (v == NULL)
			return err_prefix(err, "the body is no JSON");
		events_take(r, events, i, v);
		json_decref(v);
	}
	return 0;
}

static int
whole_read(struct reader *r, const char *body, size_t len, enum event_form form,
    struct events *events, struct err *err)
{
	const char *end = body + len, *at = space(body, end);

	if (at == end || *at != '[')
		return one_read(r, body, len, form, events, err);
	if (form_check("an array", FORM_BATCH, form, err) != 0)
		return -1;
	if (measure(body, len, 0, err) != 0)
		return err_prefix(err, "the body is no JSON");
	return array_read(r, body, at, end, events, err);
}

int
events_read(const char *body, size_t len, enum event_form form, const struct agreements *agreements,
    int64_t now, struct arena *a, struct events *events, struct err *err)
{
	struct reader r = {.agreements = agreements, .now = now, .arena = a};

	if (form == FORM_LINES)
		return lines_read(&r, body, len, events, err);
	return whole_read(&r, body, len, form, events, err);
}

int
event_read_stored(
    const char *body, size_t len, struct arena *a, struct event *event, struct err *err)
{
	struct reader r = {.arena = a, .event = event, .stored = true};
	json_t *v = events_parse(body, len, FORM_ONE, 0, err);
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
