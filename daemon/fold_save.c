#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"
#include "domain/outage.h"
#include "domain/sight.h"
#include "domain/statistic.h"
#include "domain/ticket.h"
#include "fold_inside.h"
#include "pile.h"
#include "posting.h"

static struct cell *
cell_of(struct fold_batch *b, int64_t scope, int64_t minute)
{
	struct cell_key at = {scope, minute};
	struct cell *c;

	HASH_FIND(hh, b->cells, &at, sizeof(at), c);
	if (c == NULL) {
		c = arena_alloc(&b->arena, 1, sizeof(*c));
		c->at = at;
		HASH_ADD(hh, b->cells, at, sizeof(at), c);
	}
	return c;
}

/* Adds n of a count's measure. `hand` holds the scope's cell of the count before: those of one
 * minute follow each other, and are looked up once. */
static void
count_add(
    struct fold_batch *b, struct cell **hand, int64_t scope, const struct count *count, int64_t n)
{
	if (*hand == NULL || (*hand)->at.minute != count->minute)
		*hand = cell_of(b, scope, count->minute);
	tally_add(&(*hand)->tally, count->measure, n);
}

/* The minutes in which indicators count something, ascending, each once; returns how many. */
static int
minutes_of(struct fold_batch *b, const struct count *counts, int n, int64_t **minutes)
{
	int64_t *list = arena_alloc(&b->scratch, (size_t)n, sizeof(*list));
	int kept = 0;

	for (int i = 0; i < n; i++) {
		if (measure_is_indicator(counts[i].measure) &&
		    (kept == 0 || list[kept - 1] != counts[i].minute))
			list[kept++] = counts[i].minute;
	}
	*minutes = list;
	return kept;
}

/* Writes the minutes that only one of the two has: the old ones go, the new ones come. */
static int
minutes_save(struct fold_batch *b, int64_t entity, const struct count *old, int m,
    const struct count *counts, int n, struct err *err)
{
	int64_t *before, *after, minute;
	int i = 0, j = 0, rc = 0;
	bool in_before, in_after;

	m = minutes_of(b, old, m, &before);
	n = minutes_of(b, counts, n, &after);
	while ((i < m || j < n) && rc == 0) {
		in_before = i < m && (j == n || before[i] <= after[j]);
		in_after = j < n && (i == m || after[j] <= before[i]);
		minute = in_before ? before[i] : after[j];
		if (in_before != in_after)
			rc = store_counted(b->store, minute, entity, in_after, err);
		i += in_before;
		j += in_after;
	}
	return rc;
}

/* Takes back what only the old counts have, and adds what only the new ones have. */
static void
counts_change(struct fold_batch *b, const struct touched *t, const struct count *old, int m,
    const struct count *counts, int n)
{
	bool moved = t->scope_before != t->stored.scope;
	struct cell *before = NULL, *after = NULL;
	int i = 0, j = 0, order;

	while (i < m || j < n) {
		order = j == n ? -1 : i == m ? 1 : count_compare(&old[i], &counts[j]);
		if (order == 0 && !moved && old[i].n == counts[j].n) {
			i++;
			j++;
			continue;
		}
		if (order <= 0) {
			count_add(b, &before, t->scope_before, &old[i], -old[i].n);
			i++;
		}
		if (order >= 0) {
			count_add(b, &after, t->stored.scope, &counts[j], counts[j].n);
			j++;
		}
	}
}

/* The difference of two folds. */
static int
counts_save(
    struct fold_batch *b, struct touched *t, const struct count *counts, int n, struct err *err)
{
	int64_t entity = t->stored.id;
	struct count *old;
	int m = counts_unpack(t->before.bytes, t->before.len, &b->scratch, &old, err);

	if (m < 0)
		return -1;
	counts_change(b, t, old, m, counts, n);
	return minutes_save(b, entity, old, m, counts, n, err);
}

static int
downs_save(struct fold_batch *b, int64_t entity, const struct down *downs, size_t n,
    enum class class, struct err *err)
{
	struct stored_down *rows = arena_alloc(&b->scratch, n, sizeof(*rows));

	for (size_t i = 0; i < n; i++)
		rows[i] = (struct stored_down){.agreement = downs[i].agreement,
		    .service = downs[i].service,
		    .kind = class != CLASS_MAINTENANCE ? DOWN_OUTAGE
			: downs[i].late                ? DOWN_MAINTENANCE_LATE
						       : DOWN_MAINTENANCE,
		    .from = downs[i].span.from,
		    .to = downs[i].span.to};
	return store_downs_replace(b->store, entity, rows, n, err);
}

/* Only such a ticket ever had a down to replace. */
static bool
mentions_outage(const struct told *told)
{
	for (size_t i = 0; i < told->all_count; i++) {
		if (record_has(&told->all[i], MEMBER_OUTAGE))
			return true;
	}
	return false;
}

/* A ticket that has nothing left to say counts nowhere. */
static int
ticket_state_of(const struct ticket *t, const struct told *told)
{
	if (!t->opened)
		return told->count > 0 ? ENTITY_INCOMPLETE : ENTITY_EXCLUDED;
	if (t->excluded)
		return ENTITY_EXCLUDED;
	return t->cycle[t->cycles - 1].resolved ? ENTITY_RESOLVED : ENTITY_OPEN;
}

/* The next count of an indicator, from a place on; `n` if there is none. */
static int
indicator_next(const struct count *counts, int n, int i)
{
	while (i < n && !measure_is_indicator(counts[i].measure))
		i++;
	return i;
}

static bool
same_count(const struct count *a, const struct count *b)
{
	return a->minute == b->minute && a->cycle == b->cycle && a->measure == b->measure &&
	    a->n == b->n;
}

/* Whether a ticket counts otherwise than before in any indicator. */
static bool
counts_otherwise(struct fold_batch *b, const struct touched *t, const struct count *counts, int n)
{
	struct count *old;
	int m = counts_unpack(t->before.bytes, t->before.len, &b->scratch, &old, NULL), i, j;
	bool same = t->scope_before == t->stored.scope;

	i = indicator_next(old, m, 0);
	j = indicator_next(counts, n, 0);
	while (same && i < m && j < n) {
		same = same_count(&old[i], &counts[j]);
		i = indicator_next(old, m, i + 1);
		j = indicator_next(counts, n, j + 1);
	}
	return !same || i < m || j < n;
}

/* Saves the entity and what it counts; its state, scope and due time are set. */
static int
entity_save(
    struct fold_batch *b, struct touched *t, const struct count *counts, int n, struct err *err)
{
	struct buf packed = BUF_INIT(FACTS_MAX);
	struct entity *e = &t->stored;
	int rc;

	counts_pack(&packed, counts, (size_t)n);
	e->facts = (struct blob){buf_text(&t->facts), t->facts.len};
	e->counts = (struct blob){buf_text(&packed), packed.len};
	rc = store_entity_save(b->store, e, err);
	if (rc == 0)
		rc = counts_save(b, t, counts, n, err);
	if (rc == 0 && b->recounted != NULL && e->class == CLASS_TICKET &&
	    counts_otherwise(b, t, counts, n))
		b->recounted(b->context, e->scope);
	buf_free(&packed);
	return rc;
}

/* Hands on what became of an entity; the rest of `f` is set. */
static int
folded(struct fold_batch *b, const struct touched *t, struct folded *f, struct err *err)
{
	if (b->folded == NULL)
		return 0;
	f->entity = &t->stored;
	f->source = t->source;
	f->now = b->now;
	f->facts_before = t->facts_before;
	f->due_before = t->due_before;
	return b->folded(b->folded_context, f, err);
}

/* When time alone next makes a clock of a ticket late, or changes what rules see. */
static int64_t
ticket_due(const struct fold_batch *b, const struct ticket *t)
{
	int64_t sight = ticket_sight_next(b->rule, b->rules, t);

	if (t->next < sight)
		return t->next;
	return sight == STAMP_NEVER ? 0 : sight;
}

/* All that a ticket contributes: to indicators, and to statistics. */
static size_t
ticket_counts(const struct ticket *t, struct arena *a, struct count **counts)
{
	struct count *indicators, *statistics;
	size_t m = tally_ticket(t, a, &indicators), n = statistic_ticket(t, a, &statistics);

	*counts = arena_alloc(a, m + n, sizeof(**counts));
	for (size_t i = 0; i < m + n; i++)
		(*counts)[i] = i < m ? indicators[i] : statistics[i - m];
	counts_sort(*counts, m + n);
	return m + n;
}

static int
ticket_save(struct fold_batch *b, struct touched *t, const struct told *told, struct err *err)
{
	struct entity *e = &t->stored;
	struct ticket ticket;
	struct count *counts;
	struct down *downs;
	size_t count;

	ticket_fold(told->list, told->count, b->agreements, b->now, &b->scratch, &ticket);
	count = ticket_counts(&ticket, &b->scratch, &counts);
	e->state = ticket_state_of(&ticket, told);
	e->due = ticket_due(b, &ticket);
	e->scope = 0;
	if ((ticket.opened && store_scope(b->store, &ticket.scope, &e->scope, err) != 0) ||
	    entity_save(b, t, counts, (int)count, err) != 0)
		return -1;
	if (mentions_outage(told)) {
		count = ticket_downs(&ticket, &b->scratch, &downs);
		if (downs_save(b, e->id, downs, count, CLASS_TICKET, err) != 0)
			return -1;
	}
	return folded(b, t, &(struct folded){.ticket = &ticket}, err);
}

static int
outage_save(struct fold_batch *b, struct touched *t, const struct told *told, struct err *err)
{
	struct entity *e = &t->stored;
	struct down *downs;
	size_t n = e->class == CLASS_OUTAGE
	    ? outage_fold(told->list, told->count, &b->scratch, &downs)
	    : maintenance_fold(told->list, told->count, &b->scratch, &downs);

	e->state = ENTITY_RESOLVED;
	if (entity_save(b, t, NULL, 0, err) != 0 ||
	    downs_save(b, e->id, downs, n, (enum class)e->class, err) != 0)
		return -1;
	if (e->class != CLASS_OUTAGE)
		return 0;
	return folded(b, t, &(struct folded){.down = downs, .downs = n}, err);
}

static int64_t
number_or(const struct record *r, enum member m, int64_t otherwise)
{
	return record_has(r, m) ? r->m[m].number : otherwise;
}

/* Reports, measurements and assessments; false: it is none of them. */
static bool
entry_of(const struct record *r, struct entry *e)
{
	*e = (struct entry){.agreement = r->m[MEMBER_AGREEMENT].text,
	    .period = record_has(r, MEMBER_PERIOD) ? r->m[MEMBER_PERIOD].text : "",
	    .time = r->time,
	    .sequence = r->sequence};
	switch (r->type->verb) {
	case VERB_REPORT_SUBMITTED:
		e->kind = ENTRY_REPORT;
		e->topic = r->m[MEMBER_REPORT].text;
		e->a = number_or(r, MEMBER_CONFORMING, true);
		return true;
	case VERB_MEASUREMENT_RECORDED:
		e->kind = ENTRY_MEASUREMENT;
		e->topic = indicator_table[r->m[MEMBER_MEASURED].number].id;
		e->a = r->m[MEMBER_A].number;
		e->b = r->m[MEMBER_B].number;
		e->c = number_or(r, MEMBER_C, 0);
		return true;
	case VERB_ASSESSMENT_RECORDED:
		e->kind = ENTRY_ASSESSMENT;
		e->topic = indicator_table[r->m[MEMBER_ASSESSED].number].id;
		e->a = r->m[MEMBER_LEVEL].number;
		e->b = number_or(r, MEMBER_VALID_UNTIL, STAMP_NEVER);
		return true;
	default:
		return false;
	}
}

static int
fact_save(struct fold_batch *b, struct touched *t, const struct told *told, struct err *err)
{
	const struct record *r = told->count > 0 ? told->list[0] : NULL;
	struct count counts[COHORTS + STATISTIC_OF_FACT] = {{0}};
	struct entity *e = &t->stored;
	struct scope scope = {{"", "", "", ""}};
	size_t n = r == NULL ? 0 : tally_fact(r, counts);
	struct entry entry;

	if (r != NULL)
		n += statistic_fact(r, counts + n);
	e->state = ENTITY_RESOLVED;
	e->scope = 0;
	if (n > 0) {
		scope.dim[DIM_AGREEMENT] = r->m[MEMBER_AGREEMENT].text;
		if (record_has(r, MEMBER_SERVICE))
			scope.dim[DIM_SERVICE] = r->m[MEMBER_SERVICE].text;
		if (store_scope(b->store, &scope, &e->scope, err) != 0)
			return -1;
	}
	if (entity_save(b, t, counts, (int)n, err) != 0)
		return -1;
	if ((r == NULL || entry_of(r, &entry)) &&
	    store_entry_replace(b->store, e->id, r == NULL ? NULL : &entry, err) != 0)
		return -1;
	return folded(b, t, &(struct folded){.record = r}, err);
}

static int
retraction_save(struct fold_batch *b, struct touched *t, const struct told *told, struct err *err)
{
	(void)told;
	t->stored.state = ENTITY_RESOLVED;
	return entity_save(b, t, NULL, 0, err);
}

static int
touched_save(struct fold_batch *b, struct touched *t, struct err *err)
{
	static int (*const saves[CLASSES])(struct fold_batch * b, struct touched * t,
	    const struct told *told, struct err *err) = {[CLASS_TICKET] = ticket_save,
	    [CLASS_OUTAGE] = outage_save,
	    [CLASS_MAINTENANCE] = outage_save,
	    [CLASS_FACT] = fact_save,
	    [CLASS_RETRACTION] = retraction_save};
	struct told told;

	if (told_unpack(buf_text(&t->facts), t->facts.len, t->source, t->stored.name, &b->scratch,
		&told, err) != 0)
		return -1;
	if (told.all_count == 0)
		return 0; /* all that came for it was refused */
	return saves[t->stored.class](b, t, &told, err);
}

static bool
changes(const struct cell *c)
{
	for (size_t i = 0; i < c->tally.count; i++) {
		if (c->tally.sum[i].n != 0)
			return true;
	}
	return false;
}

static int
lines_save(struct fold_batch *b, const struct daybook_line *lines, size_t n, struct err *err)
{
	if (b->pile != NULL)
		return pile_add(b->pile, lines, n, err);
	if (b->posting != NULL)
		return posting_add(b->posting, b->store, lines, n, err);
	return posting_all(b->store, lines, n, NULL, err);
}

static int
cells_save(struct fold_batch *b, struct err *err)
{
	struct daybook_line *list = arena_alloc(&b->arena, HASH_COUNT(b->cells), sizeof(*list));
	struct buf packed = BUF_INIT(FACTS_MAX);
	struct cell *c, *next;
	size_t n = 0;
	int rc = 0;

	HASH_ITER (hh, b->cells, c, next) {
		if (rc != 0 || !changes(c))
			continue;
		buf_reset(&packed);
		rc = tally_pack_sum(&c->tally, "", 0, &packed, err);
		list[n++] = (struct daybook_line){c->at.scope, c->at.minute,
		    {arena_strndup(&b->arena, buf_text(&packed), packed.len), packed.len}};
	}
	buf_free(&packed);
	return rc == 0 ? lines_save(b, list, n, err) : -1;
}

int
fold_save(struct fold_batch *b, struct err *err)
{
	struct touched *t, *next;

	HASH_ITER (hh, b->touched, t, next) {
		if (touched_save(b, t, err) != 0)
			return -1;
		arena_empty(&b->scratch);
	}
	if (cells_save(b, err) != 0)
		return -1;
	fold_drop(b);
	return 0;
}
