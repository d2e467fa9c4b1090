/*
 * ingest: POST /v1/events, from the body to a job for the keeper, and from the job to the answer.
 */
#ifndef SLAD_DAEMON_INGEST_H
#define SLAD_DAEMON_INGEST_H

#include "api.h"
#include "keeper.h"

struct exchange;

/* The route's deferred handler. */
void ingest_events(void *context, struct exchange *x);

/* What a keeper's `done` does with a job that ingest offered. */
void ingest_done(struct keeper *k, struct job *job);

/* The two halves, for those who have no socket: a job for the engine, or NULL and an answer; and
 * the answer of a job that the engine has done, which frees it. */
struct job *ingest_read(
    struct api *api, const struct request *r, const char *sender, struct answer *a);
void ingest_answer(struct keeper *k, struct job *job, struct answer *a);

#endif
