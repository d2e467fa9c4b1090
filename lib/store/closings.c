#include "store/statement.h"
#include "store/store_closing.h"

int
store_closing_add(struct store *s, struct stored_closing *c, struct err *err)
{
	statement(s, QUERY_CLOSING_ADD, "ttiiiiittt", c->agreement, c->window, c->from, c->to,
	    c->revision, c->closed, c->seq, c->judgement, c->by, c->note);
	if (statement_run(s, QUERY_CLOSING_ADD, err) != 0)
		return -1;
	c->id = sqlite3_last_insert_rowid(s->db);
	return 0;
}

static struct stored_closing
closing_read(sqlite3_stmt *st, struct arena *a)
{
	return (struct stored_closing){.id = sqlite3_column_int64(st, 0),
	    .agreement = column_text(st, 1, a),
	    .window = column_text(st, 2, a),
	    .from = sqlite3_column_int64(st, 3),
	    .to = sqlite3_column_int64(st, 4),
	    .revision = sqlite3_column_int64(st, 5),
	    .closed = sqlite3_column_int64(st, 6),
	    .seq = sqlite3_column_int64(st, 7),
	    .judgement = column_text(st, 8, a),
	    .by = column_text(st, 9, a),
	    .note = column_text(st, 10, a)};
}

static int
closing_one(
    struct store *s, enum query q, struct arena *a, struct stored_closing *c, struct err *err)
{
	int found = statement_step(s, q, err);

	if (found > 0)
		*c = closing_read(s->stmt[q], a);
	statement_end(s, q);
	return found;
}

int
store_closing(struct store *s, const char *agreement, const char *window, int64_t revision,
    struct arena *a, struct stored_closing *c, struct err *err)
{
	statement(s, QUERY_CLOSING_GET, "tti", agreement, window, revision);
	return closing_one(s, QUERY_CLOSING_GET, a, c, err);
}

int
store_closing_next(
    struct store *s, int64_t after, struct arena *a, struct stored_closing *c, struct err *err)
{
	statement(s, QUERY_CLOSING_NEXT, "i", after);
	return closing_one(s, QUERY_CLOSING_NEXT, a, c, err);
}

int
store_closings(struct store *s, int64_t below, const char *agreement, int limit, struct arena *a,
    struct stored_closing **list, struct err *err)
{
	sqlite3_stmt *st =
	    statement(s, QUERY_CLOSING_PAGE, "iti", below, agreement, (int64_t)limit);
	int n = 0, more;

	*list = arena_alloc(a, (size_t)limit, sizeof(**list));
	while ((more = statement_step(s, QUERY_CLOSING_PAGE, err)) > 0)
		(*list)[n++] = closing_read(st, a);
	statement_end(s, QUERY_CLOSING_PAGE);
	return more < 0 ? -1 : n;
}

int
store_closed_score_add(
    struct store *s, int64_t closing, const struct closed_score *score, struct err *err)
{
	statement(s, QUERY_CLOSED_SCORE_ADD, "ittt", closing, score->service, score->indicator,
	    score->score);
	return statement_run(s, QUERY_CLOSED_SCORE_ADD, err);
}

int
store_evidence_add(
    struct store *s, int64_t closing, const struct stored_evidence *e, struct err *err)
{
	statement(s, QUERY_EVIDENCE_ADD, "ittttiitttiii", closing, e->indicator, e->kind, e->source,
	    e->name, e->cycle, e->part, e->service, e->counted, e->cause, e->a, e->b, e->c);
	return statement_run(s, QUERY_EVIDENCE_ADD, err);
}

int
store_closed_scores(
    struct store *s, int64_t closing, struct arena *a, struct closed_score **list, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_CLOSED_SCORES, "i", closing);
	size_t room = 0;
	int n = 0, more;

	*list = NULL;
	while ((more = statement_step(s, QUERY_CLOSED_SCORES, err)) > 0) {
		*list = arena_grown(a, *list, (size_t)n, &room, sizeof(**list));
		(*list)[n++] = (struct closed_score){
		    column_text(st, 0, a), column_text(st, 1, a), column_text(st, 2, a)};
	}
	statement_end(s, QUERY_CLOSED_SCORES);
	return more < 0 ? -1 : n;
}
