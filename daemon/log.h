/*
 * log: what the daemon says to its operator, one line each, on standard error.
 *
 * Under systemd (JOURNAL_STREAM is set, and standard error is no terminal) a line begins with the
 * journal's priority, `<3>`; else with a word, `error: `. Control characters and bytes that are no
 * UTF-8 are written as escapes (`\n`, `\x1b`), because strangers choose some of them; a line is one
 * write(2), and longer ones are cut. Secrets are the caller's care: never hand one over.
 */
#ifndef SLAD_DAEMON_LOG_H
#define SLAD_DAEMON_LOG_H

enum log_level {
	LOG_LEVEL_ERROR = 3, /* something was not done that should have been */
	LOG_LEVEL_WARNING = 4, /* done, but someone should look */
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7, /* written only when the environment has SLAD_DEBUG */
};

#define LOG_LINE 2048 /* bytes of a line, its newline included */

void log_line(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...) log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
