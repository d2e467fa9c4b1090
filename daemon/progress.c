#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define BAR 30
#define PAUSE 100 /* ms between two drawings */

static int64_t
monotonic_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000) + ts.tv_nsec / 1000000;
}

void
progress_begin(struct progress *p, const char *what, int64_t all)
{
	*p = (struct progress){.what = what,
	    .all = all,
	    .started = monotonic_ms(),
	    .terminal = isatty(STDERR_FILENO) != 0};
}

static void
draw(const struct progress *p, int64_t done, int64_t ms)
{
	int64_t rate = ms > 0 ? done * 1000 / ms : 0;
	int64_t left = rate > 0 ? (p->all - done) / rate : 0;
	int full = p->all > 0 ? (int)(done * BAR / p->all) : BAR;

	fprintf(stderr, "\r%s [%.*s%*s] %3d %%  %" PRId64 "/s  %" PRId64 " s left \033[K", p->what,
	    full, "##############################", BAR - full, "",
	    p->all > 0 ? (int)(done * 100 / p->all) : 100, rate, left);
}

void
progress_step(void *progress, int64_t done)
{
	struct progress *p = progress;
	int64_t now = monotonic_ms();

	if (!p->terminal || now - p->shown < PAUSE)
		return;
	p->shown = now;
	draw(p, done, now - p->started);
}

void
progress_end(struct progress *p, int64_t done)
{
	int64_t ms = monotonic_ms() - p->started;

	fprintf(stderr, "%s%s: %" PRId64 " records in %.1f s\n", p->terminal ? "\r\033[K" : "",
	    p->what, done, (double)ms / 1000);
}
