#include <stdlib.h>

#include "behind.h"
#include "codec/packed.h"
#include "evidence.h"

/*
 * The papers of an answer, in an order that new ones do not disturb: reports by due time, others
 * by their event's time; what is equal in that by the place in the configuration, or in the store.
 */
struct sheaf {
	struct behind *b;
	size_t count, room, due; /* due: the reports that were told of, of any outcome */
	struct sheet {
		int64_t at, id;
		struct paper paper;
		struct obligation obligation;
	} * sheet;
};

static int
by_place(const void *x, const void *y)
{
	const struct sheet *a = x, *b = y;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id);
}

/* Only the first of them will be shown, and one more says that there are more. */
static void
sheaf_cut(struct sheaf *s)
{
	size_t most = (size_t)s->b->limit + 1;

	if (s->count > 0)
		qsort(s->sheet, s->count, sizeof(*s->sheet), by_place);
	if (s->count > most)
		s->count = most;
}

static void
sheet_add(struct sheaf *s, const struct sheet *sheet)
{
	if (s->count == s->room)
		sheaf_cut(s);
	s->sheet[s->count++] = *sheet;
}

static void
look(void *context, const struct paper *p)
{
	struct sheaf *s = context;
	const struct behind *b = s->b;
	struct sheet sheet = {.paper = *p};

	if (p->obligation != NULL) {
		sheet.obligation = *p->obligation;
		sheet.at = p->obligation->due;
		sheet.id = (int64_t)++s->due;
	} else {
		sheet.at = p->entry->time;
		sheet.id = p->entry->entity;
	}
	if (p->outcome == b->outcome &&
	    (sheet.at > b->place || (sheet.at == b->place && sheet.id > b->entity)))
		sheet_add(s, &sheet);
}

static json_t *
report_json(const struct sheet *s)
{
	const struct entry *e = s->paper.entry;
	const struct obligation *o = &s->obligation;
	char period[PERIOD_NAME];

	return json_pack("{ss ss so so so so ss}", "report", o->report->id, "period",
	    period_name(o->period, period), "due", json_instant(o->due), "submitted_at",
	    e == NULL ? json_null() : json_instant(e->time), "event",
	    e == NULL ? json_null() : json_string(e->event), "source",
	    e == NULL ? json_null() : json_string(e->source), "agreement", s->paper.agreement);
}

static json_t *
aside_json(const struct paper *p)
{
	return p->outcome == OUTCOME_EXCLUDED ? json_string(standing_names[p->standing])
					      : json_null();
}

static json_t *
measurement_json(const struct paper *p)
{
	const struct entry *e = p->entry;

	return json_pack("{ss ss ss ss so so sI sI sI so so}", "event", e->event, "source",
	    e->source, "agreement", p->agreement, "period", e->period, "from",
	    json_instant(p->from), "to", json_instant(p->to), "a", (json_int_t)e->a, "b",
	    (json_int_t)e->b, "c", (json_int_t)e->c, "time", json_instant(e->time), "excluded",
	    aside_json(p));
}

/* The record of an entry's event: 1, 0 or -1. */
static int
record_of(struct behind *b, const struct entry *e, int64_t *seq)
{
	struct record *records;
	struct entity fact;
	int found = store_entity_get(b->api->reader, e->entity, &b->arena, &fact, b->err);

	if (found > 0)
		found = records_unpack(fact.facts.bytes, fact.facts.len, e->source, e->event,
		    &b->arena, &records, b->err);
	if (found > 0)
		*seq = records[0].seq;
	return found;
}

/* Who found it, and on what evidence, stands in the log alone. */
static json_t *
assessment_json(struct behind *b, const struct paper *p)
{
	const struct entry *e = p->entry;
	struct store *store = b->api->reader;
	json_t *event = NULL, *data, *o = NULL;
	const char *body;
	int64_t seq;
	size_t len;

	if (record_of(b, e, &seq) > 0 && store_body(store, seq, &body, &len, b->err) > 0)
		event = json_loadb(body, len, 0, NULL);
	data = json_object_get(event, "data");
	if (data == NULL)
		err_set(b->err, "the log has no record of %.200s", e->event);
	else
		o = json_pack("{ss ss ss sI so so sO? sO? so}", "event", e->event, "source",
		    e->source, "agreement", p->agreement, "level", (json_int_t)e->a, "time",
		    json_instant(e->time), "valid_until", json_instant(e->b), "evidence",
		    json_object_get(data, "evidence"), "assessor",
		    json_object_get(data, "assessor"), "excluded", aside_json(p));
	json_decref(event);
	return o;
}

static json_t *
sheet_json(struct behind *b, const struct sheet *s)
{
	switch (indicator_table[b->indicator].input) {
	case INPUT_REPORTS:
		return report_json(s);
	case INPUT_MEASUREMENT:
		return measurement_json(&s->paper);
	default:
		return assessment_json(b, &s->paper);
	}
}

int
behind_papers(struct behind *b)
{
	struct sheaf s = {.b = b, .room = 4 * ((size_t)b->limit + 1)};
	const struct papers papers = {b->api->reader, &b->q.query, &b->arena, look, &s, b->err};
	json_t *row;

	s.sheet = arena_alloc(&b->arena, s.room, sizeof(*s.sheet));
	if (evidence_papers(&papers, b->api->config) != 0)
		return -1;
	sheaf_cut(&s);
	b->more = s.count > (size_t)b->limit;
	for (size_t i = 0; i < s.count && i < (size_t)b->limit; i++) {
		row = sheet_json(b, &s.sheet[i]);
		if (row == NULL)
			return -1;
		json_array_append_new(b->list, row);
		b->place = s.sheet[i].at;
		b->entity = s.sheet[i].id;
	}
	return 0;
}
