/*
 * ticket_fold: a fold of a ticket that goes on, for the files ticket*.c alone.
 *
 * ticket.c       sorts the records, opens the ticket, judges it in the end
 * ticket_moves.c the table of legal moves, and what each verb does
 * ticket_cycle.c cycles, phases, attributes: what the moves are made of
 */
#ifndef SLAD_DOMAIN_TICKET_FOLD_H
#define SLAD_DOMAIN_TICKET_FOLD_H

#include "domain/ticket.h"

struct fold {
	struct ticket *ticket;
	const struct agreements *agreements;
	struct cycle *cycle; /* the one that goes on */
	/* attributes, as of now */
	const char *team;
	bool outage, resolved;
	int64_t started_at;
	int64_t due[CLOCKS];
	/* pools: a record makes at most one of each */
	struct phase *phase;
	struct interval *down;
	const char **pause; /* causes in force */
	size_t pauses;
	/* of the cycle */
	int64_t stop[CLOCKS];
	size_t stop_phases[CLOCKS];
	size_t answers, answers_before; /* all; and before the resolution in force */
	const char *first_team;
	bool second_team, contacted, paused, said, said_first;
};

void fold_warn(struct fold *f, enum warning_kind kind, const struct record *r);

/* The version of the agreement that the ticket has now, in force at `start`; or NULL. */
const struct terms *fold_terms(const struct fold *f, int64_t start);

void fold_attributes(struct fold *f, const struct record *r, int64_t t);
void fold_team_seen(struct fold *f, const char *team);

/* After each record that had an effect: what is in force from t on. */
void fold_phase(struct fold *f, int64_t t);
void fold_clock_stop(struct fold *f, enum clock_kind k, int64_t t);
void fold_down(struct fold *f, int64_t t);

void fold_cycle_begin(struct fold *f, int64_t t);
void fold_cycle_end(struct fold *f, int64_t now); /* runs its clocks */

/* Makes the move of a record at its effective time, or warns that it cannot be made. */
void fold_move(struct fold *f, const struct record *r, int64_t t);

#endif
