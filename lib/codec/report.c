#include "codec/report.h"

#include <string.h>

#include "codec/report_inside.h"

const struct report_format report_formats[REPORT_FORMATS] = {
    {"html", "text/html; charset=utf-8", report_html},
    {"md", "text/markdown; charset=utf-8", report_md},
    {"json", "application/json", report_json},
    {"csv", "text/csv; charset=utf-8", report_csv},
};

const struct report_format *
report_format_find(const char *name)
{
	for (size_t i = 0; i < REPORT_FORMATS; i++) {
		if (strcmp(report_formats[i].name, name) == 0)
			return &report_formats[i];
	}
	return NULL;
}
