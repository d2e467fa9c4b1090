/*
 * markup: text inside XML and HTML.
 *
 * What is not allowed there at all (control characters, U+FFFE, U+FFFF, bytes that are no UTF-8)
 * becomes U+FFFD, and so do the characters that turn the direction of the text around them
 * (U+202A to U+202E, U+2066 to U+2069): a name cannot rearrange the line that it stands in.
 */
#ifndef SLAD_CODEC_MARKUP_H
#define SLAD_CODEC_MARKUP_H

#include <stddef.h>

#include "base/buf.h"

/* Escaped so that it is text between tags as well as inside a quoted attribute. */
void markup_put(struct buf *out, const char *text);

/* A format whose every %s is escaped so; other conversions are numbers. The format itself is
 * markup. */
void markup_putf(struct buf *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The length of the character that a text begins with, and it as a number; where the bytes are no
 * UTF-8, or the character is one of the above, 0xFFFD and the length of what it stands for. */
size_t markup_char(const char *text, unsigned *c);

#endif
