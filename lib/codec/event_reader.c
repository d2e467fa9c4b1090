#include "codec/event_reader.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/stamp.h"
#include "codec/json_text.h"

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

const char *
json_type_text(const json_t *v)
{
	static const char *const names[] = {"an object", "an array", "a string", "a whole number",
	    "a number", "true", "false", "null"};

	return v == NULL ? "missing" : names[json_typeof(v)];
}

/* A name that people will read in tables: bounded, without control characters. */
static int
name_check(struct reader *r, const char *pointer, const char *name, const char *s)
{
	if (strlen(s) > EVENT_NAME)
		return wrong(r, pointer, "'%s' is longer than %d bytes", name, EVENT_NAME);
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return wrong(
			    r, pointer, "'%s' has a control character; plain text is wanted", name);
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
		return wrong(r, pointer, "'%s' is %s; a string is wanted", name, json_type_text(v));
	if (json_string_length(v) == 0)
		return wrong(r, pointer, "'%s' is empty", name);
	*value = arena_strdup(r->arena, json_string_value(v));
	return name_check(r, pointer, name, *value);
}

static int
sequence_read(struct reader *r, const json_t *event)
{
	const json_t *v = json_object_get(event, "sequence");
	struct record *rec = &r->event->record;
	const char *text;
	char *end;

	if (v == NULL || json_is_null(v))
		return 0;
	if (json_is_integer(v)) {
		rec->sequence = json_integer_value(v);
		return 0;
	}
	if (json_is_string(v)) {
		text = json_string_value(v);
		errno = 0;
		rec->sequence = strtoll(text, &end, 10);
		if (errno == 0 && end != text && *end == '\0' && strspn(text, "-0123456789") > 0)
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
		return info->folded ? name_check(r, pointer, info->name, rec->m[m].text) : 0;
	case TYPE_BOOL:
		if (!json_is_boolean(v))
			return wrong(r, pointer, "'%s' is %s; true or false is wanted", info->name,
			    json_type_text(v));
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
	return wrong(r, pointer, "'%s' is %s; a string is wanted", info->name, json_type_text(v));
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
		return wrong(r, "/data", "'data' is %s; an object is wanted", json_type_text(data));
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

int
reader_event(struct reader *r, const json_t *event)
{
	struct record *rec = &r->event->record;
	const char *version;

	if (!json_is_object(event))
		return wrong(r, "", "an event is %s; an object is wanted", json_type_text(event));
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
