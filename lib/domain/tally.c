#include "domain/tally.h"

#include <stdlib.h>

#include "base/stamp.h"

const char *const outcome_names[] = {"good", "bad", "pending", "excluded", NULL};

enum indicator
measure_indicator(unsigned measure)
{
	return measure / MEASURES_EACH;
}

enum cohort
measure_cohort(unsigned measure)
{
	return measure % MEASURES_EACH < MEASURES_EACH / 2 ? COHORT_OPENED : COHORT_SETTLED;
}

enum outcome
measure_outcome(unsigned measure)
{
	unsigned slot = measure % (MEASURES_EACH / 2);

	return slot < OUTCOME_EXCLUDED ? (enum outcome)slot : OUTCOME_EXCLUDED;
}

enum exclusion
measure_exclusion(unsigned measure)
{
	return measure % (MEASURES_EACH / 2) - OUTCOME_EXCLUDED;
}

size_t
tally_indicators(const struct ticket *t, enum indicator list[static TICKET_INDICATORS])
{
	switch (t->kind) {
	case KIND_REQUEST:
		list[0] = FIRST_CONTACT_RESOLUTION_RATE;
		list[1] = RESOLUTION_RATE;
		list[2] = TIMELY_RESPONSE_RATE;
		list[3] = TIMELY_RESOLUTION_RATE;
		return 4;
	case KIND_INCIDENT:
		list[0] = t->major ? MAJOR_INCIDENT_FREE : INCIDENT_CONTROL_RATE;
		list[1] = ON_TIME_RECOVERY_RATE;
		return 2;
	case KIND_COMPLAINT:
		list[0] = COMPLAINT_HANDLING_RATE;
		return 1;
	}
	return 0;
}

static struct verdict
of_clock(const struct ticket_clock *c)
{
	if (c->breach != STAMP_NEVER)
		return (struct verdict){OUTCOME_BAD, 0, c->breach};
	if (c->stop != STAMP_NEVER)
		return (struct verdict){OUTCOME_GOOD, 0, c->stop};
	return (struct verdict){OUTCOME_PENDING, 0, STAMP_NEVER};
}

static struct verdict
of_resolution(const struct cycle *c, bool good)
{
	if (!c->resolved)
		return (struct verdict){OUTCOME_PENDING, 0, STAMP_NEVER};
	return (struct verdict){good ? OUTCOME_GOOD : OUTCOME_BAD, 0, c->resolved_at};
}

static struct verdict
as_if_included(const struct cycle *c, enum indicator i)
{
	switch (i) {
	case TIMELY_RESPONSE_RATE:
		return of_clock(&c->clock[CLOCK_RESPONSE]);
	case TIMELY_RESOLUTION_RATE:
		return of_clock(&c->clock[CLOCK_RESOLUTION]);
	case ON_TIME_RECOVERY_RATE:
		return of_clock(&c->clock[CLOCK_RECOVERY]);
	case MAJOR_INCIDENT_FREE:
	case INCIDENT_CONTROL_RATE:
		return (struct verdict){OUTCOME_BAD, 0, c->start};
	case FIRST_CONTACT_RESOLUTION_RATE:
		return of_resolution(c, c->first_contact);
	case COMPLAINT_HANDLING_RATE:
		return of_resolution(c, c->effective);
	default:
		return of_resolution(c, true);
	}
}

static bool
has_clock(enum indicator i)
{
	return i == TIMELY_RESPONSE_RATE || i == TIMELY_RESOLUTION_RATE ||
	    i == ON_TIME_RECOVERY_RATE;
}

struct verdict
tally_verdict(const struct ticket *t, const struct cycle *c, enum indicator i)
{
	struct verdict v = as_if_included(c, i);

	if (!t->excluded && c->terms == NULL)
		return (struct verdict){OUTCOME_EXCLUDED, EXCLUSION_NO_AGREEMENT, c->start};
	if (!t->excluded)
		return v;
	if (t->exclusion == EXCLUSION_CANCELLED && c->terms != NULL && has_clock(i) &&
	    v.outcome == OUTCOME_BAD)
		return v;
	return (struct verdict){OUTCOME_EXCLUDED, t->exclusion, t->excluded_at};
}

int64_t
tally_minute(int64_t t)
{
	return stamp_floor(t, STAMP_MINUTE) / STAMP_MINUTE;
}

int
count_compare(const struct count *a, const struct count *b)
{
	if (a->minute != b->minute)
		return a->minute < b->minute ? -1 : 1;
	if (a->cycle != b->cycle)
		return a->cycle < b->cycle ? -1 : 1;
	return (a->measure > b->measure) - (a->measure < b->measure);
}

static int
by_place(const void *a, const void *b)
{
	return count_compare(a, b);
}

void
counts_sort(struct count *counts, size_t n)
{
	if (n > 0)
		qsort(counts, n, sizeof(counts[0]), by_place);
}

size_t
tally_ticket(const struct ticket *t, struct arena *a, struct count **counts)
{
	enum indicator list[TICKET_INDICATORS];
	size_t indicators, n = 0;
	const struct cycle *c;
	struct verdict v;

	*counts = NULL;
	if (!t->opened)
		return 0;
	indicators = tally_indicators(t, list);
	*counts = arena_alloc(a, 2 * indicators * t->cycles, sizeof(**counts));
	for (unsigned i = 0; i < t->cycles; i++) {
		c = &t->cycle[i];
		for (size_t k = 0; k < indicators; k++) {
			v = tally_verdict(t, c, list[k]);
			(*counts)[n++] = (struct count){tally_minute(c->start),
			    measure_of(list[k], COHORT_OPENED, v.outcome, v.exclusion), i, 1};
			if (v.outcome != OUTCOME_PENDING)
				(*counts)[n++] = (struct count){tally_minute(v.settled),
				    measure_of(list[k], COHORT_SETTLED, v.outcome, v.exclusion), i,
				    1};
		}
	}
	return n;
}

size_t
tally_fact(const struct record *r, struct count counts[static COHORTS])
{
	static const struct {
		enum verb verb;
		enum indicator indicator;
		enum outcome outcome;
	} facts[] = {
	    {VERB_CALL_ANSWERED, CONTACT_CONNECTION_RATE, OUTCOME_GOOD},
	    {VERB_CALL_ABANDONED, CONTACT_CONNECTION_RATE, OUTCOME_BAD},
	    {VERB_SECURITY_TAMPERED, INFORMATION_INTEGRITY_RATE, OUTCOME_BAD},
	    {VERB_SECURITY_LEAKED, LEAKAGE_FREE, OUTCOME_BAD},
	    {VERB_CHANGE_APPLIED, INFORMATION_INTEGRITY_RATE, OUTCOME_GOOD},
	};
	int64_t n = record_has(r, MEMBER_COUNT) ? r->m[MEMBER_COUNT].number : 1;

	for (size_t f = 0; f < sizeof(facts) / sizeof(facts[0]); f++) {
		if (facts[f].verb != r->type->verb)
			continue;
		for (enum cohort c = 0; c < COHORTS; c++)
			counts[c] = (struct count){tally_minute(r->time),
			    measure_of(facts[f].indicator, c, facts[f].outcome, 0), 0, n};
		return COHORTS;
	}
	return 0;
}

static const int64_t width[] = {1, 60, 1440}; /* minutes, below months */
#define MONTHS (TALLY_LEVELS - 1)

int64_t
tally_bucket(int level, int64_t minute)
{
	struct civil date;

	if (level < MONTHS)
		return stamp_floor(minute, width[level]) / width[level];
	date = civil_from_days(tally_bucket(MONTHS - 1, minute));
	return (date.year - 1970) * INT64_C(12) + date.month - 1;
}

int64_t
tally_first(int level, int64_t bucket)
{
	int64_t year = stamp_floor(bucket, 12) / 12;

	if (level < MONTHS)
		return bucket * width[level];
	return civil_days((struct civil){(int)year + 1970, (int)(bucket - 12 * year) + 1, 1}) *
	    width[MONTHS - 1];
}

static int64_t
round_down(int level, int64_t minute)
{
	return tally_first(level, tally_bucket(level, minute));
}

static int64_t
round_up(int level, int64_t minute)
{
	return tally_first(level, tally_bucket(level, minute - 1) + 1);
}

static int64_t
round_near(int level, int64_t minute)
{
	int64_t down = round_down(level, minute), up = round_up(level, minute);

	return minute - down < up - minute ? down : up;
}

/* The part of a range that a coarser level makes up, into [*from, *to): false if that is none. */
static bool
inner(int level, bool near, int64_t *from, int64_t *to)
{
	int64_t a, b;

	if (level == TALLY_LEVELS)
		return false;
	a = near ? round_near(level, *from) : round_up(level, *from);
	b = near ? round_near(level, *to) : round_down(level, *to);
	if (a >= b || llabs(a - *from) + llabs(b - *to) >= *to - *from)
		return false;
	*from = a;
	*to = b;
	return true;
}

/* Minutes [from, to) of a level; backwards, they are taken away. */
static size_t
range_add(struct bucket_range *range, int level, int64_t from, int64_t to)
{
	if (from == to)
		return 0;
	range->level = level;
	range->less = from > to;
	range->from = tally_bucket(level, range->less ? to : from);
	range->to = tally_bucket(level, range->less ? from : to);
	return 1;
}

static size_t
cut(int64_t from, int64_t to, bool near, struct bucket_range *ranges)
{
	int64_t a = from, b = to;
	size_t n = 0;
	int level = 0;

	if (from >= to)
		return 0;
	for (; inner(level + 1, near, &a, &b); level++) {
		n += range_add(&ranges[n], level, from, a);
		n += range_add(&ranges[n], level, b, to);
		from = a;
		to = b;
	}
	return n + range_add(&ranges[n], level, from, to);
}

size_t
tally_cut(int64_t from, int64_t to, struct bucket_range ranges[static TALLY_RANGES])
{
	return cut(from, to, false, ranges);
}

size_t
tally_cover(int64_t from, int64_t to, struct bucket_range ranges[static TALLY_RANGES])
{
	return cut(from, to, true, ranges);
}
