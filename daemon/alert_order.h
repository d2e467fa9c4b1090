/*
 * alert_order: what people do with an alert: acknowledge it, write on it, close it.
 */
#ifndef SLAD_DAEMON_ALERT_ORDER_H
#define SLAD_DAEMON_ALERT_ORDER_H

#include "order.h"

/* POST /v1/alerts/{id}/ack, …/note, …/close */
int alert_order(struct order *o, const struct act *act, struct err *err);

#endif
