/*
 * buf: a byte buffer that grows up to a maximum given at its birth.
 *
 * Writing past the maximum writes nothing and sets `full`, for good; callers may write many pieces
 * and look once, with buf_ok(). The bytes are always followed by a NUL that len does not count.
 */
#ifndef SLAD_BASE_BUF_H
#define SLAD_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	char *data; /* owned; NULL while nothing was written */
	size_t len, size, max;
	bool full;
};

#define BUF_INIT(maximum)        \
	{                        \
		.max = (maximum) \
	}

void buf_put(struct buf *b, const void *bytes, size_t len);
void buf_puts(struct buf *b, const char *s);

static inline void
buf_putc(struct buf *b, char c)
{
	if (b->len + 1 < b->size && b->len < b->max && !b->full) {
		b->data[b->len++] = c;
		b->data[b->len] = '\0';
	} else {
		buf_put(b, &c, 1);
	}
}
void buf_puti(struct buf *b, int64_t n); /* its digits, with a minus below zero */
void buf_putf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool buf_ok(const struct buf *b);
const char *buf_text(const struct buf *b); /* its bytes, "" when empty */
void buf_reset(struct buf *b); /* empty again, memory kept */
void buf_free(struct buf *b);

#endif
