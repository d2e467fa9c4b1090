/*
 * ticket: what the set of a ticket's records says, at an instant.
 *
 * The fold is a pure function of the set of records, the agreements and now: arrival, duplication
 * and batches leave no trace in it. It fails for nothing; what cannot happen (resumed without a
 * pause, a second opening) has no effect and leaves a warning.
 *
 * A ticket has cycles: a reopening later than the agreement's reopen window starts a new one,
 * which counts as a ticket of its own, opened at that time.
 */
#ifndef SLAD_DOMAIN_TICKET_H
#define SLAD_DOMAIN_TICKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "domain/agreement.h"
#include "domain/clock.h"
#include "domain/record.h"
#include "domain/scope.h"

enum warning_kind {
	WARNING_BEFORE_OPENED,
	WARNING_SECOND_OPENED,
	WARNING_PAUSED_IN_VAIN,
	WARNING_PAUSED_WITHOUT_CAUSE,
	WARNING_RESUMED_IN_VAIN,
	WARNING_RECOVERED_IN_VAIN,
	WARNING_REOPENED_IN_VAIN,
	WARNING_EXCLUDED_TWICE,
	WARNING_INCLUDED_IN_VAIN,
	WARNING_OUTAGE_WITHOUT_SERVICE,
};

extern const char *const warning_texts[];

struct warning {
	enum warning_kind kind;
	const struct record *record; /* NULL: the ticket as a whole */
};

struct cycle {
	int64_t start;
	const struct terms *terms; /* of the latest agreement, at the start; NULL: none in force */
	size_t phases;
	const struct phase *phase;
	struct ticket_clock clock[CLOCKS];
	bool resolved; /* a resolution is in force */
	int64_t resolved_at; /* if so */
	bool effective; /* if so */
	bool first_contact; /* if so: it was resolved at the first contact */
	bool reopened; /* at least once within the cycle */
	int64_t responded_at; /* the first answer; STAMP_NEVER */
	int64_t recovered_at; /* the explicit recovery; STAMP_NEVER */
	size_t downs;
	struct interval *down; /* when its outage had the service down; empty unless the ticket is
				  an incident with `outage` and a service */
};

struct ticket {
	bool opened; /* false: incomplete, the rest is empty, but for warnings */
	enum kind kind;
	struct scope scope; /* the latest */
	bool major;
	/* Since when they are what they are. */
	int64_t kind_at, major_at, outage_at, scope_at[DIMENSIONS];
	bool excluded;
	enum exclusion exclusion;
	int64_t excluded_at;
	int64_t included_at; /* when an exclusion was last taken back; else the opening */
	size_t cycles;
	struct cycle *cycle;
	size_t warnings;
	struct warning *warning;
	int64_t next; /* when time alone next makes one of its clocks late; STAMP_NEVER */
};

/*
 * Folds `count` records (at least one) of one ticket, in any order; the array of pointers is
 * sorted in place. The result and all it points to live in the arena or in what was passed in.
 */
void ticket_fold(const struct record **records, size_t count, const struct agreements *agreements,
    int64_t now, struct arena *arena, struct ticket *ticket);

bool ticket_has_clock(const struct ticket *t, enum clock_kind k); /* only incidents recover */

/* Sorts by record_compare. */
void records_sort(const struct record **records, size_t count);

#endif
