#include "store/mapper.h"

#include <string.h>
#include <time.h>

#include "store/mapper_inside.h"

#define STEPS 100 /* of SQLite's machine between two looks at the clock */

static int64_t
processor_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int
progress(void *context)
{
	struct mapper *m = context;

	m->late = processor_ms() > m->until;
	return m->late;
}

static int
failed(struct mapper *m, sqlite3_stmt *st, struct err *err)
{
	if (m->late)
		err_set(err, "the mapping takes too long: it may have %lld ms for a payload",
		    (long long)m->setting.deadline);
	else
		err_set(err, "%s", sqlite3_errmsg(m->db));
	sqlite3_reset(st);
	return -1;
}

/* Binds the columns that every expression sees. */
static void
bind(struct mapper *m, sqlite3_stmt *st)
{
	const struct mapper_payload *p = &m->payload;

	sqlite3_reset(st);
	sqlite3_bind_text64(st, 1, p->body, p->len, SQLITE_STATIC, SQLITE_UTF8);
	sqlite3_bind_text(st, 2, p->headers, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 3, p->source, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 4, p->received);
	sqlite3_bind_text(st, 5, m->delivered, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 6, m->state, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 7, m->snapped, -1, SQLITE_STATIC);
}

/* A value in the arena; bytes that are no text (BLOB) are none. */
static struct mapped_value
value_get(struct mapper *m, sqlite3_stmt *st, int column)
{
	struct mapped_value v = {0};
	const char *text;

	switch (sqlite3_column_type(st, column)) {
	case SQLITE_INTEGER:
		v.type = MAPPED_WHOLE;
		v.whole = sqlite3_column_int64(st, column);
		break;
	case SQLITE_FLOAT:
		v.type = MAPPED_REAL;
		v.real = sqlite3_column_double(st, column);
		break;
	case SQLITE_TEXT:
		v.type = MAPPED_TEXT;
		break;
	default:
		return v;
	}
	text = (const char *)sqlite3_column_text(st, column);
	v.len = (size_t)sqlite3_column_bytes(st, column);
	v.text = arena_strndup(m->arena, text == NULL ? "" : text, v.len);
	return v;
}

int
mapper_begin(struct mapper *m, const struct mapper_payload *p, struct arena *a, struct err *err)
{
	int valid = 0;

	if (m->setting.deadline == 0)
		m->setting.deadline = MAPPER_DEADLINE;
	m->payload = *p;
	m->arena = a;
	m->delivered = m->state = m->snapped = m->missed = NULL;
	m->late = m->known = m->refused = false;
	m->until = processor_ms() + m->setting.deadline;
	sqlite3_progress_handler(m->db, STEPS, progress, m);
	sqlite3_reset(m->valid);
	sqlite3_bind_text64(m->valid, 1, p->body, p->len, SQLITE_STATIC, SQLITE_UTF8);
	if (sqlite3_step(m->valid) != SQLITE_ROW)
		return failed(m, m->valid, err);
	valid = sqlite3_column_int(m->valid, 0);
	sqlite3_reset(m->valid);
	return valid;
}

int
mapper_delivery(struct mapper *m, const char **delivery, struct err *err)
{
	struct mapped_value v;

	if (m->delivery != NULL) {
		bind(m, m->delivery);
		if (sqlite3_step(m->delivery) != SQLITE_ROW)
			return failed(m, m->delivery, err);
		v = value_get(m, m->delivery, 0);
		m->delivered = v.text;
		sqlite3_reset(m->delivery);
	}
	*delivery = m->delivered;
	return 0;
}

int
mapper_snapshot(struct mapper *m, struct mapper_snapshot *s, struct err *err)
{
	char hex[65];

	if (m->snapshot == NULL)
		return 0;
	bind(m, m->snapshot);
	if (sqlite3_step(m->snapshot) != SQLITE_ROW)
		return failed(m, m->snapshot, err);
	s->subject = value_get(m, m->snapshot, 0).text;
	s->version = value_get(m, m->snapshot, 1);
	m->snapped = s->state = value_get(m, m->snapshot, 2).text;
	sqlite3_reset(m->snapshot);
	m->setting.sha256(s->state, strlen(s->state), hex);
	s->print = arena_strndup(m->arena, hex, 16);
	return s->subject != NULL;
}

void
mapper_known(struct mapper *m)
{
	m->known = true;
}

static void
row_get(struct mapper *m, sqlite3_stmt *st, const struct mapping_entry *entry, struct mapped *e)
{
	struct mapped_value *fields[] = {
	    &e->id, &e->time, &e->kind, &e->type, &e->subject, &e->sequence};
	int column = 0;

	e->entry = entry;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		*fields[i] = value_get(m, st, column++);
	for (size_t i = 0; i < entry->members; i++)
		e->member[i] = value_get(m, st, column++);
	e->at = value_get(m, st, column);
}

/* The events of one entry. */
static int
entry_events(struct mapper *m, size_t i, size_t *count,
    int (*each)(void *context, const struct mapped *event, struct err *err), void *context,
    struct err *err)
{
	const struct mapping_entry *entry = &m->mapping->entry[i];
	sqlite3_stmt *st = m->entry[i];
	struct mapped event;
	int rc;

	bind(m, st);
	/* One step of the machine may parse all of the payload, so that few are looked at. */
	while ((rc = progress(m) ? SQLITE_INTERRUPT : sqlite3_step(st)) == SQLITE_ROW) {
		if (++*count > MAPPER_EVENTS) {
			sqlite3_reset(st);
			return err_set(err, "it gives more than %d events", MAPPER_EVENTS);
		}
		row_get(m, st, entry, &event);
		if (each(context, &event, err) != 0) {
			sqlite3_reset(st);
			return -1;
		}
	}
	if (rc != SQLITE_DONE) {
		failed(m, st, err);
		return m->refused
		    ? -1
		    : err_prefix(err, "%s:%zu: events[%zu]", m->mapping->file, entry->type.line, i);
	}
	sqlite3_reset(st);
	return 0;
}

const char *
mapper_missed(const struct mapper *m)
{
	return m->missed;
}

int
mapper_events(struct mapper *m, const char *state,
    int (*each)(void *context, const struct mapped *event, struct err *err), void *context,
    struct err *err)
{
	size_t count = 0;

	m->state = state;
	for (size_t i = 0; i < m->mapping->entries; i++) {
		if (m->known && !m->mapping->entry[i].late)
			continue;
		if (entry_events(m, i, &count, each, context, err) != 0)
			return -1;
	}
	return 0;
}
