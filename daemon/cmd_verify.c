#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/stamp.h"
#include "command.h"
#include "engine.h"
#include "keeper.h"
#include "verify.h"

static void
print_difference(void *context, const char *what, const char *key, const char *sentence)
{
	(void)context;
	printf("%s %s %s\n", what, key, sentence);
}

static int
verify(struct config *c, struct err *err)
{
	struct store *stored = store_open(c->database, STORE_READ, err);
	int64_t differences = 0;
	int rc = -1;

	if (stored != NULL)
		rc = verify_store(stored, c, keeper_now, print_difference, NULL, &differences, err);
	store_close(stored);
	if (rc != 0)
		return EXIT_STORAGE;
	if (differences == 0)
		printf("%s: all that is stored follows from the log\n", c->database);
	else
		printf("%s: %" PRId64 " differences\n", c->database, differences);
	return differences > 0 ? EXIT_NO : EXIT_DONE;
}

int
cmd_verify(int argc, char **argv)
{
	return command_run(argc, argv, verify);
}
