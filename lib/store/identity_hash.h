/*
 * identity_hash: a keyed hash of an event's source and id, for the files identity* alone.
 *
 * SipHash-2-4 (Aumasson, Bernstein, "SipHash: a fast short-input PRF", 2012): who chooses ids but
 * does not know the key cannot choose hashes.
 */
#ifndef SLAD_STORE_IDENTITY_HASH_H
#define SLAD_STORE_IDENTITY_HASH_H

#include <stdint.h>

#include "base/err.h"

#define IDENTITY_KEY 16 /* bytes; 32 hexadecimal digits of the database */

struct identity_hash;

struct identity_hash *identity_hash_new(const char *key, struct err *err); /* NULL on failure */
void identity_hash_free(struct identity_hash *h); /* NULL is fine */

int identity_hash(
    struct identity_hash *h, int64_t source, const char *id, uint64_t *hash, struct err *err);

#endif
