#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"
#include "codec/table.h"
#include "fold.h"
#include "store/store_ticket.h"
#include "ticket_show.h"

#define PAGE 100
#define PAGE_MAX 1000
/* What a page looks at, so that no answer holds up the others: tickets, and those that it folds. */
#define LOOKED_MAX 20000
#define FOLDED_MAX 4000

/* What is asked for, and the page that is gathered. */
struct asked {
	struct api *api;
	bool text; /* for eyes: it has no format */
	struct question q;
	struct ticket_walk walk;
	int kind; /* enum kind; -1: any */
	bool late;
	int64_t at_risk; /* deadlines up to then; INT64_MIN: any ticket */
	const char *source; /* NULL: any */
	int64_t limit;
	/* gathered */
	struct arena arena;
	size_t count, folded;
	struct shown *list; /* room for `limit`; each has an arena */
	struct ticket_place last; /* that was looked at */
	bool more; /* there may be others */
	bool failed; /* a ticket could not be folded: */
	struct err err;
};

static const char *const names[] = {"format", "state", "at_risk", "late", "kind", "source",
    "agreement", "service", "priority", "team", "limit", "cursor", NULL};

/* A word of a list, or -1 where the parameter is absent. */
static int
word_read(const struct request *r, const char *name, const char *const *words, int count,
    const char *wanted, int *value, struct err *err)
{
	const char *text = request_param(r, name);

	*value = -1;
	for (int i = 0; text != NULL && i < count; i++) {
		if (strcmp(words[i], text) == 0)
			*value = i;
	}
	if (text != NULL && *value < 0)
		return err_set(err, "%s=%.40s: %s is wanted", name, text, wanted);
	return 0;
}

static int
risk_read(const struct request *r, struct asked *k, struct err *err)
{
	const char *text = request_param(r, "at_risk"), *late = request_param(r, "late");
	int64_t ahead;

	k->at_risk = INT64_MIN;
	k->late = late != NULL && strcmp(late, "true") == 0;
	if (late != NULL && !k->late)
		return err_set(err, "late=%.40s: true is wanted, or nothing", late);
	if (text == NULL)
		return 0;
	if (duration_parse(text, &ahead, err) != 0)
		return err_prefix(err, "at_risk=%.40s", text);
	if (k->walk.state != -1 && k->walk.state != ENTITY_OPEN)
		return err_set(err, "at_risk: only open tickets are; leave state away");
	k->walk.state = ENTITY_OPEN;
	k->at_risk = k->q.as_of + ahead;
	return 0;
}

static int
cursor_read(const struct request *r, struct asked *k, struct err *err)
{
	const char *text = request_param(r, "cursor");
	struct ticket_place *p = &k->walk.after;
	char end;

	*p = (struct ticket_place){0, INT64_MAX};
	if (text != NULL && sscanf(text, "%" SCNd64 "-%" SCNd64 "%c", &p->due, &p->id, &end) != 2)
		return err_set(err, "cursor=%.60s: the `next` of the page before is wanted", text);
	return 0;
}

static int
asked_read(struct asked *k, const struct request *r, struct err *err)
{
	k->source = request_param(r, "source");
	k->walk.limit = LOOKED_MAX;
	if (question_read(k->api, r, k->text ? names + 1 : names, &k->arena, &k->q, err) != 0 ||
	    word_read(r, "state", entity_state_names, ENTITY_STATES,
		"open, resolved, excluded or incomplete", &k->walk.state, err) != 0 ||
	    word_read(r, "kind", kind_names, KINDS, "request, incident or complaint", &k->kind,
		err) != 0 ||
	    risk_read(r, k, err) != 0 || cursor_read(r, k, err) != 0)
		return -1;
	return param_number(r, "limit", 1, PAGE_MAX, PAGE, &k->limit, err);
}

/* Whether it needs no fold to see that a ticket is not asked for. */
static bool
is_passed(const struct asked *k, const struct stored_ticket *t)
{
	static const char none[] = "";
	struct scope scope = t->scope;

	for (int d = 0; d < DIMENSIONS; d++)
		scope.dim[d] = scope.dim[d] == NULL ? none : scope.dim[d];
	return (k->walk.state != -1 && t->entity.state != k->walk.state) ||
	    (k->source != NULL && strcmp(k->source, t->source) != 0) ||
	    !scores_match(&k->q.query, &scope);
}

static const struct cycle *
cycle_last(const struct ticket *t)
{
	return t->cycles == 0 ? NULL : &t->cycle[t->cycles - 1];
}

/* The nearest deadline of its clocks that is still to be kept; STAMP_NEVER. */
static int64_t
deadline_of(const struct ticket *t)
{
	const struct cycle *c = cycle_last(t);
	int64_t nearest = STAMP_NEVER;

	for (enum clock_kind k = 0; c != NULL && !t->excluded && k < CLOCKS; k++) {
		if (ticket_has_clock(t, k) && c->clock[k].stop == STAMP_NEVER &&
		    c->clock[k].deadline < nearest)
			nearest = c->clock[k].deadline;
	}
	return nearest;
}

static bool
is_late(const struct ticket *t)
{
	const struct cycle *c = cycle_last(t);
	bool late = false;

	for (enum clock_kind k = 0; c != NULL && k < CLOCKS; k++)
		late |= ticket_has_clock(t, k) && c->clock[k].breach != STAMP_NEVER;
	return late;
}

static bool
is_asked(const struct asked *k, const struct ticket *t)
{
	return (k->walk.state == -1 || (int)ticket_state(t) == k->walk.state) &&
	    (k->kind == -1 || (t->opened && (int)t->kind == k->kind)) && (!k->late || is_late(t)) &&
	    (k->at_risk == INT64_MIN || deadline_of(t) <= k->at_risk);
}

static int
ticket_add(struct asked *k, const struct stored_ticket *t, struct err *err)
{
	struct shown *s = &k->list[k->count];

	*s = (struct shown){.api = k->api, .entity = t->entity, .now = k->q.as_of};
	s->source = arena_strdup(&s->arena, t->source);
	s->entity.name = arena_strdup(&s->arena, t->entity.name);
	s->entity.facts.bytes =
	    arena_strndup(&s->arena, t->entity.facts.bytes, t->entity.facts.len);
	k->folded++;
	if (fold_ticket(&s->entity, s->source, &k->api->config->agreements, s->now, &s->arena,
		&s->ticket, err) != 0) {
		arena_free(&s->arena);
		return -1;
	}
	if (is_asked(k, &s->ticket))
		k->count++;
	else
		arena_free(&s->arena);
	return 0;
}

static int
ticket_look(void *context, const struct stored_ticket *t)
{
	struct asked *k = context;

	if (!is_passed(k, t))
		k->failed = ticket_add(k, t, &k->err) != 0;
	k->last = t->place;
	k->more = k->count == (size_t)k->limit || k->folded == FOLDED_MAX;
	return k->failed || k->more;
}

/* A deadline is a late ticket's only at the next working instant after it: until the last of those
 * that belong to deadlines that are asked for. */
static int64_t
late_until(const struct config *c, int64_t deadline)
{
	int64_t until = deadline, late;

	for (size_t i = 0; i < c->calendars; i++) {
		late = calendar_after(c->calendar[i], deadline, 1);
		if (late != STAMP_NEVER && late > until)
			until = late;
	}
	return until;
}

static int
asked_gather(struct asked *k, struct err *err)
{
	int looked;

	k->list = arena_alloc(&k->arena, (size_t)k->limit, sizeof(*k->list));
	if (k->at_risk == INT64_MIN)
		looked = store_tickets(k->api->reader, &k->walk, ticket_look, k, err);
	else
		looked = store_tickets_due(k->api->reader, &k->walk,
		    late_until(k->api->config, k->at_risk), ticket_look, k, err);
	if (k->failed)
		return err_set(err, "%s", k->err.msg);
	k->more |= looked == LOOKED_MAX;
	return looked < 0 ? -1 : 0;
}

static json_t *
clocks_short(const struct ticket *t, const struct cycle *c)
{
	json_t *clocks = json_object();

	for (enum clock_kind k = 0; c != NULL && k < CLOCKS; k++) {
		if (ticket_has_clock(t, k))
			json_object_set_new(clocks, clock_kind_names[k], clock_json(&c->clock[k]));
	}
	return clocks;
}

static json_t *
ticket_short(const struct shown *s)
{
	const struct ticket *t = &s->ticket;
	const struct cycle *c = cycle_last(t);
	const char *const *d = t->scope.dim;

	return json_pack("{ss ss ss ss so so so so so sb so so so so so si sb so so so}", "id",
	    s->entity.name, "subject", s->entity.name, "source", s->source, "state",
	    entity_state_names[ticket_state(t)], "kind",
	    t->opened ? json_string(kind_names[t->kind]) : json_null(), "agreement",
	    json_text_or_null(d[DIM_AGREEMENT]), "service", json_text_or_null(d[DIM_SERVICE]),
	    "priority", json_text_or_null(d[DIM_PRIORITY]), "team", json_text_or_null(d[DIM_TEAM]),
	    "major", t->major, "excluded",
	    t->excluded ? json_string(exclusion_names[t->exclusion]) : json_null(), "opened_at",
	    json_instant(c == NULL ? STAMP_NEVER : t->cycle[0].start), "responded_at",
	    json_instant(c == NULL ? STAMP_NEVER : c->responded_at), "recovered_at",
	    json_instant(c == NULL ? STAMP_NEVER : c->recovered_at), "resolved_at",
	    json_instant(c == NULL || !c->resolved ? STAMP_NEVER : c->resolved_at), "cycles",
	    (int)t->cycles, "late", is_late(t), "deadline", json_instant(deadline_of(t)), "clocks",
	    clocks_short(t, c), "href", ticket_href(s->entity.name, s->source));
}

static json_t *
page_json(const struct asked *k)
{
	json_t *list = json_array();

	for (size_t i = 0; i < k->count; i++)
		json_array_append_new(list, ticket_short(&k->list[i]));
	return json_pack("{so so so}", "as_of", json_instant(k->q.as_of), "tickets", list, "next",
	    k->more ? json_sprintf("%" PRId64 "-%" PRId64, k->last.due, k->last.id) : json_null());
}

static void
cell_instant(struct table *t, int64_t at)
{
	char text[STAMP_TEXT];

	table_cell(t, at == STAMP_NEVER ? "" : stamp_format(at, text));
}

/* A clock as one word, with the time that it shows: "running 12m". */
static void
cell_clock(struct table *t, const struct ticket *ticket, const struct cycle *c, enum clock_kind k)
{
	char text[DURATION_TEXT];

	if (c == NULL || !ticket_has_clock(ticket, k))
		table_cell(t, "");
	else
		table_cellf(t, "%s %s", clock_state_shown(&c->clock[k]),
		    duration_format(c->clock[k].elapsed, text));
}

static void
ticket_row(struct table *t, const struct shown *s)
{
	const struct ticket *ticket = &s->ticket;
	const struct cycle *c = cycle_last(ticket);

	table_cell(t, s->entity.name);
	table_cell(t, s->source);
	table_cell(t, entity_state_names[ticket_state(ticket)]);
	table_cell(t, ticket->opened ? kind_names[ticket->kind] : "");
	for (int d = 0; d < DIMENSIONS; d++)
		table_cell(t, ticket->scope.dim[d] == NULL ? "" : ticket->scope.dim[d]);
	cell_instant(t, c == NULL ? STAMP_NEVER : ticket->cycle[0].start);
	cell_instant(t, c == NULL || !c->resolved ? STAMP_NEVER : c->resolved_at);
	for (enum clock_kind k = 0; k < CLOCKS; k++)
		cell_clock(t, ticket, c, k);
	cell_instant(t, deadline_of(ticket));
	table_end(t);
}

static void
page_table(const struct asked *k, const char *const *head, struct answer *a)
{
	struct table t;

	table_init(&t, head);
	for (size_t i = 0; i < k->count; i++)
		ticket_row(&t, &k->list[i]);
	if (k->text)
		table_text(&t, &a->body);
	else
		table_csv(&t, &a->body);
	table_free(&t);
	a->type = k->text ? "text/plain; charset=utf-8" : "text/csv; charset=utf-8";
}

static void
tickets_answer(struct api *api, const struct request *r, bool text, struct answer *a)
{
	static const char *const csv[] = {"ticket", "source", "state", "kind", "agreement",
	    "service", "priority", "team", "opened_at", "resolved_at", "response", "recovery",
	    "resolution", "deadline", NULL};
	static const char *const eyes[] = {"TICKET", "SOURCE", "STATE", "KIND", "AGREEMENT",
	    "SERVICE", "PRIORITY", "TEAM", "OPENED", "RESOLVED", "RESPONSE", "RECOVERY",
	    "RESOLUTION", "DEADLINE", NULL};
	struct asked k = {.api = api, .text = text};
	struct err err;

	if (store_begin_read(api->reader, &err) != 0)
		answer_problem(a, 503, "%s", err.msg);
	else if (asked_read(&k, r, &err) != 0)
		answer_problem(a, 400, "%s", err.msg);
	else if (asked_gather(&k, &err) != 0)
		answer_problem(a, 503, "%s", err.msg);
	else if (text || k.q.csv)
		page_table(&k, text ? eyes : csv, a);
	else
		answer_json(a, 200, page_json(&k));
	store_rollback(api->reader);
	for (size_t i = 0; i < k.count; i++)
		arena_free(&k.list[i].arena);
	arena_free(&k.arena);
}

void
api_tickets(void *context, const struct request *r, struct answer *a)
{
	tickets_answer(context, r, false, a);
}

void
api_tickets_text(void *context, const struct request *r, struct answer *a)
{
	tickets_answer(context, r, true, a);
}
