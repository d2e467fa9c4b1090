/*
 * agreement: what was promised to whom, since when.
 *
 * An agreement has versions by the date from which they hold; a ticket is judged by the version in
 * force when it (its cycle) was opened. Everything here is immutable once the configuration is
 * read, and owned by the configuration's arena.
 */
#ifndef SLAD_DOMAIN_AGREEMENT_H
#define SLAD_DOMAIN_AGREEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/calendar.h"
#include "domain/record.h"

#define TARGET_NONE (-1)

/* Working time allowed, in ms, or TARGET_NONE. Keys that are NULL (kind: -1) match everything. */
struct target {
	int kind; /* enum kind, or -1 */
	const char *priority, *service;
	const struct calendar *calendar; /* never NULL: its own, else the agreement's */
	int64_t respond, recover, resolve;
};

struct service {
	const char *id;
	const struct calendar *calendar; /* the agreed service time; never NULL */
};

/* A threshold as an exact decimal: units / scale, scale a power of ten up to 10^9. */
struct decimal {
	int64_t units, scale;
};

struct objective {
	int indicator; /* enum indicator */
	struct decimal at_least;
};

enum every { EVERY_WEEK, EVERY_MONTH, EVERY_QUARTER, EVERY_YEAR };

struct report {
	const char *id;
	enum every every;
	int64_t due; /* ms after the period's end */
};

struct terms { /* one version of an agreement */
	const char *agreement, *name;
	int64_t from; /* the first instant of its `from` in its zone, UTC ms */
	int64_t until; /* `from` of the next version, or STAMP_NEVER */
	int64_t from_day; /* the date `from`, days since 1970-01-01: the version's name */
	const struct zone *zone;
	const struct calendar *calendar;
	int64_t reopen_window; /* elapsed ms */
	size_t pauses;
	const char *const *pause_on; /* the causes that stop the clocks */
	int64_t incidents_per_month;
	size_t targets, services, reports, objectives;
	const struct target *target;
	const struct service *service;
	const struct report *report;
	const struct objective *objective;
};

struct agreement {
	const char *id;
	size_t versions; /* at least 1 */
	const struct terms *version; /* ascending by from */
};

struct agreements {
	size_t count;
	const struct agreement *items; /* ascending by id, bytewise */
};

const struct agreement *agreement_find(const struct agreements *all, const char *id); /* or NULL */

/* The version in force at t; NULL before the first. */
const struct terms *agreement_at(const struct agreement *a, int64_t t);

/* The most specific matching target, or NULL. More keys win; of as many, service beats priority
 * beats kind. priority and service are "" where the ticket has none. */
const struct target *terms_target(
    const struct terms *v, enum kind kind, const char *priority, const char *service);

const struct service *terms_service(const struct terms *v, const char *id); /* or NULL */
const struct objective *terms_objective(const struct terms *v, int indicator); /* or NULL */
bool terms_pauses(const struct terms *v, const char *cause);

#endif
