#include "base/stamp.h"
#include "codec/packed.h"
#include "domain/outage.h"
#include "fold.h"
#include "store/store_ticket.h"
#include "ticket_show.h"

static json_t *
cycle_json(struct shown *s, const struct cycle *c, struct err *err)
{
	json_t *scores = ticket_scores(s, c, err);

	if (scores == NULL)
		return NULL;
	return json_pack("{so so so so so sb so so so so so}", "start", json_instant(c->start),
	    "agreement_version", json_version(c->terms), "responded_at",
	    json_instant(c->responded_at), "recovered_at", json_instant(c->recovered_at),
	    "resolved_at", json_instant(c->resolved ? c->resolved_at : STAMP_NEVER), "reopened",
	    c->reopened, "first_contact",
	    c->resolved ? json_boolean(c->first_contact) : json_null(), "clocks",
	    ticket_clocks(s, c), "pauses", ticket_pauses(c), "scores", scores, "phases",
	    ticket_phases(s, c));
}

static json_t *
cycles_json(struct shown *s, struct err *err)
{
	json_t *list = json_array(), *cycle;

	for (size_t i = 0; i < s->ticket.cycles; i++) {
		cycle = cycle_json(s, &s->ticket.cycle[i], err);
		if (cycle == NULL) {
			json_decref(list);
			return NULL;
		}
		json_array_append_new(list, cycle);
	}
	return list;
}

enum entity_state
ticket_state(const struct ticket *t)
{
	if (!t->opened)
		return ENTITY_INCOMPLETE;
	if (t->excluded)
		return ENTITY_EXCLUDED;
	return t->cycle[t->cycles - 1].resolved ? ENTITY_RESOLVED : ENTITY_OPEN;
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
		    json_pack("{sIsosbsO*}", "seq", (json_int_t)sorted[i]->seq, "received",
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

json_t *
ticket_json(struct shown *s, struct err *err)
{
	const struct ticket *t = &s->ticket;
	const char *const *d = t->scope.dim;
	json_t *cycles = cycles_json(s, err), *records = records_json(s, err);

	if (cycles == NULL || records == NULL) {
		json_decref(cycles);
		json_decref(records);
		return NULL;
	}
	return json_pack("{ss ss ss so ss so so so so so sb so so so so so so}", "id",
	    s->entity.name, "source", s->source, "subject", s->entity.name, "as_of",
	    json_instant(s->now), "state", entity_state_names[ticket_state(t)], "kind",
	    t->opened ? json_string(kind_names[t->kind]) : json_null(), "agreement",
	    json_text_or_null(d[DIM_AGREEMENT]), "service", json_text_or_null(d[DIM_SERVICE]),
	    "priority", json_text_or_null(d[DIM_PRIORITY]), "team", json_text_or_null(d[DIM_TEAM]),
	    "major", t->major, "excluded",
	    t->excluded ? json_string(exclusion_names[t->exclusion]) : json_null(), "excluded_at",
	    json_instant(t->excluded ? t->excluded_at : STAMP_NEVER), "cycles", cycles, "outages",
	    downs_json(s), "records", records, "warnings", warnings_json(t));
}
