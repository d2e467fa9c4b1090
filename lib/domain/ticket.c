#include "domain/ticket.h"

#include <stdlib.h>

#include "base/stamp.h"
#include "domain/ticket_fold.h"

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

/* What an exclusion and the latest attributes do to every cycle. */
static void
cycles_judge(struct fold *f)
{
	struct ticket *t = f->ticket;
	bool down = t->kind == KIND_INCIDENT && f->outage;
	struct ticket_clock *c;

	if (down && t->scope.dim[DIM_SERVICE][0] == '\0') {
		fold_warn(f, WARNING_OUTAGE_WITHOUT_SERVICE, NULL);
		down = false;
	}
	if (f->started_at != STAMP_NEVER)
		t->cycle[0].down[0].from = f->started_at;
	for (size_t i = 0; i < t->cycles; i++) {
		t->cycle[i].terms = fold_terms(f, t->cycle[i].start);
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

/* When time alone next makes one of the clocks late. */
static int64_t
next_late(const struct ticket *t)
{
	const struct cycle *c = &t->cycle[t->cycles - 1];
	int64_t next = STAMP_NEVER;

	for (enum clock_kind k = 0; k < CLOCKS; k++) {
		if (ticket_has_clock(t, k) && c->clock[k].next < next)
			next = c->clock[k].next;
	}
	return next;
}

bool
ticket_has_clock(const struct ticket *t, enum clock_kind k)
{
	return k != CLOCK_RECOVERY || t->kind == KIND_INCIDENT;
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
	fold_cycle_begin(f, opening->time);
	fold_attributes(f, opening, opening->time);
	for (int d = 0; d < DIMENSIONS; d++)
		f->ticket->scope_at[d] = opening->time;
	f->ticket->kind_at = f->ticket->major_at = f->ticket->outage_at = opening->time;
	f->ticket->included_at = opening->time;
	fold_phase(f, opening->time);
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
			fold_warn(&f, WARNING_BEFORE_OPENED, records[i]);
		fold_move(&f, records[i], t);
	}
	t = records[count - 1]->time;
	fold_cycle_end(&f, now > t ? now : t);
	ticket->scope.dim[DIM_TEAM] = f.team;
	cycles_judge(&f);
	if (!ticket->excluded)
		ticket->next = next_late(ticket);
}
