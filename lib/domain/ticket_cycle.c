#include <string.h>

#include "base/stamp.h"
#include "domain/ticket_fold.h"

void
fold_warn(struct fold *f, enum warning_kind kind, const struct record *r)
{
	f->ticket->warning[f->ticket->warnings++] = (struct warning){kind, r};
}

const struct terms *
fold_terms(const struct fold *f, int64_t start)
{
	const struct agreement *a =
	    agreement_find(f->agreements, f->ticket->scope.dim[DIM_AGREEMENT]);

	return a == NULL ? NULL : agreement_at(a, start);
}

void
fold_phase(struct fold *f, int64_t t)
{
	const char *const *dim = f->ticket->scope.dim;
	const struct terms *terms = fold_terms(f, f->cycle->start);
	struct phase *p = &f->phase[f->cycle->phases++];

	*p = (struct phase){.at = t, .terms = terms, .resolved = f->resolved};
	if (terms != NULL) {
		p->target =
		    terms_target(terms, f->ticket->kind, dim[DIM_PRIORITY], dim[DIM_SERVICE]);
		for (size_t i = 0; i < f->pauses && !p->paused; i++) {
			p->paused = f->pause[i][0] != '\0' && terms_pauses(terms, f->pause[i]);
			p->cause = p->paused ? f->pause[i] : NULL;
		}
	}
	memcpy(p->due, f->due, sizeof(p->due));
}

void
fold_team_seen(struct fold *f, const char *team)
{
	if (team[0] == '\0')
		return;
	if (f->first_team == NULL)
		f->first_team = team;
	else if (strcmp(f->first_team, team) != 0)
		f->second_team = true;
}

void
fold_down(struct fold *f, int64_t t)
{
	f->cycle->down[f->cycle->downs++] = (struct interval){t, STAMP_NEVER};
}

void
fold_cycle_begin(struct fold *f, int64_t t)
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
	fold_team_seen(f, f->team);
	fold_down(f, t);
}

/* Runs the clocks of the cycle that is over, or that goes on. */
void
fold_cycle_end(struct fold *f, int64_t now)
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

void
fold_clock_stop(struct fold *f, enum clock_kind k, int64_t t)
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

/* What an update changed is so since its time. */
static void
changes_note(const struct fold *f, const struct fold *before, const struct ticket *was, int64_t at)
{
	struct ticket *t = f->ticket;

	for (int d = 0; d < DIMENSIONS; d++) {
		if (strcmp(d == DIM_TEAM ? before->team : was->scope.dim[d],
			d == DIM_TEAM ? f->team : t->scope.dim[d]) != 0)
			t->scope_at[d] = at;
	}
	if (t->kind != was->kind)
		t->kind_at = at;
	if (t->major != was->major)
		t->major_at = at;
	if (f->outage != before->outage)
		t->outage_at = at;
}

void
fold_attributes(struct fold *f, const struct record *r, int64_t at)
{
	struct ticket *t = f->ticket;
	const struct ticket was = *t;
	const struct fold before = *f;
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
	changes_note(f, &before, &was, at);
	fold_team_seen(f, f->team);
}
