/*
 * frame: where one HTTP/1.x request ends, and whether its bytes are those of one.
 *
 * A pure reading of raw bytes, in pieces of any size, before an HTTP library sees them: the
 * verdict does not depend on how they were cut. It is stricter than RFC 9112 wherever two readers
 * could differ about where a request ends, because that is how requests are smuggled:
 *
 * - lines end with CR LF; no bare CR, bare LF, NUL or other control character but tab in a head;
 * - one space each in METHOD TARGET HTTP/1.1 (or 1.0); the target is a path in ASCII without
 *   fragment, not a URL;
 * - a header's name is a token right before its colon; no folded lines; at most
 *   REQUEST_HEADERS of them;
 * - at most one of each header that says how to read the rest (`singles` in frame.c), and exactly
 *   one Host in HTTP/1.1;
 * - Content-Length is digits; Transfer-Encoding is `chunked`, in HTTP/1.1 only; never both; and
 *   neither announces a body to a method that has none (GET, HEAD, DELETE, TRACE, CONNECT);
 * - chunks are hex digits, without extensions; no trailers.
 */
#ifndef SLAD_DAEMON_FRAME_H
#define SLAD_DAEMON_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum frame_step {
	FRAME_MORE, /* all bytes belong to the request; more must come */
	FRAME_DONE, /* the request is whole, and may be followed by others' bytes */
	FRAME_BAD, /* it is none; nothing after it can be trusted */
};

enum frame_state {
	FRAME_HEAD,
	FRAME_BODY, /* `left` bytes of a Content-Length */
	FRAME_SIZE, /* a chunk's hex digits */
	FRAME_SIZE_LF,
	FRAME_CHUNK, /* `left` bytes of a chunk */
	FRAME_CHUNK_CR,
	FRAME_CHUNK_LF,
	FRAME_LAST_CR, /* after the last chunk */
	FRAME_LAST_LF,
	FRAME_END,
};

struct frame {
	struct buf head; /* its bytes so far; its maximum is the head's limit */
	uint64_t body_max;
	enum frame_state state;
	char before; /* the byte before this one, in the head */
	size_t line; /* bytes of this line of the head, its end not counted */
	uint64_t left, body; /* bytes to come of this piece; of content so far */
	unsigned digits; /* of this chunk's size */
	bool waits; /* the client wants to read `100 Continue` before it sends its body */
	int status; /* of the refusal, when bad */
};

void frame_init(struct frame *f, size_t head_max, uint64_t body_max);
void frame_free(struct frame *f);

/* Ready for the next request. */
void frame_reset(struct frame *f);

/* Reads on; `used` is how many bytes belong to this request. When bad, the sentence says why, and
 * f->status is 400, 413, 417, 431, 501 or 505. */
enum frame_step frame_feed(
    struct frame *f, const char *bytes, size_t len, size_t *used, struct err *err);

/* The answer has no body: the method is HEAD, as far as is known. */
bool frame_is_head(const struct frame *f);

#endif
