#include <stdio.h>

#include "command.h"
#include "engine.h"
#include "keeper.h"
#include "progress.h"

/* An engine folds the log anew, in one transaction, if it does not trust what is packed. */
static int
fold_anew(struct config *c, struct err *err)
{
	struct engine *e = NULL;
	struct progress p;
	struct store *s;
	int64_t all;
	int rc = -1;

	if (command_lock(c->database, err) != 0)
		return -1;
	s = store_open(c->database, STORE_REBUILD, err);
	if (s == NULL)
		return -1;
	if (store_last(s, &all, err) == 0 && store_meta_set(s, "packed", "", err) == 0) {
		progress_begin(&p, "rebuilding", all);
		e = engine_new(s, c, keeper_now(), progress_step, &p, err);
	}
	if (e != NULL) {
		progress_end(&p, all);
		rc = 0;
	}
	engine_free(e);
	store_close(s);
	return rc;
}

static int
rebuild(struct config *c, struct err *err)
{
	if (fold_anew(c, err) == 0)
		return EXIT_DONE;
	err_prefix(err, "the log could not be folded anew");
	return EXIT_STORAGE;
}

int
cmd_rebuild(int argc, char **argv)
{
	return command_run(argc, argv, rebuild);
}
