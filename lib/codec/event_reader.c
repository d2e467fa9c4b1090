#include "codec/event_reader.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/stamp.h"
#include "codec/json_text.h"
#include "domain/period.h"

#define IN_EVENT "/" /* what stands before its name in a pointer, */
#define IN_DATA "/data/" /* and before a member's of data */

static int wrong(struct reader *r, const char *above, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static int
wrong(struct reader *r, const char *above, const char *name, const char *fmt, ...)
{
	char text[ERR_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	snprintf(r->pointer, sizeof(r->pointer), "%s%s", above, name);
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
name_check(struct reader *r, const char *above, const char *name, const char *s)
{
	if (strlen(s) > EVENT_NAME)
		return wrong(r, above, name, "'%s' is longer than %d bytes", name, EVENT_NAME);
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return wrong(r, above, name,
			    "'%s' has a control character; plain text is wanted", name);
	}
	return 0;
}

static int
attribute(struct reader *r, const json_t *event, const char *name, const char **value)
{
	const json_t *v = json_object_get(event, name);

	if (!json_is_string(v))
		return wrong(
		    r, IN_EVENT, name, "'%s' is %s; a string is wanted", name, json_type_text(v));
	if (json_string_length(v) == 0)
		return wrong(r, IN_EVENT, name, "'%s' is empty", name);
	*value = arena_strdup(r->arena, json_string_value(v));
	return name_check(r, IN_EVENT, name, *value);
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
	return wrong(r, IN_EVENT, "sequence", "'sequence' is a whole number, such as 7 or \"7\"");
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
		return wrong(r, IN_EVENT, "time", "'time' %s", err.msg);
	if (r->agreements != NULL && rec->time > r->now + EVENT_AHEAD)
		return wrong(r, IN_EVENT, "time",
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
word_read(struct reader *r, const struct member_info *info, const json_t *v, int64_t *n)
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
	return wrong(r, IN_DATA, info->name, "'%s' is one of %s", info->name, list);
}

static int
period_read(struct reader *r, const struct member_info *info, const char *text)
{
	const char *right = "such as 2026, 2026-Q4, 2026-11, 2026-W47 or 2026-11-20";
	struct period p;

	if (period_parse(text, &p, &right) == 1)
		return 0;
	return wrong(r, IN_DATA, info->name, "'%s' is '%.40s', which is no period: %s", info->name,
	    text, right);
}

static int
indicator_read(struct reader *r, const struct member_info *info, const json_t *v, int64_t *n)
{
	const char *names[INDICATORS + 1], *text = json_string_value(v);
	char list[ERR_MAX - 64];
	size_t count = 0;

	*n = text == NULL ? -1 : indicator_find(text);
	if (*n >= 0 && indicator_table[*n].input == info->input)
		return 0;
	for (int i = 0; i < INDICATORS; i++) {
		if (indicator_table[i].input == info->input)
			names[count++] = indicator_table[i].id;
	}
	names[count] = NULL;
	words_list(names, list, sizeof(list));
	return wrong(r, IN_DATA, info->name, "'%s' of %s is one of %s", info->name,
	    r->event->record.type->name, list);
}

/* A number as so many of its parts: 1 for a whole one, 1000 for thousandths. */
static int
number_read(struct reader *r, const struct member_info *info, const json_t *v, int64_t *n)
{
	int64_t parts = info->type == TYPE_DECIMAL ? 1000 : 1;
	double x = json_number_value(v), made = round(x * (double)parts);
	bool fits = json_is_number(v) && made >= (double)info->low && made <= (double)info->high &&
	    made / (double)parts == x;

	*n = fits ? (int64_t)made : 0;
	if (fits)
		return 0;
	if (parts == 1)
		return wrong(r, IN_DATA, info->name,
		    "'%s' is a whole number from %" PRId64 " to %" PRId64, info->name, info->low,
		    info->high);
	return wrong(r, IN_DATA, info->name,
	    "'%s' is a number %s 0 and at most %" PRId64 ", with at most three decimals",
	    info->name, info->low > 0 ? "above" : "of at least", info->high / parts);
}

static int
text_read(struct reader *r, enum member m, const json_t *v)
{
	const struct member_info *info = &record_members[m];
	const char *text = json_string_value(v);

	if (text == NULL)
		return wrong(r, IN_DATA, info->name, "'%s' is %s; a string is wanted", info->name,
		    json_type_text(v));
	r->event->record.m[m].text = arena_strdup(r->arena, text);
	if (info->type == TYPE_PERIOD)
		return period_read(r, info, text);
	return info->folded ? name_check(r, IN_DATA, info->name, text) : 0;
}

static int
instant_read(struct reader *r, const struct member_info *info, const json_t *v, int64_t *t)
{
	struct err err;

	if (!json_is_string(v))
		return wrong(r, IN_DATA, info->name, "'%s' is %s; a string is wanted", info->name,
		    json_type_text(v));
	if (stamp_parse(json_string_value(v), t, &err) != 0)
		return wrong(r, IN_DATA, info->name, "'%s' %s", info->name, err.msg);
	return 0;
}

static int
bool_read(struct reader *r, const struct member_info *info, const json_t *v, int64_t *n)
{
	if (!json_is_boolean(v))
		return wrong(r, IN_DATA, info->name, "'%s' is %s; true or false is wanted",
		    info->name, json_type_text(v));
	*n = json_is_true(v);
	return 0;
}

static int
member_value(struct reader *r, enum member m, const json_t *v)
{
	const struct member_info *info = &record_members[m];
	struct record *rec = &r->event->record;

	switch (info->type) {
	case TYPE_TEXT:
	case TYPE_PERIOD:
		return text_read(r, m, v);
	case TYPE_BOOL:
		return bool_read(r, info, v, &rec->m[m].number);
	case TYPE_INSTANT:
		return instant_read(r, info, v, &rec->m[m].number);
	case TYPE_WORD:
		return word_read(r, info, v, &rec->m[m].number);
	case TYPE_INDICATOR:
		return indicator_read(r, info, v, &rec->m[m].number);
	case TYPE_WHOLE:
	case TYPE_DECIMAL:
		break;
	}
	return number_read(r, info, v, &rec->m[m].number);
}

/* null is absent; but in an update it takes a member away, save those a ticket cannot be without.
 */
static int
member_null(struct reader *r, enum member m)
{
	struct record *rec = &r->event->record;

	if (rec->type->verb != VERB_UPDATED)
		return 0;
	if (m == MEMBER_AGREEMENT || m == MEMBER_KIND)
		return wrong(r, IN_DATA, record_members[m].name,
		    "'%s' is null; a ticket cannot be without", record_members[m].name);
	rec->unset |= member_bit(m);
	return 0;
}

static int
member_read(struct reader *r, enum member m, const json_t *data)
{
	const struct record_type *type = r->event->record.type;
	const struct member_info *info = &record_members[m];
	struct record *rec = &r->event->record;
	const json_t *v = json_object_get(data, info->name);
	uint64_t bit = member_bit(m);

	if (v == NULL || json_is_null(v)) {
		if (type->mandatory & bit)
			return wrong(r, IN_DATA, info->name, "'%s' is missing; %s needs it",
			    info->name, type->name);
		return v == NULL ? 0 : member_null(r, m);
	}
	if (member_value(r, m, v) != 0)
		return -1;
	if ((type->mandatory & bit) && member_is_text(m) && rec->m[m].text[0] == '\0')
		return wrong(
		    r, IN_DATA, info->name, "'%s' is empty; %s needs it", info->name, type->name);
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
	return wrong(r, IN_DATA, "agreement",
	    "'%s' is no agreement of the configuration; it has: %s", rec->m[MEMBER_AGREEMENT].text,
	    known);
}

/* What the members say together. */
static int
sense_check(struct reader *r)
{
	const struct record *rec = &r->event->record;
	bool staff = record_has(rec, MEMBER_MEASURED) &&
	    rec->m[MEMBER_MEASURED].number == STAFF_PROFESSIONALISM;

	if (rec->type->class == CLASS_MAINTENANCE &&
	    rec->m[MEMBER_FROM].number >= rec->m[MEMBER_TO].number)
		return wrong(r, IN_DATA, "to", "'to' is not after 'from'");
	if (rec->type->verb == VERB_SURVEY_ANSWERED &&
	    rec->m[MEMBER_SCORE].number > rec->m[MEMBER_SCALE].number)
		return wrong(
		    r, IN_DATA, "score", "'score' is more than 'scale', the best there is");
	if (staff && !record_has(rec, MEMBER_C))
		return wrong(r, IN_DATA, "c", "'c' is missing; staff_professionalism needs it");
	if (!staff && record_has(rec, MEMBER_C))
		return wrong(r, IN_DATA, "c", "only staff_professionalism has a 'c'; leave it out");
	return 0;
}

static int
data_read(struct reader *r, const json_t *event)
{
	const json_t *data = json_object_get(event, "data");
	uint64_t members = r->event->record.type->members;

	if (data != NULL && !json_is_object(data) && !json_is_null(data))
		return wrong(
		    r, IN_EVENT, "data", "'data' is %s; an object is wanted", json_type_text(data));
	for (enum member m = 0; m < MEMBERS; m++) {
		if ((members & member_bit(m)) != 0 && member_read(r, m, data) != 0)
			return -1;
	}
	return sense_check(r) != 0 ? -1 : agreement_check(r);
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
	return wrong(r, IN_EVENT, "type",
	    "'%s' is no type that slad knows; see slad-events(7) for those it does, such as "
	    "request.opened",
	    name);
}

/* Maintenance is what it announces, whatever it is called; a fact stands for itself, a retraction
 * for what it retracts; all else is its subject. */
static void
entity_name(struct reader *r)
{
	const struct record *rec = &r->event->record;
	struct buf b = BUF_INIT(4 * EVENT_NAME);

	switch (rec->type->class) {
	case CLASS_TICKET:
	case CLASS_OUTAGE:
		r->event->entity = rec->subject;
		return;
	case CLASS_FACT:
		r->event->entity = rec->id;
		return;
	case CLASS_RETRACTION:
		r->event->entity = rec->m[MEMBER_ID].text;
		return;
	case CLASS_MAINTENANCE:
		break;
	}
	buf_putf(&b, "%s\x1f%s\x1f%" PRId64 "\x1f%" PRId64, rec->m[MEMBER_AGREEMENT].text,
	    rec->m[MEMBER_SERVICE].text, rec->m[MEMBER_FROM].number, rec->m[MEMBER_TO].number);
	r->event->entity = arena_strdup(r->arena, buf_text(&b));
	buf_free(&b);
}

static bool
needs_subject(const struct record *rec)
{
	return rec->type->class == CLASS_TICKET || rec->type->class == CLASS_OUTAGE;
}

static int
canonical(struct reader *r, const json_t *event)
{
	struct buf b = BUF_INIT(EVENT_BYTES);
	int rc = 0;

	if (r->stored)
		return 0;
	if (json_text(event, &b, true) != 0)
		rc = wrong(r, "", "", "the event is larger than %u bytes", EVENT_BYTES);
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
		return wrong(
		    r, "", "", "an event is %s; an object is wanted", json_type_text(event));
	if (attribute(r, event, "specversion", &version) != 0)
		return -1;
	if (strcmp(version, "1.0") != 0)
		return wrong(r, IN_EVENT, "specversion", "'specversion' is '%s'; \"1.0\" is wanted",
		    version);
	if (attribute(r, event, "id", &rec->id) != 0 ||
	    attribute(r, event, "source", &rec->source) != 0 || type_read(r, event) != 0 ||
	    time_read(r, event) != 0 || sequence_read(r, event) != 0)
		return -1;
	rec->subject = "";
	if ((needs_subject(rec) || json_object_get(event, "subject") != NULL) &&
	    attribute(r, event, "subject", &rec->subject) != 0)
		return -1;
	if (data_read(r, event) != 0)
		return -1;
	entity_name(r);
	return canonical(r, event);
}
