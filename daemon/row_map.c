#include "row_map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"
#include "codec/config.h"
#include "codec/json_text.h"
#include "codec/zoneinfo.h"
#include "hook_map.h"
#include "keeper.h"

#define FIELDS 200
#define BODY (4u << 20) /* bytes of a row as JSON, where each letter may need two */
#define ROW_NUMBER "#"
#define NOWHERE SIZE_MAX

struct place { /* of a field */
	const char *column; /* as it was named, or the field's own */
	bool named;
	bool none; /* it has none, whatever columns there are */
	bool number; /* it is the row's */
	bool seen; /* in an object */
	size_t at; /* the column's, or NOWHERE */
};

struct row_map {
	struct config *config;
	struct hook hook;
	struct hooks *hooks;
	struct store *states; /* NULL: the mapping has no snapshots */
	struct arena arena, row; /* of the whole, and of a row */
	struct buf body;
	int64_t started;
	size_t fields;
	struct mapper_field field[FIELDS];
	struct place place[FIELDS];
	const char *const *column; /* of the file */
	size_t columns;
	char number[24];
};

static const struct mapping_table *
table_find(const struct mapping_table *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	}
	return NULL;
}

/* The names of tables, or the keys of one, for a message. */
static void
names_put(struct buf *out, const struct mapping *m, const struct mapping_table *t)
{
	size_t count = t == NULL ? m->tables : t->pairs;

	for (size_t i = 0; i < count; i++)
		buf_putf(
		    out, "%s%s", i == 0 ? "" : ", ", t == NULL ? m->table[i].name : t->pair[i].key);
	buf_puts(out, count == 0 ? "none\n" : "\n");
}

/* Those that mean something to any mapping. */
static bool
is_common(const char *table)
{
	return strcmp(table, "none") == 0 || strcmp(table, "times") == 0;
}

/* Whether the fields that the command line names are there. */
static void
columns_check(const struct row_map *m, const char *mapping, const struct mapping_table *own,
    const struct mapping_table *given, struct buf *mistakes)
{
	for (size_t i = 0; i < given->pairs; i++) {
		if (mapping_table_value(own, given->pair[i].key) != NULL)
			continue;
		buf_putf(mistakes, "slad: the mapping %s has no field '%s'; it has: ", mapping,
		    given->pair[i].key);
		names_put(mistakes, m->hook.mapping, own);
	}
}

/* The same of its tables. */
static int
tables_check(const struct row_map *m, const char *mapping, struct buf *mistakes)
{
	const struct mapping *own = m->hook.mapping;
	const struct mapping_table *t, *given = m->hook.table;
	size_t before = mistakes->len;

	for (size_t i = 0; i < m->hook.tables; i++) {
		t = table_find(own->table, own->tables, given[i].name);
		if (t != NULL && strcmp(t->name, "columns") == 0)
			columns_check(m, mapping, t, &given[i], mistakes);
		if (t != NULL || is_common(given[i].name))
			continue;
		buf_putf(mistakes, "slad: the mapping %s has no table '%s'; it has: ", mapping,
		    given[i].name);
		names_put(mistakes, own, NULL);
	}
	return mistakes->len == before ? 0 : -1;
}

static int
fields_make(struct row_map *m, struct buf *mistakes)
{
	const struct mapping *own = m->hook.mapping;
	const struct mapping_table *columns = table_find(own->table, own->tables, "columns"),
				   *given = table_find(m->hook.table, m->hook.tables, "columns");
	const char *name, *column;

	m->fields = columns == NULL ? 0 : columns->pairs;
	if (m->fields > FIELDS) {
		buf_putf(mistakes, "slad: the mapping has more than %d columns\n", FIELDS);
		return -1;
	}
	for (size_t i = 0; i < m->fields; i++) {
		name = columns->pair[i].key;
		column = mapping_table_value(given, name);
		m->field[i].name = name;
		m->place[i].none = column != NULL && *column == '\0';
		if (column == NULL)
			column = columns->pair[i].value;
		m->place[i].named = *column != '\0';
		m->place[i].column = *column != '\0' ? column : name;
	}
	return 0;
}

static int
hook_load(struct row_map *m, const struct row_setting *s, struct buf *mistakes)
{
	size_t len = strlen(s->mapping);
	bool path = strchr(s->mapping, '/') != NULL ||
	    (len > 5 && strcmp(s->mapping + len - 5, ".yaml") == 0);
	struct err err;

	m->hook = (struct hook){
	    .source = s->source, .agreement = s->agreement, .tables = s->tables, .table = s->table};
	if (s->zone != NULL) {
		m->hook.zone = zoneinfo_load(s->zone, &m->arena, &err);
		if (m->hook.zone == NULL) {
			buf_putf(mistakes, "slad: %s\n", err.msg);
			return -1;
		}
	}
	m->config =
	    config_of_mapping(path ? "import" : SLAD_CONFIG, s->mapping, &m->hook, mistakes);
	if (m->config == NULL || hooks_check(m->config, mistakes) > 0)
		return -1;
	m->hook = m->config->hook[0];
	return 0;
}

/* Snapshots are compared with those of the same run: running it again makes the same of them. */
static int
states_open(struct row_map *m, struct buf *mistakes)
{
	struct err err;

	if (m->hook.mapping->states == 0)
		return 0;
	m->states = store_open(NULL, STORE_SCRATCH, &err);
	if (m->states != NULL && store_begin(m->states, &err) == 0)
		return 0;
	buf_putf(mistakes, "slad: %s\n", err.msg);
	return -1;
}

struct row_map *
row_map_new(const struct row_setting *s, struct buf *mistakes)
{
	struct row_map *m = mem_alloc(1, sizeof(*m));

	m->body.max = BODY;
	m->started = keeper_now();
	if (hook_load(m, s, mistakes) == 0 && tables_check(m, s->mapping, mistakes) == 0 &&
	    fields_make(m, mistakes) == 0 && states_open(m, mistakes) == 0) {
		m->hooks = hooks_new(m->config);
		return m;
	}
	row_map_free(m);
	return NULL;
}

void
row_map_free(struct row_map *m)
{
	if (m == NULL)
		return;
	hooks_free(m->hooks);
	config_unref(m->config);
	store_close(m->states);
	arena_free(&m->arena);
	arena_free(&m->row);
	buf_free(&m->body);
	free(m);
}

void
row_map_begin(struct row_map *m)
{
	m->columns = 0;
	m->column = NULL;
	for (size_t i = 0; i < m->fields; i++) {
		m->place[i].seen = false;
		m->place[i].at = NOWHERE;
		m->place[i].number = strcmp(m->place[i].column, ROW_NUMBER) == 0;
	}
}

static int
column_missing(
    const struct row_map *m, size_t field, const char *const *column, size_t count, struct err *err)
{
	struct buf names = BUF_INIT(4096);
	int rc;

	for (size_t i = 0; i < count; i++)
		buf_putf(&names, "%s'%s'", i == 0 ? "" : ", ", column[i]);
	if (m->place[field].named)
		rc = err_set(err, "there is no column '%.60s' (the field %.60s); there are %.300s",
		    m->place[field].column, m->field[field].name, buf_text(&names));
	else
		rc = err_set(err,
		    "which column is the field %.60s? Say --column %.60s=COLUMN%s; there are "
		    "%.300s",
		    m->field[field].name, m->field[field].name,
		    strcmp(m->field[field].name, "agreement") == 0 ? ", or --agreement ID" : "",
		    buf_text(&names));
	buf_free(&names);
	return rc;
}

/* Whether there has to be a column for a field; the agreement may have been said. */
static bool
is_needed(const struct row_map *m, const char *field)
{
	const struct mapping *own = m->hook.mapping;

	if (m->hook.agreement != NULL && strcmp(field, "agreement") == 0)
		return false;
	return mapping_table_value(table_find(own->table, own->tables, "needed"), field) != NULL;
}

int
row_map_columns(struct row_map *m, const char *const *column, size_t count, struct err *err)
{
	struct place *p;

	m->column = column;
	m->columns = count;
	for (size_t f = 0; f < m->fields; f++) {
		p = &m->place[f];
		for (size_t i = 0; i < count; i++) {
			if (p->none || strcmp(column[i], p->column) != 0)
				continue;
			if (p->at != NOWHERE)
				return err_set(err,
				    "two columns are named '%.60s', and the field %.60s is one of "
				    "them",
				    p->column, m->field[f].name);
			p->at = i;
			p->number = false;
		}
		if ((p->named || is_needed(m, m->field[f].name)) && p->at == NOWHERE && !p->number)
			return column_missing(m, f, column, count, err);
	}
	return 0;
}

/* What a field has, without blanks around it; NULL if that is nothing. */
static const char *
field_text(struct row_map *m, const char *text)
{
	static const char blanks[] = " \t\r\n";
	const struct mapping *own = m->hook.mapping;
	size_t len;

	text += strspn(text, blanks);
	len = strlen(text);
	if (len > 0 && strchr(blanks, text[len - 1]) != NULL) {
		while (len > 0 && strchr(blanks, text[len - 1]) != NULL)
			len--;
		text = arena_strndup(&m->row, text, len);
	}
	if (len == 0 ||
	    mapping_table_value(table_find(m->hook.table, m->hook.tables, "none"), text) != NULL ||
	    mapping_table_value(table_find(own->table, own->tables, "none"), text) != NULL)
		return NULL;
	return text;
}

/* A member by its name, or by a path of names with points between them. */
static const json_t *
member_find(const json_t *object, const char *path)
{
	const json_t *found = json_object_get(object, path);
	const char *point = strchr(path, '.');
	char name[200];

	if (found != NULL || point == NULL || (size_t)(point - path) >= sizeof(name))
		return found;
	memcpy(name, path, (size_t)(point - path));
	name[point - path] = '\0';
	return member_find(json_object_get(object, name), point + 1);
}

static const char *
member_text(struct row_map *m, const json_t *value)
{
	struct buf b = BUF_INIT(BODY);
	const char *text;

	if (value == NULL || json_is_null(value))
		return NULL;
	if (json_is_string(value))
		return json_string_value(value);
	json_text(value, &b, false);
	text = arena_strdup(&m->row, buf_text(&b));
	buf_free(&b);
	return text;
}

static const char *
object_field(struct row_map *m, const json_t *object, struct place *p, bool *there)
{
	const json_t *value = p->none ? NULL : member_find(object, p->column);

	*there = value != NULL;
	p->seen = p->seen || *there;
	return member_text(m, value);
}

static void
fields_fill(struct row_map *m, const struct table_row *row)
{
	const char *text;
	struct place *p;
	bool there;

	snprintf(m->number, sizeof(m->number), "%lld", (long long)row->number);
	for (size_t i = 0; i < m->fields; i++) {
		p = &m->place[i];
		text = NULL;
		there = p->number || p->at != NOWHERE;
		if (p->number)
			text = m->number;
		else if (row->object != NULL)
			text = object_field(m, row->object, p, &there);
		else if (there)
			text = row->cell[p->at];
		m->field[i].column = p->named || there ? p->column : NULL;
		m->field[i].text = text == NULL ? NULL : field_text(m, text);
	}
}

/* A row as an object of texts; of columns of one name, the first. */
static int
body_make(struct row_map *m, const struct table_row *row, struct err *err)
{
	json_t *object = json_object();
	int rc;

	for (size_t i = row->count; i-- > 0;)
		json_object_set_new(object, m->column[i], json_string(row->cell[i]));
	buf_reset(&m->body);
	rc = json_text(object, &m->body, false);
	json_decref(object);
	return rc == 0 ? 0 : err_set(err, "the row is too large");
}

/* What is wrong, for somebody who wrote no mapping: of a column, without the place in the mapping;
 * and with the option that may mend it. */
static void
reason_put(const char *reason, struct err *err)
{
	const char *column = strstr(reason, "column '");
	const char *hint = strstr(reason, "no time zone is known") != NULL ? "; say --timezone"
	    : strstr(reason, "does not say what") != NULL                  ? "; say --table"
	    : strstr(reason, "is no time") != NULL                         ? "; see --times"
									   : "";

	err_set(err, "%s%s", column == NULL ? reason : column, hint);
}

json_t *
row_map_events(struct row_map *m, const struct table_row *row, struct err *err)
{
	struct hook_delivery d = {.source = m->hook.source,
	    .headers = "{}",
	    .received = m->started,
	    .fields = m->fields,
	    .field = m->field};
	json_t *events;

	arena_free(&m->row);
	fields_fill(m, row);
	if (row->object == NULL && body_make(m, row, err) != 0)
		return NULL;
	d.body = row->object == NULL ? buf_text(&m->body) : row->text;
	d.len = row->object == NULL ? m->body.len : row->len;
	events = hooks_row(m->hooks, m->states, &d, &m->row, err);
	if (events == NULL)
		reason_put(d.reason, err);
	return events;
}

int
row_map_end(const struct row_map *m, struct err *err)
{
	for (size_t i = 0; i < m->fields && m->column == NULL; i++) {
		if (m->place[i].named && !m->place[i].seen && !m->place[i].number)
			return err_set(err, "no row has a member '%.60s' (the field %.60s)",
			    m->place[i].column, m->field[i].name);
	}
	return 0;
}
