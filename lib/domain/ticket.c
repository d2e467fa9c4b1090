#include "domain/ticket.h"

#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"

const char *const warning_texts[] = {
    [WARNING_BEFORE_OPENED] = "lies before the opening: counted as of the opening",
    [WARNING_SECOND_OPENED] = "is a second opening: it has no effect",
    [WARNING_PAUSED_IN_VAIN] =
	"pauses a ticket that is resolved, excluded, or paused for this cause: it has no effect",
    [WARNING_PAUSED_WITHOUT_CAUSE] = "names no cause: such a pause stops no clock",
    [WARNING_RESUMED_IN_VAIN] = "ends a pause that is not there: it has no effect",
    [WARNING_RECOVERED_IN_VAIN] =
	"recovers what is recovered or resolved already: it has no effect",
    [WARNING_REOPENED_IN_VAIN] = "reopens a ticket that is not resolved: it has no effect",
    [WARNING_EXCLUDED_TWICE] = "excludes a ticket that is excluded: it has no effect",
    [WARNING_INCLUDED_IN_VAIN] = "includes a ticket that is not excluded: it has no effect",
    [WARNING_OUTAGE_WITHOUT_SERVICE] =
	"the incident is an outage of no named service: no availability counts it",
};

/* Where a ticket can stand; the legal moves below are sets of these. */
enum state { ACTIVE = 1, RESOLVED = 2, ACTIVE_EXCLUDED = 4, RESOLVED_EXCLUDED = 8 };
#define ANY (ACTIVE | RESOLVED | ACTIVE_EXCLUDED | RESOLVED_EXCLUDED)

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

static void
warn(struct fold *f, enum warning_kind kind, const struct record *r)
{
	f->ticket->warning[f->ticket->warnings++] = (struct warning){kind, r};
}

static const struct terms *
terms_of(const struct fold *f, int64_t start)
{
	const struct agreement *a =
	    agreement_find(f->agreements, f->ticket->scope.dim[DIM_AGREEMENT]);

	return a == NULL ? NULL : agreement_at(a, start);
}

static void
phase_begin(struct fold *f, int64_t t)
{
	const char *const *dim = f->ticket->scope.dim;
	const struct terms *terms = terms_of(f, f->cycle->start);
	struct phase *p = &f->phase[f->cycle->phases++];

	*p = (struct phase){.at = t, .terms = terms, .resolved = f->resolved};
	if (terms != NULL) {
		p->target =
		    terms_target(terms, f->ticket->kind, dim[DIM_PRIORITY], dim[DIM_SERVICE]);
		for (size_t i = 0; i < f->pauses; i++)
			p->paused = p->paused ||
			    (f->pause[i][0] != '\0' && terms_pauses(terms, f->pause[i]));
	}
	memcpy(p->due, f->due, sizeof(p->due));
}

static void
team_seen(struct fold *f, const char *team)
{
	if (team[0] == '\0')
		return;
	if (f->first_team == NULL)
		f->first_team = team;
	else if (strcmp(f->first_team, team) != 0)
		f->second_team = true;
}

static void
down_begin(struct fold *f, int64_t t)
{
	f->cycle->down[f->cycle->downs++] = (struct interval){t, STAMP_NEVER};
}

static void
cycle_begin(struct fold *f, int64_t t)
{
	struct cycle *before = f->cycle, *c = &f->ticket->cycle[f->ticket->cycles++];

	if (before != NULL) {
		f->phase += before->phases;
		f->down += before->downs;
	}
	c->start = t;
	c->phase = f->phase;
	c->down = f->down;
	c->responded_at = c->recovered_at = STAMP_NEVER;
	f->cycle = c;
	for (int k = 0; k < CLOCKS; k++)
		f->stop[k] = f->due[k] = STAMP_NEVER;
	f->answers = f->answers_before = 0;
	f->first_team = NULL;
	f->second_team = f->contacted = f->paused = f->said = f->said_first = false;
	team_seen(f, f->team);
	down_begin(f, t);
}

/* Runs the clocks of the cycle that is over, or that goes on. */
static void
cycle_end(struct fold *f, int64_t now)
{
	struct cycle *c = f->cycle;
	size_t count;

	for (enum clock_kind k = 0; k < CLOCKS; k++) {
		count = f->stop[k] == STAMP_NEVER ? c->phases : f->stop_phases[k];
		ticket_clock_run(k, c->phase, count, f->stop[k], now, &c->clock[k]);
	}
	c->resolved = f->resolved;
	c->first_contact = f->resolved && !c->reopened &&
	    (f->said ? f->said_first
		     : f->answers_before <= 1 && !f->contacted && !f->second_team && !f->paused);
}

static void
clock_stop(struct fold *f, enum clock_kind k, int64_t t)
{
	f->stop[k] = t;
	f->stop_phases[k] = f->cycle->phases;
}

static void
text_set(const struct record *r, enum member m, const char **to)
{
	if (record_has(r, m))
		*to = r->m[m].text;
	else if ((r->unset >> m) & 1)
		*to = "";
}

static void
number_set(const struct record *r, enum member m, int64_t none, int64_t *to)
{
	if (record_has(r, m))
		*to = r->m[m].number;
	else if ((r->unset >> m) & 1)
		*to = none;
}

static void
attributes_set(struct fold *f, const struct record *r)
{
	struct ticket *t = f->ticket;
	int64_t kind = t->kind, outage = f->outage, major = t->major;

	text_set(r, MEMBER_AGREEMENT, &t->scope.dim[DIM_AGREEMENT]);
	text_set(r, MEMBER_SERVICE, &t->scope.dim[DIM_SERVICE]);
	text_set(r, MEMBER_PRIORITY, &t->scope.dim[DIM_PRIORITY]);
	text_set(r, MEMBER_TEAM, &f->team);
	number_set(r, MEMBER_KIND, kind, &kind);
	number_set(r, MEMBER_OUTAGE, false, &outage);
	number_set(r, MEMBER_MAJOR, false, &major);
	number_set(r, MEMBER_STARTED_AT, STAMP_NEVER, &f->started_at);
	number_set(r, MEMBER_RESPOND_BY, STAMP_NEVER, &f->due[CLOCK_RESPONSE]);
	number_set(r, MEMBER_RECOVER_BY, STAMP_NEVER, &f->due[CLOCK_RECOVERY]);
	number_set(r, MEMBER_RESOLVE_BY, STAMP_NEVER, &f->due[CLOCK_RESOLUTION]);
	t->kind = (enum kind)kind;
	f->outage = outage != 0;
	t->major = major != 0;
	team_seen(f, f->team);
}

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
	(void)t;
	attributes_set(f, r);
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
		team_seen(f, r->m[MEMBER_TEAM].text);
	if (f->cycle->responded_at == STAMP_NEVER)
		f->cycle->responded_at = t;
	if (f->stop[CLOCK_RESPONSE] == STAMP_NEVER)
		clock_stop(f, CLOCK_RESPONSE, t);
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
		warn(f, WARNING_PAUSED_WITHOUT_CAUSE, r);
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
	clock_stop(f, CLOCK_RECOVERY, t);
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
		clock_stop(f, CLOCK_RESPONSE, t);
	if (c->recovered_at == STAMP_NEVER) {
		clock_stop(f, CLOCK_RECOVERY, t);
		c->down[c->downs - 1].to = t;
	}
	clock_stop(f, CLOCK_RESOLUTION, t);
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
	const struct terms *terms = terms_of(f, f->cycle->start);
	int64_t window = terms == NULL ? 7 * STAMP_DAY : terms->reopen_window;
	struct cycle *c = f->cycle;

	(void)r;
	if (t - c->resolved_at > window) {
		cycle_end(f, t);
		f->resolved = false;
		cycle_begin(f, t);
		return true;
	}
	f->resolved = false;
	c->reopened = true;
	f->stop[CLOCK_RESOLUTION] = STAMP_NEVER;
	if (c->recovered_at == STAMP_NEVER) {
		f->stop[CLOCK_RECOVERY] = STAMP_NEVER;
		down_begin(f, t);
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
	(void)r, (void)t;
	f->ticket->excluded = false;
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

static void
move(struct fold *f, const struct record *r, int64_t t)
{
	const struct move *m = &moves[r->type->verb];
	enum state state = f->ticket->excluded ? (f->resolved ? RESOLVED_EXCLUDED : ACTIVE_EXCLUDED)
					       : (f->resolved ? RESOLVED : ACTIVE);

	if ((m->legal & state) == 0 || !m->make(f, r, t))
		warn(f, m->otherwise, r);
	else
		phase_begin(f, t);
}

/* What an exclusion and the latest attributes do to every cycle. */
static void
cycles_judge(struct fold *f)
{
	struct ticket *t = f->ticket;
	bool down = t->kind == KIND_INCIDENT && f->outage;
	struct ticket_clock *c;

	if (down && t->scope.dim[DIM_SERVICE][0] == '\0') {
		warn(f, WARNING_OUTAGE_WITHOUT_SERVICE, NULL);
		down = false;
	}
	if (f->started_at != STAMP_NEVER)
		t->cycle[0].down[0].from = f->started_at;
	for (size_t i = 0; i < t->cycles; i++) {
		t->cycle[i].terms = terms_of(f, t->cycle[i].start);
		if (!down)
			t->cycle[i].downs = 0;
		for (int k = 0; k < CLOCKS && t->excluded; k++) {
			c = &t->cycle[i].clock[k];
			c->next = STAMP_NEVER;
			if (c->breach != STAMP_NEVER && c->breach > t->excluded_at) {
				c->breach = STAMP_NEVER;
				c->retargeted = false;
			}
		}
	}
}

/* When time alone next makes one of the clocks late that scores look at. */
static int64_t
next_late(const struct ticket *t)
{
	const struct cycle *c = &t->cycle[t->cycles - 1];
	int64_t response = c->clock[CLOCK_RESPONSE].next;
	int64_t resolution = c->clock[CLOCK_RESOLUTION].next;

	if (c->terms == NULL || t->kind == KIND_COMPLAINT)
		return STAMP_NEVER;
	if (t->kind == KIND_INCIDENT)
		return c->clock[CLOCK_RECOVERY].next;
	return response < resolution ? response : resolution;
}

static int
by_order(const void *a, const void *b)
{
	return record_compare(*(const struct record *const *)a, *(const struct record *const *)b);
}

void
records_sort(const struct record **records, size_t count)
{
	qsort(records, count, sizeof(records[0]), by_order);
}

static void
fold_init(struct fold *f, size_t count, size_t cycles, struct arena *arena)
{
	struct ticket *t = f->ticket;

	*t = (struct ticket){.scope = {{"", "", "", ""}}, .next = STAMP_NEVER};
	t->cycle = arena_alloc(arena, cycles, sizeof(*t->cycle));
	t->warning = arena_alloc(arena, 2 * count + 1, sizeof(*t->warning));
	f->phase = arena_alloc(arena, count, sizeof(*f->phase));
	f->down = arena_alloc(arena, count, sizeof(*f->down));
	f->pause = arena_alloc(arena, count, sizeof(*f->pause));
	f->team = "";
	f->started_at = STAMP_NEVER;
	for (int k = 0; k < CLOCKS; k++)
		f->due[k] = STAMP_NEVER;
}

static void
fold_open(struct fold *f, const struct record *opening)
{
	f->ticket->opened = true;
	f->ticket->kind = opening->type->kind;
	if (record_has(opening, MEMBER_TEAM))
		f->team = opening->m[MEMBER_TEAM].text;
	cycle_begin(f, opening->time);
	attributes_set(f, opening);
	phase_begin(f, opening->time);
}

void
ticket_fold(const struct record **records, size_t count, const struct agreements *agreements,
    int64_t now, struct arena *arena, struct ticket *ticket)
{
	struct fold f = {.ticket = ticket, .agreements = agreements};
	const struct record *opening = NULL;
	size_t cycles = 1;
	int64_t t;

	records_sort(records, count);
	for (size_t i = 0; i < count; i++) {
		if (records[i]->type->verb == VERB_OPENED && opening == NULL)
			opening = records[i];
		cycles += records[i]->type->verb == VERB_REOPENED;
	}
	fold_init(&f, count, cycles, arena);
	if (opening == NULL)
		return;
	fold_open(&f, opening);
	for (size_t i = 0; i < count; i++) {
		if (records[i] == opening)
			continue;
		t = records[i]->time > opening->time ? records[i]->time : opening->time;
		if (records[i]->time < opening->time)
			warn(&f, WARNING_BEFORE_OPENED, records[i]);
		move(&f, records[i], t);
	}
	t = records[count - 1]->time;
	cycle_end(&f, now > t ? now : t);
	ticket->scope.dim[DIM_TEAM] = f.team;
	cycles_judge(&f);
	if (!ticket->excluded)
		ticket->next = next_late(ticket);
}
