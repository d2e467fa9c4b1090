/*
 * store_hook: what hooks leave in the store beside events: the quarantine, which takes refused
 * events as well, and the last snapshots of tickets.
 */
#ifndef SLAD_STORE_STORE_HOOK_H
#define SLAD_STORE_STORE_HOOK_H

#include "store/mapper.h"
#include "store/store.h"

struct quarantined {
	int64_t id; /* of those that are given out */
	int64_t received;
	const char *sender;
	const char *hook; /* its source; NULL: an event that was posted */
	const char *delivery; /* as its system calls it, or NULL */
	const char *reason;
	int64_t bytes; /* of the body; of those that are given out */
	const char *headers; /* JSON, or NULL; a list leaves headers and body out */
	const char *body;
	size_t len;
};

int store_quarantine(struct store *s, const struct quarantined *q, struct err *err);
int store_quarantine_size(struct store *s, int64_t *count, int64_t *bytes, struct err *err);

struct quarantine_filter {
	bool oldest; /* those come first, not the newest */
	int64_t after; /* an id; in that order */
	const char *hook; /* its source; as the next, NULL: any */
	const char *from; /* "events" or "hook" */
	const char *reason; /* what the reason has in it */
};

/* Returns how many, or -1. */
int store_quarantine_list(struct store *s, const struct quarantine_filter *filter, int limit,
    struct arena *a, struct quarantined **list, struct err *err);
int store_quarantine_get(
    struct store *s, int64_t id, struct arena *a, struct quarantined *q, struct err *err);
int store_quarantine_drop(struct store *s, int64_t id, struct err *err);

/* The state that a hook last kept of a subject, and whether that stands: a snapshot that is older,
 * or one of the same version that was seen before, has nothing to say. Of a version without end,
 * the last 64 are remembered. */
int store_hook_state(struct store *s, const char *source, const struct mapper_snapshot *snapshot,
    struct arena *a, const char **state, bool *stands, struct err *err);
int store_hook_state_set(
    struct store *s, const char *source, const struct mapper_snapshot *snapshot, struct err *err);

#endif
