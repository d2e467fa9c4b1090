/*
 * progress: how far a long command is, on a terminal; elsewhere nothing, or now and then a line.
 */
#ifndef SLAD_DAEMON_PROGRESS_H
#define SLAD_DAEMON_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	const char *what;
	int64_t all; /* 0: not known */
	int64_t started, shown;
	bool terminal;
};

void progress_begin(struct progress *p, const char *what, int64_t all);
void progress_step(
    void *progress, int64_t done); /* a struct progress; cheap: draws ten times a second */
void progress_end(struct progress *p, int64_t done);

/* As progress_step(), and elsewhere than on a terminal it says a line every ten seconds. */
void progress_say(void *progress, int64_t done);

/* As that, where what counts is not what `all` measures, such as events of files whose bytes are
 * known. */
void progress_count(struct progress *p, int64_t done, int64_t counted);

/* Takes the drawing away, so that a line can be printed. */
void progress_clear(const struct progress *p);

/* Seconds since it began. */
double progress_seconds(const struct progress *p);

#endif
