#include "store/identity.h"

#include <string.h>

#include "store/statement.h"

void
identity_init(struct identity *i, bool reader)
{
	*i = (struct identity){.sizes = IDENTITY_SIZES, .mask = UINT64_MAX, .reader = reader};
}

void
identity_free(struct identity *i)
{
	identity_hash_free(i->key);
	identity_runs_free(&i->runs);
	latest_free(&i->latest);
}

static int
hash_of(struct store *s, int64_t source, const char *id, uint64_t *hash, struct err *err)
{
	struct identity *i = &s->identity;
	char key[2 * IDENTITY_KEY + 2] = "";

	if (i->key == NULL) {
		if (store_meta(s, "identity_key", key, sizeof(key), err) < 0)
			return -1;
		i->key = identity_hash_new(key, err);
		if (i->key == NULL)
			return -1;
	}
	if (identity_hash(i->key, source, id, hash, err) != 0)
		return -1;
	*hash &= i->mask & HASHED_MASK;
	return 0;
}

static int
latest_put(
    struct store *s, int64_t source, const char *id, int64_t seq, size_t bytes, struct err *err)
{
	struct identity *i = &s->identity;
	uint64_t hash;

	if (hash_of(s, source, id, &hash, err) != 0)
		return -1;
	latest_add(&i->latest, hash, seq);
	i->bytes += bytes;
	i->seen = seq;
	return 0;
}

static bool
is_full(const struct identity *i)
{
	return i->latest.count >= i->sizes.recent || i->bytes >= IDENTITY_BYTES;
}

int
identity_words(
    struct store *s, sqlite3_stmt *st, int column, struct identity_words *w, struct err *err)
{
	const char *body = "", *id;
	sqlite3_stmt *words;
	struct err damage;

	w->bytes = 0;
	if (body_column(&s->bodies, st, column, &s->bodies.text, &body, &w->bytes, &damage) != 0)
		body = "";
	words = statement(s, QUERY_IDENTITY_WORDS, "");
	sqlite3_bind_text64(words, 1, body, w->bytes, SQLITE_STATIC, SQLITE_UTF8);
	if (statement_step(s, QUERY_IDENTITY_WORDS, err) < 0)
		return -1;
	w->source = sqlite3_column_int64(words, 0);
	id = (const char *)sqlite3_column_text(words, 1);
	w->id = id == NULL ? "" : id;
	return 0;
}

/* Reads on in the log: 0 at its end, 1 when as much is known as is to be kept in memory. */
static int
log_read(struct store *s, bool bounded, struct err *err)
{
	struct identity *i = &s->identity;
	sqlite3_stmt *st = statement(s, QUERY_IDENTITY_OF, "i", i->seen);
	struct identity_words w;
	int more = 0;

	while (!(bounded && is_full(i)) && (more = statement_step(s, QUERY_IDENTITY_OF, err)) > 0) {
		more = identity_words(s, st, 1, &w, err);
		if (more == 0)
			more = latest_put(
			    s, w.source, w.id, sqlite3_column_int64(st, 0), w.bytes, err);
		statement_end(s, QUERY_IDENTITY_WORDS);
		if (more != 0)
			break;
	}
	statement_end(s, QUERY_IDENTITY_OF);
	return more != 0 ? -1 : bounded && is_full(i);
}

static void
latest_forget(struct identity *i)
{
	latest_free(&i->latest);
	i->bytes = 0;
}

/* All of `latest` becomes a run. */
static int
latest_write(struct store *s, struct err *err)
{
	struct identity *i = &s->identity;
	int rc;

	hashed_sort(i->latest.list, i->latest.count);
	rc = identity_runs_add(s, &i->runs, i->latest.list, i->latest.count, i->seen, err);
	latest_forget(i);
	return rc;
}

/* In a transaction of its own. */
static int
load_write(struct store *s, struct err *err)
{
	struct identity *i = &s->identity;
	size_t count = i->latest.count;

	if (store_begin(s, err) != 0)
		return -1;
	if (latest_write(s, err) == 0 && identity_runs_earn(s, &i->runs, count, err) == 0 &&
	    store_commit(s, err) == 0)
		return 0;
	store_rollback(s);
	return -1;
}

static int
runs_load(struct store *s, struct err *err)
{
	struct identity *i = &s->identity;
	int64_t upto;

	i->runs.sizes = &i->sizes;
	if (identity_runs_load(s, &i->runs, err) != 0)
		return -1;
	upto = identity_runs_upto(&i->runs);
	if (i->seen < upto || i->latest.count > 2 * i->sizes.recent) {
		latest_forget(i);
		i->seen = upto;
	}
	return 0;
}

int
identity_load(struct store *s, void (*step)(void *context, int64_t done, int64_t all),
    void *context, struct err *err)
{
	struct identity *i = &s->identity;
	bool bounded = !i->reader && sqlite3_get_autocommit(s->db) != 0;
	int64_t all;
	int more, rc;

	latest_forget(i);
	i->seen = 0;
	i->runs.filters = true;
	rc = runs_load(s, err);
	i->runs.filters = !i->reader;
	if (rc != 0 || store_last(s, &all, err) != 0)
		return -1;
	while ((more = log_read(s, bounded, err)) > 0) {
		if (step != NULL)
			step(context, i->seen, all);
		if (load_write(s, err) != 0)
			return -1;
	}
	i->loaded = more == 0;
	identity_begin(s);
	return more;
}

/* A reader follows what the writer does. */
static int
follow(struct store *s, struct err *err)
{
	return runs_load(s, err) != 0 ? -1 : log_read(s, false, err);
}

int
store_identities_forget(struct store *s, struct err *err)
{
	static const enum query all[] = {
	    QUERY_IDENTITY_DROP_RUNS, QUERY_IDENTITY_DROP_BLOCKS, QUERY_IDENTITY_DROP_FILTERS};
	struct identity *i = &s->identity;

	for (size_t q = 0; q < sizeof(all) / sizeof(all[0]); q++) {
		statement(s, all[q], "");
		if (statement_run(s, all[q], err) != 0)
			return -1;
	}
	latest_forget(i);
	i->seen = 0;
	i->settled = i->loaded = true;
	return runs_load(s, err);
}

int
store_identity_again(
    struct store *s, int64_t source, const char *id, int64_t seq, size_t bytes, struct err *err)
{
	struct identity *i = &s->identity;
	size_t count;

	if (seq <= i->seen)
		return 0;
	if (latest_put(s, source, id, seq, bytes, err) != 0)
		return -1;
	count = i->latest.count;
	if (!is_full(i))
		return 0;
	return latest_write(s, err) == 0 ? identity_runs_earn(s, &i->runs, count, err) : -1;
}

struct candidate {
	struct store *store;
	int64_t source;
	const char *id;
	int64_t *seq;
};

static int
is_it(void *context, int64_t seq, struct err *err)
{
	struct candidate *c = context;
	sqlite3_stmt *st = statement(c->store, QUERY_RECORD_BODY, "i", seq);
	int found = statement_step(c->store, QUERY_RECORD_BODY, err);
	struct identity_words w;

	if (found > 0 && identity_words(c->store, st, 0, &w, err) != 0)
		found = -1;
	if (found > 0)
		found = w.source == c->source && strcmp(w.id, c->id) == 0;
	statement_end(c->store, QUERY_IDENTITY_WORDS);
	statement_end(c->store, QUERY_RECORD_BODY);
	if (found > 0)
		*c->seq = seq;
	return found;
}

static int
find(struct store *s, struct candidate *c, struct err *err)
{
	struct identity *i = &s->identity;
	size_t at = 0;
	uint64_t hash;
	int64_t seq;
	int rc = 0;

	if (i->reader)
		rc = follow(s, err);
	else if (!i->loaded)
		rc = identity_load(s, NULL, NULL, err);
	if (rc != 0 || hash_of(s, c->source, c->id, &hash, err) != 0)
		return -1;
	while (rc == 0 && (seq = latest_next(&i->latest, hash, &at)) >= 0)
		rc = is_it(c, seq, err);
	return rc != 0 ? rc : identity_runs_find(s, &i->runs, hash, is_it, c, err);
}

int
identity_find(struct store *s, int64_t source, const char *id, int64_t *seq, struct err *err)
{
	struct candidate c = {s, source, id, seq};
	bool alone = s->identity.reader && sqlite3_get_autocommit(s->db) != 0;
	int found;

	/* Runs and blocks are to be of one instant. */
	if (alone && store_begin_read(s, err) != 0)
		return -1;
	found = find(s, &c, err);
	if (alone) {
		statement(s, QUERY_COMMIT, "");
		statement_run(s, QUERY_COMMIT, NULL);
	}
	return found;
}

static int
is_number(void *context, int64_t seq, struct err *err)
{
	(void)err;
	return *(const int64_t *)context == seq;
}

int
identity_stands(struct store *s, int64_t source, const char *id, int64_t seq, struct err *err)
{
	struct identity *i = &s->identity;
	uint64_t hash;

	if (seq > identity_runs_upto(&i->runs))
		return 1;
	if (hash_of(s, source, id, &hash, err) != 0)
		return -1;
	return identity_runs_find(s, &i->runs, hash, is_number, &seq, err);
}

int
identity_add(
    struct store *s, int64_t source, const char *id, int64_t seq, size_t bytes, struct err *err)
{
	s->identity.pending = true;
	return latest_put(s, source, id, seq, bytes, err);
}

void
identity_begin(struct store *s)
{
	struct identity *i = &s->identity;

	i->mark = i->latest.count;
	i->mark_bytes = i->bytes;
	i->mark_seen = i->seen;
	i->pending = i->settled = false;
}

int
identity_settle(struct store *s, struct err *err)
{
	struct identity *i = &s->identity;
	size_t events = i->latest.count - i->mark;

	if (!i->pending)
		return 0;
	i->settled = true;
	if (is_full(i) && latest_write(s, err) != 0)
		return -1;
	return identity_runs_earn(s, &i->runs, events, err);
}

void
identity_ended(struct store *s)
{
	s->identity.pending = s->identity.settled = false;
}

void
identity_revert(struct store *s)
{
	struct identity *i = &s->identity;

	if (i->settled) {
		i->loaded = false;
	} else if (i->pending) {
		latest_cut(&i->latest, i->mark);
		i->bytes = i->mark_bytes;
		i->seen = i->mark_seen;
	}
	i->pending = i->settled = false;
}
