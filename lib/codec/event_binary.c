#include "codec/event_binary.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "codec/event_inside.h"
#include "codec/json_text.h"

#define PREFIX "ce-"
#define PREFIX_LEN (sizeof(PREFIX) - 1)
#define SHOWN 60 /* bytes of a stranger's words in a sentence */

bool
event_header_is(const char *name)
{
	return strncasecmp(name, PREFIX, PREFIX_LEN) == 0;
}

/* The attribute's name: "id" of "CE-Id"; or NULL. */
static const char *
name_read(const char *header, struct arena *a, struct err *err)
{
	char *text = arena_strdup(a, header + PREFIX_LEN);
	size_t n = 0;

	for (; isalnum((unsigned char)text[n]); n++)
		text[n] = (char)tolower((unsigned char)text[n]);
	if (n == 0 || text[n] != '\0')
		err_set(err,
		    "the header %.*s names no attribute, such as ce-id: it has letters and digits",
		    SHOWN, header);
	else if (strcmp(text, "data") == 0 || strcmp(text, "datacontenttype") == 0)
		err_set(err,
		    "the header ce-%s: the data is the body, and Content-Type says what it is",
		    text);
	else
		return text;
	return NULL;
}

/* Takes off quotes that stand around the whole, and their backslashes. */
static int
unquote(char *s)
{
	char *to = s, *from = s + 1;

	if (*s != '"')
		return 0;
	for (; *from != '"'; from++) {
		if (*from == '\\')
			from++;
		if (*from == '\0')
			return -1;
		*to++ = *from;
	}
	*to = '\0';
	return from[1] == '\0' ? 0 : -1;
}

static int
nibble(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c == '\0' ? NULL : strchr(digits, tolower((unsigned char)c));

	return at == NULL ? -1 : (int)(at - digits);
}

static int
percent_decode(char *s)
{
	char *to = s;
	int high, low;

	for (; *s != '\0'; s++) {
		if (*s != '%') {
			*to++ = *s;
			continue;
		}
		high = nibble(s[1]);
		low = high < 0 ? -1 : nibble(s[2]);
		if (low < 0 || high + low == 0)
			return -1;
		*to++ = (char)(high << 4 | low);
		s += 2;
	}
	*to = '\0';
	return 0;
}

/* The attribute's value, as JSON. */
static json_t *
value_read(const struct event_header *h, struct arena *a, struct err *err)
{
	char *text = arena_strdup(a, h->value);
	json_t *v;

	if (unquote(text) != 0) {
		err_set(err,
		    "the header %.*s: '%.*s' begins with a quote and does not end with one", SHOWN,
		    h->name, SHOWN, h->value);
		return NULL;
	}
	if (percent_decode(text) != 0) {
		err_set(err,
		    "the header %.*s: '%.*s' has a %% without the two hex digits of a character; a "
		    "percent sign is %%25",
		    SHOWN, h->name, SHOWN, h->value);
		return NULL;
	}
	v = json_string(text);
	if (v == NULL)
		err_set(err, "the header %.*s: '%.*s' is no UTF-8 once it is decoded", SHOWN,
		    h->name, SHOWN, h->value);
	return v;
}

static int
attribute_add(json_t *all, const struct event_header *h, struct arena *a, struct err *err)
{
	const char *name = name_read(h->name, a, err);
	json_t *value;

	if (name == NULL)
		return -1;
	if (json_object_get(all, name) != NULL)
		return err_set(err, "the header ce-%.*s stands twice; one is right", SHOWN, name);
	value = value_read(h, a, err);
	if (value == NULL)
		return -1;
	json_object_set_new(all, name, value);
	return 0;
}

/* All of them as an object of strings, or NULL. */
static json_t *
attributes_read(const struct event_message *m, struct arena *a, struct err *err)
{
	json_t *all = json_object();

	for (size_t i = 0; i < m->headers; i++) {
		if (attribute_add(all, &m->header[i], a, err) != 0) {
			json_decref(all);
			return NULL;
		}
	}
	return all;
}

int
event_binary_read(const struct event_message *m, const struct agreements *agreements, int64_t now,
    struct arena *a, struct events *events, struct err *err)
{
	struct reader r = {.agreements = agreements, .now = now, .arena = a};
	json_t *event = attributes_read(m, a, err), *data = NULL;
	int rc = event == NULL ? -1 : 0;

	if (rc == 0 && m->len > 0) {
		data = events_parse(m->body, m->len, 1, err);
		if (data == NULL)
			rc = err_prefix(err, "the body is no JSON");
		else if (json_object_get(data, "specversion") != NULL)
			rc = err_set(err,
			    "the body is a whole event, and so are the ce- headers; send the event "
			    "without them, or its data alone");
		else
			json_object_set(event, "data", data);
		if (m->type != NULL)
			json_object_set_new(event, "datacontenttype", json_string(m->type));
	}
	if (rc == 0)
		rc = events_room(a, events, 1, err);
	if (rc == 0)
		events_take(&r, events, 0, event);
	json_decref(data);
	json_decref(event);
	return rc;
}

/* A member's value as a header would have it. */
static const char *
member_text(const json_t *v, struct arena *a)
{
	struct buf b = BUF_INIT(EVENT_BYTES);
	const char *text;

	if (json_is_string(v))
		return json_string_value(v);
	json_text(v, &b, true);
	text = arena_strdup(a, buf_text(&b));
	buf_free(&b);
	return text;
}

int
event_headers_agree(
    const struct event_message *m, const struct event *event, struct arena *a, struct err *err)
{
	json_t *said = attributes_read(m, a, err), *whole, *value;
	const json_t *member;
	const char *name;
	int rc = said == NULL ? -1 : 0;

	if (rc != 0)
		return rc;
	whole = events_parse(event->body, event->len, 0, err);
	json_object_foreach(said, name, value)
	{
		member = json_object_get(whole, name);
		if (rc == 0 && member == NULL)
			rc = err_set(err, "the header ce-%.*s is not in the event; leave it out",
			    SHOWN, name);
		else if (rc == 0 && strcmp(member_text(member, a), json_string_value(value)) != 0)
			rc = err_set(err,
			    "the header ce-%.*s is '%.*s', but the event has '%.*s'; leave the "
			    "header out, or let it say the same",
			    SHOWN, name, SHOWN, json_string_value(value), SHOWN,
			    member_text(member, a));
	}
	json_decref(whole);
	json_decref(said);
	return rc;
}
