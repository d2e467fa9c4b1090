#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "codec/event_json.h"
#include "command.h"
#include "import_inside.h"
#include "rows.h"

/* The events of a row go together: none of them if one is too large. */
static void
events_add(struct reader *r, const json_t *events, const struct table_row *row, int64_t end)
{
	char longer[80];
	json_t *event;
	size_t i;
	char *text;

	json_array_foreach(events, i, event)
	{
		if (json_dumpb(event, NULL, 0, JSON_COMPACT) > EVENT_TEXT) {
			snprintf(longer, sizeof(longer), "it gives an event of more than %u bytes",
			    EVENT_TEXT);
			import_refuse(r, row->line, longer);
			return;
		}
	}
	json_array_foreach(events, i, event)
	{
		text = json_dumps(event, JSON_COMPACT);
		import_add(r, text, strlen(text), row->line, end);
		free(text);
	}
}

static void
row_take(struct reader *r, const struct rows *rows, const struct table_row *row)
{
	struct err err;
	json_t *events = row_map_events(r->map, row, &err);

	if (events == NULL)
		import_refuse(r, row->line, err.msg);
	else
		events_add(r, events, row, r->before + rows_read(rows));
	json_decref(events);
}

/* What was named is not there: so no mending of a row helps. */
static int
nowhere(struct reader *r, int64_t line, const struct err *err)
{
	struct import *m = r->import;

	import_broken(r, line, err);
	pthread_mutex_lock(&m->lock);
	import_stop(m, EXIT_CONFIGURATION);
	pthread_mutex_unlock(&m->lock);
	return -1;
}

/* The columns, once they are known: -1 if one is missing. */
static int
columns_take(struct reader *r, const struct rows *rows, bool *known)
{
	const char *const *names;
	size_t count;
	struct err err;

	names = rows_columns(rows, &count);
	if (*known || names == NULL)
		return 0;
	*known = true;
	return row_map_columns(r->map, names, count, &err) == 0 ? 0 : nowhere(r, 1, &err);
}

/* Whether what was named was there at all. */
static int
end_check(struct reader *r, const struct table_row *row)
{
	struct err err;

	if (row->number == 0 || row_map_end(r->map, &err) == 0)
		return 0;
	return nowhere(r, row->line, &err);
}

static int
rows_take(struct reader *r, struct rows *rows)
{
	struct table_row row, last = {0};
	bool known = false;
	struct err err;

	while (!import_stopped(r->import)) {
		switch (rows_next(rows, &row, &err)) {
		case ROWS_ROW:
			if (columns_take(r, rows, &known) != 0)
				return -1;
			row_take(r, rows, &row);
			last = row;
			break;
		case ROWS_WRONG:
			import_refuse(r, row.line, err.msg);
			break;
		case ROWS_END:
			r->before += rows_read(rows);
			return end_check(r, &last);
		case ROWS_BROKEN:
			import_broken(r, row.line, &err);
			return -1;
		}
	}
	return -1;
}

int
import_rows(struct reader *r)
{
	struct import *m = r->import;
	struct err err;
	struct rows *rows = rows_open(m->options->files[r->file], &err);
	int rc;

	if (rows == NULL) {
		pthread_mutex_lock(&m->lock);
		import_say(m, "slad: %s", err.msg);
		pthread_mutex_unlock(&m->lock);
		return -1;
	}
	row_map_begin(r->map);
	rc = rows_take(r, rows);
	rows_close(rows);
	return rc;
}
