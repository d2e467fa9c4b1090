#include "codec/inflate.h"

#define ZLIB_CONST
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/mem.h"

#define WINDOW_GZIP (15 + 16) /* the largest window, and gzip alone */
#define PIECE (16u << 10)
#define MAGIC 0x1f /* what each member begins with */
#define MAGIC_LEN 2 /* and this many bytes say that it is one */

struct inflate {
	z_stream stream;
	size_t members; /* that have ended */
	size_t before; /* bytes of the stream in them */
	bool within; /* one of them */
	bool padded;
	unsigned char piece[PIECE];
};

struct inflate *
inflate_new(void)
{
	struct inflate *z = mem_alloc(1, sizeof(*z));

	if (inflateInit2(&z->stream, WINDOW_GZIP) != Z_OK)
		mem_none("zlib");
	return z;
}

void
inflate_padded(struct inflate *z)
{
	z->padded = true;
}

void
inflate_free(struct inflate *z)
{
	if (z == NULL)
		return;
	inflateEnd(&z->stream);
	free(z);
}

static int
wrong(const struct inflate *z, struct err *err)
{
	if (z->stream.total_in > MAGIC_LEN)
		return err_set(err, "the gzip stream is damaged, as is seen at its byte %zu",
		    z->before + z->stream.total_in);
	if (z->members > 0)
		return err_set(err,
		    "the gzip stream ends at its byte %zu, and what follows is no gzip", z->before);
	return err_set(err, "it is no gzip; that begins with the bytes 1f 8b");
}

/* Steps into a member: 1, 0 if the input has none yet, -1. */
static int
enter(struct inflate *z, struct err *err)
{
	if (z->within)
		return 1;
	while (z->padded && z->members > 0 && z->stream.avail_in > 0 && *z->stream.next_in == 0) {
		z->stream.next_in++;
		z->stream.avail_in--;
		z->before++;
	}
	if (z->stream.avail_in == 0)
		return 0;
	inflateReset(&z->stream);
	if (*z->stream.next_in != MAGIC)
		return wrong(z, err);
	z->within = true;
	return 1;
}

/* Gives what is to be had of the input without more of it. */
static int
step(struct inflate *z, void *out, size_t room, size_t *made, struct err *err)
{
	int rc;

	z->stream.next_out = out;
	z->stream.avail_out = room > INT_MAX ? INT_MAX : (uInt)room;
	room = z->stream.avail_out;
	rc = enter(z, err);
	if (rc <= 0)
		return rc;
	rc = inflate(&z->stream, Z_NO_FLUSH);
	if (rc == Z_MEM_ERROR)
		mem_none("zlib");
	if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
		return wrong(z, err);
	*made = room - z->stream.avail_out;
	if (rc == Z_STREAM_END) {
		z->members++;
		z->before += z->stream.total_in;
		z->within = false;
	}
	return 0;
}

int
inflate_some(struct inflate *z, const void **bytes, size_t *len, void *out, size_t room,
    size_t *made, struct err *err)
{
	uInt n = *len > INT_MAX ? INT_MAX : (uInt)*len;

	*made = 0;
	z->stream.next_in = *bytes;
	z->stream.avail_in = n;
	if (step(z, out, room, made, err) != 0)
		return -1;
	*bytes = z->stream.next_in;
	*len -= n - z->stream.avail_in;
	return 0;
}

int
inflate_feed(struct inflate *z, const void *bytes, size_t len, struct buf *out, struct err *err)
{
	size_t made;

	while (len > 0) {
		if (inflate_some(z, &bytes, &len, z->piece, PIECE, &made, err) != 0)
			return -1;
		buf_put(out, z->piece, made);
		if (!buf_ok(out))
			return err_set(
			    err, "it is larger than %zu bytes once it is inflated", out->max);
	}
	return 0;
}

int
inflate_end(const struct inflate *z, struct err *err)
{
	if (z->members > 0 && !z->within)
		return 0;
	return err_set(err, "it ends within the gzip stream: some of it is missing");
}

const char *
inflate_version(void)
{
	return zlibVersion();
}
