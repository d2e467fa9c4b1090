/*
 * utf8: is this UTF-8 (RFC 3629)? No overlong forms, no surrogates, nothing past U+10FFFF.
 */
#ifndef SLAD_DAEMON_UTF8_H
#define SLAD_DAEMON_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* The bytes of the character that s begins with: 1 to 4, or 0 if it begins with none. */
size_t utf8_step(const char *s, size_t len);

bool utf8_valid(const char *s, size_t len);

#endif
