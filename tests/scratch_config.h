/*
 * scratch_config: a configuration of one test, read from a file in its scratch directory.
 */
#ifndef SLAD_TESTS_SCRATCH_CONFIG_H
#define SLAD_TESTS_SCRATCH_CONFIG_H

#include "codec/config.h"
#include "scratch_dir.h"

static inline struct config *
scratch_config(const char *text)
{
	struct buf mistakes = BUF_INIT(10000);
	char path[SCRATCH_PATH];
	struct config *c;
	FILE *f;

	scratch_path(path, "slad.yaml");
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
	c = config_load(path, &mistakes);
	ck_assert_msg(c != NULL, "%s", buf_text(&mistakes));
	buf_free(&mistakes);
	return c;
}

#endif
