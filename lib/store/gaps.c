#include <inttypes.h>
#include <stdio.h>

#include "store/statement.h"

struct gaps {
	struct store *store;
	void (*each)(void *context, const char *key, const char *what);
	void *context;
	int64_t found; /* differences */
	int64_t known; /* records that runs lead to */
	int64_t strays; /* entries that lead elsewhere */
};

static void
tell(struct gaps *g, int64_t seq, const char *what)
{
	char key[32];

	snprintf(key, sizeof(key), "%" PRId64, seq);
	g->each(g->context, key, what);
	g->found++;
}

/* Every record up to the last one, each found where its source and id lead. */
static int
records_check(struct gaps *g, struct err *err)
{
	struct store *s = g->store;
	sqlite3_stmt *st = statement(s, QUERY_IDENTITY_OF, "i", INT64_C(0));
	struct identity_words w;
	int64_t expected = 1, seq;
	int more, stands = 1;

	while ((more = statement_step(s, QUERY_IDENTITY_OF, err)) > 0) {
		seq = sqlite3_column_int64(st, 0);
		for (; expected < seq; expected++)
			tell(g, expected, "was acknowledged, but is gone from the log");
		expected = seq + 1;
		stands = identity_words(s, st, 1, &w, err);
		if (stands == 0)
			stands = identity_stands(s, w.source, w.id, seq, err);
		statement_end(s, QUERY_IDENTITY_WORDS);
		if (stands < 0)
			break;
		if (stands == 0)
			tell(g, seq, "is not found by its source and id; run slad rebuild");
		g->known += stands > 0 && seq <= identity_runs_upto(&s->identity.runs);
	}
	statement_end(s, QUERY_IDENTITY_OF);
	return more < 0 || stands < 0 ? -1 : 0;
}

static int
entry_count(void *context, const struct hashed *h, struct err *err)
{
	struct gaps *g = context;

	(void)h;
	(void)err;
	g->strays++;
	return 0;
}

static int
entry_check(void *context, const struct hashed *h, struct err *err)
{
	struct gaps *g = context;
	int found;

	statement(g->store, QUERY_IDENTITY_RECORD, "i", h->n);
	found = statement_step(g->store, QUERY_IDENTITY_RECORD, err);
	statement_end(g->store, QUERY_IDENTITY_RECORD);
	if (found == 0) {
		tell(g, h->n, "is known by a source and an id, but is not in the log");
		g->strays--;
	}
	return found < 0 ? -1 : 0;
}

/* As many entries as records that they lead to: then none leads elsewhere. */
static int
entries_check(struct gaps *g, struct err *err)
{
	const struct identity_runs *runs = &g->store->identity.runs;
	char text[32];

	g->strays = -g->known;
	if (identity_runs_walk(g->store, runs, entry_count, g, err) != 0)
		return -1;
	if (g->strays <= 0)
		return 0;
	if (identity_runs_walk(g->store, runs, entry_check, g, err) != 0)
		return -1;
	if (g->strays > 0) {
		snprintf(text, sizeof(text), "%" PRId64, g->strays);
		g->each(g->context, text,
		    "identities lead to other records than their own; run slad rebuild");
		g->found += g->strays;
	}
	return 0;
}

int64_t
store_gaps(struct store *s, void (*each)(void *context, const char *key, const char *what),
    void *context, struct err *err)
{
	struct gaps g = {.store = s, .each = each, .context = context};

	if (identity_load(s, NULL, NULL, err) != 0 || records_check(&g, err) != 0 ||
	    entries_check(&g, err) != 0)
		return -1;
	return g.found;
}
