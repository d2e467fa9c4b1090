#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "domain/pattern.h"
#include "domain/shape.h"
#include "store/mapper_inside.h"

#define LATEST INT64_C(253402300799999) /* ms: the end of 9999 */

/* Whether an argument is NULL, which then is the result. */
static bool
is_null(sqlite3_context *c, sqlite3_value *v)
{
	if (sqlite3_value_type(v) != SQLITE_NULL)
		return false;
	sqlite3_result_null(c);
	return true;
}

static const char *
text_of(sqlite3_value *v)
{
	const char *text = (const char *)sqlite3_value_text(v);

	return text == NULL ? "" : text;
}

static void
header_function(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	struct mapper *m = sqlite3_user_data(c);

	(void)argc;
	if (is_null(c, argv[0]))
		return;
	sqlite3_reset(m->header);
	sqlite3_bind_text(m->header, 1, m->payload.headers, -1, SQLITE_STATIC);
	sqlite3_bind_value(m->header, 2, argv[0]);
	if (sqlite3_step(m->header) == SQLITE_ROW)
		sqlite3_result_value(c, sqlite3_column_value(m->header, 0));
	else
		sqlite3_result_error(c, sqlite3_errmsg(m->db), -1);
	sqlite3_reset(m->header);
}

static void
lookup_function(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	struct mapper *m = sqlite3_user_data(c);
	const char *name = text_of(argv[0]), *value = NULL;
	const char *keys[] = {text_of(argv[1]), "*"};
	const struct mapping_table *tables[] = {
	    mapper_table(m, name, false), mapper_table(m, name, true)};
	char what[120];

	(void)argc;
	if (tables[0] == NULL && tables[1] == NULL) {
		snprintf(what, sizeof(what), "lookup: there is no table '%.60s'", name);
		sqlite3_result_error(c, what, -1);
		return;
	}
	for (int k = 0; k < 2; k++) {
		for (int t = 0; t < 2 && value == NULL; t++) {
			if (k == 1 || sqlite3_value_type(argv[1]) != SQLITE_NULL)
				value = mapping_table_value(tables[t], keys[k]);
		}
	}
	if (value == NULL && strcmp(name, "agreements") == 0)
		m->missed = arena_strdup(m->arena, keys[0]);
	sqlite3_result_text(c, value, -1, SQLITE_TRANSIENT);
}

/* By the name of a shape, or by a pattern, which has a '%'. */
static int
instant_read(
    const char *shape, const char *text, const struct zone *zone, int64_t *t, struct err *err)
{
	int known = shape_find(shape);

	if (strchr(shape, '%') != NULL)
		return pattern_read(shape, text, zone, t, err);
	if (known < 0)
		return err_set(err, "ts: there is no shape '%.40s'", shape);
	return shape_read((enum shape)known, text, zone, t, err);
}

/* ts(text, shape[, zone]) */
static void
ts_function(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	struct mapper *m = sqlite3_user_data(c);
	const struct zone *zone = m->setting.zone;
	struct err err;
	int64_t t;

	if (is_null(c, argv[0]))
		return;
	if (argc > 2)
		zone = m->setting.zone_find(m->setting.context, text_of(argv[2]));
	if (argc > 2 && zone == NULL)
		err_set(&err, "ts: there is no time zone '%.60s'", text_of(argv[2]));
	else if (instant_read(text_of(argv[1]), text_of(argv[0]), zone, &t, &err) == 0) {
		sqlite3_result_int64(c, t);
		return;
	}
	sqlite3_result_error(c, err.msg, -1);
}

/* The field that the first argument names; NULL, with the result an error, if there is none. */
static const struct mapper_field *
field_find(sqlite3_context *c, sqlite3_value **argv)
{
	struct mapper *m = sqlite3_user_data(c);
	const struct mapper_payload *p = &m->payload;
	const char *name = text_of(argv[0]);
	struct err err;

	for (size_t i = 0; i < p->fields; i++) {
		if (strcmp(p->field[i].name, name) == 0)
			return &p->field[i];
	}
	if (p->fields == 0)
		err_set(&err, "a delivery has no fields: rows of a table have");
	else
		err_set(&err, "there is no field '%.60s'; name it in the table 'columns'", name);
	sqlite3_result_error(c, err.msg, -1);
	return NULL;
}

/* A text's own entry in a table, in letters of any case, before "*". */
static const char *
word_find(struct mapper *m, const char *table, const char *key)
{
	const struct mapping_table *tables[] = {
	    mapper_table(m, table, false), mapper_table(m, table, true)};
	const char *keys[] = {key, "*"};

	for (int k = 0; k < 2; k++) {
		for (int t = 0; t < 2; t++) {
			for (size_t i = 0; tables[t] != NULL && i < tables[t]->pairs; i++) {
				if (strcasecmp(tables[t]->pair[i].key, keys[k]) == 0)
					return tables[t]->pair[i].value;
			}
		}
	}
	return NULL;
}

/* field(name[, table]) */
static void
field_function(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	struct mapper *m = sqlite3_user_data(c);
	const struct mapper_field *f = field_find(c, argv);
	const char *word;
	struct err err;

	if (f == NULL || f->column == NULL || (argc < 2 && f->text == NULL))
		return;
	word = argc < 2 ? f->text : word_find(m, text_of(argv[1]), f->text == NULL ? "" : f->text);
	if (word == NULL && f->text != NULL) {
		err_set(&err, "column '%.60s': the table '%.60s' does not say what '%.60s' means",
		    f->column, text_of(argv[1]), f->text);
		sqlite3_result_error(c, err.msg, -1);
	} else if (word != NULL) {
		sqlite3_result_text(c, word, -1, SQLITE_TRANSIENT);
	}
}

/* field_ts(name): by the shape that the table `times` has for it */
static void
field_ts_function(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	struct mapper *m = sqlite3_user_data(c);
	const struct mapper_field *f = field_find(c, argv);
	const char *shape;
	struct err err;
	int64_t t;

	(void)argc;
	if (f == NULL || f->column == NULL || f->text == NULL)
		return;
	shape = word_find(m, "times", f->name);
	if (instant_read(shape == NULL ? "iso" : shape, f->text, m->setting.zone, &t, &err) == 0) {
		sqlite3_result_int64(c, t);
		return;
	}
	err_prefix(&err, "column '%.60s'", f->column);
	sqlite3_result_error(c, err.msg, -1);
}

/* A number of units since 1970, of which `per` make a second, as ms. */
static void
unix_function(sqlite3_context *c, sqlite3_value *v, double per)
{
	int type = sqlite3_value_numeric_type(v);
	int64_t n, ms = -1;
	double real;
	char what[120];

	if (is_null(c, v))
		return;
	if (type == SQLITE_INTEGER) {
		n = sqlite3_value_int64(v);
		if (per > 1000)
			ms = n / (int64_t)(per / 1000);
		else if (n <= LATEST)
			ms = n * (int64_t)(1000 / per);
	} else if (type == SQLITE_FLOAT) {
		real = floor(sqlite3_value_double(v) * (1000 / per));
		ms = real >= 0 && real <= (double)LATEST ? (int64_t)real : -1;
	}
	if (ms >= 0 && ms <= LATEST) {
		sqlite3_result_int64(c, ms);
		return;
	}
	snprintf(what, sizeof(what), "'%.40s' is no time since 1970 in this unit", text_of(v));
	sqlite3_result_error(c, what, -1);
}

static void
unix_s_function(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	(void)argc;
	unix_function(c, argv[0], 1);
}

static void
unix_ms_function(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	(void)argc;
	unix_function(c, argv[0], 1e3);
}

static void
unix_ns_function(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	(void)argc;
	unix_function(c, argv[0], 1e9);
}

static void
hash_function(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	struct mapper *m = sqlite3_user_data(c);
	const char *text = text_of(argv[0]);
	char hex[65];

	(void)argc;
	if (is_null(c, argv[0]))
		return;
	m->setting.sha256(text, (size_t)sqlite3_value_bytes(argv[0]), hex);
	sqlite3_result_text(c, hex, -1, SQLITE_TRANSIENT);
}

static int
nibble(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c == '\0' ? NULL : strchr(digits, tolower((unsigned char)c));

	return at == NULL ? -1 : (int)(at - digits);
}

/* "%20" as the byte that it stands for; a % that stands for none, or for NUL, stays. */
static void
unpercent_function(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	char *text;
	int high, low;
	size_t n = 0;

	(void)argc;
	if (is_null(c, argv[0]))
		return;
	text = sqlite3_mprintf("%s", text_of(argv[0]));
	if (text == NULL) {
		sqlite3_result_error_nomem(c);
		return;
	}
	for (const char *s = text; *s != '\0'; s++) {
		text[n] = *s;
		high = *s == '%' ? nibble(s[1]) : -1;
		low = high < 0 ? -1 : nibble(s[2]);
		if (low >= 0 && high + low > 0) {
			text[n] = (char)(high << 4 | low);
			s += 2;
		}
		n++;
	}
	sqlite3_result_text64(c, text, n, sqlite3_free, SQLITE_UTF8);
}

/* What the mapping itself has against a payload. */
static void
fail_function(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	struct mapper *m = sqlite3_user_data(c);

	(void)argc;
	if (is_null(c, argv[0]))
		return;
	m->refused = true;
	sqlite3_result_error(c, text_of(argv[0]), -1);
}

/* Whether two values differ; NULL is a value, and 1 is '1'. */
static void
changed_function(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	bool none[2] = {
	    sqlite3_value_type(argv[0]) == SQLITE_NULL, sqlite3_value_type(argv[1]) == SQLITE_NULL};
	const char *a = text_of(argv[0]), *b = text_of(argv[1]);
	int len = sqlite3_value_bytes(argv[0]);

	(void)argc;
	sqlite3_result_int(c,
	    none[0] != none[1] ||
		(!none[0] &&
		    (len != sqlite3_value_bytes(argv[1]) || memcmp(a, b, (size_t)len) != 0)));
}

int
mapper_functions(struct mapper *m)
{
	static const struct {
		const char *name;
		int args;
		void (*call)(sqlite3_context *c, int argc, sqlite3_value **argv);
	} functions[] = {
	    {"header", 1, header_function},
	    {"lookup", 2, lookup_function},
	    {"field", 1, field_function},
	    {"field", 2, field_function},
	    {"field_ts", 1, field_ts_function},
	    {"ts", 2, ts_function},
	    {"ts", 3, ts_function},
	    {"unix_s", 1, unix_s_function},
	    {"unix_ms", 1, unix_ms_function},
	    {"unix_ns", 1, unix_ns_function},
	    {"hash", 1, hash_function},
	    {"unpercent", 1, unpercent_function},
	    {"changed", 2, changed_function},
	    {"fail", 1, fail_function},
	};
	int rc = SQLITE_OK;

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]) && rc == SQLITE_OK; i++)
		rc = sqlite3_create_function_v2(m->db, functions[i].name, functions[i].args,
		    SQLITE_UTF8 | SQLITE_DIRECTONLY, m, functions[i].call, NULL, NULL, NULL);
	return rc;
}
