#include <stdio.h>
#include <string.h>

#include "command.h"
#include "memory.h"

static int cmd_help(int argc, char **argv);

static const struct command commands[] = {
    {"serve", "serve [-c FILE]", "run the daemon, in the foreground", cmd_serve},
    {"check", "check [-c FILE]", "print every mistake; --against FILE: what that would change",
	cmd_check},
    {"import", "import [-u URL] FILE...",
	"send NDJSON files, or tables by --mapping, to a running daemon", cmd_import},
    {"backup", "backup [-c FILE] DEST", "copy the database while the daemon runs", cmd_backup},
    {"export", "export [-c FILE]", "print all events of the log, as NDJSON", cmd_export},
    {"verify", "verify [-c FILE]", "recompute everything from the log and compare", cmd_verify},
    {"rebuild", "rebuild [-c FILE]", "recompute everything from the log and store it", cmd_rebuild},
    {"version", "version", "print the version, and those of the libraries", cmd_version},
    {"help", "help", "print this", cmd_help},
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void
usage(FILE *out)
{
	fputs("usage: slad COMMAND\n\n", out);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(out, "  slad %-23s %s\n", commands[i].usage, commands[i].does);
	fputs("\nThe configuration is " SLAD_CONFIG " if none is named. See slad(8).\n", out);
}

static int
cmd_help(int argc, char **argv)
{
	(void)argv;
	usage(argc == 1 ? stdout : stderr);
	return argc == 1 ? EXIT_DONE : EXIT_USAGE;
}

int
main(int argc, char **argv)
{
	memory_guard();
	if (argc == 2 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0))
		return cmd_help(1, argv);
	for (size_t i = 0; argc > 1 && i < COMMANDS; i++) {
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	}
	if (argc > 1)
		fprintf(stderr, "slad: there is no command '%s'\n", argv[1]);
	usage(stderr);
	return EXIT_USAGE;
}
