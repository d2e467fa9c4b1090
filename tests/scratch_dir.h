/*
 * scratch_dir: a directory of one test, under $TMPDIR or else /tmp, and gone with all that is in
 * it.
 */
#ifndef SLAD_TESTS_SCRATCH_DIR_H
#define SLAD_TESTS_SCRATCH_DIR_H

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#define SCRATCH_DIR 80 /* bytes, so that a socket may have its path in it */
#define SCRATCH_PATH 104

static char scratch_dir[SCRATCH_DIR];

static inline void
scratch_make(void)
{
	const char *parent = getenv("TMPDIR");
	int len = snprintf(scratch_dir, sizeof(scratch_dir), "%s/check_slad.XXXXXX",
	    parent == NULL || *parent == '\0' ? "/tmp" : parent);

	ck_assert_msg(len < SCRATCH_DIR, "$TMPDIR is too long");
	ck_assert_ptr_nonnull(mkdtemp(scratch_dir));
}

/* The path of a file in it. */
static inline void
scratch_path(char path[static SCRATCH_PATH], const char *name)
{
	ck_assert_int_lt(snprintf(path, SCRATCH_PATH, "%s/%s", scratch_dir, name), SCRATCH_PATH);
}

static inline int
scratch_drop(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(path);
}

static inline void
scratch_remove(void)
{
	ck_assert_int_eq(nftw(scratch_dir, scratch_drop, 8, FTW_DEPTH | FTW_PHYS), 0);
}

#endif
