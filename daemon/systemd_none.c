#include "systemd.h"

void
systemd_ready(void)
{
}

void
systemd_starting(void)
{
}

void
systemd_reloading(void)
{
}

void
systemd_stopping(void)
{
}

void
systemd_status(const char *fmt, ...)
{
	(void)fmt;
}

void
systemd_watchdog(void)
{
}

int64_t
systemd_watchdog_interval(void)
{
	return 0;
}
