/*
 * hooks: POST /hooks/{source}, from the body to a job for the keeper, and from the job to the
 * answer.
 *
 * Who posts is verified here, over the bytes as they came; what they say is mapped where it is
 * stored (hook_map.h).
 */
#ifndef SLAD_DAEMON_HOOKS_H
#define SLAD_DAEMON_HOOKS_H

#include <stdbool.h>
#include <stdint.h>

struct answer;
struct api;
struct exchange;
struct job;
struct request;

#define HOOK_DEPTH 64 /* levels of a payload: helpdesks stay below ten */

enum hook_result {
	HOOK_ACCEPTED, /* with events that are new */
	HOOK_KNOWN, /* with events, all known */
	HOOK_IGNORED, /* it gives no event */
	HOOK_QUARANTINED,
	HOOK_LOST, /* the quarantine is full */
	HOOK_UNVERIFIED, /* 401 */
	HOOK_MALFORMED, /* any other refusal of what it sent */
	HOOK_FAILED, /* 503 */
};
#define HOOK_RESULTS 8
extern const char *const hook_result_names[HOOK_RESULTS];

/* Of one source, since the start; in the network's thread. */
struct hook_counts {
	struct hook_counts *next;
	char *source;
	uint64_t results[HOOK_RESULTS];
	enum hook_result last; /* so that a log tells of changes only */
};

struct hook_counts *hooks_counts(struct api *api, const char *source);
void hooks_counts_free(struct hook_counts *list);

/* The route's deferred handler, and what a keeper's `done` does with its job. */
void hooks_take(void *context, struct exchange *x);
void hooks_done(struct api *api, struct job *job);

#endif
