#include "closing.h"

#include <inttypes.h>
#include <string.h>

#include "api.h"
#include "base/stamp.h"
#include "codec/json_text.h"
#include "evidence.h"
#include "row.h"

#define SCORE_MAX 16384 /* bytes of one as JSON */
#define BEAT 10000 /* things gathered or stored */
#define DIGEST_SHOWN 12 /* hex digits of a configuration's judgement */

/* What is being gathered. */
struct gathering {
	const struct act *act;
	struct arena *arena;
	struct closed_state *state;
	struct sheaf *sheaf;
	size_t score_room, evidences;
	bool by_service;
	struct err *err;
	bool failed;
};

/* So many things, and the thread shows that it lives. */
static void
beat(const struct act *act, size_t done)
{
	if (done % BEAT == 0 && act->beat != NULL)
		act->beat(act->context, (int64_t)done);
}

static void
score_add(void *context, const struct row *row)
{
	struct gathering *g = context;
	struct closed_state *state = g->state;
	struct buf text = BUF_INIT(SCORE_MAX);
	json_t *json = row_json(row);

	state->score = arena_grown(
	    g->arena, state->score, state->scores, &g->score_room, sizeof(*state->score));
	if (json_text(json, &text, false) == 0)
		state->score[state->scores++] = (struct closed_score){.service = g->by_service
			? arena_strdup(g->arena, row->scope[DIM_SERVICE])
			: NULL,
		    .indicator = indicator_table[row->indicator].id,
		    .score = arena_strdup(g->arena, buf_text(&text))};
	json_decref(json);
	buf_free(&text);
}

static int
scores_gather(struct gathering *g, const struct scores_query *q, struct err *err)
{
	struct scores scores;

	if (scores_ask(g->act->store, g->act->config, q, g->arena, &scores, err) != 0)
		return -1;
	if (scores.crowded)
		return 0;
	g->by_service = q->bys > 0;
	rows_each(g->act->config, q, &scores, score_add, g);
	return 0;
}

/* The name of a maintenance has its parts apart by unit separators. */
static void
name_put(struct buf *out, const char *name)
{
	for (; *name != '\0'; name++)
		buf_put(out, *name == '\x1f' ? " " : name, 1);
}

/* A report is known by what was due, whoever submits it; an outage also by its start. */
static int
evidence_add(void *context, const struct evidence *item)
{
	struct gathering *g = context;
	struct buf name = BUF_INIT(8192);
	bool report = item->kind == EVIDENCE_REPORT;
	struct stored_evidence e = {.indicator = indicator_table[item->indicator].id,
	    .kind = evidence_kind_names[item->kind],
	    .source = report ? "" : item->source,
	    .cycle = item->cycle,
	    .part = item->from,
	    .service = item->scope.dim[DIM_SERVICE],
	    .counted = outcome_names[item->outcome],
	    .cause = item->cause,
	    .a = item->kind == EVIDENCE_EVENT ? item->n : item->a,
	    .b = item->b,
	    .c = item->c};

	beat(g->act, g->evidences++);
	if (report)
		buf_putf(&name, "%s %s", item->topic, item->period);
	else
		name_put(&name, item->name);
	e.name = buf_text(&name);
	g->failed = sheaf_add(g->sheaf, &e, g->err) != 0;
	buf_free(&name);
	return g->failed;
}

static int
by_number(int64_t x, int64_t y)
{
	return (x > y) - (x < y);
}

/* A ticket may be given another service; an outage or maintenance of another one is another. */
static bool
is_of_service(const struct stored_evidence *e)
{
	return strcmp(e->kind, evidence_kind_names[EVIDENCE_OUTAGE]) == 0 ||
	    strcmp(e->kind, evidence_kind_names[EVIDENCE_MAINTENANCE]) == 0;
}

static int
by_key(const struct stored_evidence *a, const struct stored_evidence *b)
{
	int order = strcmp(a->indicator, b->indicator);

	if (order == 0)
		order = strcmp(a->kind, b->kind);
	if (order == 0)
		order = strcmp(a->source, b->source);
	if (order == 0)
		order = strcmp(a->name, b->name);
	if (order == 0)
		order = by_number(a->cycle, b->cycle);
	if (order == 0)
		order = by_number(a->part, b->part);
	return order != 0 || !is_of_service(a) ? order : strcmp(a->service, b->service);
}

static int
evidence_gather(struct gathering *g, const struct scores_query *q)
{
	const struct act *act = g->act;
	int rc;

	g->sheaf = sheaf_open(act->beat, act->context, g->err);
	if (g->sheaf == NULL)
		return -1;
	rc = evidence_walk(act->store, act->config, q, evidence_add, g, g->err);
	if (rc == 0 && !g->failed)
		g->state->evidence = sheaf_read(g->sheaf, g->err);
	else
		sheaf_free(g->sheaf);
	return g->state->evidence == NULL ? -1 : 0;
}

int
closing_gather(const struct act *act, const char *agreement, const struct window *w,
    struct arena *a, struct closed_state *state, struct err *err)
{
	struct scores_query q = {.window = *w, .cohort = COHORT_OPENED, .now = act->now};
	struct gathering g = {.act = act, .arena = a, .state = state, .err = err};

	*state = (struct closed_state){0};
	q.filter[DIM_AGREEMENT] = (struct scores_filter){1, &agreement};
	for (int i = 0; i < INDICATORS; i++)
		q.wanted[i] = true;
	if (scores_gather(&g, &q, err) != 0 || evidence_gather(&g, &q) != 0)
		return -1;
	q.bys = 1;
	q.by[0] = DIM_SERVICE;
	return scores_gather(&g, &q, err);
}

int
closing_load_scores(
    struct store *s, int64_t closing, struct arena *a, struct closed_state *state, struct err *err)
{
	int scores = store_closed_scores(s, closing, a, &state->score, err);

	state->scores = scores < 0 ? 0 : (size_t)scores;
	state->evidence = NULL;
	return scores < 0 ? -1 : 0;
}

int
closing_load(
    struct store *s, int64_t closing, struct arena *a, struct closed_state *state, struct err *err)
{
	if (closing_load_scores(s, closing, a, state, err) != 0)
		return -1;
	state->evidence = store_evidence(s, closing, err);
	return state->evidence == NULL ? -1 : 0;
}

void
closing_end(struct closed_state *state)
{
	evidence_end(state->evidence);
	state->evidence = NULL;
}

int
closing_save(
    const struct act *act, int64_t closing, const struct closed_state *state, struct err *err)
{
	struct stored_evidence e;
	size_t done = 0;
	int more;

	for (size_t i = 0; i < state->scores; i++) {
		if (store_closed_score_add(act->store, closing, &state->score[i], err) != 0)
			return -1;
	}
	while ((more = evidence_next(state->evidence, &e, err)) > 0) {
		beat(act, done++);
		if (store_evidence_add(act->store, closing, &e, err) != 0)
			return -1;
	}
	return more;
}

/* What one thing counted: {"counted":"bad"} with the amounts it has; null if it was not there. */
static json_t *
counted_json(const struct stored_evidence *e)
{
	static const char *const names[] = {"a", "b", "c"};
	json_t *o;

	if (e == NULL)
		return json_null();
	o = json_pack("{ss so ss}", "counted", e->counted, "excluded", json_text_or_null(e->cause),
	    "service", e->service);
	for (int i = 0; i < 3; i++) {
		int64_t n = i == 0 ? e->a : i == 1 ? e->b : e->c;

		if (n != 0)
			json_object_set_new(o, names[i], json_integer(n));
	}
	return o;
}

static bool
counts_alike(const struct stored_evidence *x, const struct stored_evidence *y)
{
	return strcmp(x->counted, y->counted) == 0 && strcmp(x->cause, y->cause) == 0 &&
	    strcmp(x->service, y->service) == 0 && x->a == y->a && x->b == y->b && x->c == y->c;
}

static json_t *
move_json(const struct stored_evidence *before, const struct stored_evidence *after)
{
	const struct stored_evidence *e = before != NULL ? before : after;
	bool ticket = strcmp(e->kind, "ticket") == 0 || strcmp(e->kind, "incident") == 0;
	json_t *o = json_pack("{ss ss ss so}", "indicator", e->indicator, "kind", e->kind, "name",
	    e->name, "source", json_text_or_null(e->source));

	if (e->cycle > 0)
		json_object_set_new(o, "cycle", json_integer(e->cycle));
	json_object_set_new(o, "before", counted_json(before));
	json_object_set_new(o, "after", counted_json(after));
	if (ticket)
		json_object_set_new(o, "href", ticket_href(e->name, e->source));
	return o;
}

/* One of two walks side by side. */
struct side {
	struct evidence_reader *reader;
	struct stored_evidence e;
	int more; /* 1 it stands at `e`, 0 at the end, -1 failed */
};

static void
side_on(struct side *s, struct err *err)
{
	s->more = evidence_next(s->reader, &s->e, err);
}

/* Which of the two stands at the smaller key: -1 the first, 1 the second, 0 both. */
static int
side_order(const struct side *x, const struct side *y)
{
	return x->more == 0 ? 1 : y->more == 0 ? -1 : by_key(&x->e, &y->e);
}

json_t *
closing_moved(struct evidence_reader *before, struct evidence_reader *after,
    const struct moved_page *page, int64_t *count, struct err *err)
{
	struct side x = {.reader = before}, y = {.reader = after};
	json_t *list = json_array();
	int64_t n = 0;
	int order;

	side_on(&x, err);
	side_on(&y, err);
	while (x.more >= 0 && y.more >= 0 && x.more + y.more > 0) {
		order = side_order(&x, &y);
		if (order != 0 || !counts_alike(&x.e, &y.e)) {
			if (n >= page->after && n - page->after < page->limit)
				json_array_append_new(list,
				    move_json(order <= 0 ? &x.e : NULL, order >= 0 ? &y.e : NULL));
			n++;
		}
		if (order <= 0)
			side_on(&x, err);
		if (order >= 0)
			side_on(&y, err);
	}
	*count = n;
	if (x.more >= 0 && y.more >= 0)
		return list;
	json_decref(list);
	return NULL;
}

int
closing_moves_put(json_t *o, const struct closed_state *before, const struct closed_state *after,
    const struct moved_page *page, struct err *err)
{
	int64_t count, end;
	json_t *moved = closing_moved(before->evidence, after->evidence, page, &count, err);

	if (moved == NULL)
		return -1;
	end = page->after + (int64_t)json_array_size(moved);
	json_object_set_new(o, "moved", moved);
	json_object_set_new(o, "moved_count", json_integer(count));
	json_object_set_new(o, "next", end < count ? json_sprintf("%" PRId64, end) : json_null());
	json_object_set_new(o, "scores_moved", closing_scores_moved(before, after));
	return 0;
}

/* The whole first, then by service, each in the order of the indicators. */
static int
by_place(const struct closed_score *a, const struct closed_score *b)
{
	int order = (a->service != NULL) - (b->service != NULL);

	if (order == 0 && a->service != NULL)
		order = strcmp(a->service, b->service);
	return order != 0 ? order : indicator_find(a->indicator) - indicator_find(b->indicator);
}

/* The numbers of a score; its names and objective may change with program and configuration. */
static json_t *
numbers_of(const struct closed_score *s)
{
	static const char *const members[] = {
	    "value", "a", "b", "c", "pending", "excluded", "reason", NULL};
	json_t *score, *numbers;

	if (s == NULL)
		return json_null();
	score = json_loads(s->score, 0, NULL);
	numbers = json_object();
	for (size_t m = 0; members[m] != NULL; m++) {
		if (json_object_get(score, members[m]) != NULL)
			json_object_set(numbers, members[m], json_object_get(score, members[m]));
	}
	json_decref(score);
	return numbers;
}

/* Whether any of a score's numbers is one. */
static bool
has_numbers(const json_t *numbers)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)numbers, name, value)
	{
		if (json_is_number(value)
			? json_number_value(value) != 0 || strcmp(name, "value") == 0
			: json_object_size(value) > 0)
			return true;
	}
	return false;
}

static void
score_move_add(json_t *list, const struct closed_score *before, const struct closed_score *after)
{
	const struct closed_score *s = before != NULL ? before : after;
	json_t *x = numbers_of(before), *y = numbers_of(after);

	if (!json_equal(x, y) && (has_numbers(x) || has_numbers(y)))
		json_array_append_new(list,
		    json_pack("{ss so sO sO}", "indicator", s->indicator, "service",
			s->service == NULL ? json_null() : json_string(s->service), "before", x,
			"after", y));
	json_decref(x);
	json_decref(y);
}

json_t *
closing_scores_moved(const struct closed_state *before, const struct closed_state *after)
{
	const struct closed_score *x, *y;
	json_t *list = json_array();
	size_t i = 0, j = 0;
	int order;

	while (i < before->scores || j < after->scores) {
		x = i < before->scores ? &before->score[i] : NULL;
		y = j < after->scores ? &after->score[j] : NULL;
		order = x == NULL ? 1 : y == NULL ? -1 : by_place(x, y);
		score_move_add(list, order <= 0 ? x : NULL, order >= 0 ? y : NULL);
		i += order <= 0;
		j += order >= 0;
	}
	return list;
}

json_t *
closing_scores_json(const struct closed_state *state)
{
	json_t *list = json_array();

	for (size_t i = 0; i < state->scores; i++)
		json_array_append_new(list, json_loads(state->score[i].score, 0, NULL));
	return list;
}

json_t *
closing_json(const struct stored_closing *c)
{
	return json_pack("{ss ss so so sI so ss so so}", "agreement", c->agreement, "window",
	    c->window, "from", json_instant(c->from), "to", json_instant(c->to), "revision",
	    (json_int_t)c->revision, "closed_at", json_instant(c->closed), "by", c->by, "note",
	    json_text_or_null(c->note), "configuration",
	    json_stringn(c->judgement, strnlen(c->judgement, DIGEST_SHOWN)));
}
