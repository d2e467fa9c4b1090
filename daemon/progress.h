/*
 * progress: how far a long command is, on a terminal; nothing elsewhere.
 */
#ifndef SLAD_DAEMON_PROGRESS_H
#define SLAD_DAEMON_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	const char *what;
	int64_t all, started, shown;
	bool terminal;
};

void progress_begin(struct progress *p, const char *what, int64_t all);
void progress_step(
    void *progress, int64_t done); /* a struct progress; cheap: draws ten times a second */
void progress_end(struct progress *p, int64_t done);

#endif
