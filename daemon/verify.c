#include "verify.h"

#include <string.h>

#include "codec/packed.h"
#include "posting.h"
#include "scratch.h"
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
	if (posting_take_back(fresh, stored, err) != 0)
		return -1;
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
	char judgement[80] = "", watching[80] = "", packed[16] = "";

	if (store_meta(stored, "judgement", judgement, sizeof(judgement), err) < 0 ||
	    store_meta(stored, "watching", watching, sizeof(watching), err) < 0 ||
	    store_meta(stored, "packed", packed, sizeof(packed), err) < 0)
		return -1;
	if (judgement[0] == '\0' || watching[0] == '\0' || strcmp(packed, PACKED_VERSION) != 0)
		t->each(t->context, "database", "",
		    "is not judged to the end: start slad serve, or run slad rebuild");
	else if (strcmp(judgement, c->judgement) != 0)
		t->each(t->context, "configuration", c->file,
		    "judges otherwise than the one that was last in force: start slad serve, or "
		    "run slad rebuild, with it first");
	else if (strcmp(watching, c->watching) != 0)
		t->each(t->context, "configuration", c->file,
		    "has other alerts on tickets than the one that was last in force: start slad "
		    "serve, or run slad rebuild, with it first");
	else
		return 0;
	(*differences)++;
	return 0;
}

/* Each closed period is compared when the fold is where it was closed. */
static int
closings_check(
    struct scratch *r, struct config *c, struct teller *t, int64_t *differences, struct err *err)
{
	struct arena arena = {0};
	struct stored_closing at = {.id = 0};
	int found;

	t->what = "closed period";
	while ((found = store_closing_next(r->log, at.id, &arena, &at, err)) > 0) {
		if (scratch_to(r, at.seq, at.closed, err) != 0 ||
		    verify_closing(r->log, r->fresh, c, &at, tell, t, differences, err) != 0) {
			found = -1;
			break;
		}
	}
	arena_free(&arena);
	return found;
}

int
verify_store(struct store *stored, struct config *c, int64_t (*clock)(void),
    void (*each)(void *context, const char *what, const char *key, const char *sentence),
    void *context, int64_t *differences, struct err *err)
{
	struct scratch r = {.log = NULL};
	struct teller t = {.each = each, .context = context};
	int64_t due, now;
	int rc = -1;

	*differences = 0;
	if (store_begin_read(stored, err) != 0 || store_next_due(stored, &due, err) != 0 ||
	    judged_alike(stored, c, &t, differences, err) != 0)
		goto out;
	now = clock();
	if (due <= now)
		now = due - 1;
	rc = 0;
	if (*differences > 0)
		goto out;
	rc = scratch_begin(&r, stored, c, now, "verifying", err);
	if (rc == 0)
		rc = closings_check(&r, c, &t, differences, err);
	if (rc == 0)
		rc = scratch_to(&r, r.all, now, err);
	if (rc == 0)
		rc = compare(stored, r.fresh, &t, differences, err);
out:
	store_rollback(stored);
	store_close(scratch_end(&r));
	return rc;
}
