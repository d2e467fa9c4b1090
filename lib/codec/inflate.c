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

/* Gives what is to be had of the input without more of it. */
static int
step(struct inflate *z, struct buf *out, struct err *err)
{
	int rc;

	z->stream.next_out = z->piece;
	z->stream.avail_out = PIECE;
	rc = inflate(&z->stream, Z_NO_FLUSH);
	if (rc == Z_MEM_ERROR)
		mem_none("zlib");
	if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
		return wrong(z, err);
	buf_put(out, z->piece, PIECE - z->stream.avail_out);
	if (!buf_ok(out))
		return err_set(err, "it is larger than %zu bytes once it is inflated", out->max);
	if (rc == Z_STREAM_END) {
		z->members++;
		z->before += z->stream.total_in;
		z->within = false;
	}
	return 0;
}

static int
feed(struct inflate *z, struct buf *out, struct err *err)
{
	do {
		if (!z->within) {
			inflateReset(&z->stream);
			z->within = true;
			if (*z->stream.next_in != MAGIC)
				return wrong(z, err);
		}
		if (step(z, out, err) != 0)
			return -1;
	} while (z->stream.avail_in > 0);
	return 0;
}

int
inflate_feed(struct inflate *z, const void *bytes, size_t len, struct buf *out, struct err *err)
{
	const unsigned char *at = bytes;
	uInt n;

	for (; len > 0; at += n, len -= n) {
		n = len > INT_MAX ? INT_MAX : (uInt)len;
		z->stream.next_in = at;
		z->stream.avail_in = n;
		if (feed(z, out, err) != 0)
			return -1;
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
