#include <stdio.h>
#include <string.h>

#include "base/stamp.h"
#include "domain/tally.h"
#include "downs.h"
#include "ticket_show.h"

#define WHY_TEXT 256

/* How a cycle counts in an indicator, and one sentence why. */
struct place {
	bool counts;
	struct verdict verdict;
	int64_t opened; /* STAMP_NEVER where it does not count */
	char why[WHY_TEXT];
};

/* What the clock of an indicator says; NULL: it has none. */
static const struct ticket_clock *
clock_of(const struct cycle *c, enum indicator i)
{
	switch (i) {
	case TIMELY_RESPONSE_RATE:
		return &c->clock[CLOCK_RESPONSE];
	case ON_TIME_RECOVERY_RATE:
		return &c->clock[CLOCK_RECOVERY];
	case TIMELY_RESOLUTION_RATE:
		return &c->clock[CLOCK_RESOLUTION];
	default:
		return NULL;
	}
}

static void
why_by_clock(const struct ticket *t, const struct ticket_clock *clock, char why[static WHY_TEXT])
{
	char target[DURATION_TEXT] = "no target", elapsed[DURATION_TEXT], at[STAMP_TEXT];

	duration_format(clock->elapsed, elapsed);
	if (clock->due != STAMP_NEVER)
		snprintf(target, sizeof(target), "due %s", stamp_format(clock->due, at));
	else if (clock->target != TARGET_NONE)
		duration_format(clock->target, target);
	snprintf(why, WHY_TEXT, "%s: %s of working time%s, target %s%s", clock_state_shown(clock),
	    elapsed, clock->stop == STAMP_NEVER ? " so far" : "", target,
	    t->excluded ? "; cancelled only after it was late" : "");
}

static void
why_counted(const struct ticket *t, const struct cycle *c, enum indicator i, struct place *p)
{
	static const char *const resolutions[] = {[OUTCOME_GOOD] = "resolved as the indicator asks",
	    [OUTCOME_BAD] = "resolved, but not as the indicator asks",
	    [OUTCOME_PENDING] = "not resolved yet"};
	const struct ticket_clock *clock = clock_of(c, i);

	if (p->verdict.outcome == OUTCOME_EXCLUDED)
		snprintf(p->why, WHY_TEXT, "excluded: %s", exclusion_names[p->verdict.exclusion]);
	else if (i == MAJOR_INCIDENT_FREE)
		snprintf(p->why, WHY_TEXT, "a major incident");
	else if (i == INCIDENT_CONTROL_RATE)
		snprintf(p->why, WHY_TEXT, "an incident, not a major one");
	else if (clock != NULL)
		why_by_clock(t, clock, p->why);
	else
		snprintf(p->why, WHY_TEXT, "%s", resolutions[p->verdict.outcome]);
}

/* What tickets an indicator is made of, where it is not made of this one. */
static const char *
made_of(enum indicator i)
{
	switch (i) {
	case MAJOR_INCIDENT_FREE:
		return "major incidents";
	case INCIDENT_CONTROL_RATE:
		return "incidents that are not major";
	case ON_TIME_RECOVERY_RATE:
		return "incidents";
	case COMPLAINT_HANDLING_RATE:
		return "complaints";
	case CONTACT_CONNECTION_RATE:
		return "calls";
	case INFORMATION_INTEGRITY_RATE:
		return "changes and tampering";
	case LEAKAGE_FREE:
		return "leaks";
	default:
		break;
	}
	switch (indicator_table[i].input) {
	case INPUT_REPORTS:
		return "reports";
	case INPUT_MEASUREMENT:
		return "measurements";
	case INPUT_ASSESSMENT:
		return "assessments";
	case INPUT_OUTAGES:
		return "outages";
	case INPUT_TICKETS:
	case INPUT_EVENTS:
		break;
	}
	return "requests";
}

static void
why_not(const struct ticket *t, enum indicator i, char why[static WHY_TEXT])
{
	const char *kind = t->kind == KIND_INCIDENT && t->major ? "a major incident"
	    : t->kind == KIND_INCIDENT                          ? "an incident"
	    : t->kind == KIND_REQUEST                           ? "a request"
								: "a complaint";

	if (indicator_table[i].input == INPUT_TICKETS || i == SERVICE_AVAILABILITY)
		snprintf(why, WHY_TEXT, "counts %s; this is %s", made_of(i), kind);
	else
		snprintf(why, WHY_TEXT, "made of %s, not of tickets", made_of(i));
}

/* Why an incident's outage counts nowhere. */
static const char *
outage_without(const struct ticket *t, const struct cycle *c)
{
	if (c->downs == 0)
		return "counts outages; this incident had no named service down";
	if (t->excluded)
		return "counts outages; this incident is excluded";
	if (c->terms == NULL)
		return "counts outages; no version of the agreement was in force at the start";
	return "counts outages; this one took no agreed service time so far";
}

/* An incident that had its service down. */
static int
outage_place(struct shown *s, const struct cycle *c, struct place *p, struct err *err)
{
	const struct scores_query query = {
	    .window = {.from = INT64_MIN, .to = STAMP_NEVER}, .now = s->now};
	const struct downs downs = {s->api->reader, s->api->config, &query, &s->arena, 0, 0, err};
	struct verdict bad = {.outcome = OUTCOME_BAD, .settled = STAMP_NEVER};
	char text[DURATION_TEXT];
	struct down *list;
	size_t n = cycle_downs(&s->ticket, c, &s->arena, &list);
	int64_t sum = 0, ms;

	for (size_t i = 0; i < n; i++) {
		ms = downs_taken(&downs, list[i].agreement, list[i].service, list[i].span);
		if (ms < 0)
			return -1;
		sum += ms;
	}
	if (sum == 0) {
		snprintf(p->why, WHY_TEXT, "%s", outage_without(&s->ticket, c));
		return 0;
	}
	p->counts = true;
	p->verdict = bad;
	p->verdict.settled = list[n - 1].span.to;
	p->opened = list[0].span.from;
	snprintf(p->why, WHY_TEXT, "had its service down for %s of agreed time",
	    duration_format(sum, text));
	return 0;
}

static int
place_find(
    struct shown *s, const struct cycle *c, enum indicator i, struct place *p, struct err *err)
{
	enum indicator list[TICKET_INDICATORS];
	size_t n = tally_indicators(&s->ticket, list);

	*p = (struct place){.verdict = {.settled = STAMP_NEVER}, .opened = STAMP_NEVER};
	for (size_t k = 0; k < n; k++)
		p->counts = p->counts || list[k] == i;
	if (p->counts) {
		p->verdict = tally_verdict(&s->ticket, c, i);
		p->opened = c->start;
		why_counted(&s->ticket, c, i, p);
	} else if (i == SERVICE_AVAILABILITY && s->ticket.kind == KIND_INCIDENT) {
		return outage_place(s, c, p, err);
	} else {
		why_not(&s->ticket, i, p->why);
	}
	return 0;
}

/* The narrowest scope that it counts in: the dimensions that touch the indicator. */
static json_t *
scope_json(const struct ticket *t, enum indicator i)
{
	json_t *scope = json_object();

	for (int d = 0; d < DIMENSIONS; d++) {
		if (indicator_table[i].dimensions & (1u << d))
			json_object_set_new(
			    scope, dimension_names[d], json_string(t->scope.dim[d]));
	}
	return scope;
}

static json_t *
place_json(const struct ticket *t, enum indicator i, const struct place *p)
{
	bool excluded = p->counts && p->verdict.outcome == OUTCOME_EXCLUDED;

	return json_pack("{ss so so so so so ss}", "indicator", indicator_table[i].id, "counted",
	    p->counts ? json_string(outcome_names[p->verdict.outcome]) : json_null(), "excluded",
	    excluded ? json_string(exclusion_names[p->verdict.exclusion]) : json_null(),
	    "opened_at", json_instant(p->opened), "settled_at", json_instant(p->verdict.settled),
	    "scope", p->counts ? scope_json(t, i) : json_null(), "why", p->why);
}

json_t *
ticket_scores(struct shown *s, const struct cycle *c, struct err *err)
{
	json_t *scores = json_array();
	struct place p;

	for (enum indicator i = 0; i < INDICATORS; i++) {
		if (place_find(s, c, i, &p, err) != 0) {
			json_decref(scores);
			return NULL;
		}
		json_array_append_new(scores, place_json(&s->ticket, i, &p));
	}
	return scores;
}
