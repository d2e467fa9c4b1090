/*
 * store_silence: silences, which are ended but never deleted.
 */
#ifndef SLAD_STORE_STORE_SILENCE_H
#define SLAD_STORE_STORE_SILENCE_H

#include "domain/silence.h"
#include "store/store.h"

struct stored_silence {
	int64_t id, created;
	struct silence what;
	const char *by, *reason;
	const char *ended_by, *ended_note; /* NULL */
};

int store_silence_add(struct store *s, struct stored_silence *row, struct err *err); /* sets id */

/* Stores `ended` and the two words on it. */
int store_silence_end(struct store *s, const struct stored_silence *row, struct err *err);

int store_silence(
    struct store *s, int64_t id, struct arena *a, struct stored_silence *row, struct err *err);

/* A page, newest first, below an id, of those in a state at an instant (-1: any). In the arena;
 * returns how many, or -1. */
int store_silences(struct store *s, int64_t below, int state, int64_t now, int limit,
    struct arena *a, struct stored_silence **list, struct err *err);

/* All that are not over, oldest first, in the arena; returns how many, or -1. */
int store_silences_live(
    struct store *s, int64_t now, struct arena *a, struct stored_silence **list, struct err *err);

#endif
