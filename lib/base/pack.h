/*
 * pack: whole numbers and strings as compact bytes, for what slad stores of its own.
 *
 * Unsigned numbers are LEB128 (7 bits a byte, least first); signed ones zigzag first; strings are
 * their length and their bytes. A reader that meets bytes it cannot be given (cut, too long) sets
 * `bad` for good and returns zeros; callers look once at the end.
 */
#ifndef SLAD_BASE_PACK_H
#define SLAD_BASE_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct unpack {
	const unsigned char *at, *end;
	bool bad;
};

void pack_uint(struct buf *b, uint64_t n);
void pack_int(struct buf *b, int64_t n);
void pack_text(struct buf *b, const char *s);

void unpack_init(struct unpack *u, const void *bytes, size_t len);
bool unpack_more(const struct unpack *u); /* bytes are left, and none was bad */
uint64_t unpack_uint(struct unpack *u);
int64_t unpack_int(struct unpack *u);
const void *unpack_bytes(struct unpack *u, size_t len); /* points into them; NULL: too few */
const char *unpack_text(struct unpack *u, size_t *len); /* points into the bytes: no NUL */

#endif
