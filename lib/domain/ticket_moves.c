#include <string.h>

#include "base/stamp.h"
#include "domain/ticket_fold.h"

/* Where a ticket can stand; the legal moves below are sets of these. */
enum state { ACTIVE = 1, RESOLVED = 2, ACTIVE_EXCLUDED = 4, RESOLVED_EXCLUDED = 8 };
#define ANY (ACTIVE | RESOLVED | ACTIVE_EXCLUDED | RESOLVED_EXCLUDED)

/* The moves: false if the move cannot be made where the ticket stands. */

static bool
move_opened(struct fold *f, const struct record *r, int64_t t)
{
	(void)f, (void)r, (void)t;
	return false;
}

static bool
move_updated(struct fold *f, const struct record *r, int64_t t)
{
	fold_attributes(f, r, t);
	return true;
}

static bool
move_contacted(struct fold *f, const struct record *r, int64_t t)
{
	(void)t;
	if (!record_has(r, MEMBER_BY) || r->m[MEMBER_BY].number == BY_CUSTOMER)
		f->contacted = true;
	return true;
}

static bool
move_responded(struct fold *f, const struct record *r, int64_t t)
{
	f->answers++;
	if (record_has(r, MEMBER_TEAM))
		fold_team_seen(f, r->m[MEMBER_TEAM].text);
	if (f->cycle->responded_at == STAMP_NEVER)
		f->cycle->responded_at = t;
	if (f->stop[CLOCK_RESPONSE] == STAMP_NEVER)
		fold_clock_stop(f, CLOCK_RESPONSE, t);
	return true;
}

static bool
move_paused(struct fold *f, const struct record *r, int64_t t)
{
	const char *cause = record_has(r, MEMBER_CAUSE) ? r->m[MEMBER_CAUSE].text : "";

	(void)t;
	for (size_t i = 0; i < f->pauses; i++) {
		if (strcmp(f->pause[i], cause) == 0)
			return false;
	}
	if (cause[0] == '\0')
		fold_warn(f, WARNING_PAUSED_WITHOUT_CAUSE, r);
	f->pause[f->pauses++] = cause;
	f->paused = true;
	return true;
}

static bool
move_resumed(struct fold *f, const struct record *r, int64_t t)
{
	size_t kept = 0, before = f->pauses;

	(void)t;
	for (size_t i = 0; i < before; i++) {
		if (record_has(r, MEMBER_CAUSE) &&
		    strcmp(f->pause[i], r->m[MEMBER_CAUSE].text) != 0)
			f->pause[kept++] = f->pause[i];
	}
	f->pauses = kept;
	return kept < before;
}

static bool
move_recovered(struct fold *f, const struct record *r, int64_t t)
{
	struct cycle *c = f->cycle;

	(void)r;
	if (c->recovered_at != STAMP_NEVER)
		return false;
	c->recovered_at = t;
	c->down[c->downs - 1].to = t;
	fold_clock_stop(f, CLOCK_RECOVERY, t);
	return true;
}

static void
resolve(struct fold *f, int64_t t, bool effective)
{
	struct cycle *c = f->cycle;

	if (f->resolved) {
		for (size_t i = f->stop_phases[CLOCK_RESOLUTION]; i < c->phases; i++)
			f->phase[i].resolved = false;
	}
	if (f->stop[CLOCK_RESPONSE] == STAMP_NEVER)
		fold_clock_stop(f, CLOCK_RESPONSE, t);
	if (c->recovered_at == STAMP_NEVER) {
		fold_clock_stop(f, CLOCK_RECOVERY, t);
		c->down[c->downs - 1].to = t;
	}
	fold_clock_stop(f, CLOCK_RESOLUTION, t);
	c->resolved_at = t;
	c->effective = effective;
	f->answers_before = f->answers;
	f->resolved = true;
	f->pauses = 0;
}

static bool
move_resolved(struct fold *f, const struct record *r, int64_t t)
{
	resolve(f, t, !record_has(r, MEMBER_EFFECTIVE) || r->m[MEMBER_EFFECTIVE].number != 0);
	if (record_has(r, MEMBER_FIRST_CONTACT)) {
		f->said = true;
		f->said_first = r->m[MEMBER_FIRST_CONTACT].number != 0;
	}
	return true;
}

static bool
move_closed(struct fold *f, const struct record *r, int64_t t)
{
	(void)r;
	if (!f->resolved)
		resolve(f, t, true);
	return true;
}

static bool
move_reopened(struct fold *f, const struct record *r, int64_t t)
{
	const struct terms *terms = fold_terms(f, f->cycle->start);
	int64_t window = terms == NULL ? 7 * STAMP_DAY : terms->reopen_window;
	struct cycle *c = f->cycle;

	(void)r;
	if (t - c->resolved_at > window) {
		fold_cycle_end(f, t);
		f->resolved = false;
		fold_cycle_begin(f, t);
		return true;
	}
	f->resolved = false;
	c->reopened = true;
	f->stop[CLOCK_RESOLUTION] = STAMP_NEVER;
	if (c->recovered_at == STAMP_NEVER) {
		f->stop[CLOCK_RECOVERY] = STAMP_NEVER;
		fold_down(f, t);
	}
	return true;
}

static bool
move_excluded(struct fold *f, const struct record *r, int64_t t)
{
	f->ticket->excluded = true;
	f->ticket->exclusion = (enum exclusion)r->m[MEMBER_EXCLUSION].number;
	f->ticket->excluded_at = t;
	f->pauses = 0;
	return true;
}

static bool
move_included(struct fold *f, const struct record *r, int64_t t)
{
	(void)r;
	f->ticket->excluded = false;
	f->ticket->included_at = t;
	return true;
}

#define INCLUDED (ACTIVE | RESOLVED)
#define EXCLUDED (ACTIVE_EXCLUDED | RESOLVED_EXCLUDED)
#define IN_WORK (ACTIVE | ACTIVE_EXCLUDED)
#define DONE (RESOLVED | RESOLVED_EXCLUDED)

static const struct move {
	unsigned legal; /* in which states */
	bool (*make)(struct fold *f, const struct record *r, int64_t t);
	enum warning_kind otherwise;
} moves[] = {
    [VERB_OPENED] = {0, move_opened, WARNING_SECOND_OPENED},
    [VERB_UPDATED] = {ANY, move_updated, 0},
    [VERB_ASSIGNED] = {ANY, move_updated, 0},
    [VERB_CONTACTED] = {ANY, move_contacted, 0},
    [VERB_RESPONDED] = {ANY, move_responded, 0},
    [VERB_PAUSED] = {ACTIVE, move_paused, WARNING_PAUSED_IN_VAIN},
    [VERB_RESUMED] = {ANY, move_resumed, WARNING_RESUMED_IN_VAIN},
    [VERB_RECOVERED] = {IN_WORK, move_recovered, WARNING_RECOVERED_IN_VAIN},
    [VERB_RESOLVED] = {ANY, move_resolved, 0},
    [VERB_REOPENED] = {DONE, move_reopened, WARNING_REOPENED_IN_VAIN},
    [VERB_CLOSED] = {ANY, move_closed, 0},
    [VERB_EXCLUDED] = {INCLUDED, move_excluded, WARNING_EXCLUDED_TWICE},
    [VERB_INCLUDED] = {EXCLUDED, move_included, WARNING_INCLUDED_IN_VAIN},
};

void
fold_move(struct fold *f, const struct record *r, int64_t t)
{
	const struct move *m = &moves[r->type->verb];
	enum state state = f->ticket->excluded ? (f->resolved ? RESOLVED_EXCLUDED : ACTIVE_EXCLUDED)
					       : (f->resolved ? RESOLVED : ACTIVE);

	if ((m->legal & state) == 0 || !m->make(f, r, t))
		fold_warn(f, m->otherwise, r);
	else
		fold_phase(f, t);
}
