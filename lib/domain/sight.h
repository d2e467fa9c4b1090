/*
 * sight: what a rule of kind `ticket` or `instant` sees of a ticket.
 *
 * Pure: a function of the folded ticket alone. Whether somebody is told, and what is too old to be
 * told of, is not decided here.
 *
 *   ticket   of each cycle: how far its clock is. A level holds from the instant at which the clock
 *            reached it until it stops; or until another target, due time, scope takes it away
 *   instant  of the ticket: an incident with `major`, until it is recovered; one that has a service
 *            down, until that is over; a complaint, until it is resolved
 *
 * A ticket that is incomplete or excluded, or whose scope is not the rule's, shows nothing.
 */
#ifndef SLAD_DOMAIN_SIGHT_H
#define SLAD_DOMAIN_SIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/rule.h"
#include "domain/ticket.h"

struct sight {
	enum level held; /* as of the fold */
	int64_t since; /* that level holds without a break; STAMP_NEVER */
	int64_t first; /* the first instant up to now at which some level held; STAMP_NEVER */
	int64_t next; /* when time alone brings a graver level; STAMP_NEVER */
};

/* Whether the rule's `where` lets a scope in; a dimension that is NULL is one that it has not. */
bool rule_looks_at(const struct rule *rule, const char *const scope[static DIMENSIONS]);

/* How many sights the rule has of the ticket: its cycles, 1 or 0. */
size_t ticket_sights(const struct rule *rule, const struct ticket *t);

/* The sight of a cycle, from 0; of the ticket for an instant. */
struct sight ticket_sight(const struct rule *rule, const struct ticket *t, size_t cycle);

/* When time alone next shows one of the rules a graver level; STAMP_NEVER. */
int64_t ticket_sight_next(const struct rule *rules, size_t count, const struct ticket *t);

#endif
