/* The limit: the rows that slad stores for events, by the same SQLite, and nothing else of slad's
 * work.
 *
 *     bare --batch 1000 DATABASE ROWS
 *
 * ROWS is what `generate --rows` writes. There is no HTTP, no JSON, no clock, no calendar and no
 * rule here, and one thread; but each batch is one durable transaction with slad's pragmas (WAL,
 * synchronous FULL, 16 MiB of cache), and a checkpoint every 4,096 pages. What it writes:
 *
 * record: for each event that was not there before, its seq, when it came, and the event as it
 * came. (slad keeps that as its log, but packs it: some processor's time for some of the disk's.)
 *
 * identity_block: for each of them 11 bytes, in blobs of 4,092. Each is written a second time, as
 * slad merges its runs. What is there already is asked of a set of hashes in memory, where slad has
 * filters and looks into blocks.
 *
 * entity: the ticket, read and written once for each batch that touches it: 36 bytes of facts for
 * each event, 100 of counts.
 *
 * counted: the minute and the ticket, when it is opened, answered and resolved.
 *
 * tally: for an opening, an answer and what ends a clock, its scope's rows at four widths (the
 * minutes of an hour, the hours of a day, four days, 32 days), and for all but the opening those of
 * the times at the wider two; each is read and written once for each batch, in the order in which
 * they lie; as many bytes as slad has.
 *
 * All have the indexes that slad has on them. Ids in any order cost the same. Prints one JSON
 * object: events, new ones, seconds. */
#include "bare_set.h"

#include <getopt.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	FACTS_EACH = 36,
	FACTS_MOST = 4096,
	COUNTS = 100,
	KINDS = 6,
	ENTRY = 11,
	BLOCK = 372 * ENTRY
};

/* Rows of tallies in the order in which they lie. Bytes: the mean of what slad has there after
 * 400,000 events of `generate`. */
static const struct {
	int half;
	int64_t minutes; /* of an era */
	int bytes;
} kinds[KINDS] = {
    {0, 60, 60}, {0, 1440, 223}, {0, 5760, 60}, {0, 46080, 44}, {1, 5760, 265}, {1, 46080, 407}};

enum query {
	BEGIN,
	COMMIT,
	RECORD,
	BLOCK_SET,
	ENTITY_FIND,
	ENTITY_ADD,
	ENTITY_SET,
	COUNTED,
	TALLY_GET,
	TALLY_SET,
	QUERIES,
};

static const char *const texts[QUERIES] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [RECORD] = "INSERT INTO record (seq, received, body) VALUES (?1, ?2, ?3)",
    [BLOCK_SET] = "INSERT OR REPLACE INTO identity_block (place, entries) VALUES (?1, ?2)",
    [ENTITY_FIND] = "SELECT id, facts FROM entity WHERE name = ?1 AND source = 1 AND class = 0",
    [ENTITY_ADD] = "INSERT INTO entity (class, source, name, state, scope, due, facts, counts)"
		   " VALUES (0, 1, ?1, ?2, ?3, ?4, ?5, ?6)",
    [ENTITY_SET] = "UPDATE entity SET state = ?2, scope = ?3, due = ?4, facts = ?5, counts = ?6"
		   " WHERE id = ?1",
    [COUNTED] = "INSERT INTO counted (minute, entity) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
    [TALLY_GET] = "SELECT tallies FROM tally WHERE place = ?1",
    [TALLY_SET] = "INSERT OR REPLACE INTO tally (place, tallies) VALUES (?1, ?2)",
};

static const char schema[] =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4096;"
    "PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -16384;"
    "CREATE TABLE IF NOT EXISTS record (seq INTEGER PRIMARY KEY, received INTEGER NOT NULL,"
    " body TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS identity_block (place INTEGER PRIMARY KEY, entries BLOB NOT NULL);"
    "CREATE TABLE IF NOT EXISTS entity (id INTEGER PRIMARY KEY, class INTEGER NOT NULL,"
    " source INTEGER NOT NULL, name TEXT NOT NULL, state INTEGER NOT NULL, scope INTEGER,"
    " due INTEGER, facts BLOB NOT NULL, counts BLOB NOT NULL, UNIQUE (name, source, class));"
    "CREATE INDEX IF NOT EXISTS entity_due ON entity (due) WHERE due IS NOT NULL;"
    "CREATE INDEX IF NOT EXISTS entity_state ON entity (state) WHERE state < 2;"
    "CREATE TABLE IF NOT EXISTS counted (minute INTEGER NOT NULL, entity INTEGER NOT NULL,"
    " PRIMARY KEY (minute, entity)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS tally (place INTEGER PRIMARY KEY, tallies BLOB NOT NULL);";

/* Verbs, as generate numbers them. */
enum { OPENED = 0, RESPONDED = 2, RECOVERED = 5, RESOLVED = 6, REOPENED = 7 };

struct row {
	char id[37];
	int64_t ticket;
	int scope;
	int64_t opened;
	int64_t minute;
	int verb;
	const char *body;
	size_t size;
};

struct ticket {
	int64_t number;
	int64_t events;
	int scope;
	int64_t opened;
	int64_t answered; /* its minute, 0: no */
	int64_t resolved;
};

struct bare {
	sqlite3 *db;
	sqlite3_stmt *queries[QUERIES];
	struct set tickets; /* by number + 1, to the index in `all` */
	struct set tallies; /* by scope, kind and era */
	struct slot *places; /* of the batch's tallies, as they lie */
	struct set ids; /* of all there are: hashes */
	int64_t blocks, half; /* that were begun, and bytes of the last one */
	struct ticket *all;
	size_t count;
	int64_t batch;
	int64_t seq;
	int64_t events;
	int64_t before;
	char *line;
	size_t room;
};

static _Noreturn void
die(struct bare *b, const char *what)
{
	fprintf(stderr, "bare: %s: %s\n", what, b->db == NULL ? "" : sqlite3_errmsg(b->db));
	exit(1);
}

static void
run(struct bare *b, enum query q)
{
	if (sqlite3_step(b->queries[q]) != SQLITE_DONE)
		die(b, texts[q]);
	sqlite3_reset(b->queries[q]);
}

static int
read_row(struct bare *b, FILE *from, struct row *r)
{
	ssize_t n = getline(&b->line, &b->room, from);
	if (n <= 0)
		return 0;
	char *field = strchr(b->line, '\t');
	if (field == NULL || field - b->line != 36)
		die(b, "not a row of generate --rows");
	memcpy(r->id, b->line, 36);
	r->id[36] = '\0';
	r->ticket = strtoll(field, &field, 10);
	r->scope = (int)strtol(field, &field, 10);
	r->opened = strtoll(field, &field, 10);
	r->minute = strtoll(field, &field, 10);
	r->verb = (int)strtol(field, &field, 10);
	r->body = field + 1;
	r->size = (size_t)(b->line + n - 1 - r->body);
	return 1;
}

static void
touch_tallies(struct bare *b, int scope, int64_t minute, int halves)
{
	for (int i = 0; i < KINDS && kinds[i].half < halves; i++) {
		int fresh;
		int64_t era = minute / kinds[i].minutes;
		struct slot *s =
		    set_find(&b->tallies, (int64_t)i << 60 | era << 30 | (scope + 1), &fresh);
		s->value++;
	}
}

static void
touch_ticket(struct bare *b, const struct row *r)
{
	int fresh;
	struct slot *s = set_find(&b->tickets, r->ticket + 1, &fresh);
	if (fresh) {
		s->value = (int64_t)b->count;
		b->all[b->count++] =
		    (struct ticket){.number = r->ticket, .scope = r->scope, .opened = r->opened};
	}
	struct ticket *t = &b->all[s->value];
	t->events++;
	if (r->verb == RESPONDED)
		t->answered = r->minute;
	if (r->verb == RESOLVED)
		t->resolved = r->minute;
}

/* Whether an id is new; it is known from then on. FNV-1a. */
static int
id_add(struct bare *b, const char *id)
{
	uint64_t hash = 0xcbf29ce484222325u;
	int fresh;
	for (; *id != '\0'; id++)
		hash = (hash ^ (unsigned char)*id) * 0x100000001b3u;
	set_widen(&b->ids);
	set_find(&b->ids, (int64_t)(hash | 1), &fresh);
	return fresh;
}

static void
block_set(struct bare *b, int64_t place, int64_t bytes)
{
	static const char zeros[BLOCK];
	sqlite3_bind_int64(b->queries[BLOCK_SET], 1, place);
	sqlite3_bind_blob(b->queries[BLOCK_SET], 2, zeros, (int)bytes, SQLITE_STATIC);
	run(b, BLOCK_SET);
}

/* The entries of `count` events: blocks that are full, and the same again where they are merged. */
static void
store_identities(struct bare *b, int64_t count)
{
	b->half += count * ENTRY;
	for (; b->half >= BLOCK; b->half -= BLOCK) {
		block_set(b, ++b->blocks, BLOCK);
		block_set(b, b->blocks / 2 + 1, BLOCK);
	}
}

static void
store_event(struct bare *b, const struct row *r)
{
	if (!id_add(b, r->id))
		return;
	sqlite3_bind_int64(b->queries[RECORD], 1, ++b->seq);
	sqlite3_bind_int64(b->queries[RECORD], 2, r->minute * 60000);
	sqlite3_bind_text(b->queries[RECORD], 3, r->body, (int)r->size, SQLITE_STATIC);
	run(b, RECORD);
	touch_ticket(b, r);
	switch (r->verb) {
	case OPENED:
		touch_tallies(b, r->scope, r->opened, 1);
		break;
	case RESPONDED:
	case RECOVERED:
	case RESOLVED:
	case REOPENED:
		touch_tallies(b, r->scope, r->opened, 2);
		touch_tallies(b, r->scope, r->minute, 2);
		break;
	}
}

static void
store_counted(struct bare *b, int64_t minute, int64_t id)
{
	sqlite3_bind_int64(b->queries[COUNTED], 1, minute);
	sqlite3_bind_int64(b->queries[COUNTED], 2, id);
	run(b, COUNTED);
}

static void
store_ticket(struct bare *b, const struct ticket *t)
{
	static const char zeros[FACTS_MOST];
	char name[32];
	int n = snprintf(name, sizeof(name), "T-%lld", (long long)t->number);
	sqlite3_stmt *find = b->queries[ENTITY_FIND], *st;
	sqlite3_bind_text(find, 1, name, n, SQLITE_STATIC);
	int known = sqlite3_step(find) == SQLITE_ROW;
	int64_t id = known ? sqlite3_column_int64(find, 0) : 0;
	int64_t size = (known ? sqlite3_column_bytes(find, 1) : 0) + FACTS_EACH * t->events;
	sqlite3_reset(find);
	st = b->queries[known ? ENTITY_SET : ENTITY_ADD];
	if (known)
		sqlite3_bind_int64(st, 1, id);
	else
		sqlite3_bind_text(st, 1, name, n, SQLITE_STATIC);
	sqlite3_bind_int(st, 2, t->resolved != 0 ? 2 : 1);
	sqlite3_bind_int(st, 3, t->scope);
	sqlite3_bind_null(st, 4);
	sqlite3_bind_blob(
	    st, 5, zeros, (int)(size < FACTS_MOST ? size : FACTS_MOST), SQLITE_STATIC);
	sqlite3_bind_blob(st, 6, zeros, COUNTS, SQLITE_STATIC);
	run(b, known ? ENTITY_SET : ENTITY_ADD);
	if (!known)
		id = sqlite3_last_insert_rowid(b->db);
	if (!known)
		store_counted(b, t->opened, id);
	if (t->answered != 0)
		store_counted(b, t->answered, id);
	if (t->resolved != 0)
		store_counted(b, t->resolved, id);
}

/* A row of tallies has its place for a key: kind, era and scope. */
static int
by_place(const void *x, const void *y)
{
	int64_t a = ((const struct slot *)x)->key, b = ((const struct slot *)y)->key;

	return (a > b) - (a < b);
}

static void
store_tally(struct bare *b, int64_t place)
{
	static const char zeros[512];
	sqlite3_bind_int64(b->queries[TALLY_GET], 1, place);
	sqlite3_step(b->queries[TALLY_GET]);
	sqlite3_reset(b->queries[TALLY_GET]);
	sqlite3_bind_int64(b->queries[TALLY_SET], 1, place);
	sqlite3_bind_blob(b->queries[TALLY_SET], 2, zeros, kinds[place >> 60].bytes, SQLITE_STATIC);
	run(b, TALLY_SET);
}

static void
store_tallies(struct bare *b)
{
	size_t n = 0;
	for (size_t i = 0; i < b->tallies.size; i++)
		if (b->tallies.slots[i].key != 0)
			b->places[n++] = b->tallies.slots[i];
	qsort(b->places, n, sizeof(*b->places), by_place);
	for (size_t i = 0; i < n; i++)
		store_tally(b, b->places[i].key);
}

/* One batch, one transaction; 0 when the rows have ended. */
static int
store_batch(struct bare *b, FILE *from)
{
	struct row r;
	int64_t n = 0, before = b->seq;
	run(b, BEGIN);
	while (n < b->batch && read_row(b, from, &r)) {
		store_event(b, &r);
		n++;
	}
	for (size_t i = 0; i < b->count; i++)
		store_ticket(b, &b->all[i]);
	store_tallies(b);
	store_identities(b, b->seq - before);
	run(b, COMMIT);
	b->events += n;
	b->count = 0;
	set_clear(&b->tickets);
	set_clear(&b->tallies);
	return n == b->batch;
}

static void
open_database(struct bare *b, const char *path)
{
	sqlite3_stmt *last;
	if (sqlite3_open(path, &b->db) != SQLITE_OK ||
	    sqlite3_exec(b->db, schema, NULL, NULL, NULL) != SQLITE_OK)
		die(b, path);
	for (int i = 0; i < QUERIES; i++)
		if (sqlite3_prepare_v2(b->db, texts[i], -1, &b->queries[i], NULL) != SQLITE_OK)
			die(b, texts[i]);
	if (sqlite3_prepare_v2(
		b->db, "SELECT coalesce(max(seq), 0) FROM record", -1, &last, NULL) != SQLITE_OK ||
	    sqlite3_step(last) != SQLITE_ROW)
		die(b, path);
	b->seq = b->before = sqlite3_column_int64(last, 0);
	sqlite3_finalize(last);
}

static double
now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int
main(int argc, char **argv)
{
	static const struct option known[] = {{"batch", 1, NULL, 'b'}, {0}};
	struct bare b = {.batch = 1000};
	int c;
	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (c != 'b')
			return 2;
		b.batch = atoll(optarg);
	}
	FILE *from = optind + 2 == argc ? fopen(argv[optind + 1], "re") : NULL;
	if (from == NULL || b.batch <= 0) {
		fputs("usage: bare [--batch K] DATABASE ROWS\n", stderr);
		return 2;
	}
	set_make(&b.tickets, (size_t)b.batch);
	set_make(&b.tallies, (size_t)b.batch * 2 * KINDS);
	set_make(&b.ids, 1 << 16);
	b.all = calloc((size_t)b.batch, sizeof(*b.all));
	b.places = calloc(b.tallies.size, sizeof(*b.places));
	if (b.all == NULL || b.places == NULL)
		abort();
	open_database(&b, argv[optind]);
	double began = now();
	while (store_batch(&b, from))
		;
	printf("{\"events\":%lld,\"accepted\":%lld,\"seconds\":%.6f}\n", (long long)b.events,
	    (long long)(b.seq - b.before), now() - began);
	for (int i = 0; i < QUERIES; i++)
		sqlite3_finalize(b.queries[i]);
	sqlite3_close(b.db);
	free(b.all);
	set_free(&b.tickets);
	set_free(&b.tallies);
	set_free(&b.ids);
	free(b.places);
	free(b.line);
	return fclose(from);
}
