#include "codec/event_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <jansson.h>

#include "base/buf.h"
#include "base/stamp.h"
#include "codec/json_text.h"

struct reader {
	const struct agreements *agreements;
	int64_t now;
	struct arena *arena;
	struct event *event;
	char pointer[64];
	struct err err;
};

static int wrong(struct reader *r, const char *pointer, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static int
wrong(struct reader *r, const char *pointer, const char *fmt, ...)
{
	char text[ERR_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	snprintf(r->pointer, sizeof(r->pointer), "%s", pointer);
	return err_set(&r->err, "%s", text);
}

static const char *
type_name(const json_t *v)
{
	static const char *const names[] = {"an object", "an array", "a string", "a whole number",
	    "a number", "true", "false", "null"};

	return v == NULL ? "missing" : names[json_typeof(v)];
}

/* A name that people will read in tables: bounded, without control characters. */
static int
name_check(struct reader *r, const char *pointer, const char *s)
{
	if (strlen(s) > EVENT_NAME)
		return wrong(r, pointer, "is longer than %d bytes", EVENT_NAME);
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return wrong(r, pointer, "has a control character; plain text is wanted");
	}
	return 0;
}

static int
attribute(struct reader *r, const json_t *event, const char *name, const char **value)
{
	const json_t *v = json_object_get(event, name);
	char pointer[40];

	snprintf(pointer, sizeof(pointer), "/%s", name);
	if (!json_is_string(v))
		return wrong(r, pointer, "'%s' is %s; a string is wanted", name, type_name(v));
	if (json_string_length(v) == 0)
		return wrong(r, pointer, "'%s' is empty", name);
	*value = arena_strdup(r->arena, json_string_value(v));
	return name_check(r, pointer, *value);
}

static int
sequence_read(struct reader *r, const json_t *event)
{
	const json_t *v = json_object_get(event, "sequence");
	struct record *rec = &r->event->record;
	long long n;
	char end;

	if (v == NULL || json_is_null(v))
		return 0;
	if (json_is_integer(v)) {
		rec->sequence = json_integer_value(v);
		return 0;
	}
	if (json_is_string(v) && sscanf(json_string_value(v), "%lld%c", &n, &end) == 1) {
		rec->sequence = n;
		return 0;
	}
	return wrong(r, "/sequence", "'sequence' is a whole number, such as 7 or \"7\"");
}

static int
time_read(struct reader *r, const json_t *event)
{
	struct record *rec = &r->event->record;
	char ahead[STAMP_TEXT];
	const char *text;
	struct err err;

	if (attribute(r, event, "time", &text) != 0)
		return -1;
	if (stamp_parse(text, &rec->time, &err) != 0)
		return wrong(r, "/time", "'time' %s", err.msg);
	if (r->agreements != NULL && rec->time > r->now + EVENT_AHEAD)
		return wrong(r, "/time",
		    "'time' lies %" PRId64
		    " s ahead of slad's clock (%s); at most 300 s are allowed: "
		    "check the sender's clock",
		    (rec->time - r->now) / STAMP_SECOND, stamp_format(r->now, ahead));
	return 0;
}

/* "one, two or three" */
static void
words_list(const char *const *words, char *text, size_t size)
{
	size_t at = 0;

	text[0] = '\0';
	for (int i = 0; words[i] != NULL && at < size; i++)
		at += (size_t)snprintf(text + at, size - at, "%s%s",
		    i == 0                     ? ""
			: words[i + 1] == NULL ? " or "
					       : ", ",
		    words[i]);
}

static int
word_read(struct reader *r, const struct member_info *info, const char *pointer, const json_t *v,
    int64_t *n)
{
	const char *text = json_string_value(v);
	char list[128];

	for (int i = 0; text != NULL && info->words[i] != NULL; i++) {
		if (strcmp(info->words[i], text) == 0) {
			*n = i;
			return 0;
		}
	}
	words_list(info->words, list, sizeof(list));
	return wrong(r, pointer, "'%s' is one of %s", info->name, list);
}

static int
member_value(struct reader *r, enum member m, const char *pointer, const json_t *v)
{
	const struct member_info *info = &record_members[m];
	struct record *rec = &r->event->record;
	struct err err;

	switch (info->type) {
	case TYPE_TEXT:
		if (!json_is_string(v))
			break;
		rec->m[m].text = arena_strdup(r->arena, json_string_value(v));
		return info->folded ? name_check(r, pointer, rec->m[m].text) : 0;
	case TYPE_BOOL:
		if (!json_is_boolean(v))
			return wrong(r, pointer, "'%s' is %s; true or false is wanted", info->name,
			    type_name(v));
		rec->m[m].number = json_is_true(v);
		return 0;
	case TYPE_INSTANT:
		if (!json_is_string(v))
			break;
		if (stamp_parse(json_string_value(v), &rec->m[m].number, &err) != 0)
			return wrong(r, pointer, "'%s' %s", info->name, err.msg);
		return 0;
	case TYPE_WORD:
		return word_read(r, info, pointer, v, &rec->m[m].number);
	}
	return wrong(r, pointer, "'%s' is %s; a string is wanted", info->name, type_name(v));
}

/* null is absent; but in an update it takes a member away, save those a ticket cannot be without.
 */
static int
member_null(struct reader *r, enum member m, const char *pointer)
{
	struct record *rec = &r->event->record;

	if (rec->type->verb != VERB_UPDATED)
		return 0;
	if (m == MEMBER_AGREEMENT || m == MEMBER_KIND)
		return wrong(
		    r, pointer, "'%s' is null; a ticket cannot be without", record_members[m].name);
	rec->unset |= UINT32_C(1) << m;
	return 0;
}

static int
member_read(struct reader *r, enum member m, const json_t *data)
{
	const struct record_type *type = r->event->record.type;
	const struct member_info *info = &record_members[m];
	struct record *rec = &r->event->record;
	const json_t *v = json_object_get(data, info->name);
	uint32_t bit = UINT32_C(1) << m;
	char pointer[48];

	if ((type->members & bit) == 0)
		return 0;
	snprintf(pointer, sizeof(pointer), "/data/%s", info->name);
	if (v == NULL || json_is_null(v)) {
		if (type->mandatory & bit)
			return wrong(
			    r, pointer, "'%s' is missing; %s needs it", info->name, type->name);
		return v == NULL ? 0 : member_null(r, m, pointer);
	}
	if (member_value(r, m, pointer, v) != 0)
		return -1;
	if ((type->mandatory & bit) && info->type == TYPE_TEXT && rec->m[m].text[0] == '\0')
		return wrong(r, pointer, "'%s' is empty; %s needs it", info->name, type->name);
	rec->has |= bit;
	return 0;
}

static int
agreement_check(struct reader *r)
{
	const struct record *rec = &r->event->record;
	char known[256] = "";
	size_t at = 0;

	if (r->agreements == NULL || !record_has(rec, MEMBER_AGREEMENT) ||
	    agreement_find(r->agreements, rec->m[MEMBER_AGREEMENT].text) != NULL)
		return 0;
	for (size_t i = 0; i < r->agreements->count && at < sizeof(known); i++)
		at += (size_t)snprintf(known + at, sizeof(known) - at, "%s%s", i > 0 ? ", " : "",
		    r->agreements->items[i].id);
	return wrong(r, "/data/agreement", "'%s' is no agreement of the configuration; it has: %s",
	    rec->m[MEMBER_AGREEMENT].text, known);
}

static int
data_read(struct reader *r, const json_t *event)
{
	const json_t *data = json_object_get(event, "data");
	const struct record *rec = &r->event->record;

	if (data != NULL && !json_is_object(data) && !json_is_null(data))
		return wrong(r, "/data", "'data' is %s; an object is wanted", type_name(data));
	for (enum member m = 0; m < MEMBERS; m++) {
		if (member_read(r, m, data) != 0)
			return -1;
	}
	if (rec->type->class == CLASS_MAINTENANCE &&
	    rec->m[MEMBER_FROM].number >= rec->m[MEMBER_TO].number)
		return wrong(r, "/data/to", "'to' is not after 'from'");
	return agreement_check(r);
}

static int
type_read(struct reader *r, const json_t *event)
{
	struct record *rec = &r->event->record;
	const char *name;

	if (attribute(r, event, "type", &name) != 0)
		return -1;
	rec->type = record_type_find(name);
	if (rec->type != NULL)
		return 0;
	return wrong(r, "/type",
	    "'%s' is no type that slad knows; see slad-events(7) for those it does, such as "
	    "request.opened",
	    name);
}

/* Maintenance is what it announces, whatever it is called; all else is its subject. */
static void
entity_name(struct reader *r)
{
	const struct record *rec = &r->event->record;
	struct buf b = BUF_INIT(4 * EVENT_NAME);

	r->event->entity = rec->subject;
	if (rec->type->class != CLASS_MAINTENANCE)
		return;
	buf_putf(&b, "%s\x1f%s\x1f%" PRId64 "\x1f%" PRId64, rec->m[MEMBER_AGREEMENT].text,
	    rec->m[MEMBER_SERVICE].text, rec->m[MEMBER_FROM].number, rec->m[MEMBER_TO].number);
	r->event->entity = arena_strdup(r->arena, buf_text(&b));
	buf_free(&b);
}

static int
canonical(struct reader *r, const json_t *event)
{
	struct buf b = BUF_INIT(EVENT_BYTES);
	int rc = 0;

	if (json_text(event, &b, true) != 0)
		rc = wrong(r, "", "the event is larger than %u bytes", EVENT_BYTES);
	r->event->body = arena_strndup(r->arena, buf_text(&b), b.len);
	r->event->len = b.len;
	buf_free(&b);
	return rc;
}

static int
event_read(struct reader *r, const json_t *event)
{
	struct record *rec = &r->event->record;
	const char *version;

	if (!json_is_object(event))
		return wrong(r, "", "an event is %s; an object is wanted", type_name(event));
	if (attribute(r, event, "specversion", &version) != 0)
		return -1;
	if (strcmp(version, "1.0") != 0)
		return wrong(
		    r, "/specversion", "'specversion' is '%s'; \"1.0\" is wanted", version);
	if (attribute(r, event, "id", &rec->id) != 0 ||
	    attribute(r, event, "source", &rec->source) != 0 || type_read(r, event) != 0 ||
	    time_read(r, event) != 0 || sequence_read(r, event) != 0)
		return -1;
	rec->subject = "";
	if ((rec->type->class != CLASS_MAINTENANCE || json_object_get(event, "subject") != NULL) &&
	    attribute(r, event, "subject", &rec->subject) != 0)
		return -1;
	if (data_read(r, event) != 0)
		return -1;
	entity_name(r);
	return canonical(r, event);
}

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

static void
event_add(struct reader *r, struct events *events, size_t index, const json_t *event)
{
	r->event = &events->event[events->count];
	*r->event = (struct event){.index = index};
	if (event_read(r, event) == 0)
		events->count++;
	else
		fault_add(r, events, index, event, NULL);
}

/* Nesting, counted before jansson builds anything. */
static bool
too_deep(const char *s, size_t len)
{
	bool quoted = false;
	int depth = 0;

	for (size_t i = 0; i < len; i++) {
		if (quoted) {
			if (s[i] == '\\')
				i++;
			else if (s[i] == '"')
				quoted = false;
		} else if (s[i] == '"') {
			quoted = true;
		} else if (s[i] == '{' || s[i] == '[') {
			if (++depth > EVENT_DEPTH + 1)
				return true;
		} else if (s[i] == '}' || s[i] == ']') {
			depth--;
		}
	}
	return false;
}

static json_t *
parse(const char *s, size_t len, struct err *err)
{
	json_error_t error;
	json_t *v;

	if (too_deep(s, len)) {
		err_set(err, "it is nested deeper than %d levels", EVENT_DEPTH);
		return NULL;
	}
	v = json_loadb(s, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (v == NULL)
		err_set(err, "line %d, column %d: %s", error.line, error.column, error.text);
	return v;
}

static int
room(struct arena *a, struct events *events, size_t n, struct err *err)
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
	return strspn(s, " \t\r") >= len;
}

static int
lines_read(struct reader *r, const char *body, size_t len, struct events *events, struct err *err)
{
	const char *end = body + len, *line, *next;
	size_t n = 1, index = 0, size;
	json_t *v;

	for (size_t i = 0; i < len; i++)
		n += body[i] == '\n';
	if (room(r->arena, events, n, err) != 0)
		return -1;
	for (line = body; line < end; line = next + 1) {
		next = memchr(line, '\n', (size_t)(end - line));
		next = next == NULL ? end : next;
		size = (size_t)(next - line);
		if (blank(line, size))
			continue;
		v = parse(line, size, &r->err);
		if (v == NULL) {
			r->pointer[0] = '\0';
			fault_add(r, events, index, NULL, arena_strndup(r->arena, line, size));
		} else {
			event_add(r, events, index, v);
		}
		json_decref(v);
		index++;
	}
	return 0;
}

/* Whether the body is of the form that its media type promises. */
static int
form_check(const json_t *whole, enum event_form form, struct err *err)
{
	static const char *const wanted[] = {[FORM_ONE] = "one event, an object,",
	    [FORM_BATCH] = "an array of events",
	    [FORM_EITHER] = "an event or an array of events"};

	if ((json_is_array(whole) && form != FORM_ONE) ||
	    (json_is_object(whole) && form != FORM_BATCH))
		return 0;
	return err_set(err, "the body is %s; %s is wanted", type_name(whole), wanted[form]);
}

static int
whole_read(struct reader *r, const char *body, size_t len, enum event_form form,
    struct events *events, struct err *err)
{
	json_t *whole = parse(body, len, err);
	size_t n = json_is_array(whole) ? json_array_size(whole) : 1;
	int rc;

	if (whole == NULL)
		return err_prefix(err, "the body is no JSON");
	rc = form_check(whole, form, err);
	if (rc == 0)
		rc = room(r->arena, events, n, err);
	for (size_t i = 0; rc == 0 && i < n; i++)
		event_add(r, events, i, json_is_array(whole) ? json_array_get(whole, i) : whole);
	json_decref(whole);
	return rc;
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
	struct reader r = {.arena = a, .event = event};
	json_t *v = parse(body, len, err);
	int rc;

	if (v == NULL)
		return -1;
	*event = (struct event){0};
	rc = event_read(&r, v);
	json_decref(v);
	return rc == 0 ? 0 : err_set(err, "%s", r.err.msg);
}
