/*
 * quarantine: what was refused, as operators see it and order what becomes of it.
 */
#ifndef SLAD_DAEMON_QUARANTINE_H
#define SLAD_DAEMON_QUARANTINE_H

#include "base/err.h"

struct act;
struct order;

/* The carry_out of POST /v1/quarantine/{id}/replay and DELETE /v1/quarantine/{id}. */
int quarantine_replay(struct order *o, const struct act *act, struct err *err);
int quarantine_drop(struct order *o, const struct act *act, struct err *err);

#endif
