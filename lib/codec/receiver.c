#include "codec/receiver.h"

#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

const char *const receiver_kind_names[] = {
    "webhook", "alertmanager", "email", "slack", "dingtalk", "feishu", "wecom", "template", NULL};
const char *const language_names[] = {"en", "zh", NULL};
const char *const starttls_names[] = {"required", "try", "never", NULL};
const char *const send_method_names[] = {"POST", "PUT", "GET", NULL};

/* The fields that are one text. */
static const size_t texts[] = {
    offsetof(struct receiver, name),
    offsetof(struct receiver, base_url),
    offsetof(struct receiver, ca_file),
    offsetof(struct receiver, url),
    offsetof(struct receiver, user),
    offsetof(struct receiver, password),
    offsetof(struct receiver, token),
    offsetof(struct receiver, from),
    offsetof(struct receiver, content_type),
    offsetof(struct receiver, body),
    offsetof(struct receiver, success),
};

static const char *
text_at(const struct receiver *r, size_t at)
{
	const char *text;

	memcpy(&text, (const char *)r + at, sizeof(text));
	return text;
}

static const char *
text_copy(const char *text, struct arena *a)
{
	return text == NULL ? NULL : arena_strdup(a, text);
}

static const char *const *
list_copy(const char *const *list, size_t count, struct arena *a)
{
	const char **copy = arena_alloc(a, count, sizeof(*copy));

	for (size_t i = 0; i < count; i++)
		copy[i] = arena_strdup(a, list[i]);
	return copy;
}

static const struct header_line *
headers_copy(const struct header_line *list, size_t count, struct arena *a)
{
	struct header_line *copy = arena_alloc(a, count, sizeof(*copy));

	for (size_t i = 0; i < count; i++)
		copy[i] = (struct header_line){
		    arena_strdup(a, list[i].name), arena_strdup(a, list[i].value)};
	return copy;
}

const struct receiver *
receiver_copy(const struct receiver *r, struct arena *a)
{
	struct receiver *copy = arena_alloc(a, 1, sizeof(*copy));
	const char *text;

	*copy = *r;
	for (size_t i = 0; i < COUNT(texts); i++) {
		text = text_copy(text_at(r, texts[i]), a);
		memcpy((char *)copy + texts[i], &text, sizeof(text));
	}
	if (r->secret != NULL)
		copy->secret = arena_strndup(a, r->secret, r->secret_len);
	copy->to = list_copy(r->to, r->tos, a);
	copy->header = headers_copy(r->header, r->headers, a);
	return copy;
}

static bool
text_same(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

static bool
secret_same(const struct receiver *a, const struct receiver *b)
{
	if (a->secret == NULL || b->secret == NULL)
		return a->secret == b->secret;
	return a->secret_len == b->secret_len && memcmp(a->secret, b->secret, a->secret_len) == 0;
}

static bool
lists_same(const struct receiver *a, const struct receiver *b)
{
	if (a->tos != b->tos || a->headers != b->headers)
		return false;
	for (size_t i = 0; i < a->tos; i++)
		if (!text_same(a->to[i], b->to[i]))
			return false;
	for (size_t i = 0; i < a->headers; i++)
		if (!text_same(a->header[i].name, b->header[i].name) ||
		    !text_same(a->header[i].value, b->header[i].value))
			return false;
	return true;
}

bool
receiver_same(const struct receiver *a, const struct receiver *b)
{
	for (size_t i = 0; i < COUNT(texts); i++)
		if (texts[i] != offsetof(struct receiver, name) &&
		    !text_same(text_at(a, texts[i]), text_at(b, texts[i])))
			return false;
	return a->kind == b->kind && a->language == b->language && a->repeat == b->repeat &&
	    a->starttls == b->starttls && a->method == b->method && secret_same(a, b) &&
	    lists_same(a, b);
}
