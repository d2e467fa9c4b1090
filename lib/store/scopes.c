#include <string.h>

#include "base/buf.h"
#include "store/statement.h"

static int
scope_find(struct store *s, const struct scope *scope, int64_t *id, struct err *err)
{
	const char *const *d = scope->dim;
	sqlite3_stmt *st = statement(s, QUERY_SCOPE_FIND, "tttt", d[0], d[1], d[2], d[3]);
	int found = statement_step(s, QUERY_SCOPE_FIND, err);

	if (found > 0)
		*id = sqlite3_column_int64(st, 0);
	statement_end(s, QUERY_SCOPE_FIND);
	if (found != 0)
		return found < 0 ? -1 : 0;
	statement(s, QUERY_SCOPE_ADD, "tttt", d[0], d[1], d[2], d[3]);
	if (statement_run(s, QUERY_SCOPE_ADD, err) != 0)
		return -1;
	*id = sqlite3_last_insert_rowid(s->db);
	return 0;
}

int
store_scope(struct store *s, const struct scope *scope, int64_t *id, struct err *err)
{
	struct buf name = BUF_INIT(SIZE_MAX / 2);
	int64_t known;
	int rc = 0;

	for (int d = 0; d < DIMENSIONS; d++)
		buf_put(&name, scope->dim[d], strlen(scope->dim[d]) + 1);
	known = memo_find(&s->scopes, name.data, name.len);
	if (known != 0)
		*id = known;
	else
		rc = scope_find(s, scope, id, err);
	if (known == 0 && rc == 0)
		memo_put(&s->scopes, name.data, name.len, *id);
	buf_free(&name);
	return rc;
}

/* Reads a bound statement to its end. Rows of one agreement are without it. */
static int
scopes_read(struct store *s, enum query q, const char *agreement, struct arena *a,
    struct stored_scope **list, struct err *err)
{
	sqlite3_stmt *st = s->stmt[q];
	struct stored_scope *scopes = NULL;
	size_t room = 0;
	int n = 0, more;

	while ((more = statement_step(s, q, err)) > 0) {
		scopes = arena_grown(a, scopes, (size_t)n, &room, sizeof(*scopes));
		scopes[n].id = sqlite3_column_int64(st, 0);
		for (int d = DIM_SERVICE; d < DIMENSIONS; d++)
			scopes[n].scope.dim[d] = column_text(st, d, a);
		scopes[n].scope.dim[DIM_AGREEMENT] =
		    agreement != NULL ? agreement : column_text(st, DIMENSIONS, a);
		n++;
	}
	statement_end(s, q);
	*list = scopes;
	return more < 0 ? -1 : n;
}

int
store_scopes(struct store *s, struct arena *a, struct stored_scope **list, struct err *err)
{
	statement(s, QUERY_SCOPE_LIST, "");
	return scopes_read(s, QUERY_SCOPE_LIST, NULL, a, list, err);
}

int
store_scopes_of(struct store *s, const char *agreement, struct arena *a, struct stored_scope **list,
    struct err *err)
{
	statement(s, QUERY_SCOPE_LIST_OF, "t", agreement);
	return scopes_read(s, QUERY_SCOPE_LIST_OF, arena_strdup(a, agreement), a, list, err);
}
