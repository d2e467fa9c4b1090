#include <inttypes.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/hash.h"
#include "engine_inside.h"
#include "log.h"

#define LINES 20 /* of scores, and of agreements, that are logged one by one */

struct recount { /* tickets of a scope that count otherwise */
	UT_hash_handle hh;
	int64_t scope, count;
};

static void
recounted(void *context, int64_t scope)
{
	struct engine_moved *m = context;
	struct recount *r;

	HASH_FIND(hh, m->recounts, &scope, sizeof(scope), r);
	if (r == NULL) {
		r = mem_alloc(1, sizeof(*r));
		r->scope = scope;
		HASH_ADD(hh, m->recounts, scope, sizeof(r->scope), r);
	}
	r->count++;
	m->tickets++;
}

int
engine_moved_begin(struct engine_moved *m, struct engine *e, const struct config *before,
    int64_t now, void (*beat)(void *context, int64_t done), void *context, struct err *err)
{
	*m = (struct engine_moved){.query = {before, e->config, now, false, beat, context}};
	if (snapshot_take(&m->before, e->store, &m->query, err) != 0)
		return -1;
	e->batch.recounted = recounted;
	e->batch.context = m;
	return 0;
}

/* Agreements with their tickets, told one by one as long as there are few. */
struct telling {
	const char *agreement;
	int64_t tickets;
	size_t lines;
	int64_t rest, rest_tickets;
};

static void
agreement_log(struct telling *t)
{
	if (t->tickets == 0)
		return;
	if (t->lines++ < LINES) {
		log_info("tickets of %s that count otherwise: %" PRId64, t->agreement, t->tickets);
	} else {
		t->rest++;
		t->rest_tickets += t->tickets;
	}
	t->tickets = 0;
}

static int
tickets_log(struct engine_moved *m, struct store *s, struct err *err)
{
	struct telling t = {0};
	struct arena arena = {0};
	struct stored_scope *scopes;
	struct recount *r;
	int n = store_scopes(s, &arena, &scopes, err);

	for (int i = 0; i < n; i++) {
		HASH_FIND(hh, m->recounts, &scopes[i].id, sizeof(r->scope), r);
		if (t.agreement != NULL &&
		    strcmp(t.agreement, scopes[i].scope.dim[DIM_AGREEMENT]) != 0)
			agreement_log(&t);
		t.agreement = scopes[i].scope.dim[DIM_AGREEMENT];
		t.tickets += r == NULL ? 0 : r->count;
	}
	agreement_log(&t);
	if (t.rest > 0)
		log_info("tickets of more agreements (%" PRId64 ") that count otherwise: %" PRId64,
		    t.rest, t.rest_tickets);
	arena_free(&arena);
	return n < 0 ? -1 : 0;
}

struct told_moves {
	const struct snapshot *after;
	size_t lines;
};

static const char *
window_name(const struct snapshot *s, const char *agreement, int window)
{
	size_t i = 0;

	while (strcmp(s->agreement[i].id, agreement) != 0)
		i++;
	return s->agreement[i].window[window].name;
}

static void
move_log(void *context, const struct move *m)
{
	struct buf before = BUF_INIT(200), after = BUF_INIT(200);
	struct told_moves *t = context;

	if (t->lines++ >= LINES)
		return;
	move_text(m, &before, &after);
	log_info("%s of %s, %s: %s -> %s", indicator_table[m->indicator].id, m->agreement,
	    window_name(t->after, m->agreement, m->window), buf_text(&before), buf_text(&after));
	buf_free(&before);
	buf_free(&after);
}

static int
scores_log(struct engine_moved *m, struct engine *e, struct err *err)
{
	struct snapshot_query q = m->query;
	struct told_moves t = {0};
	struct snapshot after;
	size_t moves;

	q.other = q.config;
	q.config = e->config;
	if (snapshot_take(&after, e->store, &q, err) != 0)
		return -1;
	t.after = &after;
	moves = snapshot_compare(&m->before, &after, move_log, &t);
	if (moves > LINES)
		log_info("more scores that moved: %zu", moves - LINES);
	else if (moves == 0 && m->judged > 0)
		log_info("all tickets were judged again: the scores of this month, the last one "
			 "and this year stay");
	if (!snapshot_complete(&m->before, &after))
		log_info("there are too many agreements: the scores of the last ones were not "
			 "compared");
	snapshot_free(&after);
	return 0;
}

void
engine_moved_log(struct engine_moved *m, struct engine *e, bool resumed)
{
	struct err err;

	if (tickets_log(m, e->store, &err) != 0 || scores_log(m, e, &err) != 0)
		log_warning("what the configuration moved cannot be told: %s", err.msg);
	if (resumed && m->judged > 0)
		log_info("judging all tickets had been interrupted: what had moved by then is not "
			 "told again");
}

void
engine_moved_end(struct engine_moved *m, struct engine *e)
{
	struct recount *r, *next;

	e->batch.recounted = NULL;
	e->batch.context = NULL;
	HASH_ITER (hh, m->recounts, r, next) {
		HASH_DEL(m->recounts, r);
		free(r);
	}
	snapshot_free(&m->before);
}
