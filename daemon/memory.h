/*
 * memory: the libraries' allocations end the process, as ours do (base/mem.h), where there is no
 * memory: none of them is seen to go on with half of what it wanted.
 */
#ifndef SLAD_DAEMON_MEMORY_H
#define SLAD_DAEMON_MEMORY_H

/* Once, before anything of SQLite, libevent, jansson, OpenSSL or GLib is called. */
void memory_guard(void);

#endif
