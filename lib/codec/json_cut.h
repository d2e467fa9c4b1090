/*
 * json_cut: a long JSON text cut into its values, piece by piece.
 *
 * What begins with '[' is an array, and its elements are the values; anything else is one value
 * after another, as lines of JSON (NDJSON) are. Only strings and brackets are looked at: whether a
 * value is JSON is for its parser to say. Memory is bounded, whatever the bytes are. A byte order
 * mark in front is left out.
 */
#ifndef SLAD_CODEC_JSON_CUT_H
#define SLAD_CODEC_JSON_CUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define JSON_CUT_BYTES (1u << 20) /* of one value */

struct json_cut;

struct json_cut *json_cut_new(void);
void json_cut_free(struct json_cut *c); /* NULL is fine */

struct json_piece {
	const char *text; /* until the next call; NUL-terminated */
	size_t len;
	int64_t line; /* in which it begins, from 1 */
};

enum json_cut_got {
	JSON_CUT_VALUE,
	JSON_CUT_MORE, /* the bytes are used up */
	JSON_CUT_BROKEN, /* a sentence; piece->line is where */
};

/* The next value of the bytes; moves *bytes and *len past those that it used. */
enum json_cut_got json_cut_next(
    struct json_cut *c, const char **bytes, size_t *len, struct json_piece *piece, struct err *err);

/* After the last byte: until it is JSON_CUT_MORE. */
enum json_cut_got json_cut_end(struct json_cut *c, struct json_piece *piece, struct err *err);

#endif
