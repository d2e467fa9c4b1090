#include <stdlib.h>

#include "store/statement.h"
#include "store/store_closing.h"

#define STEPS 1000000 /* of SQLite's machine between two beats */

/* No file but when the cache is outgrown, and then one without a name. What is sorted in memory at
 * once is as much as the cache, too. */
static const char setting[] =
    "PRAGMA journal_mode = OFF;"
    "PRAGMA synchronous = OFF;"
    "PRAGMA cache_size = -4096;"
    "CREATE TABLE sheaf (indicator TEXT, kind TEXT, source TEXT, name TEXT, cycle INTEGER,"
    " part INTEGER, service TEXT, counted TEXT, cause TEXT, a INTEGER, b INTEGER, c INTEGER);"
    "BEGIN;";
static const char adding[] =
    "INSERT INTO sheaf VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
static const char reading[] =
    "SELECT * FROM sheaf ORDER BY indicator, kind, source, name, cycle, part, service";

struct sheaf {
	sqlite3 *db;
	sqlite3_stmt *add;
	void (*beat)(void *context, int64_t done);
	void *context;
};

struct evidence_reader {
	struct store *store; /* it reads one of these two; the sheaf is its own */
	struct sheaf *sheaf;
	sqlite3_stmt *st;
};

static int
failed(const struct sheaf *s, struct err *err)
{
	return err_set(err, "temporary database: %s (%d)", sqlite3_errmsg(s->db),
	    sqlite3_extended_errcode(s->db));
}

static int
progress(void *context)
{
	const struct sheaf *s = context;

	s->beat(s->context, 0);
	return 0;
}

struct sheaf *
sheaf_open(void (*beat)(void *context, int64_t done), void *context, struct err *err)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	struct sheaf *s = mem_alloc(1, sizeof(*s));

	s->beat = beat;
	s->context = context;
	if (sqlite3_open_v2("", &s->db, flags, NULL) != SQLITE_OK ||
	    sqlite3_exec(s->db, setting, NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(s->db, adding, -1, &s->add, NULL) != SQLITE_OK) {
		failed(s, err);
		sheaf_free(s);
		return NULL;
	}
	if (beat != NULL)
		sqlite3_progress_handler(s->db, STEPS, progress, s);
	return s;
}

void
sheaf_free(struct sheaf *s)
{
	if (s == NULL)
		return;
	sqlite3_finalize(s->add);
	sqlite3_close(s->db);
	free(s);
}

int
sheaf_add(struct sheaf *s, const struct stored_evidence *e, struct err *err)
{
	const char *const texts[] = {e->indicator, e->kind, e->source, e->name};
	const char *const more[] = {e->service, e->counted, e->cause};
	const int64_t numbers[] = {e->cycle, e->part}, amounts[] = {e->a, e->b, e->c};
	int at = 1, rc;

	for (size_t i = 0; i < 4; i++)
		sqlite3_bind_text(s->add, at++, texts[i], -1, SQLITE_STATIC);
	for (size_t i = 0; i < 2; i++)
		sqlite3_bind_int64(s->add, at++, numbers[i]);
	for (size_t i = 0; i < 3; i++)
		sqlite3_bind_text(s->add, at++, more[i], -1, SQLITE_STATIC);
	for (size_t i = 0; i < 3; i++)
		sqlite3_bind_int64(s->add, at++, amounts[i]);
	rc = sqlite3_step(s->add) == SQLITE_DONE ? 0 : failed(s, err);
	sqlite3_reset(s->add);
	return rc;
}

struct evidence_reader *
sheaf_read(struct sheaf *s, struct err *err)
{
	struct evidence_reader *r = mem_alloc(1, sizeof(*r));

	r->sheaf = s;
	if (sqlite3_prepare_v2(s->db, reading, -1, &r->st, NULL) == SQLITE_OK)
		return r;
	failed(s, err);
	evidence_end(r);
	return NULL;
}

static int
store_failed(struct store *s, struct err *err)
{
	s->failure = sqlite3_extended_errcode(s->db);
	return err_set(err, "database: evidence: %s (%d)", sqlite3_errmsg(s->db), s->failure);
}

struct evidence_reader *
store_evidence(struct store *s, int64_t closing, struct err *err)
{
	struct evidence_reader *r = mem_alloc(1, sizeof(*r));

	r->store = s;
	if (sqlite3_prepare_v2(s->db, sql_queries[QUERY_EVIDENCE_OF].sql, -1, &r->st, NULL) ==
		SQLITE_OK &&
	    sqlite3_bind_int64(r->st, 1, closing) == SQLITE_OK)
		return r;
	store_failed(s, err);
	evidence_end(r);
	return NULL;
}

void
evidence_end(struct evidence_reader *r)
{
	if (r == NULL)
		return;
	sqlite3_finalize(r->st);
	sheaf_free(r->sheaf);
	free(r);
}

static const char *
text(sqlite3_stmt *st, int column)
{
	return (const char *)sqlite3_column_text(st, column);
}

int
evidence_next(struct evidence_reader *r, struct stored_evidence *e, struct err *err)
{
	int rc = sqlite3_step(r->st);

	if (rc == SQLITE_DONE)
		return 0;
	if (rc != SQLITE_ROW)
		return r->store != NULL ? store_failed(r->store, err) : failed(r->sheaf, err);
	*e = (struct stored_evidence){.indicator = text(r->st, 0),
	    .kind = text(r->st, 1),
	    .source = text(r->st, 2),
	    .name = text(r->st, 3),
	    .cycle = sqlite3_column_int64(r->st, 4),
	    .part = sqlite3_column_int64(r->st, 5),
	    .service = text(r->st, 6),
	    .counted = text(r->st, 7),
	    .cause = text(r->st, 8),
	    .a = sqlite3_column_int64(r->st, 9),
	    .b = sqlite3_column_int64(r->st, 10),
	    .c = sqlite3_column_int64(r->st, 11)};
	return 1;
}
