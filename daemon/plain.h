/*
 * plain: the bytes of a file, or of standard input, gzip'd (RFC 1952) or not.
 *
 * What begins with gzip's two magic bytes is inflated; it may have several members, and zeros may
 * fill it up.
 */
#ifndef SLAD_DAEMON_PLAIN_H
#define SLAD_DAEMON_PLAIN_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct plain;

/* path "-" is standard input. NULL with a sentence that names the path. */
struct plain *plain_open(const char *path, struct err *err);
void plain_close(struct plain *p); /* NULL is fine */

/* The next bytes, 1 to `room`: 1 and how many, 0 at the end, -1 with a sentence without the path:
 * it cannot be read, or its gzip is damaged or breaks off. A signal whose handler does not restart
 * calls is such a failure, too. */
int plain_more(struct plain *p, void *to, size_t room, size_t *got, struct err *err);

int64_t plain_read(const struct plain *p); /* bytes of the file so far, as they lie there */

#endif
