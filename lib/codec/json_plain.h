/*
 * json_plain: plain JSON read fast, into jansson's values.
 *
 * Plain is what most programs write: texts without escapes, whole numbers of at most 18 digits, and
 * no name twice in an object. Nothing is refused here: what is not plain, or no JSON at all, is for
 * jansson to read, which also says what is wrong with it. What is plain has the value that jansson
 * gives it.
 */
#ifndef SLAD_CODEC_JSON_PLAIN_H
#define SLAD_CODEC_JSON_PLAIN_H

#include <stddef.h>

#include <jansson.h>

/* NULL: it is not plain. */
json_t *json_plain(const char *s, size_t len);

#endif
