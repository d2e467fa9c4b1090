#include "domain/statistic.h"

#include "base/stamp.h"
#include "domain/histogram.h"

const char *const span_names[SPANS] = {"working", "elapsed"};

/* The plan of the codes. They are stored: see PACKED_VERSION. */
#define FLOWS_AT STATISTIC_FIRST
#define FLOW_SLOTS 16 /* of a kind: opened, resolved, reopened, and each exclusion */
#define SURVEYS_AT (FLOWS_AT + KINDS * FLOW_SLOTS)
#define TIMES (COHORTS * KINDS * CLOCKS * SPANS)
#define BUCKETS_AT (2 * TIMES_FIRST)
#define BUCKETS_END (BUCKETS_AT + TIMES * HISTOGRAM_BUCKETS)
_Static_assert(SURVEYS_AT + 2 * SURVEY_LEVELS <= TIMES_FIRST && TIMES_FIRST + TIMES <= BUCKETS_AT,
    "measures overlap");

/* A time's place among TIMES. */
static unsigned
time_of(const struct statistic *s)
{
	return (((unsigned)s->cohort * KINDS + (unsigned)s->kind) * CLOCKS + (unsigned)s->clock) *
	    SPANS +
	    (unsigned)s->span;
}

static void
time_set(unsigned time, struct statistic *s)
{
	s->span = time % SPANS;
	s->clock = time / SPANS % CLOCKS;
	s->kind = time / SPANS / CLOCKS % KINDS;
	s->cohort = time / SPANS / CLOCKS / KINDS;
}

unsigned
statistic_measure(const struct statistic *s)
{
	switch (s->what) {
	case STATISTIC_OPENED:
	case STATISTIC_RESOLVED:
	case STATISTIC_REOPENED:
		return FLOWS_AT + (unsigned)s->kind * FLOW_SLOTS + (unsigned)s->what;
	case STATISTIC_EXCLUDED:
		return FLOWS_AT + (unsigned)s->kind * FLOW_SLOTS + STATISTIC_EXCLUDED +
		    (unsigned)s->exclusion;
	case STATISTIC_ANSWERED:
		return SURVEYS_AT + 2 * (unsigned)s->level;
	case STATISTIC_RATIO:
		return SURVEYS_AT + 2 * (unsigned)s->level + 1;
	case STATISTIC_MS:
		return TIMES_FIRST + time_of(s);
	case STATISTIC_BUCKET:
		break;
	}
	return BUCKETS_AT + time_of(s) * HISTOGRAM_BUCKETS + s->bucket;
}

static bool
flow_of(unsigned code, struct statistic *s)
{
	unsigned slot = code % FLOW_SLOTS;

	s->kind = code / FLOW_SLOTS;
	s->what = slot < STATISTIC_EXCLUDED ? (enum statistic_kind)slot : STATISTIC_EXCLUDED;
	if (slot >= STATISTIC_EXCLUDED)
		s->exclusion = slot - STATISTIC_EXCLUDED;
	return slot < STATISTIC_EXCLUDED + EXCLUSIONS;
}

static bool
survey_of(unsigned code, struct statistic *s)
{
	s->what = code % 2 == 0 ? STATISTIC_ANSWERED : STATISTIC_RATIO;
	s->level = code / 2;
	return code < 2 * SURVEY_LEVELS;
}

bool
statistic_of(unsigned measure, struct statistic *s)
{
	*s = (struct statistic){0};
	if (measure < FLOWS_AT || measure >= BUCKETS_END)
		return false;
	if (measure < SURVEYS_AT)
		return flow_of(measure - FLOWS_AT, s);
	if (measure < TIMES_FIRST)
		return survey_of(measure - SURVEYS_AT, s);
	if (measure < BUCKETS_AT) {
		s->what = STATISTIC_MS;
		time_set(measure - TIMES_FIRST, s);
		return measure - TIMES_FIRST < TIMES;
	}
	s->what = STATISTIC_BUCKET;
	s->bucket = (measure - BUCKETS_AT) % HISTOGRAM_BUCKETS;
	time_set((measure - BUCKETS_AT) / HISTOGRAM_BUCKETS, s);
	return true;
}

/* The counts of one cycle, being written. */
struct pen {
	struct count *next;
	unsigned cycle;
};

static void
put(struct pen *p, int64_t t, const struct statistic *s, int64_t n)
{
	if (n != 0)
		*p->next++ = (struct count){tally_minute(t), statistic_measure(s), p->cycle, n};
}

static void
put_time(struct pen *p, const struct cycle *c, struct statistic s)
{
	const struct ticket_clock *clock = &c->clock[s.clock];
	int64_t plain = clock->stop > c->start ? clock->stop - c->start : 0;
	int64_t ms = s.span == SPAN_WORKING ? clock->elapsed : plain;

	for (s.cohort = 0; s.cohort < COHORTS; s.cohort++) {
		s.what = STATISTIC_MS;
		put(p, s.cohort == COHORT_OPENED ? c->start : clock->stop, &s, ms);
		s.what = STATISTIC_BUCKET;
		s.bucket = histogram_bucket(ms);
		put(p, s.cohort == COHORT_OPENED ? c->start : clock->stop, &s, 1);
	}
}

static void
put_times(struct pen *p, const struct cycle *c, enum kind kind)
{
	struct statistic s = {.kind = kind};

	for (s.clock = 0; s.clock < CLOCKS; s.clock++) {
		if (c->clock[s.clock].stop == STAMP_NEVER ||
		    (s.clock == CLOCK_RECOVERY && kind != KIND_INCIDENT))
			continue;
		for (s.span = 0; s.span < SPANS; s.span++)
			put_time(p, c, s);
	}
}

static void
put_cycle(struct pen *p, const struct ticket *t, unsigned i)
{
	const struct cycle *c = &t->cycle[i];
	struct statistic s = {.kind = t->kind};

	p->cycle = i;
	if (t->excluded || c->terms == NULL) {
		s.what = STATISTIC_EXCLUDED;
		s.exclusion = t->excluded ? t->exclusion : EXCLUSION_NO_AGREEMENT;
		put(p, c->start, &s, 1);
		return;
	}
	s.what = STATISTIC_OPENED;
	put(p, c->start, &s, 1);
	s.what = STATISTIC_RESOLVED;
	put(p, c->resolved_at, &s, c->resolved);
	s.what = STATISTIC_REOPENED;
	put(p, c->start, &s, c->reopened || i + 1 < t->cycles);
	put_times(p, c, t->kind);
}

/* Three of flows; and of every clock, span and cohort, ms and a bucket. */
#define MOST_OF_CYCLE (3 + CLOCKS * SPANS * COHORTS * 2)

size_t
statistic_ticket(const struct ticket *t, struct arena *a, struct count **counts)
{
	struct pen p;

	*counts = NULL;
	if (!t->opened)
		return 0;
	*counts = arena_alloc(a, MOST_OF_CYCLE * t->cycles, sizeof(**counts));
	p.next = *counts;
	for (unsigned i = 0; i < t->cycles; i++)
		put_cycle(&p, t, i);
	return (size_t)(p.next - *counts);
}

size_t
statistic_fact(const struct record *r, struct count counts[static STATISTIC_OF_FACT])
{
	struct statistic s = {.level = SURVEY_TICKET};
	struct pen p = {.next = counts};
	int64_t score, scale;

	if (r->type->verb != VERB_SURVEY_ANSWERED)
		return 0;
	if (record_has(r, MEMBER_SURVEYED))
		s.level = (enum survey_level)r->m[MEMBER_SURVEYED].number;
	scale = r->m[MEMBER_SCALE].number;
	score = r->m[MEMBER_SCORE].number < scale ? r->m[MEMBER_SCORE].number : scale;
	s.what = STATISTIC_ANSWERED;
	put(&p, r->time, &s, 1);
	s.what = STATISTIC_RATIO;
	put(&p, r->time, &s, (2 * score * SATISFACTION_UNIT + scale) / (2 * scale));
	return (size_t)(p.next - counts);
}
