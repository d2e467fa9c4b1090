#include "codec/json_cut.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

struct json_cut {
	struct buf text;
	bool begun; /* something other than blanks was there */
	bool array, ended; /* it is one; and its ']' was there */
	bool comma; /* an element may follow */
	bool given; /* the text is the last value's */
	bool string, escaped; /* within one */
	size_t depth; /* of the value */
	int64_t line, from;
};

struct json_cut *
json_cut_new(void)
{
	struct json_cut *c = mem_alloc(1, sizeof(*c));

	c->text.max = JSON_CUT_BYTES;
	c->line = 1;
	return c;
}

void
json_cut_free(struct json_cut *c)
{
	if (c == NULL)
		return;
	buf_free(&c->text);
	free(c);
}

static bool
is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static enum json_cut_got
broken(struct json_cut *c, struct json_piece *piece, struct err *err, const char *why)
{
	piece->line = c->line;
	err_set(err, "%s", why);
	return JSON_CUT_BROKEN;
}

static enum json_cut_got
give(struct json_cut *c, struct json_piece *piece)
{
	*piece = (struct json_piece){buf_text(&c->text), c->text.len, c->from};
	c->given = true;
	c->comma = false;
	return JSON_CUT_VALUE;
}

static void
string_step(struct json_cut *c, char byte)
{
	if (c->escaped)
		c->escaped = false;
	else if (byte == '\\')
		c->escaped = true;
	else if (byte == '"')
		c->string = false;
}

/* Whether a byte ends a value that has neither brackets nor quotes, such as 12. */
static bool
ends_plain(const struct json_cut *c, char byte)
{
	return c->depth == 0 && (is_blank(byte) || strchr(",]}[{\"", byte) != NULL);
}

/* A byte between values: 1 if a value begins with it, 0, -1 if it does not belong there. */
static int
between(struct json_cut *c, char byte)
{
	if (is_blank(byte))
		return 0;
	if (!c->begun && byte == '[') {
		c->begun = c->array = c->comma = true;
		return 0;
	}
	c->begun = true;
	if (!c->array)
		return strchr(",]}", byte) == NULL ? 1 : -1;
	if (c->ended)
		return -1;
	if (byte == ']') {
		c->ended = true;
		return 0;
	}
	if (byte == ',') {
		if (c->comma)
			return -1;
		c->comma = true;
		return 0;
	}
	return c->comma && byte != '}' ? 1 : -1;
}

/* A byte of a value: whether it is its last. */
static bool
within(struct json_cut *c, char byte)
{
	buf_put(&c->text, &byte, 1);
	if (c->string) {
		string_step(c, byte);
		return !c->string && c->depth == 0;
	}
	if (byte == '"')
		c->string = true;
	else if (byte == '{' || byte == '[')
		c->depth++;
	else if ((byte == '}' || byte == ']') && c->depth > 0)
		return --c->depth == 0;
	return false;
}

static void
mark_pass(struct json_cut *c, const char **bytes, size_t *len)
{
	static const char mark[] = "\xef\xbb\xbf";

	/* Its three bytes may come one by one. */
	while (!c->begun && *len > 0 && memchr(mark, **bytes, 3) != NULL) {
		(*bytes)++;
		(*len)--;
	}
}

enum json_cut_got
json_cut_next(
    struct json_cut *c, const char **bytes, size_t *len, struct json_piece *piece, struct err *err)
{
	char byte;
	int begins;

	if (c->given)
		buf_reset(&c->text);
	c->given = false;
	mark_pass(c, bytes, len);
	for (; *len > 0; (*bytes)++, (*len)--) {
		byte = **bytes;
		if (c->text.len > 0 && !c->string && ends_plain(c, byte))
			return give(c, piece);
		if (c->text.len == 0) {
			begins = between(c, byte);
			if (begins < 0)
				return broken(c, piece, err,
				    "here a value or the end is wanted: it is no JSON, or an array "
				    "of it has a comma too many or too few");
			c->from = c->line;
			c->line += byte == '\n';
			if (begins == 0)
				continue;
		} else {
			c->line += byte == '\n';
		}
		if (within(c, byte)) {
			(*bytes)++;
			(*len)--;
			return give(c, piece);
		}
		if (!buf_ok(&c->text)) {
			c->line = c->from;
			return broken(c, piece, err, "the value that begins here is too large");
		}
	}
	return JSON_CUT_MORE;
}

enum json_cut_got
json_cut_end(struct json_cut *c, struct json_piece *piece, struct err *err)
{
	if (c->given)
		buf_reset(&c->text);
	c->given = false;
	if (c->text.len > 0 && c->depth == 0 && !c->string && !c->array)
		return give(c, piece);
	if (c->text.len > 0) {
		c->line = c->from;
		return broken(c, piece, err, "the value that begins here does not end");
	}
	if (c->array && !c->ended)
		return broken(c, piece, err, "the array does not end: its ']' is missing");
	return JSON_CUT_MORE;
}
