/*
 * inflate: gzip (RFC 1952) to the bytes that were compressed, piece by piece.
 *
 * A stream is one member or several in a row, as `cat a.gz b.gz` makes them; anything else behind a
 * member is wrong, and so is a stream that ends within one. Checksums and lengths are compared.
 * What comes out is bounded by the buffer it goes to: at its maximum, inflating stops, however much
 * more the rest would give.
 */
#ifndef SLAD_CODEC_INFLATE_H
#define SLAD_CODEC_INFLATE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct inflate;

struct inflate *inflate_new(void);
void inflate_free(struct inflate *z);

/* From now on zeros between members and behind the last one are passed over, as gzip(1) does: they
 * fill up what was read from a tape. */
void inflate_padded(struct inflate *z);

/* Inflates the next bytes of the stream as far as there is room for what they give: moves *bytes
 * and *len past those that it used, and says how many it made, which may be none. -1 if they are no
 * gzip. */
int inflate_some(struct inflate *z, const void **bytes, size_t *len, void *out, size_t room,
    size_t *made, struct err *err);

/* Appends what the next bytes of the stream give. -1 if they are no gzip; or if it did not fit:
 * then `out` is full. After that the stream is of no more use. The pieces may be cut anywhere. */
int inflate_feed(
    struct inflate *z, const void *bytes, size_t len, struct buf *out, struct err *err);

/* Whether the stream may end here: -1 and a sentence if not. */
int inflate_end(const struct inflate *z, struct err *err);

/* The zlib that is loaded. */
const char *inflate_version(void);

#endif
