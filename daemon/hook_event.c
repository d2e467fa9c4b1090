#include "hook_event.h"

#include <stdio.h>
#include <string.h>

#include "base/stamp.h"
#include "codec/json_text.h"
#include "domain/record.h"

#define LATEST INT64_C(253402300799999) /* ms: the end of 9999 */

static json_t *
instant(int64_t t)
{
	char text[STAMP_TEXT];

	return t < 0 || t > LATEST ? json_integer(t) : json_string(stamp_format(t, text));
}

/* As SQL has it. */
static json_t *
plain(const struct mapped_value *v)
{
	switch (v->type) {
	case MAPPED_WHOLE:
		return json_integer(v->whole);
	case MAPPED_REAL:
		return json_real(v->real);
	case MAPPED_TEXT:
		return json_stringn(v->text, v->len);
	case MAPPED_NULL:
		break;
	}
	return json_null();
}

static bool
is_text(const struct mapped_value *v, const char *text)
{
	return v->type == MAPPED_TEXT && strcmp(v->text, text) == 0;
}

static json_t *
as_member(const struct member_info *info, const struct mapped_value *v)
{
	switch (info->type) {
	case TYPE_TEXT:
	case TYPE_PERIOD:
	case TYPE_WORD:
	case TYPE_INDICATOR:
		return json_stringn(v->text, v->len);
	case TYPE_BOOL:
		if (v->type == MAPPED_WHOLE || is_text(v, "true") || is_text(v, "false"))
			return json_boolean(
			    v->type == MAPPED_WHOLE ? v->whole != 0 : v->text[0] == 't');
		break;
	case TYPE_INSTANT:
		if (v->type == MAPPED_WHOLE)
			return instant(v->whole);
		break;
	case TYPE_WHOLE:
	case TYPE_DECIMAL:
		break;
	}
	return plain(v);
}

/* The member of that name which the type has, or NULL. */
static const struct member_info *
member_find(const struct record_type *type, const char *name)
{
	for (int m = 0; type != NULL && m < MEMBERS; m++) {
		if ((type->members & member_bit((enum member)m)) != 0 &&
		    strcmp(record_members[m].name, name) == 0)
			return &record_members[m];
	}
	return NULL;
}

static json_t *
data_make(const struct hook_making *making, const struct mapped *m, const struct record_type *type)
{
	const char *agreement = making->hook->agreement, *name;
	const struct member_info *info;
	const struct mapped_value *v;
	json_t *data = json_object();

	for (size_t i = 0; i < m->entry->members; i++) {
		name = m->entry->member[i].name;
		v = &m->member[i];
		info = member_find(type, name);
		if (agreement != NULL && strcmp(name, "agreement") == 0)
			json_object_set_new(data, name, json_string(agreement));
		else if (v->type != MAPPED_NULL)
			json_object_set_new(
			    data, name, info == NULL ? plain(v) : as_member(info, v));
	}
	return data;
}

/* A verb is one of the ticket's kind, by default a request's. */
static const char *
type_make(const struct hook_making *making, const struct mapped *m)
{
	const char *kind = m->kind.text == NULL ? "request" : m->kind.text;
	struct buf b = BUF_INIT(EVENT_NAME + 1);
	const char *type;

	if (strchr(m->type.text, '.') != NULL)
		return m->type.text;
	buf_putf(&b, "%s.%s", kind, m->type.text);
	type = arena_strdup(making->arena, buf_text(&b));
	buf_free(&b);
	return type;
}

/* An id that the same delivery gives again: the system's, or the payload's sum, and what is told.
 */
static json_t *
id_make(const struct hook_making *making, const struct mapped *m, const char *type)
{
	const struct hook_delivery *d = making->delivery;
	char hex[65];

	making->hash(d->body, d->len, hex);
	return json_sprintf("%s:%s%s%s", d->id != NULL ? d->id : hex, type,
	    m->at.text != NULL ? ":" : "", m->at.text != NULL ? m->at.text : "");
}

static json_t *
time_make(const struct hook_making *making, const struct mapped *m)
{
	if (m->entry->time.text == NULL)
		return instant(making->delivery->received);
	return m->time.type == MAPPED_WHOLE ? instant(m->time.whole) : plain(&m->time);
}

void
hook_event_add(struct hook_making *making, const struct mapped *m)
{
	const char *type;
	json_t *event;

	if (m->type.text == NULL)
		return;
	type = type_make(making, m);
	event = json_object();
	json_object_set_new(event, "specversion", json_string("1.0"));
	json_object_set_new(event, "source", json_string(making->hook->source));
	json_object_set_new(event, "type", json_string(type));
	json_object_set_new(event, "id",
	    m->id.text != NULL ? json_stringn(m->id.text, m->id.len) : id_make(making, m, type));
	json_object_set_new(event, "time", time_make(making, m));
	if (m->subject.text != NULL)
		json_object_set_new(
		    event, "subject", json_stringn(m->subject.text, m->subject.len));
	if (m->sequence.type != MAPPED_NULL)
		json_object_set_new(event, "sequence", plain(&m->sequence));
	json_object_set_new(event, "data", data_make(making, m, record_type_find(type)));
	json_array_append_new(making->events, event);
}

int
hook_event_text(const struct hook_making *making, struct buf *out)
{
	return json_text(making->events, out, false);
}
