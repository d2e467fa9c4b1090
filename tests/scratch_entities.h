/*
 * scratch_entities: transactions of many pages.
 */
#ifndef SLAD_TESTS_SCRATCH_ENTITIES_H
#define SLAD_TESTS_SCRATCH_ENTITIES_H

#include <check.h>
#include <stdio.h>

#include "store/store.h"

/* So many entities of 60 KB in one, named "TRANSACTION-0" and on. */
static inline void
entities_commit(struct store *s, int transaction, int count)
{
	static char facts[60000];
	struct entity e;
	struct err err;

	ck_assert_int_eq(store_begin(s, &err), 0);
	for (int i = 0; i < count; i++) {
		snprintf(facts, sizeof(facts), "%d-%d", transaction, i);
		e = (struct entity){.name = facts,
		    .state = ENTITY_RESOLVED,
		    .facts = {facts, sizeof(facts)},
		    .counts = {"", 0}};
		ck_assert_int_eq(store_entity_save(s, &e, &err), 0);
	}
	ck_assert_int_eq(store_commit(s, &err), 0);
}

#endif
