#include "base/stamp.h"
#include "ticket_show.h"

static json_t *
json_duration(int64_t ms)
{
	char text[DURATION_TEXT];

	return ms == TARGET_NONE ? json_null() : json_string(duration_format(ms, text));
}

const char *
clock_state_shown(const struct ticket_clock *c)
{
	if (c->breach != STAMP_NEVER)
		return "late";
	return c->stop != STAMP_NEVER ? "met" : clock_state_names[c->state];
}

/* The working intervals into the clock's object; one more is asked for, to see whether there are
 * more. */
static void
working_set(struct shown *s, const struct cycle *c, enum clock_kind k, json_t *clock)
{
	struct interval *list = arena_alloc(&s->arena, WORKING_MAX + 1, sizeof(*list));
	size_t n = ticket_clock_working(k, c->phase, &c->clock[k], list, WORKING_MAX + 1);
	json_t *working = json_array();

	for (size_t i = 0; i < n && i < WORKING_MAX; i++)
		json_array_append_new(working,
		    json_pack("{soso}", "from", json_instant(list[i].from), "to",
			json_instant(list[i].to)));
	json_object_set_new(clock, "working", working);
	if (n > WORKING_MAX)
		json_object_set_new(clock, "working_cut", json_true());
}

json_t *
clock_json(const struct ticket_clock *c)
{
	return json_pack("{ss so sI so so so so so sb}", "state", clock_state_shown(c), "elapsed",
	    json_duration(c->elapsed), "elapsed_ms", (json_int_t)c->elapsed, "target",
	    json_duration(c->target), "due", json_instant(c->due), "deadline",
	    json_instant(c->deadline), "stopped_at", json_instant(c->stop), "breached_at",
	    json_instant(c->breach), "retargeted", c->retargeted);
}

json_t *
ticket_clocks(struct shown *s, const struct cycle *c)
{
	json_t *clocks = json_object(), *clock;

	for (enum clock_kind k = 0; k < CLOCKS; k++) {
		if (!ticket_has_clock(&s->ticket, k))
			continue;
		clock = clock_json(&c->clock[k]);
		working_set(s, c, k, clock);
		json_object_set_new(clocks, clock_kind_names[k], clock);
	}
	return clocks;
}

/* The instant at which a phase ends. */
static int64_t
phase_end(const struct cycle *c, size_t i)
{
	return i + 1 < c->phases ? c->phase[i + 1].at : STAMP_NEVER;
}

/* Phases in a row that stand for the same cause are one pause. */
json_t *
ticket_pauses(const struct cycle *c)
{
	json_t *list = json_array();
	const struct phase *p;
	size_t i = 0, last;

	while (i < c->phases) {
		p = &c->phase[i];
		for (last = i; p->paused && last + 1 < c->phases && c->phase[last + 1].paused &&
		     c->phase[last + 1].cause == p->cause;)
			last++;
		if (p->paused && p->at != phase_end(c, last))
			json_array_append_new(list,
			    json_pack("{sososs}", "from", json_instant(p->at), "to",
				json_instant(phase_end(c, last)), "cause", p->cause));
		i = last + 1;
	}
	return list;
}

static json_t *
target_json(const struct target *t)
{
	if (t == NULL)
		return json_null();
	return json_pack("{sosososososo}", "kind",
	    t->kind < 0 ? json_null() : json_string(kind_names[t->kind]), "priority",
	    json_text_or_null(t->priority), "service", json_text_or_null(t->service), "respond",
	    json_duration(t->respond), "recover", json_duration(t->recover), "resolve",
	    json_duration(t->resolve));
}

static json_t *
phase_json(const struct config *config, const struct phase *p, int64_t to)
{
	const struct calendar *calendar = p->target != NULL ? p->target->calendar
	    : p->terms != NULL                              ? p->terms->calendar
							    : NULL;
	json_t *name = json_null(), *version = json_null();

	if (calendar != NULL) {
		name = json_string(calendar_name(calendar));
		version = json_string(config_calendar_version(config, calendar));
	}
	return json_pack("{so so so so so so sb sb so}", "from", json_instant(p->at), "to",
	    json_instant(to), "agreement",
	    json_text_or_null(p->terms == NULL ? NULL : p->terms->agreement), "agreement_version",
	    json_version(p->terms), "calendar", name, "calendar_version", version, "paused",
	    p->paused, "resolved", p->resolved, "target", target_json(p->target));
}

json_t *
ticket_phases(struct shown *s, const struct cycle *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->phases; i++) {
		if (phase_end(c, i) != c->phase[i].at)
			json_array_append_new(
			    list, phase_json(s->api->config, &c->phase[i], phase_end(c, i)));
	}
	return list;
}
