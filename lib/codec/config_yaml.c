#include "codec/config.h"
#include "codec/config_yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct conf_mistake {
	struct conf_mistake *next;
	size_t line, column, order; /* line and column from 1 */
	bool warning;
	const char *text;
};

#define SENTENCE_MAX 3072 /* one that lists 40 names */

static void __attribute__((format(printf, 5, 0)))
note(struct conf *c, bool warning, size_t line, size_t column, const char *fmt, va_list ap)
{
	struct conf_mistake *m = arena_alloc(&c->scratch, 1, sizeof(*m));
	char text[SENTENCE_MAX];

	vsnprintf(text, sizeof(text), fmt, ap);
	m->line = line;
	m->column = column;
	m->order = c->notes++;
	m->warning = warning;
	m->text = arena_strdup(&c->scratch, text);
	m->next = c->noted;
	c->noted = m;
	if (!warning)
		c->mistakes++;
}

static void __attribute__((format(printf, 4, 5)))
mistake_at(struct conf *c, size_t line, size_t column, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	note(c, false, line + 1, column + 1, fmt, ap);
	va_end(ap);
}

void
conf_mistake(struct conf *c, const yaml_node_t *n, const char *fmt, ...)
{
	yaml_mark_t mark = n == NULL ? (yaml_mark_t){0} : n->start_mark;
	va_list ap;

	va_start(ap, fmt);
	note(c, false, mark.line + 1, mark.column + 1, fmt, ap);
	va_end(ap);
}

void
conf_warn(struct conf *c, const yaml_node_t *n, const char *fmt, ...)
{
	yaml_mark_t mark = n == NULL ? (yaml_mark_t){0} : n->start_mark;
	va_list ap;

	va_start(ap, fmt);
	note(c, true, mark.line + 1, mark.column + 1, fmt, ap);
	va_end(ap);
}

static int
read_all(int fd, struct buf *text)
{
	char block[8192];
	ssize_t n;

	while ((n = read(fd, block, sizeof(block))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		buf_put(text, block, (size_t)n);
		if (!buf_ok(text))
			break;
	}
	return 0;
}

static int
slurp(struct conf *c, struct buf *text)
{
	int fd = open(c->file, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read_all(fd, text) != 0)
		mistake_at(c, 0, 0, "cannot be read: %s", strerror(errno));
	else if (!buf_ok(text))
		mistake_at(c, 0, 0, "is larger than %u bytes; no configuration needs that much",
		    CONF_FILE_MAX);
	if (fd >= 0)
		close(fd);
	return c->mistakes == 0 ? 0 : -1;
}

/* libyaml gives no line for bytes that are no UTF-8: they are counted here. */
static void
bad_bytes(struct conf *c, const yaml_parser_t *p, const struct buf *text)
{
	size_t line = 0, start = 0;

	for (size_t i = 0; i < p->problem_offset && i < text->len; i++) {
		if (text->data[i] == '\n') {
			line++;
			start = i + 1;
		}
	}
	mistake_at(c, line, p->problem_offset > start ? p->problem_offset - start : 0,
	    "is no UTF-8 text: %s", p->problem);
}

static void
bad_syntax(struct conf *c, const yaml_parser_t *p, const struct buf *text)
{
	const char *problem = p->problem, *hint = "";

	if (p->error == YAML_MEMORY_ERROR || p->problem == NULL)
		mem_none("libyaml");
	if (p->error == YAML_READER_ERROR) {
		bad_bytes(c, p, text);
		return;
	}
	if (strstr(problem, "cannot start any token") != NULL)
		hint = "; indent with blanks, not tabs, and quote a value that starts with @ or `";
	if (p->context == NULL)
		mistake_at(c, p->problem_mark.line, p->problem_mark.column, "is no YAML: %s%s",
		    problem, hint);
	else
		mistake_at(c, p->problem_mark.line, p->problem_mark.column,
		    "is no YAML: %s, %s that begins at line %zu%s", problem, p->context,
		    p->context_mark.line + 1, hint);
}

struct survey {
	size_t documents, depth, nodes;
};

/* The name that an event gives its value for aliases, or NULL. */
static const yaml_char_t *
anchor_of(const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_SCALAR_EVENT:
		return e->data.scalar.anchor;
	case YAML_SEQUENCE_START_EVENT:
		return e->data.sequence_start.anchor;
	case YAML_MAPPING_START_EVENT:
		return e->data.mapping_start.anchor;
	default:
		return NULL;
	}
}

/* Counts a value that begins: false if it is one too many. */
static bool
survey_value(struct conf *c, struct survey *s, const yaml_event_t *e)
{
	const yaml_char_t *anchor = anchor_of(e);

	if (anchor != NULL)
		mistake_at(c, e->start_mark.line, e->start_mark.column,
		    "anchors are not understood; take &%.60s away", (const char *)anchor);
	s->depth += e->type != YAML_SCALAR_EVENT;
	s->nodes++;
	if (s->depth > CONF_DEPTH_MAX)
		mistake_at(c, e->start_mark.line, e->start_mark.column, "is nested deeper than %d",
		    CONF_DEPTH_MAX);
	else if (s->nodes > CONF_NODES_MAX)
		mistake_at(c, e->start_mark.line, e->start_mark.column,
		    "is one value too many; %d are allowed", CONF_NODES_MAX);
	return s->depth <= CONF_DEPTH_MAX && s->nodes <= CONF_NODES_MAX;
}

/* Looks at one event: false stops the survey. */
static bool
survey_event(struct conf *c, struct survey *s, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (++s->documents > 1)
			mistake_at(c, e->start_mark.line, e->start_mark.column,
			    "a second document begins; a configuration is one");
		return s->documents == 1;
	case YAML_ALIAS_EVENT:
		mistake_at(c, e->start_mark.line, e->start_mark.column,
		    "aliases are not understood; write the value of *%.60s out",
		    (const char *)e->data.alias.anchor);
		return true;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		s->depth--;
		return true;
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
	case YAML_SCALAR_EVENT:
		return survey_value(c, s, e);
	default:
		return true;
	}
}

/* Before a document is built: is it YAML, of a size to be walked, and a tree? */
static int
survey(struct conf *c, const struct buf *text)
{
	struct survey s = {0};
	yaml_parser_t parser;
	yaml_event_t event;
	bool more = true;

	if (!yaml_parser_initialize(&parser))
		mem_none("libyaml");
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)buf_text(text), text->len);
	while (more) {
		if (!yaml_parser_parse(&parser, &event)) {
			bad_syntax(c, &parser, text);
			break;
		}
		more = survey_event(c, &s, &event) && event.type != YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return c->mistakes == 0 ? 0 : -1;
}

static int
load(struct conf *c, const struct buf *text)
{
	yaml_parser_t parser;

	if (!yaml_parser_initialize(&parser))
		mem_none("libyaml");
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)buf_text(text), text->len);
	c->loaded = yaml_parser_load(&parser, &c->document);
	if (!c->loaded)
		bad_syntax(c, &parser, text);
	yaml_parser_delete(&parser);
	return c->loaded ? 0 : -1;
}

int
conf_read(struct conf *c)
{
	struct buf text = BUF_INIT(CONF_FILE_MAX);
	int rc = -1;

	if (slurp(c, &text) == 0 && survey(c, &text) == 0)
		rc = load(c, &text);
	buf_free(&text);
	return rc;
}

const yaml_node_t *
conf_root(struct conf *c)
{
	return yaml_document_get_root_node(&c->document);
}

static int
by_position(const void *a, const void *b)
{
	const struct conf_mistake *x = *(const struct conf_mistake *const *)a;
	const struct conf_mistake *y = *(const struct conf_mistake *const *)b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->column != y->column)
		return x->column < y->column ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

static void
write_notes(struct conf *c, struct buf *out)
{
	struct conf_mistake **all = arena_alloc(&c->scratch, c->notes, sizeof(*all)), *m;
	size_t i = 0;

	for (m = c->noted; m != NULL; m = m->next)
		all[i++] = m;
	if (c->notes > 0)
		qsort(all, c->notes, sizeof(*all), by_position);
	for (i = 0; i < c->notes && i < CONF_SHOWN_MAX; i++)
		buf_putf(out, "%s:%zu:%zu: %s%s\n", c->file, all[i]->line, all[i]->column,
		    all[i]->warning ? "warning: " : "", all[i]->text);
	if (i < c->notes)
		buf_putf(out, "%s:%zu:%zu: %zu more from here on\n", c->file, all[i]->line,
		    all[i]->column, c->notes - i);
}

void
conf_finish(struct conf *c, struct buf *out)
{
	write_notes(c, out);
	buf_put(out, buf_text(&c->others), c->others.len);
	buf_free(&c->others);
	if (c->loaded)
		yaml_document_delete(&c->document);
	c->loaded = false;
	arena_free(&c->scratch);
}

const char *
config_yaml_version(void)
{
	return yaml_get_version_string();
}
