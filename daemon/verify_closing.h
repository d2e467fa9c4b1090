/*
 * verify_closing: are the closed periods what they were made of, and what follows from the log?
 */
#ifndef SLAD_DAEMON_VERIFY_CLOSING_H
#define SLAD_DAEMON_VERIFY_CLOSING_H

#include "closing.h"

/* Tells each() of what is wrong with a revision: its scores do not add up from its evidence; or,
 * where it was judged as this configuration judges, they are not what `fresh`, which holds the fold
 * of the log up to its record as of when it was closed, comes to. Counts what it tells. */
int verify_closing(struct store *stored, struct store *fresh, const struct config *c,
    const struct stored_closing *closing,
    void (*each)(void *context, const char *key, const char *sentence), void *context,
    int64_t *differences, struct err *err);

#endif
