#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "base/stamp.h"
#include "codec/packed.h"
#include "fold.h"

#define PAGE 100
#define PAGE_MAX 1000

/* The way back from a score to its tickets. */
struct behind {
	struct api *api;
	struct question q;
	struct arena arena;
	enum indicator indicator;
	enum outcome outcome;
	int64_t limit, minute, entity; /* the page goes on after this place */
	bool more;
	size_t count;
	struct place {
		int64_t minute, entity;
		unsigned cycle;
		const char *source, *name;
		struct scope scope;
		enum exclusion exclusion;
	} * place;
	struct err *err;
	bool failed;
};

static bool
is_wanted(const struct behind *b, const struct count *c, int64_t minute)
{
	return c->minute == minute && measure_indicator(c->measure) == b->indicator &&
	    measure_cohort(c->measure) == b->q.query.cohort &&
	    measure_outcome(c->measure) == b->outcome;
}

static void
place_add(struct behind *b, const struct counted *c, const struct count *count)
{
	struct place *p = &b->place[b->count++];

	*p = (struct place){.minute = c->minute,
	    .entity = c->entity,
	    .cycle = count->cycle,
	    .source = arena_strdup(&b->arena, c->source),
	    .name = arena_strdup(&b->arena, c->name),
	    .exclusion = measure_exclusion(count->measure)};
	for (int d = 0; d < DIMENSIONS; d++)
		p->scope.dim[d] = arena_strdup(&b->arena, c->scope.dim[d]);
}

/* One entity in one minute; a page ends between entities, never within one. */
static int
look(void *context, const struct counted *c)
{
	struct behind *b = context;
	struct arena scratch = {0};
	struct count *counts;
	int n = 0, found = 0;

	if (!scores_match(&b->q.query, &c->scope))
		return 0;
	n = counts_unpack(c->counts.bytes, c->counts.len, &scratch, &counts, b->err);
	b->failed = b->failed || n < 0;
	for (int i = 0; i < n; i++)
		found += is_wanted(b, &counts[i], c->minute);
	b->more = found > 0 && b->count > 0 && b->count + (size_t)found > (size_t)b->limit;
	for (int i = 0; i < n && !b->more && b->count < PAGE_MAX; i++) {
		if (is_wanted(b, &counts[i], c->minute))
			place_add(b, c, &counts[i]);
	}
	arena_free(&scratch);
	return b->more || b->failed;
}

/* "/v1/tickets/INC%201?source=…" */
static json_t *
href(const struct place *p)
{
	struct buf b = BUF_INIT(8192);
	const char *const parts[] = {"/v1/tickets/", p->name, "?source=", p->source};
	json_t *text;

	for (size_t i = 0; i < 4; i++) {
		for (const char *s = parts[i]; *s != '\0'; s++) {
			if (i % 2 == 0 || strchr("-._~", *s) != NULL || (*s >= '0' && *s <= '9') ||
			    (*s >= 'A' && *s <= 'Z') || (*s >= 'a' && *s <= 'z'))
				buf_put(&b, s, 1);
			else
				buf_putf(&b, "%%%02X", (unsigned)(unsigned char)*s);
		}
	}
	text = json_string(buf_text(&b));
	buf_free(&b);
	return text;
}

static json_t *
place_json(struct behind *b, const struct place *p)
{
	struct arena scratch = {0};
	const struct cycle *c;
	struct verdict v;
	struct entity e;
	struct ticket t;
	json_t *o = NULL;

	if (store_entity_get(b->api->reader, p->entity, &scratch, &e, b->err) > 0 &&
	    fold_ticket(&e, p->source, &b->api->config->agreements, b->q.as_of, &scratch, &t,
		b->err) == 0 &&
	    p->cycle < t.cycles) {
		c = &t.cycle[p->cycle];
		v = tally_verdict(&t, c, b->indicator);
		o = json_pack("{sssssisososososososo}", "subject", p->name, "source", p->source,
		    "cycle", (int)p->cycle + 1, "opened", json_instant(c->start), "settled_at",
		    json_instant(v.settled), "excluded",
		    b->outcome == OUTCOME_EXCLUDED ? json_string(exclusion_names[p->exclusion])
						   : json_null(),
		    "agreement", json_text_or_null(p->scope.dim[DIM_AGREEMENT]), "service",
		    json_text_or_null(p->scope.dim[DIM_SERVICE]), "priority",
		    json_text_or_null(p->scope.dim[DIM_PRIORITY]), "team",
		    json_text_or_null(p->scope.dim[DIM_TEAM]));
		json_object_set_new(o, "href", href(p));
	}
	arena_free(&scratch);
	return o;
}

static json_t *
page_json(struct behind *b)
{
	const struct place *last = b->count == 0 ? NULL : &b->place[b->count - 1];
	json_t *list = json_array();

	for (size_t i = 0; i < b->count; i++)
		json_array_append_new(list, place_json(b, &b->place[i]));
	return json_pack("{sssssosossso}", "indicator", indicator_table[b->indicator].id, "counted",
	    outcome_names[b->outcome], "as_of", json_instant(b->q.as_of), "tickets", list, "window",
	    b->q.query.window.name, "next",
	    b->more ? json_sprintf("%" PRId64 "-%" PRId64, last->minute, last->entity)
		    : json_null());
}

static int
counted_read(const struct request *r, struct behind *b, struct err *err)
{
	const char *text = request_param(r, "counted");

	b->outcome = OUTCOME_BAD;
	for (int o = 0; text != NULL; o++) {
		if (outcome_names[o] == NULL)
			return err_set(
			    err, "counted=%.40s: good, bad, pending or excluded is wanted", text);
		if (strcmp(outcome_names[o], text) == 0) {
			b->outcome = (enum outcome)o;
			break;
		}
	}
	return 0;
}

static int
cursor_read(const struct request *r, struct behind *b, struct err *err)
{
	const char *text = request_param(r, "cursor");
	char end;

	b->minute = INT64_MIN;
	if (text != NULL &&
	    sscanf(text, "%" SCNd64 "-%" SCNd64 "%c", &b->minute, &b->entity, &end) != 2)
		return err_set(err, "cursor=%.60s: the `next` of the page before is wanted", text);
	return 0;
}

static int
behind_read(struct behind *b, const struct request *r, struct err *err)
{
	static const char *const others[] = {"counted", "limit", "cursor", NULL};

	if (question_read(b->api, r, others, &b->arena, &b->q, err) != 0 ||
	    counted_read(r, b, err) != 0 || cursor_read(r, b, err) != 0 ||
	    param_number(r, "limit", 1, PAGE_MAX, PAGE, &b->limit, err) != 0)
		return -1;
	return 0;
}

static int
behind_walk(struct behind *b, struct err *err)
{
	const struct window *w = &b->q.query.window;

	b->place = arena_alloc(&b->arena, PAGE_MAX, sizeof(*b->place));
	b->err = err;
	if (store_counted_walk(b->api->reader, w->from / STAMP_MINUTE, w->to / STAMP_MINUTE,
		b->minute, b->entity, look, b, err) != 0)
		return -1;
	return b->failed ? -1 : 0;
}

void
api_score_tickets(void *context, const struct request *r, struct answer *a)
{
	struct behind b = {.api = context};
	int indicator = indicator_find(r->segment[2]);
	struct err err;

	if (indicator < 0 || indicator_table[indicator].input != INPUT_TICKETS ||
	    !indicator_table[indicator].computed) {
		answer_problem(a, 404,
		    "'%.60s' is no indicator that counts tickets; GET "
		    "/v1/indicators says what each one counts",
		    r->segment[2]);
		return;
	}
	b.indicator = (enum indicator)indicator;
	if (store_begin_read(b.api->reader, &err) != 0)
		answer_problem(a, 503, "%s", err.msg);
	else if (behind_read(&b, r, &err) != 0)
		answer_problem(a, 400, "%s", err.msg);
	else if (behind_walk(&b, &err) != 0)
		answer_problem(a, 503, "%s", err.msg);
	else
		answer_json(a, 200, page_json(&b));
	store_rollback(b.api->reader);
	arena_free(&b.arena);
}
