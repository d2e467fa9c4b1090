/*
 * lines: the lines of a file, or of standard input, gzip'd or not (plain.h).
 *
 * A line ends with LF; the last one need not, but where gzip'd data breaks off, what is left of a
 * line is none. A byte order mark before the first line is left out. Memory is bounded, whatever
 * the file gives.
 */
#ifndef SLAD_DAEMON_LINES_H
#define SLAD_DAEMON_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "codec/event_json.h"

#define LINES_MAX EVENT_TEXT /* bytes of a line, its LF not included: as much as a daemon takes */

struct lines;

enum lines_got {
	LINES_LINE,
	LINES_LONG, /* a line of more than LINES_MAX bytes, which is passed over */
	LINES_END,
	LINES_BROKEN, /* it cannot be read any further; lines before that were given out, but not
		       * those that damaged gzip data gave last */
};

struct line {
	const char *text; /* until the next call; not of a LINES_LONG */
	size_t len;
	int64_t number; /* from 1 */
};

/* path "-" is standard input. NULL with a sentence that names the path. */
struct lines *lines_open(const char *path, struct err *err);
void lines_close(struct lines *l); /* NULL is fine */

/* The sentence of LINES_BROKEN has no path; line->number is then that of the line after the last. A
 * signal whose handler does not restart calls breaks it, too. */
enum lines_got lines_next(struct lines *l, struct line *line, struct err *err);

int64_t lines_read(const struct lines *l); /* bytes of the file so far, as they lie there */

#endif
