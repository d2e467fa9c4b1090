#include "lines.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "plain.h"

#define ROOM (LINES_MAX + (64u << 10)) /* of text that was read and not given out */

struct lines {
	struct plain *plain;
	size_t at, have; /* of `text` */
	int64_t number;
	char text[ROOM];
};

struct lines *
lines_open(const char *path, struct err *err)
{
	struct plain *plain = plain_open(path, err);
	struct lines *l;

	if (plain == NULL)
		return NULL;
	l = mem_alloc(1, sizeof(*l));
	l->plain = plain;
	return l;
}

void
lines_close(struct lines *l)
{
	if (l == NULL)
		return;
	plain_close(l->plain);
	free(l);
}

/* Adds to the text: 1, 0 at the end, -1. */
static int
text_more(struct lines *l, struct err *err)
{
	size_t got = 0;
	int more;

	memmove(l->text, l->text + l->at, l->have - l->at);
	l->have -= l->at;
	l->at = 0;
	more = plain_more(l->plain, l->text + l->have, ROOM - l->have, &got, err);
	l->have += got;
	return more;
}

/* Passes over the rest of a line that does not fit. */
static enum lines_got
long_pass(struct lines *l, struct err *err)
{
	const char *end = NULL;
	int more = 1;

	while (end == NULL && more > 0) {
		l->at = l->have;
		more = text_more(l, err);
		end = memchr(l->text, '\n', l->have);
	}
	if (more < 0)
		return LINES_BROKEN;
	l->at = end == NULL ? l->have : (size_t)(end - l->text) + 1;
	return LINES_LONG;
}

static enum lines_got
line_give(struct lines *l, struct line *line, size_t len, size_t whole)
{
	line->text = l->text + l->at;
	line->len = len;
	l->at += whole;
	if (line->number == 1 && len >= 3 && memcmp(line->text, "\xef\xbb\xbf", 3) == 0) {
		line->text += 3;
		line->len -= 3;
	}
	return len > LINES_MAX ? LINES_LONG : LINES_LINE;
}

enum lines_got
lines_next(struct lines *l, struct line *line, struct err *err)
{
	const char *end;
	int more = 1;

	line->number = ++l->number;
	for (;;) {
		end = memchr(l->text + l->at, '\n', l->have - l->at);
		if (end != NULL) {
			size_t len = (size_t)(end - (l->text + l->at));

			return line_give(l, line, len, len + 1);
		}
		if (l->have - l->at > LINES_MAX)
			return long_pass(l, err);
		more = text_more(l, err);
		if (more < 0)
			return LINES_BROKEN;
		if (more == 0)
			return l->have == l->at
			    ? LINES_END
			    : line_give(l, line, l->have - l->at, l->have - l->at);
	}
}

int64_t
lines_read(const struct lines *l)
{
	return plain_read(l->plain);
}
