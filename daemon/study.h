/*
 * study: a thread for questions that take long.
 *
 * What moved since a period was closed takes seconds where a month has a million tickets, and the
 * network's thread would be deaf for as long. Such routes have `study_take` as their deferred
 * handler beside the handler that answers: the study calls that in a thread and with a reader of
 * its own, one question after the other in the order in which they came. Both are there only while
 * there are questions.
 */
#ifndef SLAD_DAEMON_STUDY_H
#define SLAD_DAEMON_STUDY_H

#include "api.h"

struct event_base;
struct exchange;
struct study;

/* Answers from the api's database, by its configuration of the time, and with its clock. Where a
 * reader fails, `failed` is told in the thread of the event base, and may answer otherwise. The api
 * outlives it. NULL with a sentence. */
struct study *study_new(struct event_base *base, struct api *api,
    void (*failed)(void *context, enum store_failure failure, const char *text, struct answer *a),
    void *context, struct err *err);

/* The context is a struct api that has a study. */
void study_take(void *context, struct exchange *x);

/* Waits for the question under way. What is not answered yet never is. NULL is fine. */
void study_free(struct study *s);

#endif
