#include <inttypes.h>
#include <string.h>

#include "codec/packed.h"
#include "engine_inside.h"

#define REPLAY_PAGE 1000 /* records or entities in one transaction of a rebuild */

struct replay {
	struct engine *engine;
	int64_t *seq;
	int count;
};

static int
replay_one(void *context, int64_t seq, const char *body, size_t len, struct err *err)
{
	struct replay *r = context;
	struct fold_batch *b = &r->engine->batch;
	struct event event;
	int64_t source;

	if (event_read_stored(body, len, &b->arena, &event, err) != 0)
		return err_prefix(err, "record %" PRId64 " of the log", seq);
	event.record.seq = seq;
	*r->seq = seq;
	r->count++;
	if (store_source(b->store, event.record.source, true, &source, err) < 0)
		return -1;
	return fold_add(b, source, &event, err);
}

int
engine_replay(
    struct engine *e, struct store *log, int64_t *seq, int64_t last, int64_t now, struct err *err)
{
	struct replay r = {.engine = e, .seq = seq};
	int64_t page = last - *seq < REPLAY_PAGE ? last - *seq : REPLAY_PAGE;

	e->batch.now = now;
	e->batch.log = log;
	if (store_replay(log, *seq, page, replay_one, &r, err) != 0 ||
	    fold_save(&e->batch, err) != 0) {
		fold_drop(&e->batch);
		return -1;
	}
	return r.count;
}

static int
page_judge(struct engine *e, const int64_t *ids, int n, struct err *err)
{
	if (store_begin(e->store, err) != 0)
		return -1;
	for (int i = 0; i < n; i++) {
		if (fold_again(&e->batch, ids[i], err) != 0)
			return -1;
	}
	if (fold_save(&e->batch, err) != 0)
		return -1;
	return store_commit(e->store, err);
}

static int
judge_all(struct engine *e, int64_t now, void (*progress)(void *context, int64_t done),
    void *context, struct err *err)
{
	int64_t ids[REPLAY_PAGE], last = 0, done = 0;
	int n;

	e->batch.now = now;
	if (store_meta_set(e->store, "judgement", "", err) != 0) /* until all is done, none holds */
		return -1;
	while ((n = store_entities_after(e->store, last, ids, REPLAY_PAGE, err)) > 0) {
		if (page_judge(e, ids, n, err) != 0) {
			fold_drop(&e->batch);
			store_rollback(e->store);
			return -1;
		}
		last = ids[n - 1];
		done += n;
		if (progress != NULL)
			progress(context, done);
	}
	if (n < 0)
		return -1;
	return store_meta_set(e->store, "judgement", e->config->judgement, err);
}

int
engine_judge(struct engine *e, int64_t now, void (*progress)(void *context, int64_t done),
    void *context, struct err *err)
{
	char judgement[80] = "";

	e->batch.agreements = &e->config->agreements;
	if (store_meta(e->store, "judgement", judgement, sizeof(judgement), err) < 0)
		return -1;
	if (strcmp(judgement, e->config->judgement) == 0)
		return 0;
	e->changed = true;
	return judge_all(e, now, progress, context, err);
}

/* What another version of slad packed cannot be read: all is folded from the log, or nothing. */
static int
rebuild(struct engine *e, int64_t now, void (*progress)(void *context, int64_t done), void *context,
    struct err *err)
{
	int64_t seq = 0;
	int n = -1;

	if (store_begin(e->store, err) == 0 && store_forget(e->store, err) == 0 &&
	    store_meta_set(e->store, "packed", PACKED_VERSION, err) == 0 &&
	    store_meta_set(e->store, "judgement", e->config->judgement, err) == 0) {
		while ((n = engine_replay(e, e->store, &seq, INT64_MAX, now, err)) > 0) {
			if (progress != NULL)
				progress(context, seq);
		}
	}
	if (n == 0 && store_commit(e->store, err) == 0)
		return 0;
	store_rollback(e->store);
	return -1;
}

int
engine_prepare(struct engine *e, int64_t now, void (*progress)(void *context, int64_t done),
    void *context, struct err *err)
{
	char packed[16] = "";

	e->batch.agreements = &e->config->agreements;
	if (store_meta(e->store, "packed", packed, sizeof(packed), err) < 0)
		return -1;
	if (strcmp(packed, PACKED_VERSION) != 0)
		return rebuild(e, now, progress, context, err);
	return engine_judge(e, now, progress, context, err);
}
