/*
 * zoneinfo: time zones by name, from the system's zone database through GLib's GTimeZone.
 */
#ifndef SLAD_CODEC_ZONEINFO_H
#define SLAD_CODEC_ZONEINFO_H

#include "base/err.h"
#include "base/mem.h"
#include "domain/zone.h"

/* The zone with all its transitions until 2100, allocated in the arena; NULL if no such zone. */
const struct zone *zoneinfo_load(const char *name, struct arena *a, struct err *err);

#endif
