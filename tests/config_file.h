/*
 * A configuration's file in a directory of its own, for one test: set_up and tear_down are the
 * fixture of the tests of config.
 */
#ifndef SLAD_TESTS_CONFIG_FILE_H
#define SLAD_TESTS_CONFIG_FILE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "codec/config.h"
#include "scratch_dir.h"

#define NOTES_MAX (1u << 20)
#define ONE "one.yaml"
#define SECRET "ops.secret"
#define MINIMAL "agreements:\n  - {id: a, from: 2026-01-01}\n"

static struct buf notes = BUF_INIT(NOTES_MAX);

static inline const char *
in_scratch(const char *name)
{
	static char path[SCRATCH_PATH];

	scratch_path(path, name);
	return path;
}

static inline void
set_up(void)
{
	scratch_make();
}

static inline void
tear_down(void)
{
	scratch_remove();
	buf_free(&notes);
}

static inline void
write_file(const char *name, const char *bytes, size_t len)
{
	FILE *f = fopen(in_scratch(name), "we");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(bytes, 1, len, f), len);
	ck_assert_int_eq(fclose(f), 0);
}

static inline struct config *
try_load(const char *text)
{
	write_file(ONE, text, strlen(text));
	buf_reset(&notes);
	return config_load(in_scratch(ONE), &notes);
}

static inline struct config *
load(const char *text)
{
	struct config *c = try_load(text);

	ck_assert_msg(c != NULL, "%s", buf_text(&notes));
	return c;
}

#endif
