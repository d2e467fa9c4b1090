/*
 * ticket_show: tickets as the interface shows them, for the files api_ticket*.c and ticket_*.c
 * alone.
 *
 * api_ticket.c    finds one
 * api_tickets.c   lists those that are asked for, each in short
 * ticket_json.c   what it is, its cycles, records and warnings
 * ticket_clocks.c its clocks: working time, pauses, the promises in force
 * ticket_scores.c which scores it counts in, and why
 */
#ifndef SLAD_DAEMON_TICKET_SHOW_H
#define SLAD_DAEMON_TICKET_SHOW_H

#include "api.h"
#include "domain/ticket.h"

#define WORKING_MAX 1000 /* intervals that one clock lists */

struct shown {
	struct api *api;
	struct arena arena;
	struct entity entity;
	const char *source;
	struct ticket ticket;
	int64_t now;
};

/* NULL, with a sentence, where the store fails. */
json_t *ticket_json(struct shown *s, struct err *err);
json_t *ticket_scores(struct shown *s, const struct cycle *c, struct err *err);

json_t *ticket_clocks(struct shown *s, const struct cycle *c);
json_t *clock_json(const struct ticket_clock *c); /* without its working time */
json_t *ticket_pauses(const struct cycle *c);
json_t *ticket_phases(struct shown *s, const struct cycle *c);

enum entity_state ticket_state(const struct ticket *t);

/* "late", "met", or else the state that the clock itself is in. */
const char *clock_state_shown(const struct ticket_clock *c);

#endif
