/*
 * coding: the content coding of a request's body (RFC 9110, 8.4), taken off.
 */
#ifndef SLAD_DAEMON_CODING_H
#define SLAD_DAEMON_CODING_H

#include <stdbool.h>

#include "base/buf.h"
#include "request.h"

struct evbuffer;

/* Whether the value of a Content-Encoding says that there is nothing to take off. */
bool coding_is_identity(const char *coding);

/*
 * Fills a buffer, an empty one, with the bytes that a body stands for, and empties the body. They
 * are at most `most` bytes, and at most `room` while there is no more memory for requests. -1 and
 * an answer that says why not, with an empty buffer: 415 for a coding other than gzip or for
 * several in a row, 400 for what is no gzip, 413 for too many bytes, 503 for too many of them now.
 */
int coding_take(struct evbuffer *body, const char *coding, size_t most, size_t room,
    struct buf *plain, struct answer *a);

#endif
