#include "store/statement.h"

int
store_entry_replace(struct store *s, int64_t entity, const struct entry *entry, struct err *err)
{
	statement(s, QUERY_ENTRY_DELETE, "i", entity);
	if (statement_run(s, QUERY_ENTRY_DELETE, err) != 0)
		return -1;
	if (entry == NULL)
		return 0;
	statement(s, QUERY_ENTRY_ADD, "iitttiiiii", entity, (int64_t)entry->kind, entry->agreement,
	    entry->topic, entry->period, entry->time, entry->sequence, entry->a, entry->b,
	    entry->c);
	return statement_run(s, QUERY_ENTRY_ADD, err);
}

int
store_entries(struct store *s, enum entry_kind kind, const char *agreement, struct arena *a,
    struct entry **list, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_ENTRY_LIST, "it", (int64_t)kind, agreement);
	struct entry *entries = NULL, *grown;
	int n = 0, room = 0, more;

	while ((more = statement_step(s, QUERY_ENTRY_LIST, err)) > 0) {
		if (n == room) {
			room = room == 0 ? 16 : 2 * room;
			grown = arena_alloc(a, (size_t)room, sizeof(*grown));
			for (int i = 0; i < n; i++)
				grown[i] = entries[i];
			entries = grown;
		}
		entries[n++] = (struct entry){.kind = kind,
		    .agreement = agreement,
		    .topic = column_text(st, 0, a),
		    .period = column_text(st, 1, a),
		    .time = sqlite3_column_int64(st, 2),
		    .sequence = sqlite3_column_int64(st, 3),
		    .a = sqlite3_column_int64(st, 4),
		    .b = sqlite3_column_int64(st, 5),
		    .c = sqlite3_column_int64(st, 6),
		    .entity = sqlite3_column_int64(st, 7),
		    .source = column_text(st, 8, a),
		    .event = column_text(st, 9, a)};
	}
	statement_end(s, QUERY_ENTRY_LIST);
	*list = entries;
	return more < 0 ? -1 : n;
}
