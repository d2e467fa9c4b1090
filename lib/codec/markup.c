#include "codec/markup.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define REPLACEMENT 0xfffdu

static bool
forbidden(unsigned c)
{
	return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || (c >= 0x7f && c <= 0x9f) ||
	    (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
	    (c >= 0xd800 && c <= 0xdfff) || c == 0xfffe || c == 0xffff || c > 0x10ffff;
}

size_t
markup_char(const char *text, unsigned *c)
{
	static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *s = (const unsigned char *)text;
	size_t len = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;

	*c = REPLACEMENT;
	if (len == 0 || s[0] > 0xf4)
		return 1;
	*c = len == 1 ? s[0] : s[0] & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80) {
			*c = REPLACEMENT;
			return i;
		}
		*c = *c << 6 | (s[i] & 0x3fu);
	}
	if (forbidden(*c) || *c < least[len])
		*c = REPLACEMENT;
	return len;
}

static const char *
entity(unsigned c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	case '\t':
	case '\n':
	case '\r':
		return " ";
	case REPLACEMENT:
		return "\xef\xbf\xbd";
	default:
		return NULL;
	}
}

void
markup_put(struct buf *out, const char *text)
{
	const char *instead;
	unsigned c;
	size_t len;

	for (; *text != '\0'; text += len) {
		len = markup_char(text, &c);
		instead = entity(c);
		if (instead != NULL)
			buf_puts(out, instead);
		else
			buf_put(out, text, len);
	}
}

static void
number_put(struct buf *out, const char *fmt, size_t len, va_list *ap)
{
	char spec[16];

	assert(len < sizeof(spec));
	memcpy(spec, fmt, len);
	spec[len] = '\0';
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	if (fmt[len - 1] == 'd')
		buf_putf(out, spec, va_arg(*ap, int));
	else
		buf_putf(out, spec, va_arg(*ap, double));
#pragma GCC diagnostic pop
}

void
markup_putf(struct buf *out, const char *fmt, ...)
{
	size_t len;
	va_list ap;

	va_start(ap, fmt);
	while (*fmt != '\0') {
		len = strcspn(fmt, "%");
		buf_put(out, fmt, len);
		fmt += len;
		if (*fmt == '\0')
			break;
		len = 1 + strcspn(fmt + 1, "sdfg%") + 1;
		if (fmt[len - 1] == 's')
			markup_put(out, va_arg(ap, const char *));
		else if (fmt[len - 1] == '%')
			buf_puts(out, "%");
		else
			number_put(out, fmt, len, &ap);
		fmt += len;
	}
	va_end(ap);
}
