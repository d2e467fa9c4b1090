/*
 * json_text: a JSON value as compact UTF-8 text, always the same for the same value.
 *
 * Used for every answer, and, with sorted members, as the canonical form by which two spellings of
 * one event are told to be the same.
 *
 * - A real is the shortest decimal that reads back as the same double: 0.975, 1e300, 1e-7.
 * - A whole real up to 2^53 is written as an integer, so that 1.0, 1e0 and 1 are one text;
 *   minus zero is 0. (Like RFC 8785 in this, but not in the order of members.)
 * - Strings are escaped where JSON demands it and nowhere else.
 * - Members are in their own order, or, sorted, in that of their names' UTF-8 bytes.
 *
 * LC_NUMERIC is taken to be "C"; slad never sets another.
 */
#ifndef SLAD_CODEC_JSON_TEXT_H
#define SLAD_CODEC_JSON_TEXT_H

#include <stdbool.h>

#include <jansson.h>

#include "base/buf.h"

#define JSON_TEXT_DEPTH 2048 /* levels; no parser of jansson's gives more */

/* Appends to the buffer. -1, with nothing appended, if it did not fit (the buffer is then full),
 * or if a string is not UTF-8 or the nesting too deep. (A json_t has no infinite reals.) */
int json_text(const json_t *value, struct buf *out, bool sorted);

#endif
