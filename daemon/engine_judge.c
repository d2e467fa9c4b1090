#include <string.h>

#include "codec/packed.h"
#include "engine_inside.h"
#include "log.h"

#define JUDGE_PAGE 1000 /* entities in one transaction */

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

void
engine_configured(struct engine *e)
{
	e->batch.agreements = &e->config->agreements;
	e->batch.rule = e->config->rule;
	e->batch.rules = e->config->rules;
}

/* Judges all entities anew, page by page; `done` counts them. */
static int
judge_all(struct engine *e, int64_t now, void (*progress)(void *context, int64_t done),
    void *context, int64_t *done, struct err *err)
{
	int64_t ids[JUDGE_PAGE], last = 0;
	int n;

	e->batch.now = now;
	if (store_meta_set(e->store, "judgement", "", err) !=
		0 || /* until all is done, none holds */
	    store_meta_set(e->store, "watching", "", err) != 0)
		return -1;
	while ((n = store_entities_after(e->store, last, ids, JUDGE_PAGE, err)) > 0) {
		if (page_judge(e, ids, n, err) != 0) {
			fold_drop(&e->batch);
			store_rollback(e->store);
			return -1;
		}
		last = ids[n - 1];
		*done += n;
		if (progress != NULL)
			progress(context, *done);
	}
	if (n < 0)
		return -1;
	return store_meta_set(e->store, "judgement", e->config->judgement, err);
}

int
engine_watch(struct engine *e, int64_t now, void (*progress)(void *context, int64_t done),
    void *context, struct err *err)
{
	int64_t ids[JUDGE_PAGE], last = 0, done = 0;
	char watching[80] = "";
	int n = -1;

	if (store_meta(e->store, "watching", watching, sizeof(watching), err) < 0)
		return -1;
	if (strcmp(watching, e->config->watching) == 0)
		return 0;
	if (store_meta_set(e->store, "watching", "", err) != 0 ||
	    watch_events_begin(e->events, e->config, now, false, err) != 0)
		return -1;
	e->batch.now = now;
	e->batch.folded = watch_folded;
	e->batch.folded_context = e->events;
	while ((n = store_open_after(e->store, last, ids, JUDGE_PAGE, err)) > 0 &&
	    page_judge(e, ids, n, err) == 0) {
		last = ids[n - 1];
		done += n;
		if (progress != NULL)
			progress(context, done);
	}
	e->batch.folded = NULL;
	if (n == 0)
		return store_meta_set(e->store, "watching", e->config->watching, err);
	fold_drop(&e->batch);
	watch_events_forget(e->events);
	store_rollback(e->store);
	return -1;
}

/* What fell due until now was moved by time, not by the new configuration. */
static int
catch_up(struct engine *e, const struct config *before, int64_t now, struct err *err)
{
	int rc = -1;

	e->batch.agreements = &before->agreements;
	e->batch.now = now;
	if (store_begin(e->store, err) == 0 && engine_due(e, now, err) == 0)
		rc = store_commit(e->store, err);
	e->batch.agreements = &e->config->agreements;
	fold_drop(&e->batch);
	store_rollback(e->store);
	return rc;
}

int
engine_judge(struct engine *e, const struct config *before, int64_t now,
    void (*progress)(void *context, int64_t done), void *context, struct err *err)
{
	char judgement[80] = "";
	struct engine_moved m;
	int rc = -1;

	engine_configured(e);
	if (store_meta(e->store, "judgement", judgement, sizeof(judgement), err) < 0)
		return -1;
	if (strcmp(judgement, e->config->judgement) == 0) {
		if (before != NULL)
			log_info("tickets are judged as before: all scores stay");
		return 0;
	}
	e->changed = true;
	if (before != NULL && catch_up(e, before, now, err) != 0)
		return -1;
	if (engine_moved_begin(
		&m, e, before == NULL ? e->config : before, now, progress, context, err) == 0 &&
	    judge_all(e, now, progress, context, &m.judged, err) == 0)
		rc = 0;
	if (rc == 0)
		engine_moved_log(&m, e, judgement[0] == '\0');
	engine_moved_end(&m, e);
	return rc;
}

/* What another version of slad packed cannot be read: all is folded from the log, or nothing. */
static int
rebuild(struct engine *e, int64_t now, void (*progress)(void *context, int64_t done), void *context,
    struct err *err)
{
	int64_t seq = 0;

	if (store_begin(e->store, err) == 0 && store_forget(e->store, err) == 0 &&
	    store_identities_forget(e->store, err) == 0 &&
	    store_meta_set(e->store, "packed", PACKED_VERSION, err) == 0 &&
	    store_meta_set(e->store, "watching", "", err) == 0 &&
	    store_meta_set(e->store, "judgement", e->config->judgement, err) == 0 &&
	    engine_replay(e, e->store, &seq, INT64_MAX, now, progress, context, err) == 0 &&
	    store_commit(e->store, err) == 0)
		return 0;
	store_rollback(e->store);
	return err_prefix(err, "the log could not be folded anew, and nothing has changed");
}

int
engine_prepare(struct engine *e, bool anew, int64_t now,
    void (*progress)(void *context, int64_t done), void *context, struct err *err)
{
	char packed[16] = "";
	size_t waiting;
	int rc;

	engine_configured(e);
	if (store_meta(e->store, "packed", packed, sizeof(packed), err) < 0)
		return -1;
	if (anew || strcmp(packed, PACKED_VERSION) != 0)
		rc = rebuild(e, now, progress, context, err);
	else if (store_daybook_waiting(e->store, &waiting, err) != 0)
		rc = -1; /* better now than for each event */
	else
		rc = engine_judge(e, NULL, now, progress, context, err);
	return rc == 0 ? engine_watch(e, now, progress, context, err) : -1;
}
