#include "verify.h"

#include <string.h>

#include "scratch.h"

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

int
verify_store(struct store *stored, struct config *c, int64_t (*clock)(void),
    void (*each)(void *context, const char *what, const char *key, const char *sentence),
    void *context, int64_t *differences, struct err *err)
{
	struct store *fresh = NULL;
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
	fresh = scratch_fold(stored, c, now, "verifying", err);
	rc = fresh == NULL ? -1 : compare(stored, fresh, &t, differences, err);
out:
	store_rollback(stored);
	store_close(fresh);
	return rc;
}
