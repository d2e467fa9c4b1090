#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "domain/shape.h"
#include "store/mapper_inside.h"

#define SQL_MAX (256u << 10) /* bytes of one statement */
#define PARAMETERS 7

/* What every expression may name. */
#define INPUT                                                              \
	"(SELECT ?1 AS body, ?2 AS headers, ?3 AS source, ?4 AS received," \
	" ?5 AS delivery, ?6 AS state, ?7 AS snapshot) AS input"
#define COLUMNS "body, headers, source, received, delivery, state, snapshot"

static void
wrong(struct mapper *m, const struct mapping_text *at, size_t offset, const char *what)
{
	m->bad = true;
	m->wrong(m->wrong_context, at, offset, what);
}

/* SQLite's functions whose result depends on their arguments alone, and slad's own. */
static bool
is_known(const char *function)
{
	static const char *const names[] = {"->", "->>", "abs", "avg", "ceil", "ceiling", "changed",
	    "char", "coalesce", "concat", "concat_ws", "count", "date", "datetime", "exp", "field",
	    "field_ts", "floor", "format", "glob", "group_concat", "hash", "header", "hex", "if",
	    "ifnull", "iif", "instr", "json", "json_array", "json_array_length", "json_extract",
	    "json_group_array", "json_group_object", "json_insert", "json_object", "json_patch",
	    "json_quote", "json_remove", "json_replace", "json_set", "json_type", "json_valid",
	    "julianday", "length", "like", "likelihood", "likely", "ln", "log", "log10", "log2",
	    "lookup", "lower", "ltrim", "max", "min", "mod", "nullif", "octet_length", "pow",
	    "power", "printf", "quote", "replace", "round", "rtrim", "sign", "sqrt", "strftime",
	    "string_agg", "substr", "substring", "sum", "time", "total", "trim", "trunc", "ts",
	    "typeof", "unhex", "unicode", "unixepoch", "unix_ms", "unix_ns", "unix_s", "unlikely",
	    "unpercent", "upper", "fail", NULL};
	size_t i = 0;

	while (names[i] != NULL && strcasecmp(names[i], function) != 0)
		i++;
	return names[i] != NULL;
}

/* What statements may do: read the rows of json_each and json_tree, and call functions. */
static int
authorize(void *context, int action, const char *a, const char *b, const char *c, const char *d)
{
	(void)context, (void)c, (void)d;
	switch (action) {
	case SQLITE_SELECT:
		return SQLITE_OK;
	case SQLITE_READ:
		return strcmp(a, "json_each") == 0 || strcmp(a, "json_tree") == 0 ? SQLITE_OK
										  : SQLITE_DENY;
	case SQLITE_FUNCTION:
		return is_known(b) ? SQLITE_OK : SQLITE_DENY;
	default:
		return SQLITE_DENY;
	}
}

static void
limits_set(sqlite3 *db)
{
	static const struct {
		int limit, most;
	} limits[] = {
	    {SQLITE_LIMIT_LENGTH, 2 * MAPPER_BODY},
	    {SQLITE_LIMIT_SQL_LENGTH, SQL_MAX},
	    {SQLITE_LIMIT_COLUMN, 100},
	    {SQLITE_LIMIT_EXPR_DEPTH, 100},
	    {SQLITE_LIMIT_COMPOUND_SELECT, 10},
	    {SQLITE_LIMIT_VDBE_OP, 25000},
	    {SQLITE_LIMIT_FUNCTION_ARG, 2 * MAPPING_MEMBERS},
	    {SQLITE_LIMIT_ATTACHED, 0},
	    {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100},
	    {SQLITE_LIMIT_VARIABLE_NUMBER, 100},
	    {SQLITE_LIMIT_TRIGGER_DEPTH, 0},
	    {SQLITE_LIMIT_WORKER_THREADS, 0},
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		sqlite3_limit(db, limits[i].limit, limits[i].most);
}

static int
open_locked(struct mapper *m)
{
	int rc = sqlite3_open_v2(":memory:", &m->db,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX |
		SQLITE_OPEN_PRIVATECACHE,
	    NULL);

	if (rc != SQLITE_OK)
		return rc;
	sqlite3_db_config(m->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(m->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(m->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	sqlite3_db_config(m->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(m->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	limits_set(m->db);
	rc = mapper_functions(m);
	if (rc == SQLITE_OK) /* SQLite makes these tables known at their first use */
		rc = sqlite3_exec(m->db, "SELECT count(*) FROM json_each('[]'), json_tree('[]')",
		    NULL, NULL, NULL);
	sqlite3_set_authorizer(m->db, authorize, NULL);
	return rc;
}

const struct mapping_table *
mapper_table(const struct mapper *m, const char *name, bool own)
{
	const struct mapping_table *list = own ? m->mapping->table : m->setting.table;
	size_t count = own ? m->mapping->tables : m->setting.tables;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	}
	return NULL;
}

/* Whether an argument is one text in quotes, which is copied. */
static bool
literal_read(const char *s, char *text, size_t size)
{
	const char *end = *s == '\'' ? strchr(s + 1, '\'') : NULL;
	size_t len = end == NULL ? 0 : (size_t)(end - s - 1);

	if (end == NULL || len >= size || strchr(",)", end[1 + strspn(end + 1, " \t\n")]) == NULL)
		return false;
	memcpy(text, s + 1, len);
	text[len] = '\0';
	return true;
}

/* The next call of a function: its first argument, or NULL. */
static const char *
call_find(const char *s, const char *begin, const char *function)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
	bool whole;

	while ((s = strstr(s, function)) != NULL) {
		whole = s == begin || strchr(letters, s[-1]) == NULL;
		s += strlen(function);
		s += strspn(s, " \t\n");
		if (whole && *s == '(')
			return s + 1 + strspn(s + 1, " \t\n");
	}
	return NULL;
}

/* The argument after the one that begins here, or NULL. */
static const char *
argument_next(const char *s)
{
	for (int depth = 0; *s != '\0' && depth >= 0; s++) {
		if (*s == '\'')
			s = strchr(s + 1, '\'');
		else if (*s == '(' || *s == ')')
			depth += *s == '(' ? 1 : -1;
		else if (*s == ',' && depth == 0)
			return s + 1 + strspn(s + 1, " \t\n");
		if (s == NULL)
			break;
	}
	return NULL;
}

/* Whether every table that is named as it stands, lookup('kinds', …), is there. */
static void
tables_check(struct mapper *m, const struct mapping_text *t)
{
	char name[64], what[160];

	for (const char *s = t->text; (s = call_find(s, t->text, "lookup")) != NULL;) {
		if (!literal_read(s, name, sizeof(name)) || mapper_table(m, name, true) != NULL ||
		    mapper_table(m, name, false) != NULL)
			continue;
		sqlite3_snprintf(
		    sizeof(what), what, "there is no table '%s'; name it under 'tables'", name);
		wrong(m, t, (size_t)(s + 1 - t->text), what);
	}
}

/* Likewise the shapes of time, ts(…, 'rfc3339'). */
static void
shapes_check(struct mapper *m, const struct mapping_text *t)
{
	char name[64], what[160];
	const char *shape;

	for (const char *s = t->text; (s = call_find(s, t->text, "ts")) != NULL;) {
		shape = argument_next(s);
		if (shape == NULL || !literal_read(shape, name, sizeof(name)) ||
		    strchr(name, '%') != NULL || shape_find(name) >= 0)
			continue;
		sqlite3_snprintf(sizeof(what), what,
		    "there is no shape of time '%s'; slad-hooks(7) names them", name);
		wrong(m, t, (size_t)(shape + 1 - t->text), what);
	}
}

static sqlite3_stmt *
prepare(struct mapper *m, const struct buf *sql, const char **tail)
{
	sqlite3_stmt *st = NULL;

	if (buf_ok(sql))
		sqlite3_prepare_v3(
		    m->db, buf_text(sql), (int)sql->len + 1, SQLITE_PREPARE_PERSISTENT, &st, tail);
	return st;
}

/* Tells what SQLite has against an expression that begins `before` bytes into the SQL. */
static void
complain(struct mapper *m, const struct mapping_text *t, size_t before)
{
	int offset = sqlite3_error_offset(m->db);
	size_t at = offset < 0 || (size_t)offset < before ? 0 : (size_t)offset - before;

	if (sqlite3_errcode(m->db) == SQLITE_AUTH)
		wrong(m, t, at,
		    "it may do no more than compute from the payload: no table, no recursion, no "
		    "function but those of texts, numbers, times and JSON");
	else
		wrong(m, t, at < strlen(t->text) ? at : 0, sqlite3_errmsg(m->db));
}

/* Whether the parameters are those of the columns, and no others. */
static bool
has_own_parameters(sqlite3_stmt *st)
{
	const char *name;

	for (int i = 1; i <= sqlite3_bind_parameter_count(st); i++) {
		name = sqlite3_bind_parameter_name(st, i);
		if (i > PARAMETERS || name == NULL || name[0] != '?')
			return true;
	}
	return false;
}

/* Looks at an expression by itself, so that what is wrong has a place, and none can leave the
 * brackets that it is put into. */
static void
text_check(struct mapper *m, const struct mapping_text *t, const char *head, const char *foot)
{
	struct buf sql = BUF_INIT(SQL_MAX);
	const char *tail = NULL;
	sqlite3_stmt *st;
	size_t before;

	if (t->text == NULL)
		return;
	buf_puts(&sql, head);
	before = sql.len;
	buf_puts(&sql, t->text);
	buf_puts(&sql, foot);
	st = prepare(m, &sql, &tail);
	if (!buf_ok(&sql))
		wrong(m, t, 0, "it is too long");
	else if (st == NULL)
		complain(m, t, before);
	else if (sqlite3_column_count(st) != 1 || tail == NULL || tail[strspn(tail, "\n ")] != '\0')
		wrong(m, t, 0, "one expression is wanted");
	else if (has_own_parameters(st))
		wrong(m, t, 0, "parameters such as ? or :name stand for nothing here");
	sqlite3_finalize(st);
	buf_free(&sql);
	tables_check(m, t);
	shapes_check(m, t);
}

#define EXPRESSION_HEAD "SELECT (\n"
#define EXPRESSION_FOOT "\n) FROM (SELECT input.*, 0 AS item, 0 AS at FROM " INPUT ")"
#define EACH_HEAD "SELECT each.value FROM " INPUT ", \n"
#define EACH_FOOT "\n AS each"

static void
expression_check(struct mapper *m, const struct mapping_text *t)
{
	text_check(m, t, EXPRESSION_HEAD, EXPRESSION_FOOT);
}

static void
each_check(struct mapper *m, const struct mapping_text *t)
{
	if (t->text != NULL && strncmp(t->text, "json_each(", 10) != 0 &&
	    strncmp(t->text, "json_tree(", 10) != 0)
		wrong(m, t, 0, "'each' is json_each(...) or json_tree(...)");
	else
		text_check(m, t, EACH_HEAD, EACH_FOOT);
}

static void
entry_check(struct mapper *m, const struct mapping_entry *e)
{
	const struct mapping_text *texts[] = {
	    &e->when, &e->id, &e->time, &e->kind, &e->type, &e->subject, &e->sequence};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		expression_check(m, texts[i]);
	each_check(m, &e->each);
	for (size_t i = 0; i < e->members; i++)
		expression_check(m, &e->member[i].value);
}

static void
column_put(struct buf *sql, const struct mapping_text *t)
{
	buf_putf(sql, "(\n%s\n), ", t->text == NULL ? "NULL" : t->text);
}

/* The columns as mapper_events reads them. */
static void
entry_sql(struct buf *sql, const struct mapping_entry *e)
{
	const struct mapping_text *texts[] = {
	    &e->id, &e->time, &e->kind, &e->type, &e->subject, &e->sequence};

	buf_puts(sql, "SELECT ");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		column_put(sql, texts[i]);
	for (size_t i = 0; i < e->members; i++)
		column_put(sql, &e->member[i].value);
	if (e->each.text == NULL)
		buf_puts(
		    sql, "at FROM (SELECT " COLUMNS ", NULL AS item, NULL AS at FROM " INPUT ")");
	else
		buf_putf(sql,
		    "at FROM (SELECT " COLUMNS ", each.value AS item, each.key AS at FROM " INPUT
		    ", \n%s\n AS each)",
		    e->each.text);
	buf_putf(sql, " WHERE (\n%s\n)", e->when.text == NULL ? "1" : e->when.text);
}

static sqlite3_stmt *
whole(struct mapper *m, const struct buf *sql, const struct mapping_text *at)
{
	sqlite3_stmt *st = m->bad ? NULL : prepare(m, sql, NULL);

	if (st == NULL && !m->bad && buf_ok(sql))
		wrong(m, at, 0, sqlite3_errmsg(m->db));
	else if (st == NULL && !m->bad)
		wrong(m, at, 0, "it is too long");
	return st;
}

static void
entry_prepare(struct mapper *m, size_t i)
{
	const struct mapping_entry *e = &m->mapping->entry[i];
	struct buf sql = BUF_INIT(SQL_MAX);

	entry_check(m, e);
	entry_sql(&sql, e);
	m->entry[i] = whole(m, &sql, &e->type);
	buf_free(&sql);
}

static void
delivery_prepare(struct mapper *m)
{
	const struct mapping_text *t = &m->mapping->delivery;
	struct buf sql = BUF_INIT(SQL_MAX);

	if (t->text == NULL)
		return;
	expression_check(m, t);
	buf_putf(&sql, EXPRESSION_HEAD "%s" EXPRESSION_FOOT, t->text);
	m->delivery = whole(m, &sql, t);
	buf_free(&sql);
}

static void
snapshot_prepare(struct mapper *m)
{
	const struct mapping *map = m->mapping;
	struct buf sql = BUF_INIT(SQL_MAX);

	if (map->states == 0)
		return;
	expression_check(m, &map->snapshot);
	expression_check(m, &map->version);
	buf_puts(&sql, "SELECT ");
	column_put(&sql, &map->snapshot);
	column_put(&sql, &map->version);
	buf_puts(&sql, "json_object(");
	for (size_t i = 0; i < map->states; i++) {
		expression_check(m, &map->state[i].value);
		buf_putf(&sql, "%s'%s', (\n%s\n)", i > 0 ? ", " : "", map->state[i].name,
		    map->state[i].value.text);
	}
	buf_puts(&sql, ") FROM (SELECT input.*, NULL AS item, NULL AS at FROM " INPUT ")");
	m->snapshot = whole(m, &sql, &map->snapshot);
	buf_free(&sql);
}

/* slad's own questions. */
static int
own_prepare(struct mapper *m)
{
	static const char valid[] = "SELECT json_valid(?1)";
	static const char header[] =
	    "SELECT json_extract(?1, '$.\"' || replace(lower(?2), '\"', '') || '\"')";

	if (sqlite3_prepare_v2(m->db, valid, -1, &m->valid, NULL) != SQLITE_OK)
		return -1;
	return sqlite3_prepare_v2(m->db, header, -1, &m->header, NULL) == SQLITE_OK ? 0 : -1;
}

struct mapper *
mapper_new(const struct mapping *mapping, const struct mapper_setting *setting, mapper_wrong *tell,
    void *context)
{
	struct mapper *m = mem_alloc(1, sizeof(*m));

	m->mapping = mapping;
	m->setting = *setting;
	m->wrong = tell;
	m->wrong_context = context;
	m->entry = mem_alloc(mapping->entries, sizeof(*m->entry));
	if (open_locked(m) != SQLITE_OK || own_prepare(m) != 0) {
		wrong(m, &(struct mapping_text){NULL, 1, 1, false}, 0,
		    "SQLite gives no database in memory");
	} else {
		delivery_prepare(m);
		snapshot_prepare(m);
		for (size_t i = 0; i < mapping->entries; i++)
			entry_prepare(m, i);
	}
	if (!m->bad)
		return m;
	mapper_free(m);
	return NULL;
}

void
mapper_free(struct mapper *m)
{
	if (m == NULL)
		return;
	sqlite3_finalize(m->valid);
	sqlite3_finalize(m->header);
	sqlite3_finalize(m->delivery);
	sqlite3_finalize(m->snapshot);
	for (size_t i = 0; i < m->mapping->entries; i++)
		sqlite3_finalize(m->entry[i]);
	free(m->entry);
	sqlite3_close(m->db);
	free(m);
}
