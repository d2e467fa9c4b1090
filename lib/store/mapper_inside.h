/*
 * mapper_inside: a mapper's state, for the files mapper*.c alone.
 */
#ifndef SLAD_STORE_MAPPER_INSIDE_H
#define SLAD_STORE_MAPPER_INSIDE_H

#include <sqlite3.h>
#include <stdbool.h>

#include "store/mapper.h"

struct mapper {
	const struct mapping *mapping;
	struct mapper_setting setting;
	sqlite3 *db;
	sqlite3_stmt *valid, *header; /* slad's own */
	sqlite3_stmt *delivery, *snapshot;
	sqlite3_stmt **entry; /* as in the mapping */
	mapper_wrong *wrong; /* while it is prepared */
	void *wrong_context;
	bool bad;
	/* of the payload */
	struct mapper_payload payload;
	struct arena *arena;
	const char *delivered, *state, *snapped; /* columns that it found itself */
	int64_t until; /* ms of the thread's processor time */
	bool late;
	bool refused; /* by the mapping, with fail() */
	const char
	    *missed; /* what lookup() last did not find in the table agreements; NULL: nothing */
	bool known; /* only entries that are `late` give events */
};

/* Makes the functions known; a SQLite result code. */
int mapper_functions(struct mapper *m);

/* The rows of a table, those of the configuration before the mapping's; NULL: no such table. */
const struct mapping_table *mapper_table(const struct mapper *m, const char *name, bool own);

#endif
