#include "codec/zoneinfo.h"

#include <ctype.h>
#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"

#define DATABASE "/usr/share/zoneinfo"
#define NAME_MAX_LEN 64
#define BEFORE_ALL INT64_C(-10000000000) /* s: 1653, when no clock had a standard */
#define UNTIL INT64_C(4102444800) /* s: 2100-01-01T00:00:00Z */

/* Names of zones begin with a capital; the database's tables, and its copies in posix/ and right/,
 * do not. */
static bool
name_sound(const char *name)
{
	size_t len = strnlen(name, NAME_MAX_LEN + 1);

	if (len > NAME_MAX_LEN || !isupper((unsigned char)name[0]))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) && strchr("_+-/", name[i]) == NULL)
			return false;
	return true;
}

/* GLib also takes offsets and POSIX rules for names, and complains aloud of files that are none. */
static bool
name_known(const char *name)
{
	const char *database = getenv("TZDIR");
	char path[4096], magic[4] = "";
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", database != NULL ? database : DATABASE, name);
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	if (fread(magic, sizeof(magic), 1, f) != 1)
		magic[0] = '\0';
	fclose(f);
	return memcmp(magic, "TZif", sizeof(magic)) == 0;
}

/* The first second past `from` that lies in another interval; `until` if none does before. */
static int64_t
interval_end(GTimeZone *tz, int64_t from, int64_t until)
{
	int here = g_time_zone_find_interval(tz, G_TIME_TYPE_UNIVERSAL, from);
	int64_t low = from, high = until, mid;

	if (g_time_zone_find_interval(tz, G_TIME_TYPE_UNIVERSAL, until - 1) == here)
		return until;
	while (high - low > 1) {
		mid = low + (high - low) / 2;
		if (g_time_zone_find_interval(tz, G_TIME_TYPE_UNIVERSAL, mid) == here)
			low = mid;
		else
			high = mid;
	}
	return high;
}

static int64_t
offset_at(GTimeZone *tz, int64_t t)
{
	int interval = g_time_zone_find_interval(tz, G_TIME_TYPE_UNIVERSAL, t);

	return g_time_zone_get_offset(tz, interval) * STAMP_SECOND;
}

/* Writes the transitions down, unless at is NULL; returns their number. Intervals that differ in
 * name only are one. */
static size_t
transitions(GTimeZone *tz, int64_t *at, int64_t *offset)
{
	int64_t held = 0, now;
	size_t n = 0;

	for (int64_t t = BEFORE_ALL; t < UNTIL; t = interval_end(tz, t, UNTIL)) {
		now = offset_at(tz, t);
		if (n > 0 && now == held)
			continue;
		if (at != NULL) {
			at[n] = n == 0 ? INT64_MIN : t * STAMP_SECOND;
			offset[n] = now;
		}
		held = now;
		n++;
	}
	return n;
}

const struct zone *
zoneinfo_load(const char *name, struct arena *a, struct err *err)
{
	int64_t *at, *offset;
	struct zone *z;
	GTimeZone *tz = NULL;

	if (name_sound(name) && (strcmp(name, "UTC") == 0 || name_known(name)))
		tz = g_time_zone_new_identifier(name);
	if (tz == NULL) {
		err_set(err,
		    "no time zone '%.64s' in the system's database; an IANA name such as "
		    "Asia/Shanghai is wanted",
		    name);
		return NULL;
	}
	z = arena_alloc(a, 1, sizeof(*z));
	z->name = arena_strdup(a, name);
	z->count = transitions(tz, NULL, NULL);
	at = arena_alloc(a, z->count, sizeof(*at));
	offset = arena_alloc(a, z->count, sizeof(*offset));
	transitions(tz, at, offset);
	z->at = at;
	z->offset = offset;
	g_time_zone_unref(tz);
	return z;
}

/* GLib says that it is out of memory as an error of its own, and would end by a signal. */
static GLogWriterOutput
glib_error(GLogLevelFlags level, const GLogField *field, gsize count, gpointer context)
{
	(void)context;
	if ((level & G_LOG_LEVEL_ERROR) != 0)
		mem_none("GLib");
	return g_log_writer_default(level, field, count, NULL);
}

void
zoneinfo_memory(void)
{
	g_log_set_writer_func(glib_error, NULL, NULL);
}

const char *
zoneinfo_version(char text[static 32])
{
	snprintf(text, 32, "%u.%u.%u", glib_major_version, glib_minor_version, glib_micro_version);
	return text;
}
