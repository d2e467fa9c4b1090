#include <string.h>

#include "codec/event_inside.h"

#define SCANNED 16 /* bytes that are looked at in the time that one takes to be parsed */

/* What a value would cost, as far as it was looked at. */
struct measure {
	size_t at; /* the next byte; one too many behind a backslash at the end */
	bool array, quoted;
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
		m->array = m->array || (m->depth == 1 && c == '[');
		break;
	case '}':
	case ']':
		m->depth--;
		break;
	case ',':
		if (m->depth == 1)
			element_end(m, i);
		break;
	case '"':
		m->quoted = true;
		break;
	}
}

/* Where the quote is that ends a text; one behind a backslash does not. */
static size_t
quoted_end(const char *s, size_t len, size_t i)
{
	for (; i < len && s[i] != '"'; i++) {
		if (s[i] == '\\')
			i++;
	}
	return i;
}

static void
measure_to(struct measure *m, const char *s, size_t stop)
{
	size_t i = m->at;

	for (; i < stop; i++) {
		if (m->quoted) {
			i = quoted_end(s, stop, i);
			if (i >= stop)
				break;
			m->quoted = false;
		} else {
			measure_char(m, s[i], i);
		}
	}
	m->at = i;
}

/* An outermost object is one element, however many members it has. */
static int
measure_check(struct measure *m, size_t len, int around, struct err *err)
{
	element_end(m, len);
	if (around + m->deepest > EVENT_DEPTH + 1)
		return err_set(err, "it is nested deeper than %d levels", EVENT_DEPTH);
	if (m->array && m->elements > EVENTS_MAX)
		return err_set(err, "%zu events in one request; at most %d are taken, send several",
		    m->elements, EVENTS_MAX);
	if ((m->array ? m->largest : len) > EVENT_TEXT)
		return err_set(err, "one event has more than %u bytes", EVENT_TEXT);
	return 0;
}

int
events_measure(const char *s, size_t len, int around, struct err *err)
{
	struct measure m = {.at = 0};

	measure_to(&m, s, len);
	return measure_check(&m, len, around, err);
}

/* A body on its way to events. */
struct events_reading {
	struct reader r;
	struct events *events;
	enum event_form form;
	const char *body, *end, *at; /* at: what comes next */
	const char *line; /* that is being measured; NULL: none */
	size_t size; /* of the line */
	size_t count, index; /* of the body's events, and the next one's */
	struct measure m;
	/* Goes on, and takes what that cost from what is left to spend: 1 if there is more. */
	int (*step)(struct events_reading *w, size_t *left, struct err *err);
};

static void
spend(size_t *left, size_t bytes)
{
	*left -= bytes < *left ? bytes : *left;
}

/* Whether all of a value is measured; it is the same in each call. */
static bool
measured(struct events_reading *w, const char *s, size_t len, size_t *left)
{
	size_t from = w->m.at, most = *left < len ? *left * SCANNED : len;

	if (from < len)
		measure_to(&w->m, s, len - from < most ? len : from + most);
	spend(left, 1 + (w->m.at - from) / SCANNED);
	return w->m.at >= len;
}

static bool
blank(const char *s, size_t len)
{
	size_t i = 0;

	while (i < len && memchr(" \t\r", s[i], 3) != NULL)
		i++;
	return i == len;
}

/* The next line, moving past it; NULL at the end. */
static const char *
line_next(struct events_reading *w, size_t *size)
{
	const char *line = w->at, *newline;

	if (line == w->end)
		return NULL;
	newline = memchr(line, '\n', (size_t)(w->end - line));
	*size = (size_t)((newline == NULL ? w->end : newline) - line);
	w->at = newline == NULL ? w->end : newline + 1;
	return line;
}

static void
line_read(struct events_reading *w, const char *line, size_t size)
{
	struct reader *r = &w->r;
	json_t *v = NULL;

	if (measure_check(&w->m, size, 0, &r->err) == 0)
		v = events_value(line, size, NULL, &r->err);
	if (v == NULL) {
		r->pointer[0] = '\0';
		events_fault(r, w->events, w->index, NULL, arena_strndup(r->arena, line, size));
	} else {
		events_take(r, w->events, w->index, v);
	}
	w->index++;
	json_decref(v);
}

static int
lines_take(struct events_reading *w, size_t *left, struct err *err)
{
	(void)err;
	if (w->line == NULL) {
		w->line = line_next(w, &w->size);
		if (w->line == NULL)
			return 0;
		w->m = (struct measure){.at = 0};
	}
	if (blank(w->line, w->size)) {
		spend(left, 1);
	} else {
		if (!measured(w, w->line, w->size, left))
			return 1;
		line_read(w, w->line, w->size);
		spend(left, w->size);
	}
	w->line = NULL;
	return 1;
}

static int
lines_count(struct events_reading *w, size_t *left, struct err *err)
{
	const char *line;
	size_t size;

	while (*left > 0) {
		line = line_next(w, &size);
		if (line == NULL) {
			w->at = w->body;
			w->step = lines_take;
			return events_room(w->r.arena, w->events, w->count, err) == 0 ? 1 : -1;
		}
		w->count += !blank(line, size);
		spend(left, 1 + size / SCANNED);
	}
	return 1;
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
one_take(struct events_reading *w, size_t *left, struct err *err)
{
	size_t len = (size_t)(w->end - w->body);
	json_t *whole = NULL;
	int rc;

	if (!measured(w, w->body, len, left))
		return 1;
	if (measure_check(&w->m, len, 0, err) == 0)
		whole = events_value(w->body, len, w->body, err);
	if (whole == NULL)
		return err_prefix(err, "the body is no JSON");
	rc = form_check(
	    json_type_text(whole), json_is_object(whole) ? FORM_ONE : FORM_LINES, w->form, err);
	if (rc == 0)
		rc = events_room(w->r.arena, w->events, 1, err);
	if (rc == 0)
		events_take(&w->r, w->events, 0, whole);
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

/* The array's next element. One after the other is a tree in memory, never all of them: what stands
 * between two commas is one, or no JSON. */
static int
element_take(struct events_reading *w, size_t *left, struct err *err)
{
	const char *comma;
	json_t *v;

	if (w->index == w->count)
		return 0;
	comma = element_after(w->at, w->end);
	v = events_value(w->at, (size_t)(comma - w->at), w->body, err);
	if (v == NULL)
		return err_prefix(err, "the body is no JSON");
	events_take(&w->r, w->events, w->index++, v);
	json_decref(v);
	spend(left, (size_t)(comma - w->at) + 1);
	w->at = comma + 1;
	return 1;
}

/* An array from its '['. */
static int
array_begin(struct events_reading *w, size_t *left, struct err *err)
{
	size_t len = (size_t)(w->end - w->body);

	if (!measured(w, w->body, len, left))
		return 1;
	if (measure_check(&w->m, len, 0, err) != 0)
		return err_prefix(err, "the body is no JSON");
	while (space(w->end - 1, w->end) == w->end)
		w->end--;
	if (*--w->end != ']' || w->end == w->at++)
		return err_set(err, "the body is no JSON: its array has no end");
	w->count = space(w->at, w->end) == w->end ? 0 : w->m.elements;
	w->step = element_take;
	return events_room(w->r.arena, w->events, w->count, err) == 0 ? 1 : -1;
}

static int
whole_begin(struct events_reading *w, size_t *left, struct err *err)
{
	const char *at = space(w->at, w->end);

	spend(left, 1 + (size_t)(at - w->at) / SCANNED);
	w->at = at;
	w->step = at == w->end || *at != '[' ? one_take : array_begin;
	return w->step == array_begin && form_check("an array", FORM_BATCH, w->form, err) != 0 ? -1
											       : 1;
}

static void
begin(struct events_reading *w, const char *body, size_t len, enum event_form form,
    const struct agreements *agreements, int64_t now, struct arena *a, struct events *events)
{
	w->r.agreements = agreements;
	w->r.now = now;
	w->r.arena = a;
	w->events = events;
	w->form = form;
	w->body = w->at = body;
	w->end = body + len;
	w->step = form == FORM_LINES ? lines_count : whole_begin;
}

struct events_reading *
events_begin(const char *body, size_t len, enum event_form form,
    const struct agreements *agreements, int64_t now, struct arena *a, struct events *events)
{
	struct events_reading *w = arena_alloc(a, 1, sizeof(*w));

	begin(w, body, len, form, agreements, now, a, events);
	return w;
}

int
events_go_on(struct events_reading *w, size_t bytes, struct err *err)
{
	int rc = 1;

	while (rc == 1 && bytes > 0)
		rc = w->step(w, &bytes, err);
	return rc;
}

int
events_read(const char *body, size_t len, enum event_form form, const struct agreements *agreements,
    int64_t now, struct arena *a, struct events *events, struct err *err)
{
	struct events_reading w = {.line = NULL};
	int rc;

	begin(&w, body, len, form, agreements, now, a, events);
	do
		rc = events_go_on(&w, SIZE_MAX, err);
	while (rc == 1);
	return rc;
}
