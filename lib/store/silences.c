#include "store/statement.h"
#include "store/store_silence.h"

int
store_silence_add(struct store *s, struct stored_silence *row, struct err *err)
{
	const struct silence *w = &row->what;

	statement(s, QUERY_SILENCE_ADD, "iiiititttttt", row->created, w->from, w->until, w->ended,
	    w->rule, (int64_t)w->level, w->scope[DIM_AGREEMENT], w->scope[DIM_SERVICE],
	    w->scope[DIM_PRIORITY], w->scope[DIM_TEAM], row->by, row->reason);
	if (statement_run(s, QUERY_SILENCE_ADD, err) != 0)
		return -1;
	row->id = sqlite3_last_insert_rowid(s->db);
	return 0;
}

int
store_silence_end(struct store *s, const struct stored_silence *row, struct err *err)
{
	statement(
	    s, QUERY_SILENCE_END, "iitt", row->id, row->what.ended, row->ended_by, row->ended_note);
	return statement_run(s, QUERY_SILENCE_END, err);
}

static struct stored_silence
silence_read(sqlite3_stmt *st, struct arena *a)
{
	struct stored_silence r = {.id = sqlite3_column_int64(st, 0),
	    .created = sqlite3_column_int64(st, 1),
	    .what = {.from = sqlite3_column_int64(st, 2),
		.until = sqlite3_column_int64(st, 3),
		.ended = sqlite3_column_int64(st, 4),
		.rule = column_text(st, 5, a),
		.level = (enum level)sqlite3_column_int(st, 6)},
	    .by = column_text(st, 11, a),
	    .reason = column_text(st, 12, a),
	    .ended_by = column_text(st, 13, a),
	    .ended_note = column_text(st, 14, a)};

	for (int d = 0; d < DIMENSIONS; d++)
		r.what.scope[d] = column_text(st, 7 + d, a);
	return r;
}

/* Rows of a bound statement, in the arena. */
static int
silences_read(
    struct store *s, enum query q, struct arena *a, struct stored_silence **list, struct err *err)
{
	struct stored_silence *rows = NULL, *grown;
	int n = 0, room = 0, more;

	while ((more = statement_step(s, q, err)) > 0) {
		if (n == room) {
			room = room == 0 ? 8 : 2 * room;
			grown = arena_alloc(a, (size_t)room, sizeof(*grown));
			for (int i = 0; i < n; i++)
				grown[i] = rows[i];
			rows = grown;
		}
		rows[n++] = silence_read(s->stmt[q], a);
	}
	statement_end(s, q);
	*list = rows;
	return more < 0 ? -1 : n;
}

int
store_silence(
    struct store *s, int64_t id, struct arena *a, struct stored_silence *row, struct err *err)
{
	struct stored_silence *list;
	int n;

	statement(s, QUERY_SILENCE_GET, "i", id);
	n = silences_read(s, QUERY_SILENCE_GET, a, &list, err);
	if (n > 0)
		*row = list[0];
	return n;
}

int
store_silences(struct store *s, int64_t below, int state, int64_t now, int limit, struct arena *a,
    struct stored_silence **list, struct err *err)
{
	statement(s, QUERY_SILENCE_PAGE, "iiii", below, (int64_t)state, now, (int64_t)limit);
	return silences_read(s, QUERY_SILENCE_PAGE, a, list, err);
}

int
store_silences_live(
    struct store *s, int64_t now, struct arena *a, struct stored_silence **list, struct err *err)
{
	statement(s, QUERY_SILENCE_LIVE, "i", now);
	return silences_read(s, QUERY_SILENCE_LIVE, a, list, err);
}
