/*
 * coding: the content coding of a request's body (RFC 9110, 8.4), taken off in steps.
 */
#ifndef SLAD_DAEMON_CODING_H
#define SLAD_DAEMON_CODING_H

#include <stdbool.h>

#include "base/buf.h"
#include "request.h"

struct evbuffer;
struct coding;

/* Whether the value of a Content-Encoding says that there is nothing to take off. */
bool coding_is_identity(const char *name);

/* The body may be read when the last step is done. Of a coding other than gzip or identity, or of
 * several in a row, there is none: NULL, and the answer is a 415. */
struct coding *coding_new(const char *name, struct evbuffer *body, struct answer *a);
void coding_free(struct coding *c); /* NULL is fine */

/*
 * Appends some of the bytes that the body stands for to a buffer, which is empty at first, and
 * takes those off the body that it read. All of them are at most `most` bytes, and at most `room`
 * are added while there is no more memory for requests. 1 if there are more, 0 after the last; -1
 * and an answer that says why not: 400 for what is no gzip, 413 for too many bytes, 503 for too
 * many of them now.
 */
int coding_step(struct coding *c, size_t most, size_t room, struct buf *plain, struct answer *a);

#endif
