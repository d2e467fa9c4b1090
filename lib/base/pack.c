#include "base/pack.h"

#include <string.h>

void
pack_uint(struct buf *b, uint64_t n)
{
	for (; n > 0x7f; n >>= 7)
		buf_putc(b, (char)(n | 0x80));
	buf_putc(b, (char)n);
}

void
pack_int(struct buf *b, int64_t n)
{
	pack_uint(b, ((uint64_t)n << 1) ^ (n < 0 ? UINT64_MAX : 0));
}

void
pack_text(struct buf *b, const char *s)
{
	size_t len = strlen(s);

	pack_uint(b, len);
	buf_put(b, s, len);
}

void
unpack_init(struct unpack *u, const void *bytes, size_t len)
{
	u->at = bytes;
	u->end = u->at + len;
	u->bad = false;
}

bool
unpack_more(const struct unpack *u)
{
	return !u->bad && u->at < u->end;
}

uint64_t
unpack_uint(struct unpack *u)
{
	uint64_t n = 0;
	unsigned shift;

	for (shift = 0; shift < 64 && unpack_more(u); shift += 7) {
		n |= (uint64_t)(*u->at & 0x7f) << shift;
		if ((*u->at++ & 0x80) == 0)
			return n;
	}
	u->bad = true;
	return 0;
}

int64_t
unpack_int(struct unpack *u)
{
	uint64_t n = unpack_uint(u);

	return (int64_t)((n >> 1) ^ ((n & 1) ? UINT64_MAX : 0));
}

const void *
unpack_bytes(struct unpack *u, size_t len)
{
	const void *bytes = u->at;

	if (u->bad || len > (size_t)(u->end - u->at)) {
		u->bad = true;
		return NULL;
	}
	u->at += len;
	return bytes;
}

const char *
unpack_text(struct unpack *u, size_t *len)
{
	uint64_t n = unpack_uint(u);
	const char *s = unpack_bytes(u, n);

	*len = s == NULL ? 0 : (size_t)n;
	return s == NULL ? "" : s;
}
