/*
 * alert_json: an alert as the interface shows it.
 */
#ifndef SLAD_DAEMON_ALERT_JSON_H
#define SLAD_DAEMON_ALERT_JSON_H

#include <jansson.h>

#include "codec/table.h"
#include "store/store_alert.h"

/* Without its history; what its kind does not have is null. */
json_t *alert_json(const struct stored_alert *row);

/* The alert that a path's segment names: 1, 0 or -1. */
int alert_named(struct store *s, const char *segment, struct arena *a, struct stored_alert *row,
    struct err *err);

/* The same as JSON with its history. */
int alert_show(
    struct store *s, const char *segment, struct arena *a, json_t **shown, struct err *err);

extern const char *const alert_csv_head[]; /* NULL-terminated */
void alert_csv(struct table *t, const struct stored_alert *row);

#endif
