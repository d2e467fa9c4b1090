/*
 * memo: numbers of names that were looked up lately, so that they need not be again; for the
 * store's own files alone.
 *
 * What a transaction adds is forgotten with it: a rollback forgets all.
 */
#ifndef SLAD_STORE_MEMO_H
#define SLAD_STORE_MEMO_H

#include <stddef.h>
#include <stdint.h>

#define MEMO_MAX 8192 /* then all are forgotten, since strangers make names up */

struct memo_entry;

struct memo { /* all zero: empty */
	struct memo_entry *entries;
};

/* The number of a name, or 0. */
int64_t memo_find(const struct memo *m, const void *name, size_t len);
void memo_put(struct memo *m, const void *name, size_t len, int64_t number);
void memo_forget(struct memo *m);

#endif
