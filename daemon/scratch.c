#include "scratch.h"

#include "engine.h"

int
scratch_begin(struct scratch *s, struct store *log, struct config *c, int64_t now, const char *what,
    struct err *err)
{
	*s = (struct scratch){.log = log, .now = INT64_MIN};
	s->fresh = store_open(NULL, STORE_SCRATCH, err);
	if (s->fresh != NULL)
		s->engine = engine_new(s->fresh, c, now, NULL, NULL, err);
	if (s->engine == NULL || store_begin(s->fresh, err) != 0 ||
	    store_last(log, &s->all, err) != 0)
		return -1;
	progress_begin(&s->progress, what, s->all);
	return 0;
}

int
scratch_to(struct scratch *s, int64_t last, int64_t now, struct err *err)
{
	if (now > s->now)
		s->now = now;
	if (engine_replay(
		s->engine, s->log, &s->seq, last, s->now, progress_step, &s->progress, err) != 0)
		return -1;
	return engine_due(s->engine, s->now, err);
}

struct store *
scratch_end(struct scratch *s)
{
	if (s->engine != NULL)
		progress_end(&s->progress, s->seq);
	engine_free(s->engine);
	return s->fresh;
}

struct store *
scratch_fold(struct store *log, struct config *c, int64_t now, const char *what, struct err *err)
{
	struct scratch s;
	int rc = scratch_begin(&s, log, c, now, what, err);
	struct store *fresh;

	if (rc == 0)
		rc = scratch_to(&s, s.all, now, err);
	fresh = scratch_end(&s);
	if (rc == 0)
		return fresh;
	store_close(fresh);
	return NULL;
}
