#include "domain/shape.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/stamp.h"

#define TEXT_MAX 64 /* bytes of a time, with room to write it otherwise */
#define LATEST INT64_C(253402300799999) /* ms: the end of 9999 */

const char *const shape_names[SHAPES] = {[SHAPE_RFC3339] = "rfc3339",
    [SHAPE_OFFSET_NOCOLON] = "offset_nocolon",
    [SHAPE_OFFSET_SPACED] = "offset_spaced",
    [SHAPE_UTC_SUFFIX] = "utc_suffix",
    [SHAPE_LOCAL] = "local",
    [SHAPE_LOCAL_DOTS] = "local_dots",
    [SHAPE_ISO] = "iso",
    [SHAPE_S] = "s",
    [SHAPE_MS] = "ms",
    [SHAPE_NS] = "ns"};

static const char *const examples[SHAPES] = {[SHAPE_RFC3339] = "2026-11-21T09:30:00+08:00",
    [SHAPE_OFFSET_NOCOLON] = "2026-11-21T09:30:00.000+0800",
    [SHAPE_OFFSET_SPACED] = "2026-11-21 09:30:00 +0800",
    [SHAPE_UTC_SUFFIX] = "2026-11-21 01:30:00 UTC",
    [SHAPE_LOCAL] = "2026-11-21 09:30:00",
    [SHAPE_LOCAL_DOTS] = "2026.11.21 09:30:00",
    [SHAPE_ISO] = "2026-11-21 09:30",
    [SHAPE_S] = "1795224600",
    [SHAPE_MS] = "1795224600000",
    [SHAPE_NS] = "1795224600000000000"};

int
shape_find(const char *name)
{
	for (int i = 0; i < SHAPES; i++) {
		if (strcmp(shape_names[i], name) == 0)
			return i;
	}
	return -1;
}

/* Puts a colon into the offset of four digits that ends the text; -1 if none does. */
static int
colon_put(char *text)
{
	size_t len = strlen(text);

	if (len < 5 || (text[len - 5] != '+' && text[len - 5] != '-') ||
	    strspn(text + len - 4, "0123456789") != 4)
		return -1;
	memmove(text + len - 1, text + len - 2, 3);
	text[len - 2] = ':';
	return 0;
}

/* Rewrites "DATE TIME +0800" as RFC 3339. */
static int
space_take(char *text)
{
	char *space = strrchr(text, ' ');

	if (space == NULL || (space[1] != '+' && space[1] != '-'))
		return -1;
	memmove(space, space + 1, strlen(space));
	return strchr(space, ':') != NULL ? 0 : colon_put(text);
}

static int
suffix_take(char *text)
{
	size_t len = strlen(text);

	if (len < 4 || strcmp(text + len - 4, " UTC") != 0)
		return -1;
	memcpy(text + len - 4, "Z", 2);
	return 0;
}

/* What the wall shows, as if it were UTC. */
static int
wall_put(char *text, bool dots)
{
	size_t len = strlen(text);

	if (len < 16 || text[4] != (dots ? '.' : '-') || text[7] != text[4])
		return -1;
	text[4] = text[7] = '-';
	strcpy(text + len, len == 16 ? ":00Z" : "Z");
	return 0;
}

/* Digits, with a fraction where it may be; -1 if it is no such number, or too large. */
static int
number_read(const char *text, int64_t unit, int64_t *t)
{
	int64_t n = 0, scale = unit;

	if (!isdigit((unsigned char)*text))
		return -1;
	for (; isdigit((unsigned char)*text); text++) {
		if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, *text - '0', &n))
			return -1;
	}
	if (__builtin_mul_overflow(n, unit, &n))
		return -1;
	if (*text == '.' && unit > 1) {
		for (text++; isdigit((unsigned char)*text); text++) {
			scale /= 10;
			n += scale * (*text - '0');
		}
	}
	*t = n;
	return *text == '\0' ? 0 : -1;
}

/* A date, or a date and a time; where an offset follows, it is not local. */
static int
iso_put(char *text, bool *local)
{
	size_t len = strlen(text);
	char *end;

	*local = len == 10;
	if (*local) {
		strcpy(text + len, "T00:00:00Z");
		return 0;
	}
	if (len < 16)
		return -1;
	end = strpbrk(text + 11, "Zz+-");
	*local = end == NULL;
	if (*local)
		return wall_put(text, false);
	if (end > text + 16 && end[-1] == ' ') {
		memmove(end - 1, end, strlen(end) + 1);
		end--;
	}
	if (end == text + 16) {
		memmove(end + 3, end, strlen(end) + 1);
		memcpy(end, ":00", 3);
		end += 3;
	}
	return strlen(end) == 5 ? colon_put(text) : 0;
}

static int
rewrite(enum shape shape, char *text, bool *local)
{
	*local = shape == SHAPE_LOCAL || shape == SHAPE_LOCAL_DOTS;
	switch (shape) {
	case SHAPE_OFFSET_NOCOLON:
		return colon_put(text);
	case SHAPE_OFFSET_SPACED:
		return space_take(text);
	case SHAPE_UTC_SUFFIX:
		return suffix_take(text);
	case SHAPE_LOCAL:
	case SHAPE_LOCAL_DOTS:
		return wall_put(text, shape == SHAPE_LOCAL_DOTS);
	case SHAPE_ISO:
		return iso_put(text, local);
	default:
		return 0;
	}
}

/* 0, -1 if the text is no such time, -2 if it would need a zone. */
static int
parse(enum shape shape, const char *text, const struct zone *zone, int64_t *t)
{
	char copy[TEXT_MAX];
	int64_t got;
	bool local;

	switch (shape) {
	case SHAPE_S:
		return number_read(text, STAMP_SECOND, t);
	case SHAPE_MS:
		return number_read(text, 1, t);
	case SHAPE_NS:
		if (number_read(text, 1, &got) != 0)
			return -1;
		*t = got / 1000000;
		return 0;
	default:
		break;
	}
	if (strlen(text) + 8 > sizeof(copy))
		return -1;
	strcpy(copy, text);
	if (rewrite(shape, copy, &local) != 0 || stamp_parse(copy, &got, NULL) != 0)
		return -1;
	if (local && zone == NULL)
		return -2;
	*t = local ? zone_reach(zone, got) : got;
	return 0;
}

int
shape_read(enum shape shape, const char *text, const struct zone *zone, int64_t *t, struct err *err)
{
	int64_t got;
	int rc = parse(shape, text, zone, &got);

	if (rc == -2)
		return err_set(err, "'%.40s' is a local time, and no time zone is known", text);
	if (rc != 0 || got < 0 || got > LATEST)
		return err_set(err, "'%.40s' is no time of the shape %s, such as %s", text,
		    shape_names[shape], examples[shape]);
	*t = got;
	return 0;
}
