#include "plain.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "codec/inflate.h"

#define PIECE (64u << 10) /* bytes of one read */

struct plain {
	int fd;
	struct inflate *gzip; /* NULL: it is none */
	size_t at, have; /* of `in` */
	int64_t read;
	unsigned char in[PIECE];
};

/* Adds to `in`: 1, 0 at the end of the file, -1. */
static int
piece_read(struct plain *p, struct err *err)
{
	ssize_t got;

	if (p->at == p->have)
		p->at = p->have = 0;
	got = read(p->fd, p->in + p->have, sizeof(p->in) - p->have);
	if (got < 0)
		return err_set(err, "it cannot be read: %s", strerror(errno));
	p->have += (size_t)got;
	p->read += got;
	return got > 0;
}

/* Reads until there are two bytes to tell gzip by. */
static int
kind_tell(struct plain *p, struct err *err)
{
	int more = 1;

	while (p->have < 2 && more > 0)
		more = piece_read(p, err);
	if (more < 0)
		return -1;
	if (p->have >= 2 && p->in[0] == 0x1f && p->in[1] == 0x8b) {
		p->gzip = inflate_new();
		inflate_padded(p->gzip);
	}
	return 0;
}

struct plain *
plain_open(const char *path, struct err *err)
{
	struct plain *p = mem_alloc(1, sizeof(*p));

	p->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (p->fd < 0) {
		err_set(err, "%s cannot be read: %s", path, strerror(errno));
		free(p);
		return NULL;
	}
	if (kind_tell(p, err) != 0) {
		err_prefix(err, "%s", path);
		plain_close(p);
		return NULL;
	}
	return p;
}

void
plain_close(struct plain *p)
{
	if (p == NULL)
		return;
	inflate_free(p->gzip);
	if (p->fd != STDIN_FILENO)
		close(p->fd);
	free(p);
}

static int
inflate_more(struct plain *p, void *to, size_t room, size_t *got, struct err *err)
{
	const void *in;
	size_t len;
	int more;

	for (*got = 0; *got == 0;) {
		if (p->at == p->have) {
			more = piece_read(p, err);
			if (more == 0)
				return inflate_end(p->gzip, err);
			if (more < 0)
				return -1;
		}
		in = p->in + p->at;
		len = p->have - p->at;
		if (inflate_some(p->gzip, &in, &len, to, room, got, err) != 0)
			return -1;
		p->at = p->have - len;
	}
	return 1;
}

int
plain_more(struct plain *p, void *to, size_t room, size_t *got, struct err *err)
{
	int more = 1;

	if (p->gzip != NULL)
		return inflate_more(p, to, room, got, err);
	if (p->at == p->have)
		more = piece_read(p, err);
	if (more <= 0)
		return more;
	*got = p->have - p->at < room ? p->have - p->at : room;
	memcpy(to, p->in + p->at, *got);
	p->at += *got;
	return 1;
}

int64_t
plain_read(const struct plain *p)
{
	return p->read;
}
