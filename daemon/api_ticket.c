#include <inttypes.h>
#include <string.h>

#include "api.h"
#include "base/stamp.h"
#include "codec/packed.h"
#include "domain/outage.h"
#include "domain/ticket.h"
#include "domain/window.h"
#include "fold.h"

#define SOURCES_MAX 100 /* that one subject may be known from, in an answer */

/* A ticket being shown. */
struct shown {
	struct api *api;
	struct arena arena;
	struct entity entity;
	const char *source;
	struct ticket ticket;
	int64_t now;
};

static json_t *
json_duration(int64_t ms)
{
	char text[DURATION_TEXT];

	return ms == TARGET_NONE ? json_null() : json_string(duration_format(ms, text));
}

static const char *
state_of(const struct ticket_clock *c)
{
	if (c->breach != STAMP_NEVER)
		return "late";
	return c->stop != STAMP_NEVER ? "met" : clock_state_names[c->state];
}

static json_t *
clock_json(const struct ticket_clock *c)
{
	return json_pack("{ss so sI so so so so so sb}", "state", state_of(c), "elapsed",
	    json_duration(c->elapsed), "elapsed_ms", (json_int_t)c->elapsed, "target",
	    json_duration(c->target), "due", json_instant(c->due), "deadline",
	    json_instant(c->deadline), "stopped_at", json_instant(c->stop), "breached_at",
	    json_instant(c->breach), "retargeted", c->retargeted);
}

/* One sentence: why a cycle counts as it does. */
static const char *
why(const struct ticket *t, const struct cycle *c, enum indicator i, const struct verdict *v,
    char *text, size_t size)
{
	static const char *const resolutions[] = {[OUTCOME_GOOD] = "resolved as the indicator asks",
	    [OUTCOME_BAD] = "resolved, but not as the indicator asks",
	    [OUTCOME_PENDING] = "not resolved yet"};
	const struct ticket_clock *clock = &c->clock[i == TIMELY_RESPONSE_RATE ? CLOCK_RESPONSE
		: i == ON_TIME_RECOVERY_RATE                                   ? CLOCK_RECOVERY
									       : CLOCK_RESOLUTION];
	bool clocked =
	    i == TIMELY_RESPONSE_RATE || i == TIMELY_RESOLUTION_RATE || i == ON_TIME_RECOVERY_RATE;
	char target[DURATION_TEXT] = "no target", elapsed[DURATION_TEXT], at[STAMP_TEXT];

	if (v->outcome == OUTCOME_EXCLUDED) {
		snprintf(text, size, "excluded: %s", exclusion_names[v->exclusion]);
		return text;
	}
	if (i == MAJOR_INCIDENT_FREE || i == INCIDENT_CONTROL_RATE)
		return i == MAJOR_INCIDENT_FREE ? "a major incident"
						: "an incident, not a major one";
	if (!clocked)
		return resolutions[v->outcome];
	duration_format(clock->elapsed, elapsed);
	if (clock->due != STAMP_NEVER)
		snprintf(target, sizeof(target), "due %s", stamp_format(clock->due, at));
	else if (clock->target != TARGET_NONE)
		duration_format(clock->target, target);
	snprintf(text, size, "%s: %s of working time%s, target %s%s", state_of(clock), elapsed,
	    clock->stop == STAMP_NEVER ? " so far" : "", target,
	    t->excluded ? "; cancelled only after it was late" : "");
	return text;
}

static json_t *
cycle_scores(const struct ticket *t, const struct cycle *c)
{
	enum indicator list[TICKET_INDICATORS];
	size_t n = tally_indicators(t, list);
	json_t *scores = json_array();
	struct verdict v;
	char text[256];

	for (size_t i = 0; i < n; i++) {
		v = tally_verdict(t, c, list[i]);
		json_array_append_new(scores,
		    json_pack("{sssssososs}", "indicator", indicator_table[list[i]].id, "counted",
			outcome_names[v.outcome], "excluded",
			v.outcome == OUTCOME_EXCLUDED ? json_string(exclusion_names[v.exclusion])
						      : json_null(),
			"settled_at", json_instant(v.settled), "why",
			why(t, c, list[i], &v, text, sizeof(text))));
	}
	return scores;
}

static json_t *
phase_json(const struct phase *p, int64_t to)
{
	const struct calendar *calendar = p->target != NULL ? p->target->calendar
	    : p->terms != NULL                              ? p->terms->calendar
							    : NULL;
	json_t *target = json_null();

	if (p->target != NULL)
		target = json_pack("{sosososososo}", "kind",
		    p->target->kind < 0 ? json_null() : json_string(kind_names[p->target->kind]),
		    "priority", json_text_or_null(p->target->priority), "service",
		    json_text_or_null(p->target->service), "respond",
		    json_duration(p->target->respond), "recover", json_duration(p->target->recover),
		    "resolve", json_duration(p->target->resolve));
	return json_pack("{sosososbsbso}", "from", json_instant(p->at), "to", json_instant(to),
	    "calendar", json_text_or_null(calendar == NULL ? NULL : calendar_name(calendar)),
	    "paused", p->paused, "resolved", p->resolved, "target", target);
}

static json_t *
phases_json(const struct cycle *c)
{
	json_t *list = json_array();
	int64_t to;

	for (size_t i = 0; i < c->phases; i++) {
		to = i + 1 < c->phases ? c->phase[i + 1].at : STAMP_NEVER;
		if (to != c->phase[i].at)
			json_array_append_new(list, phase_json(&c->phase[i], to));
	}
	return list;
}

static json_t *
cycle_json(const struct ticket *t, const struct cycle *c)
{
	json_t *clocks = json_object();

	for (enum clock_kind k = 0; k < CLOCKS; k++) {
		if (k != CLOCK_RECOVERY || t->kind == KIND_INCIDENT)
			json_object_set_new(clocks, clock_kind_names[k], clock_json(&c->clock[k]));
	}
	return json_pack("{so so so so so sb so so so so}", "start", json_instant(c->start),
	    "agreement_version", json_version(c->terms), "responded_at",
	    json_instant(c->responded_at), "recovered_at", json_instant(c->recovered_at),
	    "resolved_at", json_instant(c->resolved ? c->resolved_at : STAMP_NEVER), "reopened",
	    c->reopened, "first_contact",
	    c->resolved ? json_boolean(c->first_contact) : json_null(), "clocks", clocks, "scores",
	    cycle_scores(t, c), "phases", phases_json(c));
}

static const char *
ticket_state(const struct ticket *t)
{
	if (!t->opened)
		return "incomplete";
	if (t->excluded)
		return "excluded";
	return t->cycle[t->cycles - 1].resolved ? "resolved" : "open";
}

/* The records as they stand in the log, in the order in which they take effect. */
static json_t *
records_json(struct shown *s, struct err *err)
{
	const struct record **sorted;
	struct record *records;
	json_t *list = json_array(), *event;
	const char *body;
	int64_t received;
	int n = records_unpack(s->entity.facts.bytes, s->entity.facts.len, s->source,
	    s->entity.name, &s->arena, &records, err);

	sorted = arena_alloc(&s->arena, n < 0 ? 0 : (size_t)n, sizeof(*sorted));
	for (int i = 0; i < n; i++)
		sorted[i] = &records[i];
	records_sort(sorted, n < 0 ? 0 : (size_t)n);
	for (int i = 0; i < n; i++) {
		if (store_received(
			s->api->reader, sorted[i]->seq, &s->arena, &received, &body, err) <= 0) {
			json_decref(list);
			return NULL;
		}
		event = json_loads(body, 0, NULL);
		json_array_append_new(list,
		    json_pack("{sIsosbsO?}", "seq", (json_int_t)sorted[i]->seq, "received",
			json_instant(received), "retracted", sorted[i]->retracted, "event", event));
		json_decref(event);
	}
	return list;
}

static json_t *
warnings_json(const struct ticket *t)
{
	json_t *list = json_array();
	const struct record *r;

	for (size_t i = 0; i < t->warnings; i++) {
		r = t->warning[i].record;
		json_array_append_new(list,
		    json_pack("{so?so?ss}", "event", r == NULL ? NULL : json_string(r->id), "type",
			r == NULL ? NULL : json_string(r->type->name), "warning",
			warning_texts[t->warning[i].kind]));
	}
	return list;
}

/* When it had its service down: what it counts in service_availability. */
static json_t *
downs_json(struct shown *s)
{
	json_t *list = json_array();
	struct down *downs;
	size_t n = s->ticket.opened ? ticket_downs(&s->ticket, &s->arena, &downs) : 0;

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list,
		    json_pack("{ss ss ss so so}", "indicator",
			indicator_table[SERVICE_AVAILABILITY].id, "agreement", downs[i].agreement,
			"service", downs[i].service, "from", json_instant(downs[i].span.from), "to",
			json_instant(downs[i].span.to)));
	return list;
}

static json_t *
ticket_json(struct shown *s, struct err *err)
{
	const struct ticket *t = &s->ticket;
	json_t *cycles = json_array();
	const char *const *d = t->scope.dim;

	for (size_t i = 0; i < t->cycles; i++)
		json_array_append_new(cycles, cycle_json(t, &t->cycle[i]));
	return json_pack("{ss ss ss so ss so so so so so sb so so so so so so}", "id",
	    s->entity.name, "source", s->source, "subject", s->entity.name, "as_of",
	    json_instant(s->now), "state", ticket_state(t), "kind",
	    t->opened ? json_string(kind_names[t->kind]) : json_null(), "agreement",
	    json_text_or_null(d[DIM_AGREEMENT]), "service", json_text_or_null(d[DIM_SERVICE]),
	    "priority", json_text_or_null(d[DIM_PRIORITY]), "team", json_text_or_null(d[DIM_TEAM]),
	    "major", t->major, "excluded",
	    t->excluded ? json_string(exclusion_names[t->exclusion]) : json_null(), "excluded_at",
	    json_instant(t->excluded ? t->excluded_at : STAMP_NEVER), "cycles", cycles, "outages",
	    downs_json(s), "records", records_json(s, err), "warnings", warnings_json(t));
}

static void
answer_ambiguous(struct answer *a, const char *subject, const char **sources, int n)
{
	json_t *list = json_array();

	for (int i = 0; i < n; i++)
		json_array_append_new(list, json_string(sources[i]));
	answer_json(a, 409,
	    json_pack("{sssisssoso}", "type", "about:blank", "status", 409, "title", "Conflict",
		"detail",
		json_sprintf(
		    "%s is known from several sources; add ?source= with one of them", subject),
		"sources", list));
}

/* The entity of a source; 1, 0 or -1. */
static int
ticket_of(struct shown *s, const char *subject, const char *source, struct err *err)
{
	struct store *reader = s->api->reader;
	int64_t id;
	int found = store_source(reader, source, false, &id, err);

	s->source = source;
	if (found <= 0)
		return found;
	return store_entity(reader, CLASS_TICKET, id, subject, &s->arena, &s->entity, err);
}

/* The one entity that the path and ?source= name; answers itself where there is none. */
static int
ticket_find(struct shown *s, const struct request *r, struct answer *a, struct err *err)
{
	const char *sources[SOURCES_MAX], *subject = r->segment[2];
	const char *wanted = request_param(r, "source");
	int64_t ids[SOURCES_MAX];
	int n = 1, found = 0;

	if (wanted == NULL)
		n = store_entities_named(
		    s->api->reader, subject, &s->arena, ids, sources, SOURCES_MAX, err);
	if (n == 1)
		found = ticket_of(s, subject, wanted != NULL ? wanted : sources[0], err);
	if (n < 0 || found < 0)
		answer_problem(a, 503, "%s", err->msg);
	else if (n > 1)
		answer_ambiguous(a, subject, sources, n);
	else if (found == 0)
		answer_problem(a, 404, "there is no ticket '%.100s'%s%.100s", subject,
		    wanted == NULL ? "" : " from ", wanted == NULL ? "" : wanted);
	return found > 0 ? 0 : -1;
}

void
api_ticket(void *context, const struct request *r, struct answer *a)
{
	struct shown s = {.api = context};
	static const char *const names[] = {"source", NULL};
	struct err err = {""};

	s.now = s.api->now();
	if (params_check(r, names, &err) != 0)
		answer_problem(a, 400, "%s", err.msg);
	else if (store_begin_read(s.api->reader, &err) != 0)
		answer_problem(a, 503, "%s", err.msg);
	else if (ticket_find(&s, r, a, &err) == 0) {
		if (fold_ticket(&s.entity, s.source, &s.api->config->agreements, s.now, &s.arena,
			&s.ticket, &err) != 0)
			answer_problem(a, 503, "%s", err.msg);
		else
			answer_json(a, 200, ticket_json(&s, &err));
	}
	store_rollback(s.api->reader);
	arena_free(&s.arena);
}
