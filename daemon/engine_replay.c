#include "ahead.h"
#include "engine_inside.h"
#include "pile.h"

/* Records of the log that are folded at once, and their bytes: the more there are, the fewer
 * tickets are folded twice. A usual record takes 1 KB of memory. */
#define PAGE_RECORDS 32768
#define PAGE_BYTES (16u << 20)

static int
event_fold(struct engine *e, const struct event *event, struct err *err)
{
	const struct record *r = &event->record;
	struct fold_batch *b = &e->batch;
	int64_t source;

	if (store_source(b->store, r->source, true, &source, err) < 0)
		return -1;
	if (b->log == b->store &&
	    store_identity_again(b->store, source, r->id, r->seq, event->len, err) != 0)
		return -1;
	return fold_add(b, source, event, err);
}

/* Folds the next page of the log: how many records it has, 0 at the end. */
static int
page_fold(struct engine *e, struct ahead *ahead, int64_t *seq, struct err *err)
{
	const struct event *event;
	int count = 0, more = 1;
	size_t bytes = 0;

	while (count < PAGE_RECORDS && bytes < PAGE_BYTES &&
	    (more = ahead_next(ahead, &event, err)) > 0) {
		if (event_fold(e, event, err) != 0)
			return -1;
		*seq = event->record.seq;
		bytes += event->len;
		count++;
	}
	return more < 0 || fold_save(&e->batch, err) != 0 ? -1 : count;
}

int
engine_replay(struct engine *e, struct store *log, int64_t *seq, int64_t last, int64_t now,
    void (*progress)(void *context, int64_t done), void *context, struct err *err)
{
	struct ahead *ahead = ahead_new(log, *seq, last);
	struct pile pile;
	int n;

	pile_init(&pile, e->store, *seq == 0);
	e->batch.now = now;
	e->batch.log = log;
	e->batch.pile = &pile;
	while ((n = page_fold(e, ahead, seq, err)) > 0) {
		if (progress != NULL)
			progress(context, *seq);
	}
	if (n == 0)
		n = pile_post(&pile, err);
	e->batch.pile = NULL;
	pile_free(&pile);
	ahead_free(ahead);
	if (n < 0)
		fold_drop(&e->batch);
	return n;
}
