/*
 * mapper: a mapping, prepared as SQL in a locked-down in-memory database of its own.
 *
 * The database holds nothing: no table, no file, no extension, no way to write. Expressions see the
 * payload and a few columns beside it, SQLite's functions of texts, numbers, times and JSON, and
 * slad's own: header, lookup, ts, unix_s, unix_ms, unix_ns, hash, changed; and of the row of a
 * table, field and field_ts. What an expression computes is bounded in size, and a payload as a
 * whole in time.
 *
 * One thread uses it at a time. A payload is begun, asked for its delivery, its snapshot and its
 * events, in that order; what it gives lives until the next payload.
 */
#ifndef SLAD_STORE_MAPPER_H
#define SLAD_STORE_MAPPER_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"
#include "domain/mapping.h"
#include "domain/zone.h"

#define MAPPER_BODY (1u << 20) /* bytes of a payload: a ticket's words, not its attachments */
#define MAPPER_EVENTS 1000 /* of one payload */
#define MAPPER_DEADLINE 250 /* ms of the processor's time for one payload */

struct mapper;

/* What a mapping needs of others. All of it outlives the mapper. */
struct mapper_setting {
	const struct mapping_table *table; /* those of the configuration: they go before its own */
	size_t tables;
	const struct zone *zone; /* of local times; NULL: there are none */
	const struct zone *(*zone_find)(void *context, const char *name); /* NULL: no such zone */
	void (*sha256)(const void *bytes, size_t len, char hex[static 65]);
	int64_t deadline; /* ms; 0: MAPPER_DEADLINE */
	void *context;
};

/* Is told of each mistake: `offset` bytes into an expression. */
typedef void mapper_wrong(
    void *context, const struct mapping_text *at, size_t offset, const char *what);

/* NULL if the mapping has mistakes; it is not copied. */
struct mapper *mapper_new(const struct mapping *mapping, const struct mapper_setting *setting,
    mapper_wrong *wrong, void *context);
void mapper_free(struct mapper *m); /* NULL is fine */

/* A row's field: of which column, and what stands there. */
struct mapper_field {
	const char *name, *column; /* column NULL: the table has none for it */
	const char *text; /* NULL: nothing */
};

struct mapper_payload {
	const char *body; /* UTF-8 */
	size_t len;
	const char *headers; /* a JSON object; names in lower case */
	const char *source;
	int64_t received; /* UTC ms */
	size_t fields; /* of a row; 0 of a delivery */
	const struct mapper_field *field;
};

enum mapped_type { MAPPED_NULL, MAPPED_WHOLE, MAPPED_REAL, MAPPED_TEXT };

struct mapped_value {
	enum mapped_type type;
	int64_t whole;
	double real;
	const char *text; /* of every type but MAPPED_NULL */
	size_t len;
};

/* One event as the expressions gave it. */
struct mapped {
	const struct mapping_entry *entry;
	struct mapped_value id, time, kind, type, subject, sequence;
	struct mapped_value at; /* the key of its row, where the entry has `each` */
	struct mapped_value member[MAPPING_MEMBERS]; /* as in the entry */
};

struct mapper_snapshot {
	const char *subject;
	struct mapped_value version; /* MAPPED_NULL: none */
	const char *state; /* JSON */
	const char *print; /* 16 hexadecimal digits that stand for the state */
};

/* Takes a payload, which lives until it is ended: 1, or 0 if it is no JSON. */
int mapper_begin(
    struct mapper *m, const struct mapper_payload *p, struct arena *a, struct err *err);

/* The id of the delivery, or NULL where the system gives none. */
int mapper_delivery(struct mapper *m, const char **delivery, struct err *err);

/* 1 and what the payload says that its subject is like; 0: nothing. */
int mapper_snapshot(struct mapper *m, struct mapper_snapshot *s, struct err *err);

/* Says that the snapshot is an old one, or known: of this payload, only entries that are `late`
 * give events. */
void mapper_known(struct mapper *m);

/* All events, in the order of the mapping; each() returning -1 ends it. state: the one before this
 * snapshot's, or NULL. */
int mapper_events(struct mapper *m, const char *state,
    int (*each)(void *context, const struct mapped *event, struct err *err), void *context,
    struct err *err);

/* What the table agreements last had no entry for, "" if the payload named nothing; NULL: it had
 * one, or was not asked. */
const char *mapper_missed(const struct mapper *m);

#endif
