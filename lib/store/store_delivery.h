/*
 * store_delivery: the outbox as operators see it: what waits, what was delivered, what failed.
 */
#ifndef SLAD_STORE_STORE_DELIVERY_H
#define SLAD_STORE_STORE_DELIVERY_H

#include "store/store_alert.h"

extern const char *const outbox_state_names[]; /* "waiting", ...; NULL-terminated */

struct stored_delivery {
	struct outbox row; /* body NULL in lists */
	const char *type; /* of its event */
};

struct delivery_filter {
	int64_t below; /* ids */
	int state; /* -1: any */
	const char *receiver; /* NULL: any */
	int64_t alert; /* -1: any */
	int limit;
};

/* A page, newest first, in the arena; returns how many, or -1. */
int store_deliveries(struct store *s, const struct delivery_filter *f, struct arena *a,
    struct stored_delivery **list, struct err *err);
int store_delivery(
    struct store *s, int64_t id, struct arena *a, struct stored_delivery *d, struct err *err);
int store_delivery_last(struct store *s, int64_t *id, struct err *err); /* the newest id, or 0 */

/* Whether a later message of its alert to the same receiver was delivered, or waits: 1, 0 or -1. */
int store_delivery_overtaken(struct store *s, const struct outbox *row, struct err *err);

/* Lets it wait again, from `now`, as if it had never been tried. */
int store_delivery_again(struct store *s, int64_t id, int64_t now, struct err *err);

/* By receiver and state; ended: when the latest of them was delivered or failed. */
struct delivery_count {
	const char *receiver; /* lives as long as the call */
	int state;
	int64_t count, ended;
};

int store_delivery_counts(struct store *s,
    void (*each)(void *context, const struct delivery_count *c), void *context, struct err *err);

/* Deletes what reached a state, delivered or failed, before an instant, but for alerts that go on
 * at `now`: the oldest, at most `limit`. Returns how many, or -1. */
int store_delivery_prune(
    struct store *s, int state, int64_t before, int64_t now, int limit, struct err *err);

#endif
