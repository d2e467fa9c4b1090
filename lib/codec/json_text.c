#include "codec/json_text.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define WHOLE_MAX 9007199254740992.0 /* 2^53: up to here every whole number is a double */
#define REAL_TEXT 48
#define FEW 24 /* members of an object */
#define DIGITS_SURE 15 /* so many always survive the way through a normal double ... */
#define DIGITS_ALL 17 /* ... and a double always survives the way through so many */

/* A text being written, and its last real that is not whole: the same one often follows. */
struct writing {
	struct buf *out;
	bool sorted;
	double last;
	char last_text[REAL_TEXT];
};

static int write_value(const json_t *value, struct writing *w, int depth);

static int
append(const char *bytes, size_t len, void *out)
{
	buf_put(out, bytes, len);
	return 0;
}

static bool
is_plain(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (s[i] < ' ' || s[i] > '~' || s[i] == '"' || s[i] == '\\')
			return false;
	}
	return true;
}

static void
write_plain(const char *s, size_t len, struct buf *out)
{
	buf_putc(out, '"');
	buf_put(out, s, len);
	buf_putc(out, '"');
}

static int
write_string(const json_t *string, struct buf *out)
{
	const char *s = json_string_value(string);
	size_t len = json_string_length(string);

	if (!is_plain(s, len))
		return json_dump_callback(string, append, out, JSON_ENCODE_ANY);
	write_plain(s, len, out);
	return 0;
}

static int
write_name(const char *s, size_t len, struct buf *out)
{
	json_t *string;
	int r;

	if (is_plain(s, len)) {
		write_plain(s, len, out);
		return 0;
	}
	string = json_stringn(s, len);
	if (string == NULL)
		return -1;
	r = write_string(string, out);
	json_decref(string);
	return r;
}

/* "1e+300" and "1e-07" as "1e300" and "1e-7". */
static void
write_decimal(const char *text, struct buf *out)
{
	const char *e = strchr(text, 'e');

	if (e == NULL) {
		buf_puts(out, text);
		return;
	}
	buf_put(out, text, (size_t)(e - text));
	buf_putf(out, "e%d", atoi(e + 1));
}

static void
write_real(double x, struct writing *w)
{
	int digits = isnormal(x) ? DIGITS_SURE : 1;

	if (x >= -WHOLE_MAX && x <= WHOLE_MAX && (double)(int64_t)x == x) {
		buf_puti(w->out, (int64_t)x);
		return;
	}
	if (x != w->last) {
		do
			snprintf(w->last_text, REAL_TEXT, "%.*g", digits, x);
		while (strtod(w->last_text, NULL) != x && ++digits <= DIGITS_ALL);
		w->last = x;
	}
	write_decimal(w->last_text, w->out);
}

static int
write_array(const json_t *array, struct writing *w, int depth)
{
	size_t n = json_array_size(array);

	buf_putc(w->out, '[');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_putc(w->out, ',');
		if (write_value(json_array_get(array, i), w, depth) != 0)
			return -1;
	}
	buf_putc(w->out, ']');
	return 0;
}

struct member {
	const char *name;
	size_t len;
	const json_t *value;
};

static int
member_compare(const void *left, const void *right)
{
	const struct member *a = left, *b = right;
	int order = memcmp(a->name, b->name, a->len < b->len ? a->len : b->len);

	return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

static void
members_list(const json_t *object, struct member *members)
{
	json_t *o = (json_t *)(uintptr_t)object;
	size_t n = 0;

	for (void *at = json_object_iter(o); at != NULL; at = json_object_iter_next(o, at)) {
		members[n++] = (struct member){
		    .name = json_object_iter_key(at),
		    .len = json_object_iter_key_len(at),
		    .value = json_object_iter_value(at),
		};
	}
}

static int
write_member(const struct member *m, struct writing *w, int depth)
{
	if (write_name(m->name, m->len, w->out) != 0)
		return -1;
	buf_putc(w->out, ':');
	return write_value(m->value, w, depth);
}

/* Few members are listed without asking for memory. */
static int
write_object(const json_t *object, struct writing *w, int depth)
{
	struct member few[FEW], *members = few;
	size_t n = json_object_size(object);
	int r = 0;

	if (n > FEW)
		members = mem_alloc(n, sizeof(*members));
	members_list(object, members);
	if (w->sorted && n > 1)
		qsort(members, n, sizeof(*members), member_compare);
	buf_putc(w->out, '{');
	for (size_t i = 0; i < n && r == 0; i++) {
		if (i > 0)
			buf_putc(w->out, ',');
		r = write_member(&members[i], w, depth);
	}
	buf_putc(w->out, '}');
	if (members != few)
		free(members);
	return r;
}

static int
write_value(const json_t *value, struct writing *w, int depth)
{
	if (depth == 0 || !buf_ok(w->out))
		return -1;
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return write_object(value, w, depth - 1);
	case JSON_ARRAY:
		return write_array(value, w, depth - 1);
	case JSON_STRING:
		return write_string(value, w->out);
	case JSON_INTEGER:
		buf_puti(w->out, json_integer_value(value));
		return 0;
	case JSON_REAL:
		write_real(json_real_value(value), w);
		return 0;
	case JSON_TRUE:
		buf_puts(w->out, "true");
		return 0;
	case JSON_FALSE:
		buf_puts(w->out, "false");
		return 0;
	case JSON_NULL:
		buf_puts(w->out, "null");
		return 0;
	}
	return -1;
}

int
json_text(const json_t *value, struct buf *out, bool sorted)
{
	struct writing w = {.out = out, .sorted = sorted, .last = NAN};
	size_t len = out->len;

	if (write_value(value, &w, JSON_TEXT_DEPTH) == 0 && buf_ok(out))
		return 0;
	out->len = len;
	if (out->data != NULL)
		out->data[len] = '\0';
	return -1;
}
