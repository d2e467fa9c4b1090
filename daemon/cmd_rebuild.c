#include <stdio.h>

#include "command.h"
#include "keeper.h"

/* One transaction: a rebuild that is interrupted has changed nothing. */
static int
rebuild(struct config *c, struct err *err)
{
	struct store *s;
	int rc = -1;

	if (command_lock(c->database, err) != 0)
		return -1;
	s = store_open(c->database, STORE_WRITE, err);
	if (s == NULL)
		return -1;
	if (store_begin(s, err) == 0 && store_forget(s, err) == 0 &&
	    store_meta_set(s, "judgement", c->judgement, err) == 0 &&
	    command_replay(s, s, c, keeper_now(), "rebuilding", err) == 0)
		rc = store_commit(s, err);
	store_rollback(s);
	store_close(s);
	return rc;
}

int
cmd_rebuild(int argc, char **argv)
{
	const char *file = command_file(argc, argv);
	struct config *c;
	struct err err;
	int rc;

	if (file == NULL)
		return EXIT_USAGE;
	c = command_config(file);
	if (c == NULL)
		return EXIT_CONFIGURATION;
	rc = rebuild(c, &err);
	if (rc != 0)
		fprintf(stderr, "slad: nothing was changed: %s\n", err.msg);
	config_unref(c);
	return rc == 0 ? EXIT_DONE : EXIT_STORAGE;
}
