#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "utf8.h"

/* The longest piece that escape() writes at once: a character of four bytes, or "\x1b". */
#define PIECE 4

static const char *
word(enum log_level level)
{
	switch (level) {
	case LOG_LEVEL_ERROR:
		return "error: ";
	case LOG_LEVEL_WARNING:
		return "warning: ";
	case LOG_LEVEL_INFO:
		return "info: ";
	case LOG_LEVEL_DEBUG:
		return "debug: ";
	}
	return "";
}

/* U+0080 to U+009F steer terminals as well as the controls of ASCII do. */
static bool
is_control(const char *s, size_t len)
{
	unsigned char c = (unsigned char)s[0];

	return c < 0x20 || c == 0x7f || (len == 2 && c == 0xc2 && (unsigned char)s[1] < 0xa0);
}

static size_t
escape(char *out, size_t room, const char *text)
{
	size_t len = strlen(text), at = 0, n;

	for (; len > 0 && room - at > PIECE; text += n, len -= n) {
		n = utf8_step(text, len);
		if (n > 0 && !is_control(text, n)) {
			memcpy(out + at, text, n);
			at += n;
			continue;
		}
		n = 1;
		if (*text == '\n')
			at += (size_t)sprintf(out + at, "\\n");
		else
			at += (size_t)sprintf(out + at, "\\x%02x", (unsigned char)*text);
	}
	return at;
}

void
log_line(enum log_level level, const char *fmt, ...)
{
	char text[LOG_LINE], line[LOG_LINE];
	size_t len;
	va_list ap;

	if (level == LOG_LEVEL_DEBUG && getenv("SLAD_DEBUG") == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (getenv("JOURNAL_STREAM") != NULL && !isatty(STDERR_FILENO))
		len = (size_t)snprintf(line, sizeof(line), "<%d>", (int)level);
	else
		len = (size_t)snprintf(line, sizeof(line), "%s", word(level));
	len += escape(line + len, sizeof(line) - 1 - len, text);
	line[len++] = '\n';
	while (write(STDERR_FILENO, line, len) < 0 && errno == EINTR)
		continue;
}
