/*
 * silence_order: silences as people make and end them, and as the interface shows them.
 */
#ifndef SLAD_DAEMON_SILENCE_ORDER_H
#define SLAD_DAEMON_SILENCE_ORDER_H

#include <jansson.h>

#include "order.h"
#include "store/store_silence.h"

/* POST /v1/silences, DELETE /v1/silences/{id} */
int silence_create(struct order *o, const struct act *act, struct err *err);
int silence_lift(struct order *o, const struct act *act, struct err *err);

/* A silence at an instant, with how many of the live alerts it names fire. */
struct stored_alert;
json_t *silence_json(
    const struct stored_silence *s, int64_t now, const struct stored_alert *live, int count);

/* The silence that a path's segment names: 1, 0 or -1. */
int silence_named(struct store *s, const char *segment, struct arena *a, struct stored_silence *row,
    struct err *err);

#endif
