/*
 * systemd: what the service manager is told (sd_notify(3); Type=notify, and ready for
 * notify-reload).
 *
 * systemd.c says it by libsystemd; systemd_none.c, for builds without that library, says nothing.
 * Outside of systemd every call is harmless.
 */
#ifndef SLAD_DAEMON_SYSTEMD_H
#define SLAD_DAEMON_SYSTEMD_H

#include <stdint.h>

void systemd_ready(void); /* after the start, and after each reload */
void systemd_starting(void); /* it takes long, but goes on: another minute is wanted */
void systemd_reloading(void); /* carries the monotonic time, as notify-reload asks for */
void systemd_stopping(void);
void systemd_status(const char *fmt, ...) __attribute__((format(printf, 1, 2))); /* one line */
void systemd_watchdog(void); /* the process is alive */

/* Milliseconds between two calls of systemd_watchdog() at most; 0 if nobody watches. It is half of
 * what the unit says, so that one late call does no harm. */
int64_t systemd_watchdog_interval(void);

#endif
