#include "codec/json_plain.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define DEPTH_MAX 64
#define DIGITS_MAX 18 /* so many always fit an int64_t */

struct reading {
	const char *at, *end;
	int depth;
};

struct text {
	const char *s;
	size_t len;
	bool ascii;
};

static json_t *value_read(struct reading *r);

static void
blanks_pass(struct reading *r)
{
	while (
	    r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t'))
		r->at++;
}

/* Passes a byte, with the blanks before and behind it, if it is there. */
static bool
byte_pass(struct reading *r, char byte)
{
	blanks_pass(r);
	if (r->at == r->end || *r->at != byte)
		return false;
	r->at++;
	blanks_pass(r);
	return true;
}

static bool
text_read(struct reading *r, struct text *t)
{
	unsigned char all = 0, c = 0;

	if (r->at == r->end || *r->at != '"')
		return false;
	t->s = ++r->at;
	for (; r->at < r->end; r->at++) {
		c = (unsigned char)*r->at;
		if (c < ' ' || c == '"' || c == '\\')
			break;
		all |= c;
	}
	if (r->at == r->end || c != '"')
		return false;
	t->len = (size_t)(r->at++ - t->s);
	t->ascii = all < 0x80;
	return true;
}

static json_t *
string_read(struct reading *r)
{
	struct text t;

	if (!text_read(r, &t))
		return NULL;
	return t.ascii ? json_stringn_nocheck(t.s, t.len) : json_stringn(t.s, t.len);
}

static bool
member_read(struct reading *r, json_t *object)
{
	json_t *value;
	struct text t;

	if (!text_read(r, &t) || !byte_pass(r, ':'))
		return false;
	value = value_read(r);
	if (value == NULL)
		return false;
	return (t.ascii ? json_object_setn_new_nocheck(object, t.s, t.len, value)
			: json_object_setn_new(object, t.s, t.len, value)) == 0;
}

static bool
element_read(struct reading *r, json_t *array)
{
	json_t *value = value_read(r);

	return value != NULL && json_array_append_new(array, value) == 0;
}

/* What stands between brackets, separated by commas; takes over the reference. */
static json_t *
list_read(struct reading *r, json_t *list, char end, bool (*each)(struct reading *r, json_t *list))
{
	size_t n = 0;

	if (list == NULL || ++r->depth > DEPTH_MAX)
		goto not_plain;
	r->at++;
	if (!byte_pass(r, end)) {
		do {
			n++;
			if (!each(r, list))
				goto not_plain;
		} while (byte_pass(r, ','));
		if (!byte_pass(r, end))
			goto not_plain;
	}
	if (json_is_object(list) && json_object_size(list) != n)
		goto not_plain;
	r->depth--;
	return list;
not_plain:
	json_decref(list);
	return NULL;
}

static json_t *
number_read(struct reading *r)
{
	bool minus = *r->at == '-';
	const char *digits = r->at += minus;
	int64_t n = 0;

	for (; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++) {
		if (r->at - digits == DIGITS_MAX)
			return NULL;
		n = 10 * n + (*r->at - '0');
	}
	if (r->at == digits || (*digits == '0' && (minus || r->at - digits > 1)))
		return NULL;
	if (r->at < r->end && memchr(".eE", *r->at, 3) != NULL)
		return NULL;
	return json_integer(minus ? -n : n);
}

static json_t *
word_read(struct reading *r, const char *word, json_t *value)
{
	size_t len = strlen(word);

	if ((size_t)(r->end - r->at) < len || memcmp(r->at, word, len) != 0)
		return NULL;
	r->at += len;
	return value;
}

static json_t *
value_read(struct reading *r)
{
	if (r->at == r->end)
		return NULL;
	switch (*r->at) {
	case '{':
		return list_read(r, json_object(), '}', member_read);
	case '[':
		return list_read(r, json_array(), ']', element_read);
	case '"':
		return string_read(r);
	case 't':
		return word_read(r, "true", json_true());
	case 'f':
		return word_read(r, "false", json_false());
	case 'n':
		return word_read(r, "null", json_null());
	default:
		return number_read(r);
	}
}

json_t *
json_plain(const char *s, size_t len)
{
	struct reading r = {s, s + len, 0};
	json_t *value;

	blanks_pass(&r);
	value = value_read(&r);
	blanks_pass(&r);
	if (value != NULL && r.at == r.end)
		return value;
	json_decref(value);
	return NULL;
}
