#include "scratch.h"

#include "engine.h"
#include "progress.h"

static int
replay(struct store *log, struct store *fresh, struct config *c, int64_t now, const char *what,
    struct err *err)
{
	struct engine *e = engine_new(fresh, c, now, NULL, NULL, err);
	struct progress p;
	int64_t all, seq = 0;
	int n = -1;

	if (e != NULL && store_begin(fresh, err) == 0 && store_last(log, &all, err) == 0) {
		progress_begin(&p, what, all);
		while ((n = engine_replay(e, log, &seq, now, err)) > 0)
			progress_step(&p, seq);
		progress_end(&p, all);
	}
	engine_free(e);
	return n;
}

struct store *
scratch_fold(struct store *log, struct config *c, int64_t now, const char *what, struct err *err)
{
	struct store *fresh = store_open(NULL, STORE_SCRATCH, err);

	if (fresh != NULL && replay(log, fresh, c, now, what, err) == 0)
		return fresh;
	store_close(fresh);
	return NULL;
}
