#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define BAR 30
#define PAUSE 100 /* ms between two drawings */
#define PAUSE_LINES 10000 /* and between two lines where there is no terminal */

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
	    .shown = monotonic_ms(),
	    .terminal = isatty(STDERR_FILENO) != 0};
}

/* "45 %  20000/s  13 s left", or less where `all` is not known. */
static void
say(const struct progress *p, int64_t done, int64_t counted, int64_t ms)
{
	int64_t rate = ms > 0 ? counted * 1000 / ms : 0;
	int64_t left = done > 0 ? (p->all - done) * ms / done / 1000 : 0;

	if (p->all > 0)
		fprintf(stderr, "%3" PRId64 " %%  %" PRId64 "/s  %" PRId64 " s left",
		    done * 100 / p->all, rate, left);
	else
		fprintf(stderr, "%" PRId64 "  %" PRId64 "/s", counted, rate);
}

static void
draw(const struct progress *p, int64_t done, int64_t counted, int64_t ms)
{
	int full = p->all > 0 ? (int)(done * BAR / p->all) : 0;

	fprintf(stderr, "\r%s ", p->what);
	if (p->all > 0)
		fprintf(
		    stderr, "[%.*s%*s] ", full, "##############################", BAR - full, "");
	say(p, done, counted, ms);
	fputs(" \033[K", stderr);
}

/* Whether it is time to show something again, and how long it has been going on. */
static bool
due(struct progress *p, int64_t pause, int64_t *ms)
{
	int64_t now = monotonic_ms();

	if (now - p->shown < pause)
		return false;
	p->shown = now;
	*ms = now - p->started;
	return true;
}

void
progress_step(void *progress, int64_t done)
{
	struct progress *p = progress;
	int64_t ms;

	if (p->terminal && due(p, PAUSE, &ms))
		draw(p, done, done, ms);
}

void
progress_count(struct progress *p, int64_t done, int64_t counted)
{
	int64_t ms;

	if (!due(p, p->terminal ? PAUSE : PAUSE_LINES, &ms))
		return;
	if (p->terminal) {
		draw(p, done, counted, ms);
		return;
	}
	fprintf(stderr, "%s: ", p->what);
	say(p, done, counted, ms);
	fputc('\n', stderr);
}

void
progress_say(void *progress, int64_t done)
{
	progress_count(progress, done, done);
}

void
progress_clear(const struct progress *p)
{
	if (p->terminal)
		fputs("\r\033[K", stderr);
}

double
progress_seconds(const struct progress *p)
{
	return (double)(monotonic_ms() - p->started) / 1000;
}

void
progress_end(struct progress *p, int64_t done)
{
	progress_clear(p);
	fprintf(stderr, "%s: %" PRId64 " records in %.1f s\n", p->what, done, progress_seconds(p));
}
