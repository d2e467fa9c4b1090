/*
 * zoneinfo: time zones by name, from the system's zone database through GLib's GTimeZone.
 *
 * A name is one of the database's own, such as Asia/Shanghai or UTC: no offset, no POSIX rule, no
 * path. Known fault: GLib 2.74 misreads rules whose winter is the daylight saving, and so the
 * winters of Europe/Dublin from 2038 on.
 */
#ifndef SLAD_CODEC_ZONEINFO_H
#define SLAD_CODEC_ZONEINFO_H

#include "base/err.h"
#include "base/mem.h"
#include "domain/zone.h"

/* The zone with all its transitions until 2100, allocated in the arena; NULL if no such zone. */
const struct zone *zoneinfo_load(const char *name, struct arena *a, struct err *err);

/* Lets GLib end the process where there is no memory, as mem.h does, and not by a signal. */
void zoneinfo_memory(void);

/* The GLib that is loaded, "2.74.6". */
const char *zoneinfo_version(char text[static 32]);

#endif
