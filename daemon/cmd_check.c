#include <stdio.h>

#include "command.h"

int
cmd_check(int argc, char **argv)
{
	const char *file = command_file(argc, argv);
	struct config *c;

	if (file == NULL)
		return EXIT_USAGE;
	c = command_config(file);
	if (c == NULL)
		return EXIT_NO;
	printf("%s is fine: %zu agreements, %zu calendars, %zu rules, %zu receivers, %zu tokens\n",
	    file, c->agreements.count, c->calendars, c->rules, c->receivers, c->tokens);
	config_unref(c);
	return EXIT_DONE;
}
