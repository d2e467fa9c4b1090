/*
 * store: the log and all that is folded from it, in one SQLite file.
 *
 * One connection makes transactions (opened STORE_WRITE, used by one thread); readers open their
 * own with STORE_READ and never wait for it. WAL, synchronous=FULL: what store_commit() returned 0
 * for is on the disk. Writes happen between store_begin() and store_commit(); store_rollback()
 * undoes.
 *
 * All functions return 0 or -1 with a sentence; those that look something up return 1 where it is
 * there, 0 where not. Bytes and texts given out live until the next call on the same store, unless
 * they were put into an arena. Times are UTC ms.
 */
#ifndef SLAD_STORE_STORE_H
#define SLAD_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"
#include "domain/scope.h"

enum store_mode {
	STORE_WRITE, /* creates the file and its tables where there are none */
	STORE_READ,
	STORE_REBUILD, /* to write, and to forget at once all but the log: store_identities_forget()
			*/
	STORE_CHECKPOINT, /* for store_checkpoint() alone, beside a writer */
	STORE_SCRATCH, /* a private temporary database; path is ignored */
};

struct store;

/* Lets SQLite end the process where there is no memory, as mem.h does, and not count what it has;
 * before anything else here. */
void store_memory(void);

/* A store of an older version of slad is brought to this one's form by STORE_WRITE, a step at a
 * time, so that it may be killed and begin again. `step`, which may be NULL, is told how many
 * records of all are done while that takes long. */
struct store *store_open(const char *path, enum store_mode mode, struct err *err);
struct store *store_open_watched(const char *path, enum store_mode mode,
    void (*step)(void *context, int64_t done, int64_t all), void *context, struct err *err);
void store_close(struct store *s); /* NULL is fine */

/* Closes without another write to the file: what is there is for the next one to recover. */
void store_leave(struct store *s);

int store_begin(struct store *s, struct err *err);
int store_begin_read(struct store *s, struct err *err);
int store_commit(struct store *s, struct err *err);
void store_rollback(struct store *s);

/*
 * What the last transaction for writing, and all calls since, met; of a reader, all calls since
 * store_forgive(). After STORE_BROKEN nothing may be written through this connection any more: it
 * may no longer know what is on the disk, and may call a sound file corrupt. The next process to
 * open the file recovers it.
 *
 * Where a sync failed, the kernel may hold pages for good that never reached the disk; a log read
 * from these pages would be followed by commits that a loss of power cuts off with them. So the
 * first store_begin() copies what is left of the write-ahead log into the database, syncs that, and
 * begins the log anew; and a later one, where a reader of that log was in the way: until then,
 * store_renewed() says no.
 */
enum store_failure {
	STORE_SOUND,
	STORE_FULL, /* there is no room; there may be later */
	STORE_LOCKED, /* another program writes */
	STORE_REFUSED, /* a mistake of slad's: SQLite will not do what it was asked */
	STORE_BROKEN,
};

enum store_failure store_failure(const struct store *s);
void store_fail_as(struct store *s, struct store *other); /* takes over what the other met */
void store_forgive(struct store *s);
bool store_renewed(const struct store *s);
const char *store_failure_text(const struct store *s); /* in SQLite's words */
const char *store_version(void); /* of the library that is loaded */
const char *store_zstd_version(void);

/*
 * What is committed lies in a write-ahead log, which is copied into the database ("checkpoint")
 * when it is long: by store_commit(), or, after store_leave_checkpoints(), by whoever calls
 * store_checkpoint() between two transactions. That may be another thread, with a store of its own
 * opened STORE_CHECKPOINT, while transactions go on; but the log begins anew only after a copy that
 * found all of it. store_commit() calls late() where the log is twice as long as it should be, or
 * long and has a large transaction in it.
 *
 * Where all is copied, nobody but the writer may begin a copy until it has committed something: a
 * log that begins anew under a copy of nothing spoils the database (SQLite's "WAL-reset bug", up to
 * 3.51.2). store_wal_long() says no then.
 */
void store_leave_checkpoints(struct store *s, void (*late)(void *context), void *context);
bool store_wal_long(const struct store *s, int times); /* so many times as long as is worth it */
bool store_wal_large(const struct store *s); /* a transaction in it is */
void store_checkpoint(struct store *s); /* what went wrong, store_failure() says */
const char *store_path(const struct store *s);

int store_meta(struct store *s, const char *name, char *value, size_t size, struct err *err);
int store_meta_set(struct store *s, const char *name, const char *value, struct err *err);
/* Writes 256 KiB, in a transaction of its own, so that its success says that the disk takes events
 * again. */
int store_probe(struct store *s, struct err *err);

struct blob {
	const void *bytes;
	size_t len;
};

/* The log. */
int store_source(struct store *s, const char *name, bool add, int64_t *id, struct err *err);
int store_source_name(
    struct store *s, int64_t id, struct arena *a, const char **name, struct err *err);
int store_identity(struct store *s, int64_t source, const char *id, int64_t *seq, struct err *err);
/* A body that is damaged is given as an empty text. */
int store_body(struct store *s, int64_t seq, const char **body, size_t *len, struct err *err);
int store_received(struct store *s, int64_t seq, struct arena *a, int64_t *received,
    const char **body, struct err *err);
/* The body is an object that has the id, and the source by its name, as members; -1 if the log has
 * them already. */
int store_append(struct store *s, int64_t source, const char *id, int64_t received,
    const char *body, size_t len, int64_t *seq, struct err *err);
int store_last(struct store *s, int64_t *seq, struct err *err);

/* When the last record of a source was received; whoever appends to the log says so. */
int store_hear(struct store *s, const char *source, int64_t received, struct err *err);
int store_heard(struct store *s, const char *source, int64_t *received, struct err *err);

/* Walks the log after `seq`, at most `limit` records; what each() returns other than 0 ends it, and
 * is returned. -1 at a body that is damaged. A body lives until each() returns. */
int store_replay(struct store *s, int64_t seq, int64_t limit,
    int (*each)(void *context, int64_t seq, const char *body, size_t len, struct err *err),
    void *context, struct err *err);

/* The same, with bodies as they lie in the log; len: of the text of one that is packed, 0 if it is
 * damaged. */
struct raw_body {
	struct blob bytes;
	size_t len;
	bool packed;
};

int store_replay_raw(struct store *s, int64_t seq, int64_t limit,
    int (*each)(void *context, int64_t seq, const struct raw_body *body, struct err *err),
    void *context, struct err *err);

/* What reads them, for one thread. The text lives until the next one, or as long as the body's
 * bytes; -1 if it is damaged. */
struct bodies;
struct bodies *store_bodies_new(void);
void store_bodies_free(struct bodies *b); /* NULL is fine */
int store_body_text(struct bodies *b, struct raw_body *body, const char **text, struct err *err);

/* Entities: tickets, outages, maintenance, facts, retractions. */
enum entity_state { ENTITY_INCOMPLETE, ENTITY_OPEN, ENTITY_RESOLVED, ENTITY_EXCLUDED };
#define ENTITY_STATES 4

struct entity {
	int64_t id; /* 0: not stored yet */
	int class; /* enum class */
	int64_t source;
	const char *name;
	int state;
	int64_t scope; /* 0: none */
	int64_t due; /* 0: none */
	struct blob facts, counts;
	/* the store's: as the row has them */
	int state_stored;
	int64_t due_stored;
};

/* Into the arena. */
int store_entity(struct store *s, int class, int64_t source, const char *name, struct arena *a,
    struct entity *e, struct err *err);
int store_entity_get(
    struct store *s, int64_t id, struct arena *a, struct entity *e, struct err *err);
/* A new one, whose id it sets, or one that this store gave out. */
int store_entity_save(struct store *s, struct entity *e, struct err *err);

/* Ids of entities: due at or before now, or of a name (tickets only, with their sources), or the
 * next ones after an id, all of them or open tickets only. They return how many, at most `limit`,
 * or -1. */
int store_due(struct store *s, int64_t now, int64_t *ids, int limit, struct err *err);
int store_next_due(struct store *s, int64_t *due, struct err *err); /* STAMP_NEVER if none */
int store_entities_after(struct store *s, int64_t after, int64_t *ids, int limit, struct err *err);
int store_open_after(struct store *s, int64_t after, int64_t *ids, int limit, struct err *err);
int store_entities_named(struct store *s, const char *name, struct arena *a, int64_t *ids,
    const char **sources, int limit, struct err *err);
int store_retractions(struct store *s, int64_t source, struct err *err); /* has it any? */
int store_tickets_in(
    struct store *s, int state, int64_t *count, struct err *err); /* incomplete or open */

int store_counted(struct store *s, int64_t minute, int64_t entity, bool counts, struct err *err);

struct counted {
	int64_t minute, entity;
	int class; /* enum class: of a ticket or a fact */
	const char *source, *name;
	struct blob counts;
	struct scope scope;
};

/* Entities that count in the minutes [from, to), after a place (minute, entity), in that order;
 * each() returning 1 ends the walk. */
int store_counted_walk(struct store *s, int64_t from, int64_t to, int64_t minute, int64_t entity,
    int (*each)(void *context, const struct counted *c), void *context, struct err *err);

/* Scopes and tallies. counts are packed pairs of measure and number. */
int store_scope(struct store *s, const struct scope *scope, int64_t *id, struct err *err);

struct stored_scope {
	int64_t id;
	struct scope scope;
};

/* All scopes, sorted by their dimensions, in the arena; returns how many, or -1. */
int store_scopes(struct store *s, struct arena *a, struct stored_scope **list, struct err *err);
int store_scopes_of(struct store *s, const char *agreement, struct arena *a,
    struct stored_scope **list, struct err *err); /* only one's */

/* Tallies from this level on are kept in two halves, as most who ask want the first one only, and
 * the second is long: measures below TIMES_FIRST, and those from it on. A tally of less time is
 * short, and lies whole where the first half would. */
enum tally_half { TALLY_COUNTS, TALLY_TIMES };
#define TALLY_HALVES 2
#define TALLY_HALVED 2

/* Where a tally lies among all; ascending, that is the order in which each half is kept. Those of a
 * scope's era are one row (domain/tally_row.h). */
struct tally_place {
	int64_t level, era, scope, bucket;
};

struct tally_place store_tally_place(int level, int64_t scope, int64_t bucket);
int tally_place_compare(const struct tally_place *a, const struct tally_place *b);

/* The row that a place is in, as it is posted; what waits in the daybook is not in it (daybook.h).
 */
int store_tally_row(struct store *s, enum tally_half half, const struct tally_place *at,
    struct blob *row, struct err *err);
/* An empty one is deleted. What was read of any row is gone. Eras and scopes have 30 bits: what is
 * beyond that, as events cannot be, is refused. */
int store_tally_row_set(struct store *s, enum tally_half half, const struct tally_place *at,
    struct blob row, struct err *err);

struct tally_range {
	enum tally_half half;
	int level;
	int64_t from, to; /* buckets [from, to) */
};

/* Those of many scopes, ids ascending, with what the daybook adds to them, in no order; each() is
 * told the place of the scope. One tally may come several times, to be added up; and it may come
 * whole: each() passes over measures of the other half. */
int store_tally_range(struct store *s, const int64_t *scopes, size_t count,
    const struct tally_range *r, void (*each)(void *context, size_t which, struct blob counts),
    void *context, struct err *err);

/* Those of one scope with each tally's bucket, ascending; the same holds. */
int store_tally_walk(struct store *s, int64_t scope, const struct tally_range *r,
    void (*each)(void *context, int64_t bucket, struct blob counts), void *context,
    struct err *err);

/* Downs. */
enum down_kind { DOWN_OUTAGE, DOWN_MAINTENANCE, DOWN_MAINTENANCE_LATE };

struct stored_down {
	const char *agreement, *service;
	enum down_kind kind;
	int64_t from, to;
};

int store_downs_replace(struct store *s, int64_t entity, const struct stored_down *downs,
    size_t count, struct err *err);

/* Those of a service that touch (from, to), in the arena; returns how many, or -1. */
int store_downs(struct store *s, const char *agreement, const char *service, enum down_kind kind,
    int64_t from, int64_t to, struct arena *a, struct stored_down **list, struct err *err);

/* A down with whom it comes from. */
struct told_down {
	int64_t entity;
	int class; /* enum class: of a ticket, an outage, a maintenance */
	const char *source, *name;
	struct stored_down down;
};

/* Those that touch (from, to), after a place (start, entity), in that order; each() returning 1
 * ends the walk. */
int store_downs_walk(struct store *s, int64_t from, int64_t to, int64_t start, int64_t entity,
    int (*each)(void *context, const struct told_down *d), void *context, struct err *err);

/* The (agreement, service) pairs that have any, in the arena; returns how many, or -1. */
int store_down_services(
    struct store *s, struct arena *a, struct stored_down **list, struct err *err);
int store_down_services_of(struct store *s, const char *agreement, struct arena *a,
    struct stored_down **list, struct err *err); /* only one's */

/* Entries: reports, measurements and assessments, one or none of a fact. */
enum entry_kind { ENTRY_REPORT, ENTRY_MEASUREMENT, ENTRY_ASSESSMENT };

struct entry {
	enum entry_kind kind;
	const char *agreement, *topic, *period;
	int64_t time, sequence;
	int64_t a, b, c;
	/* where it comes from; of those that store_entries gives out */
	int64_t entity;
	const char *source, *event;
};

int store_entry_replace(
    struct store *s, int64_t entity, const struct entry *entry, struct err *err); /* NULL: none */

/* Those of a kind and an agreement, sorted by topic, period, and then in the order of their
 * events, in the arena; returns how many, or -1. */
int store_entries(struct store *s, enum entry_kind kind, const char *agreement, struct arena *a,
    struct entry **list, struct err *err);

/* Rebuilding: forgets all that is folded. */
int store_forget(struct store *s, struct err *err);

/* The same for what finds records by source and id, within a transaction, in which it is then told
 * of all of them again, in their order; `bytes`: of the body. */
int store_identities_forget(struct store *s, struct err *err);
int store_identity_again(
    struct store *s, int64_t source, const char *id, int64_t seq, size_t bytes, struct err *err);

/* Texts of what is folded, for comparison. */
enum dump { DUMP_ENTITIES, DUMP_TALLIES, DUMP_COUNTED, DUMP_DOWNS, DUMP_ENTRIES };
#define DUMPS 5
extern const char *const dump_names[DUMPS];

/* Looks for records that are gone from the log, for those that are not found by their source and
 * id, and for what leads to none. Returns their number, or -1. */
int64_t store_gaps(struct store *s, void (*each)(void *context, const char *key, const char *what),
    void *context, struct err *err);

/* Compares one kind of folded rows of two stores; each() gets the key of every row that differs
 * and what is wrong with it. Returns the number of differences, or -1. */
int64_t store_compare(struct store *s, struct store *other, enum dump what,
    void (*each)(void *context, const char *key, const char *what), void *context, struct err *err);

/* A ticket that counts otherwise in one store than in the other: its counts in each, packed; none
 * where it is not there. */
struct recounted {
	const char *source, *name, *agreement;
	struct blob counts[2];
};

/* Looks for such tickets, by name and source. Returns their number, or -1. */
int64_t store_recounted(struct store *s, struct store *other,
    void (*each)(void *context, const struct recounted *r), void *context, struct err *err);

#endif
