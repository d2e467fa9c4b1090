#include <string.h>

#include "store/statement.h"
#include "store/store_improvement.h"

int
store_improvement_add(struct store *s, struct stored_improvement *i, struct err *err)
{
	statement(s, QUERY_IMPROVEMENT_ADD, "ttttttittit", i->indicator, i->scope[DIM_AGREEMENT],
	    i->scope[DIM_SERVICE], i->scope[DIM_PRIORITY], i->scope[DIM_TEAM], i->title, i->aim,
	    i->window, i->due, (int64_t)i->state, i->baseline);
	if (statement_run(s, QUERY_IMPROVEMENT_ADD, err) != 0)
		return -1;
	i->id = sqlite3_last_insert_rowid(s->db);
	return 0;
}

int
store_improvement_set(struct store *s, const struct stored_improvement *i, struct err *err)
{
	statement(s, QUERY_IMPROVEMENT_SET, "iit", i->id, (int64_t)i->state, i->result);
	return statement_run(s, QUERY_IMPROVEMENT_SET, err);
}

static struct stored_improvement
improvement_read(sqlite3_stmt *st, struct arena *a)
{
	struct stored_improvement i = {.id = sqlite3_column_int64(st, 0),
	    .indicator = column_text(st, 1, a),
	    .title = column_text(st, 6, a),
	    .aim = sqlite3_column_int64(st, 7),
	    .window = column_text(st, 8, a),
	    .due = column_text(st, 9, a),
	    .state = sqlite3_column_int(st, 10),
	    .baseline = column_text(st, 11, a),
	    .result = column_text(st, 12, a)};

	for (int d = 0; d < DIMENSIONS; d++)
		i.scope[d] = column_text(st, 2 + d, a);
	return i;
}

int
store_improvement(
    struct store *s, int64_t id, struct arena *a, struct stored_improvement *i, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_IMPROVEMENT_GET, "i", id);
	int found = statement_step(s, QUERY_IMPROVEMENT_GET, err);

	if (found > 0)
		*i = improvement_read(st, a);
	statement_end(s, QUERY_IMPROVEMENT_GET);
	return found;
}

int
store_improvements(struct store *s, int64_t below, int state, const char *agreement,
    const char *indicator, int limit, struct arena *a, struct stored_improvement **list,
    struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_IMPROVEMENT_PAGE, "iitti", below, (int64_t)state,
	    agreement, indicator, (int64_t)limit);
	int n = 0, more;

	*list = arena_alloc(a, (size_t)limit, sizeof(**list));
	while ((more = statement_step(s, QUERY_IMPROVEMENT_PAGE, err)) > 0)
		(*list)[n++] = improvement_read(st, a);
	statement_end(s, QUERY_IMPROVEMENT_PAGE);
	return more < 0 ? -1 : n;
}

int
store_improvement_moved(
    struct store *s, int64_t id, const struct stored_move *move, struct err *err)
{
	statement(
	    s, QUERY_IMPROVEMENT_MOVE_ADD, "iittt", id, move->at, move->move, move->by, move->note);
	return statement_run(s, QUERY_IMPROVEMENT_MOVE_ADD, err);
}

int
store_improvement_moves(
    struct store *s, int64_t id, struct arena *a, struct stored_move **list, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_IMPROVEMENT_MOVES, "i", id);
	struct stored_move *moves = NULL, *grown;
	int n = 0, room = 0, more;

	while ((more = statement_step(s, QUERY_IMPROVEMENT_MOVES, err)) > 0) {
		if (n == room) {
			room = room == 0 ? 8 : 2 * room;
			grown = arena_alloc(a, (size_t)room, sizeof(*grown));
			if (n > 0)
				memcpy(grown, moves, (size_t)n * sizeof(*grown));
			moves = grown;
		}
		moves[n++] = (struct stored_move){sqlite3_column_int64(st, 0),
		    column_text(st, 1, a), column_text(st, 2, a), column_text(st, 3, a)};
	}
	statement_end(s, QUERY_IMPROVEMENT_MOVES);
	*list = moves;
	return more < 0 ? -1 : n;
}
