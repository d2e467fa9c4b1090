#include "codec/config_draft.h"

#include <stdio.h>
#include <string.h>

#include "domain/record.h"

#define EXPRESSION_MAX 16384 /* bytes of one; the longest of those shipped has some hundred */

struct mapping_draft {
	struct mapping mapping;
	struct verification verify;
	struct mapping_text id, time, kind, subject; /* of entries that have none */
};

/* Where a scalar's text begins: behind a quote, or on the line after a | or >. */
static struct mapping_text
text_place(const yaml_node_t *n, const char *text)
{
	yaml_scalar_style_t style = n->data.scalar.style;
	struct mapping_text t = {.text = text,
	    .line = n->start_mark.line + 1,
	    .column = n->start_mark.column + 1,
	    .exact = n->start_mark.line == n->end_mark.line};

	if (style == YAML_SINGLE_QUOTED_SCALAR_STYLE || style == YAML_DOUBLE_QUOTED_SCALAR_STYLE)
		t.column++;
	return t;
}

static int
text_read(struct conf *c, const struct conf_key *k, const yaml_node_t *n, struct mapping_text *t)
{
	const char *text = (const char *)n->data.scalar.value;

	if (n->type != YAML_SCALAR_NODE || text[strspn(text, " \n")] == '\0') {
		conf_wrong(c, k, n, "is an expression");
		return -1;
	}
	if (n->data.scalar.length > EXPRESSION_MAX || strlen(text) != n->data.scalar.length) {
		conf_mistake(
		    c, n, "'%s' is longer than %d bytes, or has a NUL", k->name, EXPRESSION_MAX);
		return -1;
	}
	*t = text_place(n, arena_strdup(c->arena, text));
	return 0;
}

static void
bind_expression(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	struct mapping_text t;

	if (text_read(c, k, n, &t) == 0)
		conf_put(into, k->at, &t, sizeof(t));
}

/* A word is a type, or the verb of a ticket's; what follows '=' is an expression. */
static void
bind_type(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	struct mapping_text t;
	char name[80];
	size_t skip;

	if (text_read(c, k, n, &t) != 0)
		return;
	if (*t.text == '=') {
		skip = 1 + strspn(t.text + 1, " \n");
		t.text += skip;
		t.column += skip;
	} else {
		snprintf(name, sizeof(name), "%s%.60s",
		    strchr(t.text, '.') == NULL ? "request." : "", t.text);
		if (record_type_find(name) == NULL)
			conf_mistake(c, n,
			    "'%.60s' is no type of event, such as opened or outage.started; an "
			    "expression begins with '='",
			    t.text);
		snprintf(name, sizeof(name), "'%.60s'", t.text);
		t.text = arena_strdup(c->arena, name);
		t.exact = false;
	}
	conf_put(into, k->at, &t, sizeof(t));
}

/* The name of a member, a state or a table: a word that needs no quotes in SQL or JSON. */
static const char *
name_read(struct conf *c, const yaml_node_t *n, const char *what)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	const char *name = n->type == YAML_SCALAR_NODE ? (const char *)n->data.scalar.value : "";
	size_t len = strlen(name);

	if (len == 0 || len > 60 || strspn(name, letters) != len) {
		conf_mistake(c, n, "the name of %s is a word of a-z, 0-9 and _", what);
		return NULL;
	}
	return arena_strdup(c->arena, name);
}

static size_t
pairs_of(const yaml_node_t *n)
{
	return (size_t)(n->data.mapping.pairs.top - n->data.mapping.pairs.start);
}

static void
bind_members(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	struct mapping_member *list;
	const yaml_node_pair_t *p;
	size_t count = 0;

	if (n->type != YAML_MAPPING_NODE || pairs_of(n) > MAPPING_MEMBERS) {
		conf_mistake(c, n, "'%s' is a mapping of names to expressions, at most %d", k->name,
		    MAPPING_MEMBERS);
		return;
	}
	list = arena_alloc(c->arena, pairs_of(n), sizeof(*list));
	for (p = n->data.mapping.pairs.start; p < n->data.mapping.pairs.top; p++, count++) {
		list[count].name =
		    name_read(c, yaml_document_get_node(&c->document, p->key), "a member");
		text_read(c, &(struct conf_key){.name = list[count].name ? list[count].name : "?"},
		    yaml_document_get_node(&c->document, p->value), &list[count].value);
	}
	conf_put(into, k->at, &list, sizeof(list));
	conf_put(into, k->count, &count, sizeof(count));
}

static void
table_read(struct conf *c, const yaml_node_t *n, struct mapping_table *t)
{
	const struct conf_key key = {.name = "a table"};
	const yaml_node_pair_t *p;
	struct mapping_pair *list;

	if (n->type == YAML_SCALAR_NODE && n->data.scalar.length == 0)
		return;
	if (n->type != YAML_MAPPING_NODE || pairs_of(n) > CONF_ITEMS_MAX) {
		conf_wrong(c, &key, n, "is a mapping of texts to texts");
		return;
	}
	list = arena_alloc(c->arena, pairs_of(n), sizeof(*list));
	for (p = n->data.mapping.pairs.start; p < n->data.mapping.pairs.top; p++, list++) {
		list->key = conf_scalar(
		    c, &key, yaml_document_get_node(&c->document, p->key), "maps texts");
		list->value = conf_scalar(
		    c, &key, yaml_document_get_node(&c->document, p->value), "maps to texts");
	}
	t->pairs = pairs_of(n);
	t->pair = list - t->pairs;
}

void
conf_tables(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	struct mapping_table *list;
	const yaml_node_pair_t *p;
	size_t count = 0;

	if (n->type != YAML_MAPPING_NODE) {
		conf_wrong(c, k, n, "is a mapping of names to tables");
		return;
	}
	list = arena_alloc(c->arena, pairs_of(n), sizeof(*list));
	for (p = n->data.mapping.pairs.start; p < n->data.mapping.pairs.top; p++, count++) {
		list[count].name =
		    name_read(c, yaml_document_get_node(&c->document, p->key), "a table");
		table_read(c, yaml_document_get_node(&c->document, p->value), &list[count]);
	}
	conf_put(into, k->at, &list, sizeof(list));
	conf_put(into, k->count, &count, sizeof(count));
}

#define AT(name) .at = offsetof(struct mapping_entry, name)

static const char *const late_names[] = {"no", "yes", NULL};
static const char *const answer_names[] = {"202", "204", NULL}; /* enum mapping_answer */

static const struct conf_table entry_table = {
    .what = "an entry of 'events'",
    .size = sizeof(struct mapping_entry),
    .keys =
	(const struct conf_key[]){
	    {"when", bind_expression, AT(when)},
	    {"each", bind_expression, AT(each)},
	    {"id", bind_expression, AT(id)},
	    {"time", bind_expression, AT(time)},
	    {"kind", bind_expression, AT(kind)},
	    {"type", bind_type, AT(type), .needed = true},
	    {"subject", bind_expression, AT(subject)},
	    {"sequence", bind_expression, AT(sequence)},
	    {"late", conf_choice, AT(late), .words = late_names},
	    {"data", bind_members, AT(member), .count = offsetof(struct mapping_entry, members)},
	    {0},
	},
};

#undef AT
#define AT(name) .at = offsetof(struct mapping, name)

static const struct conf_table snapshot_table = {
    .what = "'snapshot'",
    .keys =
	(const struct conf_key[]){
	    {"subject", bind_expression, AT(snapshot), .needed = true},
	    {"version", bind_expression, AT(version)},
	    {"state", bind_members, AT(state), .count = offsetof(struct mapping, states),
		.needed = true},
	    {0},
	},
};

static void
text_default(struct mapping_text *t, const struct mapping_text *otherwise)
{
	if (t->text == NULL)
		*t = *otherwise;
}

static void
mapping_check(struct conf *c, const yaml_node_t *n, void *item, void *parent)
{
	struct mapping_draft *d = item;
	struct mapping_entry *e = (struct mapping_entry *)(uintptr_t)d->mapping.entry;

	(void)parent;
	if (d->mapping.entries == 0 && c->mistakes == 0)
		conf_mistake(c, conf_at(c, n, "events"),
		    "'events' is empty; it lists what becomes "
		    "of a payload");
	for (size_t i = 0; i < d->mapping.entries; i++, e++) {
		if (e->late && d->mapping.states == 0)
			conf_mistake(c, conf_at(c, n, "events"),
			    "'late' is of a mapping with a snapshot: events[%zu] needs none", i);
		text_default(&e->id, &d->id);
		text_default(&e->time, &d->time);
		text_default(&e->kind, &d->kind);
		text_default(&e->subject, &d->subject);
	}
}

#undef AT
#define AT(name) .at = offsetof(struct mapping_draft, name)
#define COUNT(name) .count = offsetof(struct mapping_draft, name)

static const struct conf_table mapping_table = {
    .what = "a mapping",
    .check = mapping_check,
    .keys =
	(const struct conf_key[]){
	    {"name", conf_text, AT(mapping.name), .needed = true},
	    {.name = "describe", .bind = conf_any_text, AT(mapping.describe)},
	    {"verify", conf_verify, AT(verify), .table = &mapping_verify_table},
	    {"delivery", bind_expression, AT(mapping.delivery)},
	    {"answer", conf_choice, AT(mapping.answer), .words = answer_names},
	    {"tables", conf_tables, AT(mapping.table), COUNT(mapping.tables)},
	    {"id", bind_expression, AT(id)},
	    {"time", bind_expression, AT(time)},
	    {"kind", bind_expression, AT(kind)},
	    {"subject", bind_expression, AT(subject)},
	    {"snapshot", conf_map, AT(mapping), .table = &snapshot_table},
	    {"events", conf_list, AT(mapping.entry), COUNT(mapping.entries), .needed = true,
		.table = &entry_table},
	    {0},
	},
};

const struct mapping *
draft_mapping(struct conf *c, const char *file, struct verification *verify)
{
	struct mapping_draft *d = arena_alloc(c->arena, 1, sizeof(*d));
	struct conf in = {.file = file, .arena = c->arena, .draft = c->draft};
	const yaml_node_t *root;
	bool sound;

	d->mapping.file = file;
	d->verify = (struct verification)VERIFICATION_BLANK;
	if (conf_read(&in) == 0) {
		root = conf_root(&in);
		if (root != NULL && root->type == YAML_MAPPING_NODE)
			conf_bind(&in, &mapping_table, root, d, NULL);
		else
			conf_mistake(&in, root, "a mapping has keys such as 'events: ...'");
	}
	sound = in.mistakes == 0;
	conf_finish(&in, &c->others);
	*verify = d->verify;
	return sound ? &d->mapping : NULL;
}
