/*
 * store_improvement: improvement records and how they moved on.
 */
#ifndef SLAD_STORE_STORE_IMPROVEMENT_H
#define SLAD_STORE_STORE_IMPROVEMENT_H

#include "store/store.h"

struct stored_improvement {
	int64_t id;
	const char *indicator;
	const char *scope[DIMENSIONS]; /* NULL: not part of it; there always is an agreement */
	const char *title;
	int64_t aim; /* in 1e-9 */
	const char *window; /* the baseline's */
	const char *due; /* a date, or NULL */
	int state; /* its meaning is domain/improvement's */
	const char *baseline, *result; /* scores as JSON; result NULL until it is closed */
};

struct stored_move {
	int64_t at;
	const char *move, *by, *note;
};

/* Sets id; its state and result are all that changes later. */
int store_improvement_add(struct store *s, struct stored_improvement *i, struct err *err);
int store_improvement_set(struct store *s, const struct stored_improvement *i, struct err *err);
int store_improvement(
    struct store *s, int64_t id, struct arena *a, struct stored_improvement *i, struct err *err);

/* A page of them, newest first, below an id: of a state (-1: any), an agreement, an indicator
 * (NULL: any). In the arena; returns how many, or -1. */
int store_improvements(struct store *s, int64_t below, int state, const char *agreement,
    const char *indicator, int limit, struct arena *a, struct stored_improvement **list,
    struct err *err);

int store_improvement_moved(
    struct store *s, int64_t id, const struct stored_move *move, struct err *err);

/* How one moved on, oldest first, in the arena; returns how many, or -1. */
int store_improvement_moves(
    struct store *s, int64_t id, struct arena *a, struct stored_move **list, struct err *err);

#endif
