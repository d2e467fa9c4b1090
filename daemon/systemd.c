#include "systemd.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include <systemd/sd-daemon.h>

#define STATUS_MAX 256

void
systemd_ready(void)
{
	sd_notify(0, "READY=1");
}

void
systemd_starting(void)
{
	sd_notify(0, "EXTEND_TIMEOUT_USEC=60000000");
}

void
systemd_reloading(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
	    (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
}

void
systemd_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}

void
systemd_status(const char *fmt, ...)
{
	char text[STATUS_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (char *s = text; *s != '\0'; s++)
		if (*s == '\n')
			*s = ' ';
	sd_notifyf(0, "STATUS=%s", text);
}

void
systemd_watchdog(void)
{
	sd_notify(0, "WATCHDOG=1");
}

int64_t
systemd_watchdog_interval(void)
{
	uint64_t usec;

	if (sd_watchdog_enabled(0, &usec) <= 0)
		return 0;
	return usec < 2000 ? 1 : (int64_t)(usec / 2000);
}
