#include "posting_row.h"

#include "domain/tally.h"
#include "domain/tally_row.h"

struct posting_rows
posting_rows(struct store *s, int64_t times, struct tally_place *last)
{
	return (struct posting_rows){.store = s,
	    .times = times,
	    .last = last,
	    .counts = BUF_INIT(SIZE_MAX / 2),
	    .row = BUF_INIT(SIZE_MAX / 2)};
}

void
posting_rows_free(struct posting_rows *p)
{
	tally_free(&p->tally);
	buf_free(&p->counts);
	buf_free(&p->row);
}

/* The half of a row being made, bucket by bucket: of what is stored there, and what lines add. */
struct making {
	enum tally_half half;
	unsigned from, to; /* its measures */
	const struct posting_item *item;
	size_t items, at;
	struct tally_row stored;
	int more; /* there is one at hand in `stored` */
	struct tally_row_pen pen;
	bool added;
};

static void
sum_add(void *context, unsigned measure, int64_t n)
{
	struct posting_rows *p = context;

	tally_add(&p->tally, measure, n * p->times);
}

/* Sums the lines of the next bucket. */
static int
lines_sum(struct posting_rows *p, struct making *m, struct err *err)
{
	int64_t bucket = m->item[m->at].place.bucket;
	const struct blob *counts;

	p->tally.count = 0;
	for (; m->at < m->items && m->item[m->at].place.bucket == bucket; m->at++) {
		counts = &m->item[m->at].line->counts;
		if (tally_walk_packed(
			counts->bytes, counts->len, 0, MEASURES_END, sum_add, p, err) != 0)
			return -1;
	}
	return 0;
}

static int
bucket_make(struct posting_rows *p, struct making *m, struct err *err)
{
	int64_t bucket = m->item[m->at].place.bucket;
	bool known = m->more > 0 && m->stored.bucket == bucket;
	struct tally added;

	if (lines_sum(p, m, err) != 0)
		return -1;
	added = tally_within(&p->tally, m->from, m->to);
	m->added |= added.count > 0;
	p->beyond |= tally_within(&p->tally, m->to, MEASURES_END).count > 0;
	buf_reset(&p->counts);
	if (tally_pack_sum(&added, known ? m->stored.counts : "", known ? m->stored.len : 0,
		&p->counts, err) != 0)
		return -1;
	tally_row_put(&m->pen, bucket, buf_text(&p->counts), p->counts.len);
	if (known)
		m->more = tally_row_next(&m->stored, err);
	return 0;
}

/* Both ascend. */
static int
row_make(struct posting_rows *p, struct making *m, struct err *err)
{
	while (m->more > 0 || (m->more == 0 && m->at < m->items)) {
		if (m->at < m->items &&
		    (m->more == 0 || m->item[m->at].place.bucket <= m->stored.bucket)) {
			if (bucket_make(p, m, err) != 0)
				return -1;
		} else {
			tally_row_put(&m->pen, m->stored.bucket, m->stored.counts, m->stored.len);
			m->more = tally_row_next(&m->stored, err);
		}
	}
	return m->more;
}

static int
half_post(struct posting_rows *p, struct making *m, bool fresh, struct err *err)
{
	const struct tally_place *at = &m->item->place;
	struct blob stored = {"", 0}, made;

	if (!fresh && store_tally_row(p->store, m->half, at, &stored, err) < 0)
		return -1;
	tally_row_begin(&m->stored, (int)at->level, at->era, stored.bytes, stored.len);
	m->more = tally_row_next(&m->stored, err);
	buf_reset(&p->row);
	m->pen = tally_row_pen(&p->row, (int)at->level, at->era);
	if (row_make(p, m, err) != 0)
		return -1;
	made = (struct blob){buf_text(&p->row), p->row.len};
	return m->added ? store_tally_row_set(p->store, m->half, at, made, err) : 0;
}

int
posting_row(struct posting_rows *p, const struct posting_item *item, size_t items, struct err *err)
{
	const struct tally_place *at = &item->place;
	bool halved = at->level >= TALLY_HALVED;
	bool fresh = p->last != NULL && tally_place_compare(at, p->last) > 0;
	struct making counts = {.half = TALLY_COUNTS,
	    .to = halved ? TIMES_FIRST : MEASURES_END,
	    .item = item,
	    .items = items};
	struct making times = {.half = TALLY_TIMES,
	    .from = TIMES_FIRST,
	    .to = MEASURES_END,
	    .item = item,
	    .items = items};

	if (fresh)
		*p->last = (struct tally_place){at->level, at->era, at->scope, INT64_MAX};
	p->beyond = false;
	if (half_post(p, &counts, fresh, err) != 0)
		return -1;
	return p->beyond ? half_post(p, &times, fresh, err) : 0;
}
