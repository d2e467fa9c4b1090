#include "posting.h"

#include <stdlib.h>

#include "base/stamp.h"
#include "domain/tally.h"
#include "posting_row.h"

#define SLICE 64
#define SLICE_IDLE 2048

static int
by_place(const void *x, const void *y)
{
	const struct posting_item *a = x, *b = y;

	return tally_place_compare(&a->place, &b->place);
}

static void
items_place(struct posting_item *list, size_t count, int level)
{
	for (size_t i = 0; i < count; i++)
		list[i].place = tally_place_of(level, list[i].line);
	qsort(list, count, sizeof(*list), by_place);
}

static struct posting_item *
items_make(const struct daybook_line *lines, size_t count, int level)
{
	struct posting_item *list = mem_alloc(count, sizeof(*list));

	for (size_t i = 0; i < count; i++)
		list[i].line = &lines[i];
	items_place(list, count, level);
	return list;
}

/* Posts the lines of the row of list[*at], and moves on behind them. */
static int
next_post(struct posting_rows *rows, const struct posting_item *list, size_t count, size_t *at,
    struct err *err)
{
	const struct tally_place *row = &list[*at].place, *next;
	size_t first = *at;

	do
		next = &list[++*at].place;
	while (*at < count && next->scope == row->scope && next->era == row->era);
	return posting_row(rows, &list[first], *at - first, err);
}

/* Posts from list[*at] on, until `upto` is reached. */
static int
run_post(struct posting_rows *rows, const struct posting_item *list, size_t count, size_t *at,
    size_t upto, struct err *err)
{
	int rc = 0;

	while (*at < count && *at < upto && rc == 0)
		rc = next_post(rows, list, count, at, err);
	posting_rows_free(rows);
	return rc;
}

static int
level_post(struct store *s, const struct daybook_line *lines, size_t count, int level,
    int64_t times, struct tally_place *last, struct err *err)
{
	struct posting_rows rows = posting_rows(s, times, last);
	struct posting_item *list = count == 0 ? NULL : items_make(lines, count, level);
	size_t at = 0;
	int rc = run_post(&rows, list, count, &at, count, err);

	free(list);
	return rc;
}

int
posting_all(struct store *s, const struct daybook_line *lines, size_t count,
    struct tally_place *last, struct err *err)
{
	for (int level = 0; level < TALLY_LEVELS && count > 0; level++) {
		if (level_post(
			s, lines, count, level, 1, last == NULL ? NULL : &last[level], err) != 0)
			return -1;
	}
	return 0;
}

static void
items_free(struct posting *p)
{
	free(p->item);
	p->item = NULL;
	p->count = p->at = 0;
}

void
posting_free(struct posting *p)
{
	items_free(p);
}

/* The page from where it is not posted. */
static void
resume(struct posting *p, const struct daybook_turned *page)
{
	items_free(p);
	p->version = page->version;
	p->level = (int)page->from.level;
	p->count = page->lines;
	p->item = items_make(page->line, page->lines, p->level);
	while (p->at < p->count && tally_place_compare(&p->item[p->at].place, &page->from) < 0)
		p->at++;
}

/* Turns the open page if so many lines were written on it. */
static int
turn(struct store *s, size_t worth, struct daybook_turned *page, struct err *err)
{
	size_t written;

	if (store_daybook_waiting(s, &written, err) != 0)
		return -1;
	if (written == 0 || written < worth)
		return 0;
	return store_daybook_turn(s, err) == 0 ? store_daybook_turned(s, page, err) : -1;
}

static int
level_done(struct posting *p, struct store *s, struct err *err)
{
	if (p->level + 1 < TALLY_LEVELS) {
		p->at = 0;
		/* from this level's order, much of which is the next one's */
		items_place(p->item, p->count, ++p->level);
		return store_daybook_posted(s, &p->item[0].place, err);
	}
	items_free(p);
	return store_daybook_done(s, err);
}

/* Posts of the turned page from where it is. */
static int
page_post(struct posting *p, struct store *s, size_t lines, struct err *err)
{
	struct posting_rows rows = posting_rows(s, 1, NULL);
	size_t before, done = 0;

	while (p->item != NULL && done < lines) {
		before = p->at;
		if (run_post(&rows, p->item, p->count, &p->at, before + lines - done, err) != 0)
			return -1;
		done += p->at - before;
		if (p->at < p->count)
			return store_daybook_posted(s, &p->item[p->at].place, err);
		if (level_done(p, s, err) != 0)
			return -1;
	}
	return 0;
}

int
posting_slice(struct posting *p, struct store *s, size_t lines, size_t worth, struct err *err)
{
	struct daybook_turned page;

	if (store_daybook_turned(s, &page, err) != 0 ||
	    (page.lines == 0 && turn(s, worth, &page, err) != 0))
		return -1;
	if (p->item != NULL && p->version != page.version)
		items_free(p);
	if (page.lines == 0)
		return 0;
	if (p->item == NULL)
		resume(p, &page);
	return page_post(p, s, lines, err);
}

static size_t
worth(const struct posting *p)
{
	return p->worth == 0 ? POSTING_LINES : p->worth;
}

/* For so many lines that were written. */
static size_t
pace(const struct daybook_turned *page, size_t fresh)
{
	size_t all = page->lines * TALLY_LEVELS;

	return page->written == 0 ? SLICE : SLICE + 2 * all * fresh / page->written;
}

int
posting_add(struct posting *p, struct store *s, const struct daybook_line *lines, size_t count,
    struct err *err)
{
	struct daybook_turned page;

	if (count >= POSTING_LINES_AT_ONCE)
		return posting_all(s, lines, count, NULL, err);
	if (count == 0)
		return 0;
	p->wrote_now = true;
	if (store_daybook_add(s, lines, count, err) != 0 ||
	    store_daybook_turned(s, &page, err) != 0)
		return -1;
	return posting_slice(p, s, pace(&page, count), worth(p), err);
}

int
posting_step(struct posting *p, struct store *s, int64_t now, struct err *err)
{
	struct daybook_turned page;
	size_t written;
	int rc = 0;

	if (p->wrote_now || p->wrote == 0) /* a start is not the time for it either */
		p->wrote = now;
	else if (posting_next(p) <= now || now < p->wrote)
		rc = posting_slice(p, s, SLICE_IDLE, POSTING_LINES_IDLE, err);
	p->wrote_now = false;
	if (rc != 0 || store_daybook_waiting(s, &written, err) != 0 ||
	    store_daybook_turned(s, &page, err) != 0)
		return -1;
	p->waits = page.lines > 0 || written >= POSTING_LINES_IDLE;
	return 0;
}

int64_t
posting_next(const struct posting *p)
{
	return p->waits ? p->wrote + POSTING_PAUSE : STAMP_NEVER;
}

/* Lines of one store, with the scopes of another. */
struct taking {
	struct store *to;
	struct stored_scope *scope; /* by id */
	size_t scopes;
	struct arena *arena;
	struct daybook_line *line;
	size_t lines, room;
	struct err *err;
	bool failed;
};

static int
by_id(const void *x, const void *y)
{
	const struct stored_scope *a = x, *b = y;

	return (a->id > b->id) - (a->id < b->id);
}

static void
take_back(void *context, const struct daybook_line *line)
{
	struct taking *t = context;
	struct stored_scope key = {.id = line->scope},
			    *scope = bsearch(&key, t->scope, t->scopes, sizeof(key), by_id);
	struct daybook_line *mine;

	t->line = arena_grown(t->arena, t->line, t->lines, &t->room, sizeof(*t->line));
	mine = &t->line[t->lines++];
	*mine = *line;
	if (t->failed)
		return;
	if (scope == NULL)
		err_set(t->err, "the daybook of tallies is damaged; run slad rebuild");
	t->failed = scope == NULL || store_scope(t->to, &scope->scope, &mine->scope, t->err) != 0;
}

int
posting_take_back(struct store *s, struct store *other, struct err *err)
{
	struct arena arena = {0};
	struct taking t = {.to = s, .arena = &arena, .err = err};
	int n = store_scopes(other, &arena, &t.scope, err), rc = n < 0 ? -1 : 0;

	t.scopes = n < 0 ? 0 : (size_t)n;
	if (t.scopes > 0)
		qsort(t.scope, t.scopes, sizeof(*t.scope), by_id);
	for (int level = 0; level < TALLY_LEVELS && rc == 0; level++) {
		t.lines = 0;
		rc = store_daybook_unposted(other, level, take_back, &t, err);
		if (rc == 0)
			rc = t.failed ? -1 : level_post(s, t.line, t.lines, level, -1, NULL, err);
	}
	arena_free(&arena);
	return rc;
}
