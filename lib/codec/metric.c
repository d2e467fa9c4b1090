#include "codec/metric.h"

#include <stdarg.h>

void
metric_head(struct buf *b, const char *name, enum metric_type type, const char *help)
{
	buf_putf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name,
	    type == METRIC_COUNTER ? "counter" : "gauge");
}

static void
label_put(struct buf *b, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			buf_puts(b, "\\n");
		else if (*text == '"' || *text == '\\')
			buf_putf(b, "\\%c", *text);
		else
			buf_put(b, text, 1);
	}
}

void
metric_value(struct buf *b, const char *name, double value, ...)
{
	const char *label, *open = "{";
	va_list ap;

	buf_puts(b, name);
	va_start(ap, value);
	while ((label = va_arg(ap, const char *)) != NULL) {
		buf_putf(b, "%s%s=\"", open, label);
		label_put(b, va_arg(ap, const char *));
		buf_puts(b, "\"");
		open = ",";
	}
	va_end(ap);
	buf_putf(b, "%s %.17g\n", open[0] == ',' ? "}" : "", value);
}
