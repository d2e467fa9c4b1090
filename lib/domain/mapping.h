/*
 * mapping: how the payloads of a foreign webhook become events, as it was written down.
 *
 * Plain data between who reads the file (codec/config_mapping) and who carries it out
 * (store/mapper). Every expression is one of SQLite's SQL; slad-hooks(7) says what it may name.
 */
#ifndef SLAD_DOMAIN_MAPPING_H
#define SLAD_DOMAIN_MAPPING_H

#include <stdbool.h>
#include <stddef.h>

#define MAPPING_MEMBERS 48 /* of an event's data, or of a state */

enum mapping_answer { MAPPING_ACCEPTED, MAPPING_NO_CONTENT };

struct mapping_text { /* an expression; text NULL: there is none */
	const char *text;
	size_t line, column; /* where it begins in the file, from 1 */
	bool exact; /* its bytes stand there as they are, in one line */
};

struct mapping_member {
	const char *name;
	struct mapping_text value;
};

struct mapping_pair {
	const char *key, *value; /* the key "*": whatever has none of its own */
};

struct mapping_table {
	const char *name;
	size_t pairs;
	const struct mapping_pair *pair;
};

/* What a table (NULL: an empty one) has for a key, to the letter; or NULL. */
const char *mapping_table_value(const struct mapping_table *t, const char *key);

/* One of a list: what of a payload becomes events of one kind. */
struct mapping_entry {
	struct mapping_text when, each, id, time, kind, type, subject, sequence;
	int late; /* 1: it needs no state, and is true of a snapshot that came late, too */
	size_t members;
	const struct mapping_member *member; /* of the event's data */
};

struct mapping {
	const char *file, *name, *describe;
	struct mapping_text delivery;
	enum mapping_answer answer; /* to a delivery that was taken */
	/* Of systems that send what a ticket is like, not what happened to it: states is 0
	 * otherwise. */
	struct mapping_text snapshot, version;
	size_t states, tables, entries;
	const struct mapping_member *state;
	const struct mapping_table *table;
	const struct mapping_entry *entry;
};

#endif
