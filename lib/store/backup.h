/*
 * backup: a copy of a store as it is at one instant, while another process writes to it.
 *
 * The store is only read, in one transaction; its write-ahead log cannot be reset by the writer
 * as long as that lasts, so it grows meanwhile. The copy is one file without a write-ahead log.
 */
#ifndef SLAD_STORE_BACKUP_H
#define SLAD_STORE_BACKUP_H

#include <stdint.h>

#include "base/err.h"

/* Called now and then; -1 ends the work. `done` and `all` are pages; 0 and 0 while it checks. */
typedef int backup_step(void *context, int64_t done, int64_t all);

/* Copies `from` into the file `to`, which is there and empty. Syncs nothing. */
int backup_copy(
    const char *from, const char *to, backup_step *step, void *context, struct err *err);

/* Whether a copy is sound in itself, and how many records it has. */
int backup_check(
    const char *path, backup_step *step, void *context, int64_t *records, struct err *err);

#endif
