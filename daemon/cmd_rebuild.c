#include <stdio.h>

#include "command.h"
#include "engine.h"
#include "keeper.h"
#include "progress.h"

static int
rebuild(struct config *c, struct err *err)
{
	struct engine *e = NULL;
	struct progress p;
	struct store *s;
	int64_t all;
	int code = EXIT_STORAGE;

	if (command_lock(c->database, err) != 0)
		return EXIT_STORAGE;
	s = store_open(c->database, STORE_REBUILD, err);
	if (s == NULL)
		return EXIT_STORAGE;
	if (store_last(s, &all, err) == 0) {
		progress_begin(&p, "rebuilding", all);
		e = engine_anew(s, c, keeper_now(), progress_step, &p, err);
	}
	if (e != NULL) {
		progress_end(&p, all);
		code = EXIT_DONE;
	}
	engine_free(e);
	store_close(s);
	return code;
}

int
cmd_rebuild(int argc, char **argv)
{
	return command_run(argc, argv, rebuild);
}
