/* tool_report SAMPLE FORMAT LANG: prints a report of tests/report_sample.h, for check_report.py. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_sample.h"

int
main(int argc, char **argv)
{
	const struct report_format *format = argc == 4 ? report_format_find(argv[2]) : NULL;
	const struct service_report *report = &sample_full;
	struct buf b = BUF_INIT(1 << 20);

	if (format == NULL)
		return EXIT_FAILURE;
	if (strcmp(argv[1], "empty") == 0)
		report = &sample_empty;
	else if (strcmp(argv[1], "hollow") == 0)
		report = &sample_hollow;
	format->write(report, strcmp(argv[3], "zh") == 0, &b);
	fwrite(buf_text(&b), 1, b.len, stdout);
	buf_free(&b);
	return EXIT_SUCCESS;
}
