#include "lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

#include "base/mem.h"

#define PIECE (64u << 10) /* bytes of one read */
#define ROOM (LINES_MAX + PIECE) /* of text that was read and not given out */
#define GZIP_WINDOW (15 + 16) /* zlib's: the largest window, and gzip's head around it */

struct lines {
	int fd;
	bool gzip, within; /* within a member */
	size_t in_at, in_have; /* of `in` */
	size_t at, have; /* of `text` */
	int64_t number, read;
	z_stream z;
	unsigned char in[PIECE];
	char text[ROOM];
};

/* Adds to `in`: 1, 0 at the end of the file, -1. */
static int
piece_read(struct lines *l, struct err *err)
{
	ssize_t got;

	if (l->in_at == l->in_have)
		l->in_at = l->in_have = 0;
	got = read(l->fd, l->in + l->in_have, sizeof(l->in) - l->in_have);
	if (got < 0)
		return err_set(err, "it cannot be read: %s", strerror(errno));
	l->in_have += (size_t)got;
	l->read += got;
	return got > 0;
}

/* Reads until there are two bytes to tell gzip by. */
static int
kind_tell(struct lines *l, struct err *err)
{
	int more = 1;

	while (l->in_have < 2 && more > 0)
		more = piece_read(l, err);
	if (more < 0)
		return -1;
	l->gzip = l->in_have >= 2 && l->in[0] == 0x1f && l->in[1] == 0x8b;
	l->within = l->gzip;
	if (l->gzip && inflateInit2(&l->z, GZIP_WINDOW) != Z_OK)
		mem_none("zlib");
	return 0;
}

struct lines *
lines_open(const char *path, struct err *err)
{
	struct lines *l = mem_alloc(1, sizeof(*l));

	l->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (l->fd < 0) {
		err_set(err, "%s cannot be read: %s", path, strerror(errno));
		free(l);
		return NULL;
	}
	if (kind_tell(l, err) != 0) {
		err_prefix(err, "%s", path);
		lines_close(l);
		return NULL;
	}
	return l;
}

void
lines_close(struct lines *l)
{
	if (l == NULL)
		return;
	if (l->gzip)
		inflateEnd(&l->z);
	if (l->fd != STDIN_FILENO)
		close(l->fd);
	free(l);
}

/* Steps from one member to the next, over zeros: 1, 0 if there is none yet. */
static int
member_begin(struct lines *l)
{
	while (l->in_at < l->in_have && l->in[l->in_at] == 0)
		l->in_at++;
	if (l->in_at == l->in_have)
		return 0;
	inflateReset(&l->z);
	l->within = true;
	return 1;
}

static int
inflate_step(struct lines *l, struct err *err)
{
	int rc;

	l->z.next_in = l->in + l->in_at;
	l->z.avail_in = (uInt)(l->in_have - l->in_at);
	l->z.next_out = (unsigned char *)l->text + l->have;
	l->z.avail_out = (uInt)(ROOM - l->have);
	rc = inflate(&l->z, Z_NO_FLUSH);
	l->in_at = l->in_have - l->z.avail_in;
	l->have = ROOM - l->z.avail_out;
	if (rc == Z_STREAM_END)
		l->within = false;
	else if (rc != Z_OK && rc != Z_BUF_ERROR)
		return err_set(
		    err, "its gzip data is damaged: %s", l->z.msg == NULL ? zError(rc) : l->z.msg);
	return 0;
}

static int
inflate_more(struct lines *l, struct err *err)
{
	size_t before = l->have;
	int more;

	while (l->have == before) {
		if (l->in_at == l->in_have) {
			more = piece_read(l, err);
			if (more == 0 && l->within)
				return err_set(err, "its gzip data ends in the middle");
			if (more <= 0)
				return more;
		}
		if ((l->within || member_begin(l) != 0) && inflate_step(l, err) != 0)
			return -1;
	}
	return 1;
}

static int
copy_more(struct lines *l, struct err *err)
{
	size_t part;
	int more = 1;

	if (l->in_at == l->in_have)
		more = piece_read(l, err);
	if (more <= 0)
		return more;
	part = l->in_have - l->in_at;
	if (part > ROOM - l->have)
		part = ROOM - l->have;
	memcpy(l->text + l->have, l->in + l->in_at, part);
	l->have += part;
	l->in_at += part;
	return 1;
}

/* Adds to the text: 1, 0 at the end, -1. */
static int
text_more(struct lines *l, struct err *err)
{
	memmove(l->text, l->text + l->at, l->have - l->at);
	l->have -= l->at;
	l->at = 0;
	return l->gzip ? inflate_more(l, err) : copy_more(l, err);
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
	return l->read;
}
