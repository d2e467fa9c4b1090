#include "store/daybook.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/pack.h"
#include "domain/tally.h"
#include "domain/tally_sum.h"
#include "store/statement.h"

#define MINUTE_MAX (INT64_C(1) << 40) /* two million years: what is beyond is damage */

static const char damaged[] = "the daybook of tallies is damaged; run slad rebuild";

struct daybook_account {
	UT_hash_handle hh; /* by scope */
	int64_t scope;
	size_t last; /* its line's place and one more */
};

struct daybook_minute {
	UT_hash_handle hh; /* by at */
	struct minute_key {
		int64_t scope, minute;
	} at;
	size_t place;
};

static const struct tally_place before_all = {.era = INT64_MIN},
				behind_all = {.level = TALLY_LEVELS};

struct tally_place
tally_place_of(int level, const struct daybook_line *line)
{
	return store_tally_place(level, line->scope, tally_bucket(level, line->minute));
}

static void
page_free(struct daybook_page *p)
{
	HASH_CLEAR(hh, p->accounts);
	HASH_CLEAR(hh, p->minutes);
	arena_free(&p->arena);
	free(p->line);
	free(p->before);
	*p = (struct daybook_page){.lines = 0};
}

static struct daybook_account *
account_find(const struct daybook_page *p, int64_t scope)
{
	struct daybook_account *a;

	HASH_FIND(hh, p->accounts, &scope, sizeof(scope), a);
	return a;
}

static struct daybook_account *
account_of(struct daybook_page *p, int64_t scope)
{
	struct daybook_account *a = account_find(p, scope);

	if (a == NULL) {
		a = arena_alloc(&p->arena, 1, sizeof(*a));
		a->scope = scope;
		HASH_ADD(hh, p->accounts, scope, sizeof(a->scope), a);
	}
	return a;
}

/* The line of a scope and minute; a new one has no counts yet. */
static struct daybook_line *
line_of(struct daybook_page *p, int64_t scope, int64_t minute)
{
	struct minute_key at = {scope, minute};
	struct daybook_account *a;
	struct daybook_minute *m;

	HASH_FIND(hh, p->minutes, &at, sizeof(at), m);
	if (m != NULL)
		return &p->line[m->place];
	if (p->lines == p->room) {
		p->room = p->room == 0 ? 256 : 2 * p->room;
		p->line = mem_grow(p->line, p->room, sizeof(*p->line));
		p->before = mem_grow(p->before, p->room, sizeof(*p->before));
	}
	a = account_of(p, scope);
	m = arena_alloc(&p->arena, 1, sizeof(*m));
	m->at = at;
	m->place = p->lines;
	HASH_ADD(hh, p->minutes, at, sizeof(m->at), m);
	p->line[p->lines] = (struct daybook_line){scope, minute, {"", 0}};
	p->before[p->lines] = a->last;
	a->last = ++p->lines;
	return &p->line[m->place];
}

static void
sum_add(void *context, unsigned measure, int64_t n)
{
	tally_add(context, measure, n);
}

static int
counts_add(struct daybook_page *p, struct blob *counts, const struct blob *more, struct err *err)
{
	struct buf packed = BUF_INIT(SIZE_MAX / 2);
	struct tally sum = {0};
	int rc = tally_walk_packed(more->bytes, more->len, 0, MEASURES_END, sum_add, &sum, err);

	if (rc == 0)
		rc = tally_pack_sum(&sum, counts->bytes, counts->len, &packed, err);
	if (rc == 0)
		*counts = (struct blob){
		    arena_strndup(&p->arena, buf_text(&packed), packed.len), packed.len};
	tally_free(&sum);
	buf_free(&packed);
	return rc;
}

static void
pass_over(void *context, unsigned measure, int64_t n)
{
	(void)context, (void)measure, (void)n;
}

static int
page_write(struct daybook_page *p, const struct daybook_line *line, struct err *err)
{
	struct daybook_line *mine = line_of(p, line->scope, line->minute);
	const struct blob *more = &line->counts;

	p->written++;
	if (mine->counts.len > 0)
		return counts_add(p, &mine->counts, more, err);
	mine->counts = (struct blob){arena_strndup(&p->arena, more->bytes, more->len), more->len};
	return tally_walk_packed(more->bytes, more->len, 0, MEASURES_END, pass_over, NULL, err);
}

static void
lines_pack(struct buf *b, const struct daybook_line *lines, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		pack_uint(b, (uint64_t)lines[i].scope);
		pack_int(b, lines[i].minute);
		pack_uint(b, lines[i].counts.len);
		buf_put(b, lines[i].counts.bytes, lines[i].counts.len);
	}
}

static int
lines_unpack(struct daybook_page *p, const void *bytes, size_t len, struct err *err)
{
	struct daybook_line line;
	struct unpack u;

	unpack_init(&u, bytes, len);
	while (unpack_more(&u)) {
		line.scope = (int64_t)unpack_uint(&u);
		line.minute = unpack_int(&u);
		line.counts.len = unpack_uint(&u);
		line.counts.bytes = unpack_bytes(&u, line.counts.len);
		if (u.bad || line.minute < -MINUTE_MAX || line.minute > MINUTE_MAX)
			return err_set(err, "%s", damaged);
		if (page_write(p, &line, err) != 0)
			return -1;
	}
	return u.bad ? err_set(err, "%s", damaged) : 0;
}

static int
rows_load(struct store *s, struct daybook_page *p, int64_t upto, struct err *err)
{
	struct daybook *d = &s->daybook;
	sqlite3_stmt *st = statement(s, QUERY_DAYBOOK_ROWS, "ii", d->last, upto);
	int more;

	while ((more = statement_step(s, QUERY_DAYBOOK_ROWS, err)) > 0) {
		d->last = sqlite3_column_int64(st, 0);
		if (lines_unpack(p, sqlite3_column_blob(st, 1), (size_t)sqlite3_column_bytes(st, 1),
			err) != 0) {
			more = -1;
			break;
		}
	}
	statement_end(s, QUERY_DAYBOOK_ROWS);
	return more;
}

static void
turned_free(struct daybook *d)
{
	page_free(&d->turned);
	d->version++;
}

/* The open page becomes the turned one. */
static void
turn(struct daybook *d, int64_t since, int64_t upto)
{
	turned_free(d);
	d->turned = d->open;
	d->open = (struct daybook_page){.lines = 0};
	d->since = since;
	d->upto = upto;
	if (d->last < upto)
		d->last = upto;
}

static void
forget(struct daybook *d)
{
	page_free(&d->open);
	turned_free(d);
	d->last = d->since = d->upto = 0;
	d->known = false;
}

static int
posting_get(
    struct store *s, int64_t *since, int64_t *upto, struct tally_place *from, struct err *err)
{
	sqlite3_stmt *st = statement(s, QUERY_POSTING_GET, "");
	int found = statement_step(s, QUERY_POSTING_GET, err);

	*since = sqlite3_column_int64(st, 0);
	*upto = sqlite3_column_int64(st, 1);
	*from = (struct tally_place){sqlite3_column_int64(st, 2), sqlite3_column_int64(st, 3),
	    sqlite3_column_int64(st, 4), sqlite3_column_int64(st, 5)};
	statement_end(s, QUERY_POSTING_GET);
	if (found == 0 || from->level < 0 || from->level > TALLY_LEVELS || *since > *upto)
		return err_set(err, "%s", damaged);
	return found < 0 ? -1 : 0;
}

/* Takes over what was written, turned and posted since this was last looked at. Ids of rows only
 * ascend, whatever was deleted: so a page that was known is still the one with these ids. */
static int
catch_up(struct store *s, struct err *err)
{
	struct daybook *d = &s->daybook;
	int64_t since, upto;

	if (posting_get(s, &since, &upto, &d->from, err) != 0)
		return -1;
	if (upto != d->upto && (since != d->upto || d->last > upto))
		forget(d);
	if (upto != d->upto) {
		if (rows_load(s, &d->open, upto, err) != 0)
			return -1;
		turn(d, since, upto);
	}
	if (d->from.level >= TALLY_LEVELS)
		turned_free(d);
	return rows_load(s, &d->open, INT64_MAX, err);
}

static int
know(struct store *s, struct err *err)
{
	struct daybook *d = &s->daybook;

	if (d->known)
		return 0;
	if (d->shared && sqlite3_get_autocommit(s->db))
		return err_set(err, "tallies can only be read within a transaction");
	d->known = catch_up(s, err) == 0;
	if (!d->known)
		forget(d);
	return d->known ? 0 : -1;
}

void
daybook_begin(struct daybook *d)
{
	if (d->shared)
		d->known = false;
}

void
daybook_revert(struct daybook *d)
{
	if (d->shared)
		d->known = false;
	else
		forget(d);
}

void
daybook_free(struct daybook *d)
{
	forget(d);
	free(d->rest);
}

int
store_daybook_add(struct store *s, const struct daybook_line *lines, size_t count, struct err *err)
{
	struct buf b = BUF_INIT(SIZE_MAX / 2);
	struct daybook *d = &s->daybook;
	int rc = know(s, err);

	if (rc == 0 && count > 0) {
		lines_pack(&b, lines, count);
		statement(
		    s, QUERY_DAYBOOK_ADD, "ib", d->last + 1, (struct blob){buf_text(&b), b.len});
		rc = statement_run(s, QUERY_DAYBOOK_ADD, err);
		d->last += rc == 0;
	}
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = page_write(&d->open, &lines[i], err);
	buf_free(&b);
	return rc;
}

int
store_daybook_waiting(struct store *s, size_t *written, struct err *err)
{
	if (know(s, err) != 0)
		return -1;
	*written = s->daybook.open.written;
	return 0;
}

int
store_daybook_turned(struct store *s, struct daybook_turned *turned, struct err *err)
{
	const struct daybook *d = &s->daybook;

	if (know(s, err) != 0)
		return -1;
	*turned = (struct daybook_turned){
	    d->version, d->turned.line, d->turned.lines, d->turned.written, d->from};
	return 0;
}

static int
posting_set(struct store *s, const struct tally_place *from, struct err *err)
{
	struct daybook *d = &s->daybook;

	d->from = *from;
	statement(s, QUERY_POSTING_SET, "iiiiii", d->since, d->upto, from->level, from->era,
	    from->scope, from->bucket);
	return statement_run(s, QUERY_POSTING_SET, err);
}

int
store_daybook_turn(struct store *s, struct err *err)
{
	struct daybook *d = &s->daybook;

	if (know(s, err) != 0)
		return -1;
	turn(d, d->upto, d->last);
	return posting_set(s, &before_all, err);
}

int
store_daybook_posted(struct store *s, const struct tally_place *upto, struct err *err)
{
	return posting_set(s, upto, err);
}

int
store_daybook_done(struct store *s, struct err *err)
{
	struct daybook *d = &s->daybook;

	turned_free(d);
	statement(s, QUERY_DAYBOOK_DROP, "i", d->upto);
	if (statement_run(s, QUERY_DAYBOOK_DROP, err) != 0)
		return -1;
	return posting_set(s, &behind_all, err);
}

int
daybook_clear(struct store *s, struct err *err)
{
	forget(&s->daybook);
	statement(s, QUERY_POSTING_RENEW, "");
	if (statement_run(s, QUERY_POSTING_RENEW, err) != 0)
		return -1;
	statement(s, QUERY_DAYBOOK_DROP, "i", INT64_MAX);
	return statement_run(s, QUERY_DAYBOOK_DROP, err);
}

static bool
is_posted(const struct daybook *d, int level, const struct daybook_line *line)
{
	struct tally_place place = tally_place_of(level, line);

	return tally_place_compare(&place, &d->from) < 0;
}

int
store_daybook_unposted(struct store *s, int level,
    void (*each)(void *context, const struct daybook_line *line), void *context, struct err *err)
{
	const struct daybook *d = &s->daybook;

	if (know(s, err) != 0)
		return -1;
	for (size_t i = 0; i < d->turned.lines; i++) {
		if (!is_posted(d, level, &d->turned.line[i]))
			each(context, &d->turned.line[i]);
	}
	for (size_t i = 0; i < d->open.lines; i++)
		each(context, &d->open.line[i]);
	return 0;
}

/* Those lines of a page that count in the buckets [from, to) of a scope. */
static void
page_lacks(struct daybook *d, const struct daybook_page *p, int64_t scope, int level, int64_t from,
    int64_t to)
{
	const struct daybook_account *a = account_find(p, scope);
	const struct daybook_line *line;
	int64_t bucket;

	for (size_t i = a == NULL ? 0 : a->last; i > 0; i = p->before[i - 1]) {
		line = &p->line[i - 1];
		bucket = tally_bucket(level, line->minute);
		if (bucket < from || bucket >= to || (p == &d->turned && is_posted(d, level, line)))
			continue;
		if (d->rests == d->room) {
			d->room = d->room == 0 ? 64 : 2 * d->room;
			d->rest = mem_grow(d->rest, d->room, sizeof(*d->rest));
		}
		d->rest[d->rests++] = (struct daybook_rest){bucket, line->counts};
	}
}

static int
by_bucket(const void *x, const void *y)
{
	const struct daybook_rest *a = x, *b = y;

	return (a->bucket > b->bucket) - (a->bucket < b->bucket);
}

int
daybook_lacks(struct store *s, int64_t scope, int level, int64_t from, int64_t to, struct err *err)
{
	struct daybook *d = &s->daybook;

	if (know(s, err) != 0)
		return -1;
	d->rests = 0;
	page_lacks(d, &d->turned, scope, level, from, to);
	page_lacks(d, &d->open, scope, level, from, to);
	if (d->rests > 1)
		qsort(d->rest, d->rests, sizeof(*d->rest), by_bucket);
	return 0;
}
