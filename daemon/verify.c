#include "verify.h"

#include <string.h>

#include "engine.h"
#include "progress.h"
#include "verify_closing.h"

struct teller {
	void (*each)(void *context, const char *what, const char *key, const char *sentence);
	void *context;
	const char *what;
};

static void
tell(void *context, const char *key, const char *sentence)
{
	struct teller *t = context;

	t->each(t->context, t->what, key, sentence);
}

static int
compare(struct store *stored, struct store *fresh, struct teller *t, int64_t *differences,
    struct err *err)
{
	int64_t n;

	t->what = "record";
	n = store_gaps(stored, tell, t, err);
	if (n < 0)
		return -1;
	*differences += n;
	for (enum dump d = 0; d < DUMPS; d++) {
		t->what = dump_names[d];
		n = store_compare(stored, fresh, d, tell, t, err);
		if (n < 0)
			return -1;
		*differences += n;
	}
	return 0;
}

static int
judged_alike(struct store *stored, const struct config *c, struct teller *t, int64_t *differences,
    struct err *err)
{
	char judgement[80] = "";

	if (store_meta(stored, "judgement", judgement, sizeof(judgement), err) < 0)
		return -1;
	if (judgement[0] == '\0')
		t->each(t->context, "database", "",
		    "is not judged to the end: start slad serve, or run slad rebuild");
	else if (strcmp(judgement, c->judgement) != 0)
		t->each(t->context, "configuration", c->file,
		    "judges otherwise than the one that was last in force: start slad serve, or "
		    "run slad rebuild, with it first");
	else
		return 0;
	(*differences)++;
	return 0;
}

/* The log being folded into a fresh store. */
struct rerun {
	struct store *log, *fresh;
	struct engine *engine;
	struct config *config;
	struct progress progress;
	int64_t seq, now;
};

/* Folds on up to a record, as of an instant that never goes back. */
static int
rerun_to(struct rerun *r, int64_t last, int64_t now, struct err *err)
{
	int n;

	if (now > r->now)
		r->now = now;
	while ((n = engine_replay(r->engine, r->log, &r->seq, last, r->now, err)) > 0)
		progress_step(&r->progress, r->seq);
	return n < 0 ? -1 : engine_settle(r->engine, r->now, err);
}

/* Each closed period is compared when the fold is where it was closed. */
static int
closings_check(struct rerun *r, struct teller *t, int64_t *differences, struct err *err)
{
	struct arena arena = {0};
	struct stored_closing c = {.id = 0};
	int found;

	t->what = "closed period";
	while ((found = store_closing_next(r->log, c.id, &arena, &c, err)) > 0) {
		if (rerun_to(r, c.seq, c.closed, err) != 0 ||
		    verify_closing(r->log, r->fresh, r->config, &c, tell, t, differences, err) !=
			0) {
			found = -1;
			break;
		}
	}
	arena_free(&arena);
	return found;
}

/* The whole log into the fresh store. */
static int
rerun(struct store *log, struct store *fresh, struct config *c, int64_t now, struct teller *t,
    int64_t *differences, struct err *err)
{
	struct rerun r = {.log = log, .fresh = fresh, .config = c, .now = INT64_MIN};
	int64_t all;
	int rc = -1;

	r.engine = engine_new(fresh, c, now, NULL, NULL, err);
	if (r.engine != NULL && store_begin(fresh, err) == 0 && store_last(log, &all, err) == 0) {
		progress_begin(&r.progress, "verifying", all);
		rc = closings_check(&r, t, differences, err);
		if (rc == 0)
			rc = rerun_to(&r, all, now, err);
		progress_end(&r.progress, all);
	}
	engine_free(r.engine);
	return rc;
}

int
verify_store(struct store *stored, struct config *c, int64_t (*clock)(void),
    void (*each)(void *context, const char *what, const char *key, const char *sentence),
    void *context, int64_t *differences, struct err *err)
{
	struct store *fresh = store_open(NULL, STORE_SCRATCH, err);
	struct teller t = {.each = each, .context = context};
	int64_t due, now;
	int rc = -1;

	*differences = 0;
	if (fresh == NULL || store_begin_read(stored, err) != 0 ||
	    store_next_due(stored, &due, err) != 0 ||
	    judged_alike(stored, c, &t, differences, err) != 0)
		goto out;
	now = clock();
	if (due <= now)
		now = due - 1;
	rc = 0;
	if (*differences > 0)
		goto out;
	rc = rerun(stored, fresh, c, now, &t, differences, err);
	if (rc == 0)
		rc = compare(stored, fresh, &t, differences, err);
out:
	store_rollback(stored);
	store_close(fresh);
	return rc;
}
