/*
 * alert_event: what a receiver is told when an alert moves, as a CloudEvent.
 *
 *   {"specversion":"1.0","id":"msg_…","source":"/slad","type":"slad.alert.fired",
 *    "time":"2026-11-21T01:00:00.000Z","subject":"17","datacontenttype":"application/json",
 *    "data":{"alert":"17","rule":"slow-response","kind":"score","indicator":"timely_response_rate",
 *     "scope":{"agreement":"acme","service":"mail"},"level":"important","value":0.94,"a":6,
 *     "b":100,"threshold":0.95,"window":{"name":"24h","from":"…","to":"…"},"since":"…",
 *     "explain":"/v1/scores/timely_response_rate/tickets?counted=bad&from=…&to=…&…"}}
 *
 * - type is slad.alert.fired, .changed, .resolved or .escalated; subject is the alert.
 * - scope has the dimensions that the alert is about, and no others; "" is a ticket without one.
 * - value is null while there was no data; it is clamped to [0, 1] like that of a score.
 * - threshold is the rule's `below` of the alert's level; null if the rule has none there (any
 *   more).
 * - window lies on the wall of its zone, as in scores.
 * - explain names a rolling window by its edges, so that it lists the same tickets tomorrow.
 * - reason stands in resolved events only: "cleared", or what the caller says.
 *
 * - kind is that of the rule (score, budget, excluded, ticket, instant, quiet, expiry, report,
 *   delivery); about says what it is about beside the scope, and is null for score and excluded.
 * - Of a budget, value, a, b, threshold and window are those of the one of its two windows in which
 *   the share of good ones is larger; about has both. Of excluded, value is the share that is not
 *   excluded, a and b count the excluded and all; explain is the path of the statistics.
 * - indicator, value and window are null for rules that are not about a value; explain is the path
 *   of the ticket for those that are about one.
 *
 * Nothing here is a secret, and nothing is a rounded copy of what the rule compared.
 */
#ifndef SLAD_CODEC_ALERT_EVENT_H
#define SLAD_CODEC_ALERT_EVENT_H

#include <stdint.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"
#include "domain/alert.h"
#include "domain/rule.h"
#include "domain/scope.h"
#include "domain/window.h"

#define ALERT_EVENT_SOURCE "/slad"
#define ALERT_EVENT_MAX (1u << 20) /* bytes; what strangers may call a service is far shorter */

/* Everything is borrowed. */
struct alert_event {
	enum alert_move move; /* not MOVE_NONE */
	const char *id; /* stable: the same for every attempt to deliver it */
	int64_t time; /* of the move */
	const char *alert; /* its id */
	const struct rule *rule;
	const struct alert *state; /* after the move */
	const char *scope[DIMENSIONS]; /* NULL: not part of it */
	const char *about; /* a JSON object, or NULL */
	const struct window *window; /* that the last reading was about; NULL: of no value */
	const char *reason; /* NULL: "cleared" */
};

/* The member `data` alone; NULL if a string is not UTF-8 or far too long. The caller owns it. */
json_t *alert_event_data(const struct alert_event *e);

/* The whole event, appended; fails for the same, or for want of room. */
int alert_event_text(const struct alert_event *e, struct buf *out, struct err *err);

#endif
