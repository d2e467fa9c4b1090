/*
 * files: how many files the process may open.
 */
#ifndef SLAD_DAEMON_FILES_H
#define SLAD_DAEMON_FILES_H

/* How many connections there may be, `wanted` or fewer, beside the other files of the process. What
 * the process may allow itself is asked for first; what is missing then is logged. */
unsigned files_connections(unsigned wanted);

#endif
