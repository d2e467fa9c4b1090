/*
 * delivery: messages to receivers, as operators see and order them.
 */
#ifndef SLAD_DAEMON_DELIVERY_H
#define SLAD_DAEMON_DELIVERY_H

#include <jansson.h>

#include "base/err.h"
#include "codec/config.h"
#include "store/store_delivery.h"

struct order;
struct act;

/* With its event as `body`, if the row has it. */
json_t *delivery_json(const struct stored_delivery *d);

/* The carry_out of POST /v1/deliveries/{id}/retry and POST /v1/receivers/{name}/test. */
int delivery_retry(struct order *o, const struct act *act, struct err *err);
int delivery_test(struct order *o, const struct act *act, struct err *err);

/* The receiver of that name, or NULL. */
const struct receiver *receiver_find(const struct config *c, const char *name);

#endif
