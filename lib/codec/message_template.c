/*
 * What the configuration says, with {{places}}: for gateways of short messages, and all that has
 * no kind of its own.
 */
#include <regex.h>
#include <string.h>
#include <strings.h>

#include "codec/json_text.h"
#include "codec/message.h"

enum place {
	PLACE_SUMMARY, /* the subject */
	PLACE_TEXT, /* the lines */
	PLACE_EVENT, /* the CloudEvent */
	PLACE_MESSAGE, /* its id */
	PLACE_TYPE,
	PLACE_TIME,
	PLACE_LINK,
	PLACE_SCOPE,
	PLACE_VALUE,
	PLACE_THRESHOLD,
	PLACE_DATA /* this one and all that follow are members of data, or of its scope */
};

const char *const message_places[] = {"summary", "text", "event", "message", "type", "time", "link",
    "scope", "value", "threshold", "alert", "rule", "kind", "level", "indicator", "a", "b", "since",
    "reason", "explain", "agreement", "service", "priority", "team", NULL};

typedef void escaper(struct buf *out, const char *text);

struct filling {
	struct message *m;
	struct alert_text t;
	const struct message_task *task;
	const char *text;
};

static void
escape_none(struct buf *out, const char *text)
{
	buf_puts(out, text);
}

static void
escape_json(struct buf *out, const char *text)
{
	struct buf quoted = BUF_INIT(MESSAGE_MAX);
	json_t *json = json_string(text);

	if (json == NULL || json_text(json, &quoted, false) != 0)
		out->full = true;
	else
		buf_put(out, quoted.data + 1, quoted.len - 2);
	json_decref(json);
	buf_free(&quoted);
}

static void
escape_xml(struct buf *out, const char *text)
{
	for (const char *s = text; *s != '\0'; s++) {
		if (strchr("&<>\"'", *s) != NULL)
			buf_putf(out, "&#%d;", *s);
		else
			buf_put(out, s, 1);
	}
}

static escaper *
escaper_of(const char *content_type)
{
	if (content_type == NULL)
		return escape_none;
	if (strcasestr(content_type, "json") != NULL)
		return escape_json;
	if (strcasestr(content_type, "x-www-form-urlencoded") != NULL)
		return message_percent;
	if (strcasestr(content_type, "xml") != NULL || strcasestr(content_type, "html") != NULL)
		return escape_xml;
	return escape_none;
}

/* Finds the next "{{ name }}"; gives where it begins, NULL if there is none. */
static const char *
place_find(const char *from, const char **name, size_t *len, const char **end)
{
	const char *begin = strstr(from, "{{");

	*end = begin == NULL ? NULL : strstr(begin, "}}");
	if (*end == NULL)
		return NULL;
	*name = begin + 2 + strspn(begin + 2, " ");
	*len = *name < *end ? (size_t)(*end - *name) : 0;
	while (*len > 0 && (*name)[*len - 1] == ' ')
		--*len;
	*end += 2;
	return begin;
}

const char *
message_place(const char **at, struct arena *a)
{
	const char *name, *end;
	size_t len;

	if (place_find(*at, &name, &len, &end) == NULL)
		return NULL;
	*at = end;
	return arena_strndup(a, name, len);
}

static const char *
data_value(struct filling *f, const char *name)
{
	const char *value = alert_text_member(&f->t, name);

	return value != NULL ? value : alert_text_inner(&f->t, "scope", name);
}

static const char *
place_value(struct filling *f, int place)
{
	switch (place) {
	case PLACE_SUMMARY:
		return f->t.subject;
	case PLACE_TEXT:
		return f->text;
	case PLACE_EVENT:
		return f->task->event[0];
	case PLACE_MESSAGE:
		return f->task->id;
	case PLACE_TYPE:
		return json_string_value(json_object_get(f->t.event, "type"));
	case PLACE_TIME:
		return json_string_value(json_object_get(f->t.event, "time"));
	case PLACE_LINK:
		return f->t.link;
	case PLACE_SCOPE:
		return f->t.scope;
	case PLACE_VALUE:
		return f->t.value;
	case PLACE_THRESHOLD:
		return f->t.threshold;
	default:
		return data_value(f, message_places[place]);
	}
}

static int
place_index(const char *name, size_t len)
{
	for (int i = 0; message_places[i] != NULL; i++)
		if (strlen(message_places[i]) == len && memcmp(message_places[i], name, len) == 0)
			return i;
	return -1;
}

static void
fill(struct filling *f, struct buf *out, const char *text, escaper *escape)
{
	const char *begin, *name, *end, *value;
	size_t len;
	int place;

	while ((begin = place_find(text, &name, &len, &end)) != NULL) {
		buf_put(out, text, (size_t)(begin - text));
		place = place_index(name, len);
		value = place < 0 ? NULL : place_value(f, place);
		if (value != NULL)
			escape(out, value);
		text = end;
	}
	buf_puts(out, text);
}

static int
url_fill(struct filling *f, struct err *err)
{
	struct buf url = BUF_INIT(MESSAGE_MAX);
	int r = 0;

	fill(f, &url, f->m->receiver->url, message_percent);
	if (buf_ok(&url))
		f->m->url = arena_strdup(&f->m->arena, buf_text(&url));
	else
		r = err_set(err, "the URL has no room left");
	buf_free(&url);
	return r;
}

static int
message_fill(struct filling *f, struct err *err)
{
	const struct receiver *r = f->m->receiver;
	struct buf body = BUF_INIT(MESSAGE_MAX);

	message_head(
	    f->m, send_method_names[r->method], r->method == SEND_GET ? NULL : r->content_type);
	for (size_t i = 0; i < r->headers; i++)
		message_header(f->m, r->header[i].name, r->header[i].value);
	if (url_fill(f, err) != 0)
		return -1;
	if (r->body == NULL)
		return 0;
	fill(f, &body, r->body, escaper_of(r->content_type));
	return message_body(f->m, &body, err);
}

static int
render(struct message *m, const struct message_task *task, struct err *err)
{
	struct filling f = {.m = m, .task = task};
	struct buf text = BUF_INIT(MESSAGE_MAX);
	int r;

	if (alert_text_several(&f.t, task->event, task->events, m->receiver, err) != 0)
		return -1;
	alert_text_plain(&f.t, m->receiver->language, &text);
	f.text = buf_text(&text);
	r = message_fill(&f, err);
	buf_free(&text);
	alert_text_free(&f.t);
	return r;
}

static enum sent
judge(const struct message *m, const struct message_answer *answer, struct err *why)
{
	const char *success = m->receiver->success;
	regex_t pattern;
	bool found;
	int rc = REG_NOMATCH;

	if (success == NULL)
		return SENT_DELIVERED;
	found = strstr(answer->body, success) != NULL;
	if (!found)
		rc = regcomp(&pattern, success, REG_EXTENDED | REG_NOSUB);
	if (rc == 0) {
		rc = regexec(&pattern, answer->body, 0, NULL, 0);
		found = rc == 0;
		regfree(&pattern);
	}
	if (rc == REG_ESPACE)
		mem_none("a regular expression");
	if (!found)
		err_set(why, "the receiver answered %d without what `success` asks for",
		    answer->status);
	return found ? SENT_DELIVERED : SENT_FAILED;
}

const struct message_format message_template = {.render = render, .judge = judge};
