#include "domain/tally_row.h"

#include "base/stamp.h"
#include "domain/tally.h"

/* Buckets of an era, at each level. */
static const int64_t width[TALLY_LEVELS] = {60, 24, 4, 1};

int64_t
tally_era(int level, int64_t bucket)
{
	return stamp_floor(bucket, width[level]) / width[level];
}

void
tally_row_begin(struct tally_row *r, int level, int64_t era, const void *bytes, size_t len)
{
	*r = (struct tally_row){.bucket = era * width[level], .end = (era + 1) * width[level]};
	unpack_init(&r->rest, bytes, len);
}

int
tally_row_next(struct tally_row *r, struct err *err)
{
	uint64_t further;

	if (!unpack_more(&r->rest))
		return 0;
	further = unpack_uint(&r->rest);
	r->len = unpack_uint(&r->rest);
	r->counts = unpack_bytes(&r->rest, r->len);
	if (r->rest.bad || further >= (uint64_t)(r->end - r->bucket))
		return err_set(err, "a stored tally is damaged; run slad rebuild");
	r->bucket += (int64_t)further;
	return 1;
}

struct tally_row_pen
tally_row_pen(struct buf *b, int level, int64_t era)
{
	return (struct tally_row_pen){b, era * width[level]};
}

void
tally_row_put(struct tally_row_pen *p, int64_t bucket, const void *counts, size_t len)
{
	if (len == 0)
		return;
	pack_uint(p->b, (uint64_t)(bucket - p->before));
	pack_uint(p->b, len);
	buf_put(p->b, counts, len);
	p->before = bucket;
}
