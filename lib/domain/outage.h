/*
 * outage: when a service was down, when it was meant to be, and what availability comes of it.
 *
 * Outages are intervals, from monitoring (outage.started, outage.ended) and from incidents.
 * Availability unites them, takes announced maintenance out of both sides, and counts open time
 * of the service's calendar: A down, B agreed (semantics 5).
 */
#ifndef SLAD_DOMAIN_OUTAGE_H
#define SLAD_DOMAIN_OUTAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "domain/agreement.h"
#include "domain/record.h"
#include "domain/ticket.h"

/* A stretch in which a service was down, or under maintenance. */
struct down {
	const char *agreement, *service;
	struct interval span;
	bool late; /* maintenance announced only when it had begun: it counts as agreed time */
};

/* Downs of the records of one outage (class outage), sorted in place. At most `count`. */
size_t outage_fold(
    const struct record **records, size_t count, struct arena *a, struct down **downs);

/* Of the records that announce one maintenance (same source, agreement, service, from and to),
 * sorted in place: 0 or 1. */
size_t maintenance_fold(
    const struct record **records, size_t count, struct arena *a, struct down **downs);

/* Of a folded ticket, and of one of its cycles. */
size_t ticket_downs(const struct ticket *t, struct arena *a, struct down **downs);
size_t cycle_downs(
    const struct ticket *t, const struct cycle *c, struct arena *a, struct down **downs);

/* Sorts, unites and drops empty ones; returns how many are left. */
size_t intervals_unite(struct interval *v, size_t count);

struct availability {
	int64_t down; /* A, ms of agreed time */
	int64_t agreed; /* B, ms, until now */
	int64_t ahead; /* agreed ms of the window that are still to come */
	int64_t failures; /* united outages that take agreed time */
};

/*
 * Adds what one service contributes over the window [from, to) at now. outages and maintenance
 * (announced in time) must be united. Where some version of the agreement lists the service, only
 * the spans of versions that do are measured.
 */
void availability_add(struct availability *sum, const struct agreement *a, const char *service,
    const struct interval *outages, size_t outage_count, const struct interval *maintenance,
    size_t maintenance_count, int64_t from, int64_t to, int64_t now);

/* What one stretch takes of the agreed time, as availability_add counts each of its outages. */
int64_t availability_taken(const struct agreement *a, const char *service, struct interval span,
    const struct interval *maintenance, size_t maintenance_count, int64_t from, int64_t to,
    int64_t now);

#endif
