/*
 * standing: what becomes of a thing that was reported, in a window: whether a sum has it, or why
 * it has not.
 */
#ifndef SLAD_DOMAIN_STANDING_H
#define SLAD_DOMAIN_STANDING_H

enum standing {
	STANDING_APART, /* the window has nothing to do with it */
	STANDING_COUNTED,
	STANDING_SUPERSEDED, /* a later one says it again */
	STANDING_OVERLAPPED, /* one that counts covers a part of its period, or all of it */
	STANDING_OUTSIDE, /* its period goes beyond the window */
	STANDING_STALE, /* it has expired */
};

extern const char *const standing_names[];

#endif
