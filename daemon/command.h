/*
 * command: the subcommands of slad.
 */
#ifndef SLAD_DAEMON_COMMAND_H
#define SLAD_DAEMON_COMMAND_H

#include "codec/config.h"
#include "store/store.h"

enum exit_code { EXIT_DONE, EXIT_NO, EXIT_USAGE, EXIT_CONFIGURATION, EXIT_STORAGE };

struct command {
	const char *name, *usage, *does;
	int (*run)(int argc, char **argv); /* argv[0] is the command's name; an exit code */
};

int cmd_serve(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_import(int argc, char **argv);
int cmd_backup(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_verify(int argc, char **argv);
int cmd_rebuild(int argc, char **argv);
int cmd_version(int argc, char **argv);

/* Reads `[-c FILE]` and nothing else; NULL after a line on what was wrong. */
const char *command_file(int argc, char **argv);

/* Reads a configuration; NULL after a line on standard error for each mistake, as
 * FILE:LINE:COLUMN: what, or, of a daemon, as a line of its log. */
struct config *command_config(const char *file);
struct config *command_config_logged(const char *file);

/* A whole command that knows no options but `[-c FILE]`: `run` is given the configuration, and
 * gives the exit code; with EXIT_STORAGE, *err, which is said. */
int command_run(int argc, char **argv, int (*run)(struct config *c, struct err *err));

/* Takes the database for this process alone, until it ends: -1 if another process has it. */
int command_lock(const char *database, struct err *err);

/* Opens the database for writing; shows progress where that takes long, since an older slad wrote
 * it.
 */
struct store *command_store(const char *database, struct err *err);

/* A start that takes long: shows a struct progress, and asks the service manager for time. */
void command_goes_on(void *progress, int64_t done);

/* From now on SIGINT and SIGTERM do not end the process: they are caught, and calls that wait are
 * interrupted. The second one ends it. */
void command_catch(void);
bool command_caught(void);

#endif
